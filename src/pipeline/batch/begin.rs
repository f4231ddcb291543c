//! How a job comes to its work: new, or taken up again.

use std::sync::{Arc, PoisonError};

use jiff::Timestamp;

use super::error::BatchError;
use super::files::output_folder;
use super::stop::{Stop, unless_stopped};
use super::{list, market};
use crate::domain::batch::{JobId, Order};
use crate::domain::event::Fact;
use crate::intake::List;
use crate::market::Market;
use crate::pipeline::works::Works;

/// A job whose list is written down and whose market is open.
pub struct Begun {
    pub job: JobId,
    pub order: Order,
    pub market: Arc<dyn Market>,
}

/// Begins a job over a list that was read.
///
/// # Errors
/// [`BatchError`]; nothing was written where [`BatchError::is_unbegun`] says so.
pub async fn begin(works: &Works, order: Order, list: List, stop: &Stop) -> Result<Begun, BatchError> {
    let items = order.limit.unwrap_or(u64::MAX).min(list.items.len() as u64);
    let ready = Box::pin(market::prepare(works, &order, items));
    let ready = unless_stopped(stop, "before the batch began; nothing was written", ready).await?;
    let job = works.journal.begin(order.clone(), Timestamp::now()).await?;
    let writing = Box::pin(list::write_down(works, &job, list, order.limit));
    unless_stopped(stop, "before the list was written down; run it again", writing).await?;
    Ok(Begun { market: ready.open(job.clone()), job, order })
}

/// Takes up a job of before, as it was ordered; `output` is another folder for its result files.
///
/// # Errors
/// As [`begin`].
pub async fn take_up(works: &Works, job: &JobId, output: Option<&str>) -> Result<Begun, BatchError> {
    let board = works.journal.board(job).await?;
    let (order, list_read, items) = {
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        (board.order.clone(), board.list_read, board.counts.total - board.counts.done)
    };
    let mut order = order.ok_or_else(|| BatchError::NoOrder(job.clone()))?;
    if let Some(output) = output {
        output.clone_into(&mut order.output);
    }
    output_folder(&order)?;
    let market = market::prepare(works, &order, items).await?.open(job.clone());
    works.journal.append(job, Fact::Resumed).await?;
    if !list_read {
        list::read_again(works, job, &order).await?;
    }
    Ok(Begun { job: job.clone(), order, market })
}
