//! The items of a list that is still open: each begins as soon as it is scanned, and the run ends when the list is
//! closed and all of them have ended.
//!
//! ```text
//! Scanned ──bell──> new? begin · has ended with a draft for fewer copies? Again, begin · under way? look when it ends
//! ListRead, nothing under way, nothing before a closed door ──> all done
//! ```

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::job_runner::{JobRunner, MIN_WAIT, RunEnd};
use domain::event::{ItemEvent, JobEvent};
use domain::item::Stage;
use domain::upc::Upc;
use store::journal::JournalError;

/// How far the list has been seen.
#[derive(Default)]
struct ScanCursor {
    items: usize,
    scans: usize,
    /// Those that have not been seen to have ended: under way, before a closed door, or held.
    unfinished: HashSet<Upc>,
}

/// What is to be done now.
#[derive(Default)]
struct DueItems {
    start: Vec<Upc>,
    /// Those that begin anew: their draft is made for fewer copies than there are.
    restart: Vec<Upc>,
    input_closed: bool,
}

impl JobRunner {
    /// Works while the list is open, and until every item is done after it was closed, or `stop` is asked for.
    ///
    /// # Errors
    /// As [`Run::work`].
    pub async fn run_open(mut self, stop: &CancellationToken) -> Result<RunEnd, JournalError> {
        let slots = Arc::new(Semaphore::new(self.concurrency));
        let (mut head, mut seen) = (self.pipeline.journal.subscribe_head(), ScanCursor::default());
        loop {
            // Before the look at the board: what happens between the look and the wait must ring.
            head.mark_unchanged();
            let due = self.poll_due_items(&mut seen).await?;
            if !due.start.is_empty() || !due.restart.is_empty() {
                if !self.start_due_items(due, &slots, stop).await? {
                    return self.shut_down().await;
                }
                continue;
            }
            self.record_deferrals().await?;
            if due.input_closed
                && self.tasks.is_empty()
                && let Some(ended) = self.end_if_idle().await?
            {
                return Ok(ended);
            }
            // A moment late, so that a door whose hour has come already is not knocked at in a tight circle.
            let opens = self.deferred.by_due_time.keys().flatten().next().map(|opens| *opens + MIN_WAIT);
            tokio::select! {
                () = stop.cancelled() => return self.shut_down().await,
                Some(walked) = self.tasks.join_next(), if !self.tasks.is_empty() => self.on_task_finished(walked)?,
                rung = head.changed() => rung.map_err(|_| JournalError::Closed)?,
                // They are among those that have begun and not ended, so the next look finds them.
                () = sleep_until(opens), if opens.is_some() => drop(self.deferred.take_due(Timestamp::now())),
            }
        }
    }

    /// Begins what is due, a tray at a time. False where the stop came first.
    async fn start_due_items(
        &mut self,
        due: DueItems,
        slots: &Arc<Semaphore>,
        stop: &CancellationToken,
    ) -> Result<bool, JournalError> {
        let again =
            due.restart.iter().map(|upc| JobEvent::Item { upc: *upc, item_event: ItemEvent::Requeued }).collect();
        self.pipeline.journal.append_events(&self.pipeline.job, again).await?;
        let all = due.start.into_iter().chain(due.restart).collect::<Vec<_>>();
        for batch in all.chunks(self.batch_size) {
            if !self.start_batch(batch, slots, stop).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How the run ends where nothing is under way; `None` while items wait for a door that opens by itself.
    async fn end_if_idle(&self) -> Result<Option<RunEnd>, JournalError> {
        Ok(match self.deferred.by_due_time.first_key_value() {
            None => Some(self.completed_or_blocked().await?),
            Some((None, _)) => Some(RunEnd::Blocked { why: self.deferred.summary() }),
            Some(_) => None,
        })
    }

    /// Looks at what came since the last look, and at what has not ended.
    async fn poll_due_items(&self, seen: &mut ScanCursor) -> Result<DueItems, JournalError> {
        let parked =
            self.deferred.by_due_time.values().flat_map(|door| door.upcs.iter().copied()).collect::<HashSet<_>>();
        let projection = self.pipeline.journal.projection(&self.pipeline.job).await?;
        let projection = projection.read();
        let mut due = DueItems { input_closed: projection.input_closed, ..DueItems::default() };
        let fresh = projection.items().iter_from(seen.items).map(|item| item.upc);
        let scanned =
            projection.scans.records().get(seen.scans..).unwrap_or_default().iter().filter_map(|scan| scan.upc);
        seen.unfinished.extend(fresh.chain(scanned).chain(projection.decided_upcs.iter().copied()));
        (seen.items, seen.scans) = (projection.items().len(), projection.scans.records().len());
        seen.unfinished.retain(|upc| {
            if self.in_progress.contains(upc) || parked.contains(upc) {
                return true;
            }
            let Some(item) = projection.item(*upc) else { return false };
            match item.stage {
                _ if item.paused => return true,
                Stage::Done if projection.needs_quantity_update(item) => due.restart.push(*upc),
                Stage::Done => return false,
                _ => due.start.push(*upc),
            }
            true
        });
        due.start.sort_unstable_by_key(|upc| projection.index_of(*upc));
        due.restart.sort_unstable_by_key(|upc| projection.index_of(*upc));
        Ok(due)
    }
}

async fn sleep_until(opens: Option<Timestamp>) {
    let left = opens.map(|opens| opens.duration_since(Timestamp::now())).unwrap_or_default();
    tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
}
