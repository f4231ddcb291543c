//! A job's items, a tray at a time, into slots.
//!
//! A tray is as many items as the most generous catalogue takes in one request. Its items start in the same moment,
//! so their first question leaves as one full request; a new tray starts when as many slots are free. More slots
//! than trays keep every upstream's queue filled: the slowest one sets the pace, and nothing else does.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::steps::Road;
use crate::domain::item::Stage;
use crate::domain::upc::Upc;
use crate::journal::JournalError;

/// How long running items may finish after a stop. Docker kills after ten seconds; the result files take the rest of
/// eight.
const GRACE: Duration = Duration::from_secs(6);

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every item is in its end state.
    AllDone,
    /// The operator stopped it; the journal can go on from here.
    Stopped { at: Instant },
}

/// One run over the unfinished items of a job.
pub struct Run {
    road: Arc<Road>,
    slots: usize,
    tray: usize,
    walks: JoinSet<Result<(), JournalError>>,
}

impl Run {
    /// A run with `slots` items at a time; at least two trays' worth, or requests would leave half empty.
    pub fn new(road: Arc<Road>, slots: usize) -> Self {
        let tray = road.gatherer.tray();
        Self { slots: slots.max(2 * tray), tray, road, walks: JoinSet::new() }
    }

    /// Works until every item is done or `stop` is asked for.
    ///
    /// # Errors
    /// [`JournalError`] where a step could not be written down. The run ends then: work that cannot be written down
    /// would be done twice.
    pub async fn work(mut self, stop: &CancellationToken) -> Result<Ended, JournalError> {
        let slots = Arc::new(Semaphore::new(self.slots));
        let waiting = self.unfinished().await?;
        for tray in waiting.chunks(self.tray) {
            if !self.start(tray, &slots, stop).await? {
                return self.wind_down().await;
            }
        }
        loop {
            tokio::select! {
                walked = self.walks.join_next() => match walked {
                    Some(walked) => settle(walked)?,
                    None => return Ok(Ended::AllDone),
                },
                () = stop.cancelled() => return self.wind_down().await,
            }
        }
    }

    async fn unfinished(&self) -> Result<Vec<Upc>, JournalError> {
        let board = self.road.journal.board(&self.road.job).await?;
        let board = board.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(board.items().iter().filter(|item| item.stage != Stage::Done).map(|item| item.upc).collect())
    }

    /// Starts a tray once it has its slots. False where the stop came first.
    async fn start(
        &mut self,
        tray: &[Upc],
        slots: &Arc<Semaphore>,
        stop: &CancellationToken,
    ) -> Result<bool, JournalError> {
        let wanted = u32::try_from(tray.len()).unwrap_or(u32::MAX);
        let free = slots.clone().acquire_many_owned(wanted);
        tokio::pin!(free);
        let mut seats = loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(false),
                Some(walked) = self.walks.join_next() => settle(walked)?,
                // The semaphore is never closed, so this is always a seat.
                Ok(seats) = &mut free => break seats,
            }
        };
        for item in self.road.journal.dossiers(&self.road.job, tray).await? {
            let (road, seat) = (self.road.clone(), seats.split(1));
            self.walks.spawn(async move {
                let upc = item.listed.upc;
                let walked = AssertUnwindSafe(road.walk(item)).catch_unwind().await;
                let settled = match walked {
                    Ok(walked) => walked,
                    Err(_) => road.abandon(upc).await,
                };
                drop(seat);
                settled
            });
        }
        Ok(true)
    }

    async fn wind_down(mut self) -> Result<Ended, JournalError> {
        let finish = async {
            while let Some(walked) = self.walks.join_next().await {
                settle(walked)?;
            }
            Ok::<(), JournalError>(())
        };
        let at = Instant::now();
        match tokio::time::timeout(GRACE, finish).await {
            Ok(settled) => settled?,
            Err(_) => self.walks.shutdown().await,
        }
        Ok(Ended::Stopped { at })
    }
}

/// A walk that could not write ends the run.
fn settle(walked: Result<Result<(), JournalError>, tokio::task::JoinError>) -> Result<(), JournalError> {
    // Panics are caught inside the walk, and nothing is aborted before the wind-down.
    walked.unwrap_or(Ok(()))
}
