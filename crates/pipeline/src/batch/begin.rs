//! How a job comes to its work: new, or taken up again.

use std::sync::{Arc, PoisonError};

use jiff::Timestamp;

use super::error::BatchError;
use super::files::output_folder;
use super::stop::{Stop, unless_stopped};
use super::{list, market};
use crate::held;
use crate::works::Works;
use domain::batch::{JobId, Order};
use domain::event::Fact;
use domain::job::JobState;
use input::List;
use sinks::Market;

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

/// Begins a job that takes scans while it runs.
///
/// # Errors
/// As [`begin`].
pub async fn begin_scans(works: &Works, order: Order, stop: &Stop) -> Result<Begun, BatchError> {
    let ready = Box::pin(market::prepare(works, &order, 0));
    let ready = unless_stopped(stop, "before the first scan; nothing was written", ready).await?;
    let job = works.journal.begin(order.clone(), Timestamp::now()).await?;
    Ok(Begun { market: ready.open(job.clone()), job, order })
}

/// Takes up a job of before, as it was ordered; `output` is another folder for its result files.
///
/// # Errors
/// As [`begin`].
pub async fn take_up(works: &Works, job: &JobId, output: Option<&str>) -> Result<Begun, BatchError> {
    let mut known = Known::of(works, job).await?;
    if let Some(output) = output {
        output.clone_into(&mut known.order.output);
    }
    output_folder(&known.order)?;
    let market = market::prepare(works, &known.order, known.items).await?.open(job.clone());
    held::let_the_last_go(works, job).await?;
    works.journal.append(job, known.goes_on()).await?;
    known.read_list(works, job).await?;
    // Nobody can scan into a process that runs one job: it goes on with the scans that there are.
    if known.order.takes_scans() && !known.list_read {
        works.journal.append(job, Fact::ListRead).await?;
    }
    Ok(Begun { job: job.clone(), order: known.order, market })
}

/// The same for a job whose turn has come: that it goes on is said first, since a check-up may take its time.
pub(super) async fn make_ready(works: &Works, job: &JobId) -> Result<Begun, BatchError> {
    let known = Known::of(works, job).await?;
    output_folder(&known.order)?;
    let items = known.read_list(works, job).await?;
    let market = market::prepare(works, &known.order, items).await?.open(job.clone());
    Ok(Begun { job: job.clone(), order: known.order, market })
}

/// What the journal knows of a job that is taken up.
pub(super) struct Known {
    pub(super) order: Order,
    has_begun: bool,
    list_read: bool,
    /// Those that are unfinished.
    items: u64,
}

impl Known {
    pub(super) async fn of(works: &Works, job: &JobId) -> Result<Self, BatchError> {
        let board = works.journal.board(job).await?;
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        if board.state == JobState::Cancelled {
            return Err(BatchError::Cancelled(job.clone()));
        }
        Ok(Self {
            order: board.order.clone().ok_or_else(|| BatchError::NoOrder(job.clone()))?,
            has_begun: board.started_at.is_some(),
            list_read: board.list_read,
            items: board.counts.total - board.counts.done,
        })
    }

    pub(super) fn goes_on(&self) -> Fact {
        if self.has_begun { Fact::Resumed } else { Fact::Started }
    }

    /// The list, where it was not written down before; and how many items there are to do.
    async fn read_list(&self, works: &Works, job: &JobId) -> Result<u64, BatchError> {
        if self.list_read || self.order.takes_scans() {
            return Ok(self.items);
        }
        list::read_again(works, job, &self.order).await?;
        let board = works.journal.board(job).await?;
        let counts = &board.read().unwrap_or_else(PoisonError::into_inner).counts;
        Ok(counts.total - counts.done)
    }
}
