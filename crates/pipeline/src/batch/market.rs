//! Where the drafts of a job go.

use super::error::BatchError;
use crate::works::Works;
use domain::batch::Order;
use sinks::{self, Opening, Ready, Rehearsal};

/// The market of an order. Test mode gets the rehearsal, which owns nothing to write with.
pub(super) async fn prepare(works: &Works, order: &Order, items: u64) -> Result<Ready, BatchError> {
    let sink = if order.test_mode || !order.create_drafts { Rehearsal::SINK } else { order.sink.as_str() };
    let Some(market) = sinks::ALL.iter().find(|market| market.name == sink) else {
        let known = sinks::ALL.iter().map(|market| market.name).collect::<Vec<_>>().join(", ");
        return Err(BatchError::Sink { sink: sink.to_owned(), known });
    };
    let opening = Opening {
        journal: works.journal.clone(),
        order: order.clone(),
        ebay: works.ebay.clone(),
        ebay_place: works.ebay_place.clone(),
        answers: works.answers.clone(),
        categories: works.rules.categories,
        items,
        patience: works.gatherer.patience(),
    };
    Ok((market.prepare)(&opening).await?)
}
