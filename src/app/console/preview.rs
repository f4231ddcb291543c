//! What a list holds and what would be done with it, before anything is.

use jiff::Timestamp;

use crate::console::{Preview, Trouble};
use crate::domain::batch::{JobId, Order};
use crate::domain::sku::Sku;
use crate::domain::upc::Upc;
use crate::intake::{self, List, Source};
use crate::journal::Journal;
use crate::market;

/// UPCs and refused lines that are shown.
const SHOWN: usize = 8;

/// SKUs that the ledger is asked for at a time.
const AT_A_TIME: usize = 1_000;

pub(super) async fn preview(journal: &Journal, settings: &intake::Settings, order: &Order) -> Result<Preview, Trouble> {
    let source = order.source.parse::<Source>().map_err(|error| error.to_string())?;
    let list = intake::read(&source, settings).await.map_err(|error| error.to_string())?;
    let (drafted_before, last_drafted) = drafted_before(journal, &list).await?;
    Ok(Preview {
        last_drafted,
        items: list.items.len() as u64,
        repeats: list.items.iter().map(|item| u64::from(item.copies.saturating_sub(1))).sum(),
        refused: list.refused_count,
        first: list.items.iter().take(SHOWN).map(|item| item.upc).collect(),
        first_refused: list.refused.into_iter().take(SHOWN).collect(),
        drafted_before,
        plan: plan(order),
    })
}

/// How many have a draft, and the newest of them.
async fn drafted_before(journal: &Journal, list: &List) -> Result<(u64, Vec<(Upc, Timestamp, JobId)>), Trouble> {
    let (mut count, mut newest) = (0, Vec::new());
    for items in list.items.chunks(AT_A_TIME) {
        let skus = items.iter().map(|item| Sku::of(item.upc)).collect::<Vec<_>>();
        let drafted = journal.ledger_drafted(&skus).await.map_err(|error| error.to_string())?;
        count += drafted.len() as u64;
        newest.extend(drafted.into_iter().map(|found| (found.upc, found.at, found.job)));
        newest.sort_by_key(|(_, at, _)| std::cmp::Reverse(*at));
        newest.truncate(SHOWN);
    }
    Ok((count, newest))
}

/// Where drafts go, and in which condition the items are.
fn plan(order: &Order) -> Vec<String> {
    let about = market::ALL.iter().find(|market| market.name == order.sink).map(|market| market.about);
    let condition = order.condition.map_or_else(|| "No condition is set.".to_owned(), |c| format!("Condition: {c}."));
    about.map(|about| format!("Drafts go to {}: {about}", order.sink)).into_iter().chain([condition]).collect()
}

/// `Asked: musicbrainz, discogs.`
pub(super) fn asked(providers: &[String]) -> String {
    format!("Asked: {}.", providers.join(", "))
}
