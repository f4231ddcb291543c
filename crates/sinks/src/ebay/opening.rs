//! Opening eBay for a job: the check-up first, and what the operator hears before the first item.

use std::time::Duration;

use tokio::time::Instant;

use super::super::open::{NotReady, Opening, Ready};
use super::account::Account;
use super::checkup::{Checkup, Ended, category_rules, checkup};
use super::counter::MOST;
use super::holdings::Holdings;
use super::inventory::Inventory;
use super::item_draft::ItemDrafts;
use super::line::Line;
use super::pictures::PictureService;
use super::rulebook::Rulebook;
use super::seller::known_by;
use super::shop::Shop;
use super::shut::Shut;
use ebay::{Api, Ebay};
use store::journal::Seller;

const BETWEEN_CHECKUPS: Duration = Duration::from_secs(2);

pub(crate) const NO_KEYSET: &str =
    "no keyset: set EBAY_APP_ID and EBAY_CERT_ID (developer.ebay.com), then run `draft-maker auth ebay`";

pub(crate) const NOT_SIGNED_IN: &str = "nobody is signed in at eBay: run `draft-maker auth ebay`";

/// Calls of so many drafts in the Inventory API.
pub(crate) fn inventory_calls(drafts: u64) -> Vec<(Api, u64)> {
    vec![(Api::Inventory, calls(drafts)), (Api::Media, drafts)]
}

/// Calls of so many drafts in the Listing API.
pub(crate) fn item_draft_calls(drafts: u64) -> Vec<(Api, u64)> {
    vec![(Api::Listing, drafts)]
}

pub(crate) async fn inventory(opening: &Opening) -> Result<Ready, NotReady> {
    let Open { ebay, account, rules, seller } = match ready(Inventory::SINK, opening).await? {
        Stand::Open(open) => *open,
        Stand::Shut(ended) => return Ok(shut(Inventory::SINK, Inventory::EXPLAINED, ended)),
    };
    let items = opening.items;
    let remarks = ebay.foresee(items, &inventory_calls(items)).await;
    let Opening { journal, answers, patience, .. } = opening.clone();
    let place = ebay.seller_place();
    let line = Line::new(ebay, patience);
    let pictures = PictureService::default();
    let shop = move |job| Shop { line, place, seller, journal, answers, job, account, rules, pictures };
    Ok(Ready::new(move |job| Inventory::open(shop(job), remarks)))
}

pub(crate) async fn item_drafts(opening: &Opening) -> Result<Ready, NotReady> {
    let Open { ebay, rules, seller, .. } = match ready(ItemDrafts::SINK, opening).await? {
        Stand::Open(open) => *open,
        Stand::Shut(ended) => return Ok(shut(ItemDrafts::SINK, ItemDrafts::EXPLAINED, ended)),
    };
    let remarks = ebay.foresee(opening.items, &item_draft_calls(opening.items)).await;
    let (journal, patience) = (opening.journal.clone(), opening.patience);
    Ok(Ready::new(move |job| {
        let holdings = Holdings::of(ebay.clone());
        ItemDrafts { ebay, journal, seller, job, rules, remarks, holdings, patience }
    }))
}

/// How eBay stands when a batch begins.
enum Stand {
    Open(Box<Open>),
    /// Nothing is lacking but the seller's consent, which has ended.
    Shut(Ended),
}

struct Open {
    ebay: Ebay,
    account: Account,
    rules: Rulebook,
    seller: Seller,
}

fn shut(sink: &'static str, explained: &'static str, ended: Ended) -> Ready {
    Ready::new(move |_| Shut { sink, explained, ended })
}

async fn ready(sink: &'static str, opening: &Opening) -> Result<Stand, NotReady> {
    let ebay = opening.ebay.clone().ok_or_else(|| NotReady { sink, to_do: vec![NO_KEYSET.to_owned()] })?;
    let checkup = checked(&ebay, opening).await;
    let is_shut = checkup.lacks_consent_alone();
    let mut to_do = if is_shut { Vec::new() } else { checkup.to_do() };
    to_do.extend(checkup.rules().and_then(|rules| lacks_condition(opening, rules)));
    match (checkup.ready, checkup.ended) {
        (Some((account, rules)), _) if to_do.is_empty() => {
            let seller = known_by(&ebay, &opening.journal, checkup.policies).await;
            Ok(Stand::Open(Box::new(Open { ebay, account, rules, seller })))
        }
        (None, Some(ended)) if to_do.is_empty() => Ok(Stand::Shut(ended)),
        _ => Err(NotReady { sink, to_do }),
    }
}

/// What to do where no item could pass: every category needs a condition, and none is stated.
pub(crate) fn lacks_condition(opening: &Opening, rules: &Rulebook) -> Option<String> {
    let is_needed = rules.categories.values().all(|rules| rules.condition_required);
    let fix = "the batch states no condition, and every category needs one: add --condition, for example very_good";
    (opening.order.condition.is_none() && is_needed).then(|| fix.to_owned())
}

/// The rules of the categories alone; a sick eBay is waited for.
///
/// # Errors
/// What is not known, in words.
pub(crate) async fn rules(ebay: &Ebay, opening: &Opening) -> Result<Rulebook, String> {
    let began = Instant::now();
    loop {
        let (rules, checkup) = category_rules(ebay, opening).await;
        if let Some(rules) = rules {
            return Ok(rules);
        }
        if !checkup.may_pass || began.elapsed() + BETWEEN_CHECKUPS > opening.patience {
            return Err(checkup.to_do().join("; "));
        }
        tokio::time::sleep(BETWEEN_CHECKUPS).await;
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
