//! Runs the items of a scan session. Each item starts as soon as it is scanned, and the run ends when the session is
//! closed and every item is finished.
//!
//! ```text
//! Scanned ──head──> new? start · finished with a draft for fewer copies? requeue, start · running? check at its end
//! InputClosed, nothing running, nothing deferred ──> completed
//! ```

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::job_runner::{JobRunner, MIN_DEFERRAL, RunEnd};
use domain::event::{ItemEvent, JobEvent};
use domain::item::Stage;
use domain::job_projection::DecisionCursor;
use domain::upc::Upc;
use store::journal::JournalError;

/// The part of the session that the run has processed.
#[derive(Default)]
struct ScanCursor {
    items: usize,
    scans: usize,
    decisions: DecisionCursor,
    /// Processed items that may need more work: running, deferred, paused, not started, or waiting for their lot.
    unfinished: HashSet<Upc>,
}

/// Items that are ready to start.
#[derive(Default)]
struct DueItems {
    start: Vec<Upc>,
    /// Finished items whose draft differs from the scans, with the event that restarts them.
    restart: Vec<(Upc, ItemEvent)>,
    input_closed: bool,
}

impl JobRunner {
    /// Runs until the session is closed and every item is finished, or until `stop` is canceled.
    /// # Errors
    /// Returns the errors of [`JobRunner::run`].
    pub(crate) async fn run_open(mut self, stop: &CancellationToken) -> Result<RunEnd, JournalError> {
        let permits = Arc::new(Semaphore::new(self.concurrency));
        let (mut head, mut cursor) = (self.pipeline.journal.subscribe_head(), ScanCursor::default());
        loop {
            // Before the projection is read, so that a later event ends the wait below.
            head.mark_unchanged();
            let due = self.poll_due_items(&mut cursor).await?;
            if !due.start.is_empty() || !due.restart.is_empty() {
                if !self.start_due_items(due, &permits, stop).await? {
                    return self.shut_down().await;
                }
                continue;
            }
            if self.tasks.is_empty() && self.settle_waiting_lots().await? {
                continue;
            }
            self.record_deferrals().await?;
            if due.input_closed
                && self.tasks.is_empty()
                && let Some(end) = self.end_if_idle().await?
            {
                return Ok(end);
            }
            // `MIN_DEFERRAL` is added so that a due time in the past does not cause a busy loop.
            let left = self.deferred.time_until_due(Timestamp::now(), Instant::now());
            let sleep = tokio::time::sleep(left.unwrap_or_default() + MIN_DEFERRAL);
            tokio::select! {
                () = stop.cancelled() => return self.shut_down().await,
                Some(finished) = self.tasks.join_next(), if !self.tasks.is_empty() => self.on_task_finished(finished)?,
                changed = head.changed() => changed.map_err(|_| JournalError::Closed)?,
                // The items are still in `cursor.unfinished`, so the next poll starts them.
                () = sleep, if left.is_some() => drop(self.deferred.take_due(Timestamp::now(), Instant::now())),
            }
        }
    }

    /// Starts the due items in batches. Returns false if a stop was requested first.
    async fn start_due_items(
        &mut self,
        due: DueItems,
        permits: &Arc<Semaphore>,
        stop: &CancellationToken,
    ) -> Result<bool, JournalError> {
        let requeued =
            due.restart.iter().map(|(upc, item_event)| JobEvent::Item { upc: *upc, item_event: item_event.clone() });
        match self.pipeline.journal.append_events(&self.pipeline.job, requeued.collect()).await {
            // An item was edited or scanned again in the meantime. The next poll returns those that are still due.
            Err(JournalError::InvalidTransition(_)) => return Ok(true),
            recorded => recorded?,
        };
        let restarted = due.restart.into_iter().map(|(upc, _)| upc);
        let all = due.start.into_iter().chain(restarted).collect::<Vec<_>>();
        for batch in all.chunks(self.batch_size) {
            if !self.start_batch(batch, permits, stop).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns how the run ends if no item is running; `None` while items wait for a due time.
    async fn end_if_idle(&self) -> Result<Option<RunEnd>, JournalError> {
        if self.deferred.by_due_time.is_empty() {
            return self.completed_or_paused().await.map(Some);
        }
        Ok(self.deferred.all_need_operator().then(|| RunEnd::Blocked { why: self.deferred.summary() }))
    }

    /// Advances `cursor` to the end of the session and returns the items that are ready to start.
    async fn poll_due_items(&self, cursor: &mut ScanCursor) -> Result<DueItems, JournalError> {
        let deferred = self.deferred.upcs();
        let projection = self.pipeline.journal.projection(&self.pipeline.job).await?;
        let projection = projection.read();
        let mut due = DueItems { input_closed: projection.input_closed, ..DueItems::default() };
        let new = projection.items().iter_from(cursor.items).map(|item| item.upc);
        let records = projection.scans.records();
        let scanned = records.get(cursor.scans..).unwrap_or_default().iter().filter_map(|scan| scan.upc);
        let decided = cursor.decisions.take_new(&projection).iter().copied();
        cursor.unfinished.extend(new.chain(scanned).chain(decided));
        // A lot that changes queues its finished items again.
        cursor.unfinished.extend(self.pipeline.lots.items());
        (cursor.items, cursor.scans) = (projection.items().len(), records.len());
        cursor.unfinished.retain(|upc| {
            if self.in_progress.contains_key(upc) || deferred.contains(upc) {
                return true;
            }
            let Some(item) = projection.item(*upc) else { return false };
            match item.stage {
                _ if item.paused => return true,
                Stage::Done if projection.needs_scan_update(item) => {
                    let is_corrected = projection.scans.is_corrected(*upc);
                    let event = if is_corrected { ItemEvent::Redescribed } else { ItemEvent::Requeued };
                    due.restart.push((*upc, event));
                }
                Stage::Done => return false,
                // It waits for the other items of its lot.
                _ if self.pipeline.lots.is_ready(*upc) => {}
                _ => due.start.push(*upc),
            }
            true
        });
        due.start.sort_unstable_by_key(|upc| projection.index_of(*upc));
        due.restart.sort_unstable_by_key(|(upc, _)| projection.index_of(*upc));
        Ok(due)
    }
}
