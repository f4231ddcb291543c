//! What a list holds and what would be done with it, before anything is.

use crate::console::{Preview, Trouble};
use crate::domain::batch::Order;
use crate::domain::sku::Sku;
use crate::intake::{self, List, Source};
use crate::journal::Journal;
use crate::market;

/// UPCs and refused lines that are shown.
const SHOWN: usize = 8;

/// UPCs whose drafts are looked for in the ledger.
const LOOKED_UP: usize = 5_000;

pub(super) async fn preview(journal: &Journal, settings: &intake::Settings, order: &Order) -> Result<Preview, Trouble> {
    let source = order.source.parse::<Source>().map_err(|error| error.to_string())?;
    let list = intake::read(&source, settings).await.map_err(|error| error.to_string())?;
    let drafted_before = drafted_before(journal, &list).await?;
    Ok(Preview {
        items: list.items.len() as u64,
        repeats: list.items.iter().map(|item| u64::from(item.copies.saturating_sub(1))).sum(),
        refused: list.refused_count,
        first: list.items.iter().take(SHOWN).map(|item| item.upc).collect(),
        first_refused: list.refused.into_iter().take(SHOWN).collect(),
        drafted_before,
        plan: plan(order),
    })
}

async fn drafted_before(journal: &Journal, list: &List) -> Result<u64, Trouble> {
    let mut drafted = 0;
    for item in list.items.iter().take(LOOKED_UP) {
        let route = journal.ledger_route(&Sku::of(item.upc)).await.map_err(|error| error.to_string())?;
        drafted += u64::from(route.is_some());
    }
    Ok(drafted)
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
