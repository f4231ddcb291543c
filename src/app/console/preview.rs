//! What a list holds and what would be done with it, before anything is.

use crate::console::Preview;
use crate::domain::batch::Order;
use crate::domain::sku::Sku;
use crate::intake::{self, List, Source};
use crate::market;
use crate::pipeline::works::Works;

/// UPCs and refused lines that are shown.
const SHOWN: usize = 8;

/// UPCs whose drafts are looked for in the ledger.
const LOOKED_UP: usize = 5_000;

pub(super) async fn preview(works: &Works, order: &Order) -> Result<Preview, String> {
    let source = order.source.parse::<Source>().map_err(|error| error.to_string())?;
    let list = intake::read(&source, &works.intake).await.map_err(|error| error.to_string())?;
    let drafted_before = drafted_before(works, &list).await?;
    Ok(Preview {
        items: list.items.len() as u64,
        repeats: list.items.iter().map(|item| u64::from(item.copies.saturating_sub(1))).sum(),
        refused: list.refused_count,
        first_refused: list.refused.into_iter().take(SHOWN).collect(),
        first: list.items.iter().take(SHOWN).map(|item| item.upc).collect(),
        drafted_before,
        plan: plan(works, order),
    })
}

async fn drafted_before(works: &Works, list: &List) -> Result<u64, String> {
    let mut drafted = 0;
    for item in list.items.iter().take(LOOKED_UP) {
        let route = works.journal.ledger_route(&Sku::of(item.upc)).await.map_err(|error| error.to_string())?;
        drafted += u64::from(route.is_some());
    }
    Ok(drafted)
}

/// Where drafts go, by which rules, who is asked and what he lacks.
fn plan(works: &Works, order: &Order) -> Vec<String> {
    let about = market::ALL.iter().find(|market| market.name == order.sink).map(|market| market.about);
    let asked =
        works.gatherer.catalogues().iter().map(|catalogue| catalogue.provider().to_string()).collect::<Vec<_>>();
    let condition = order.condition.map_or_else(|| "no condition stated".to_owned(), |c| format!("condition {c}"));
    let mut plan = about.map(|about| format!("Drafts go to {}: {about}", order.sink)).into_iter().collect::<Vec<_>>();
    plan.push(format!("Asked: {}; {condition}.", asked.join(", ")));
    plan.extend(works.advice.iter().cloned());
    plan
}
