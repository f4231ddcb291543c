//! Opening eBay for a job: the check-up first, and what the operator hears before the first item.

use std::time::Duration;

use tokio::time::Instant;

use super::super::open::{NotReady, Opening, Ready};
use super::account::Account;
use super::checkup::{Checkup, checkup};
use super::counter::MOST;
use super::holdings::Holdings;
use super::inventory::Inventory;
use super::item_draft::ItemDrafts;
use super::line::Line;
use super::pictures::PictureService;
use super::rulebook::Rulebook;
use super::shop::Shop;
use crate::ebay::{Api, Ebay, Used};

const BETWEEN_CHECKUPS: Duration = Duration::from_secs(2);

const NO_KEYSET: &str =
    "no keyset: set EBAY_APP_ID and EBAY_CERT_ID (developer.ebay.com), then run `draft-maker auth ebay`";

pub(in crate::market) async fn inventory(opening: &Opening) -> Result<Ready, NotReady> {
    let (ebay, account, rules) = ready(Inventory::SINK, opening).await?;
    let remarks =
        limits(&ebay, opening.items, &[(Api::Inventory, calls(opening.items)), (Api::Media, opening.items)]).await;
    let Opening { journal, answers, patience, .. } = opening.clone();
    let line = Line::new(ebay, patience);
    let pictures = PictureService::default();
    Ok(Ready::new(move |job| Inventory::open(Shop { line, journal, answers, job, account, rules, pictures }, remarks)))
}

pub(in crate::market) async fn item_drafts(opening: &Opening) -> Result<Ready, NotReady> {
    let (ebay, _, rules) = ready(ItemDrafts::SINK, opening).await?;
    let remarks = limits(&ebay, opening.items, &[(Api::Listing, opening.items)]).await;
    let (journal, patience) = (opening.journal.clone(), opening.patience);
    Ok(Ready::new(move |job| {
        let holdings = Holdings::of(ebay.clone());
        ItemDrafts { ebay, journal, job, rules, remarks, holdings, patience }
    }))
}

async fn ready(sink: &'static str, opening: &Opening) -> Result<(Ebay, Account, Rulebook), NotReady> {
    let ebay = opening.ebay.clone().ok_or_else(|| NotReady { sink, to_do: vec![NO_KEYSET.to_owned()] })?;
    let checkup = checked(&ebay, opening).await;
    let mut to_do = checkup.to_do();
    let rules = checkup.ready.as_ref().map(|(_, rules)| rules);
    let needs_condition = rules.is_some_and(|rules| rules.categories.values().all(|rules| rules.condition_required));
    if opening.order.condition.is_none() && needs_condition {
        let fix = "the batch states no condition, and every category needs one: add --condition, for example very_good";
        to_do.push(fix.to_owned());
    }
    match checkup.ready {
        Some((account, rules)) if to_do.is_empty() => Ok((ebay, account, rules)),
        _ => Err(NotReady { sink, to_do }),
    }
}

/// A sick eBay is waited for here too: a nightly batch must not be given up for one page of an overloaded gateway.
async fn checked(ebay: &Ebay, opening: &Opening) -> Checkup {
    let began = Instant::now();
    loop {
        let checkup = checkup(ebay, &opening.answers, opening.categories).await;
        if !checkup.may_pass || began.elapsed() + BETWEEN_CHECKUPS > opening.patience {
            return checkup;
        }
        tokio::time::sleep(BETWEEN_CHECKUPS).await;
    }
}

/// Reads and writes of so many drafts in full rounds: what is there, items, offers.
fn calls(items: u64) -> u64 {
    items.div_ceil(MOST as u64) * 3
}

/// A batch that cannot finish today says so now.
async fn limits(ebay: &Ebay, items: u64, needs: &[(Api, u64)]) -> Vec<String> {
    let mut remarks = Vec::new();
    for (api, need) in needs {
        match ebay.used(*api).await {
            Ok(used) if used.left() < *need => remarks.push(too_few(&used, *need, items)),
            Ok(_) => {}
            Err(error) => remarks.push(error.to_string()),
        }
    }
    remarks
}

fn too_few(used: &Used, need: u64, items: u64) -> String {
    format!(
        "This batch cannot finish today: its {items} items need about {need} calls of eBay's {} API, and {} of {} are left \
         until {}. The rest waits until then and goes on by itself.",
        used.api,
        used.left(),
        used.daily,
        used.until.strftime("%Y-%m-%d %H:%M UTC"),
    )
}
