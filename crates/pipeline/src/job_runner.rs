//! Runs the unfinished items of a job in batches, with a limit on concurrent items.
//!
//! A batch has as many items as the catalog with the largest limit accepts in one request. The items of a batch start
//! together, so that their searches share a full request. The next batch starts when enough permits are free. With
//! permits for more than one batch, every upstream's queue stays filled, and only the slowest upstream limits the
//! speed.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::deferred_items::DeferredItems;
use super::item_pipeline::{ItemPipeline, ItemRun};
use domain::event::{JobEvent, Seq};
use domain::item::{Item, Stage};
use domain::job_projection::DecisionCursor;
use domain::upc::Upc;
use store::journal::{JournalError, SharedProjection};
use upstream::ask_about;

/// How long running items may take to finish after a stop request. Docker kills a container after ten seconds; the
/// result files take the remaining time.
const STOP_GRACE_PERIOD: Duration = Duration::from_secs(6);

/// How long items whose draft is not being written may take to finish after a stop request. Their results are
/// recorded, so only the current request is lost.
const LOOKUP_GRACE_PERIOD: Duration = Duration::from_secs(1);

/// Minimum delay before deferred items run again, so that a due time in the past does not cause a busy loop.
pub(super) const MIN_DEFERRAL: Duration = Duration::from_secs(1);

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// All items have a final status.
    Completed,
    /// A stop was requested at `at`; unfinished items can be resumed.
    StopRequested { at: Instant },
    /// A deferred item waits for an action of the operator.
    Blocked { why: String },
    /// The operator has paused every unfinished item.
    OnlyPausedItemsLeft { items: u64 },
}

/// A run over the unfinished items of one job.
pub struct JobRunner {
    pub(super) pipeline: Arc<ItemPipeline>,
    pub(super) concurrency: usize,
    pub(super) batch_size: usize,
    pub(super) tasks: JoinSet<(Upc, Result<ItemRun, JournalError>)>,
    /// Items with a started task that has not been joined, with a handle to abort the task.
    pub(super) in_progress: HashMap<Upc, AbortHandle>,
    pub(super) deferred: DeferredItems,
    /// The review decisions that the run has processed.
    decisions: DecisionCursor,
}

impl JobRunner {
    /// Creates a run with `concurrency` items at a time, but with at least two batches: otherwise requests would not
    /// be full.
    pub fn new(pipeline: Arc<ItemPipeline>, concurrency: usize) -> Self {
        let batch_size = pipeline.gateway.max_batch_size();
        Self {
            concurrency: concurrency.max(2 * batch_size),
            batch_size,
            pipeline,
            tasks: JoinSet::new(),
            in_progress: HashMap::new(),
            deferred: DeferredItems::default(),
            decisions: DecisionCursor::default(),
        }
    }

    /// Runs until every item is finished or `stop` is canceled. Deferred items run again when they are due and the
    /// other items are finished. The run ends if a deferred item needs the operator.
    ///
    /// # Errors
    /// Returns [`JournalError`] if a step cannot be recorded. The run then ends, because unrecorded work would be done
    /// twice.
    pub async fn run(mut self, stop: &CancellationToken) -> Result<RunEnd, JournalError> {
        let mut runnable = self.take_runnable_items().await?;
        loop {
            if !self.run_items(&runnable, stop).await? {
                return self.shut_down().await;
            }
            // Read before the checks, so that a later event ends the wait below.
            let checked_position = self.job_position().await?;
            runnable = self.take_runnable_items().await?;
            if !runnable.is_empty() || self.settle_waiting_lots().await? {
                continue;
            }
            if self.deferred.by_due_time.is_empty() {
                return self.completed_or_paused().await;
            }
            if self.deferred.all_need_operator() {
                return Ok(RunEnd::Blocked { why: self.deferred.summary() });
            }
            self.record_deferrals().await?;
            match self.wait_until_due(checked_position, stop).await? {
                WaitOutcome::StopRequested => return self.shut_down().await,
                WaitOutcome::Due => runnable = self.deferred.take_due(Timestamp::now(), Instant::now()),
                WaitOutcome::JobChanged => {}
            }
        }
    }

    /// Runs these items and those that are decided in the meantime. Returns false if a stop was requested first.
    async fn run_items(&mut self, runnable: &[Upc], stop: &CancellationToken) -> Result<bool, JournalError> {
        let permits = Arc::new(Semaphore::new(self.concurrency));
        for batch in runnable.chunks(self.batch_size) {
            // Items that the operator decides during a long run do not wait for its end.
            for decided in self.take_newly_decided().await?.chunks(self.batch_size) {
                if !self.start_batch(decided, &permits, stop).await? {
                    return Ok(false);
                }
            }
            if !self.start_batch(batch, &permits, stop).await? {
                return Ok(false);
            }
        }
        loop {
            tokio::select! {
                finished = self.tasks.join_next() => match finished {
                    Some(finished) => self.on_task_finished(finished)?,
                    None => return Ok(true),
                },
                () = stop.cancelled() => return Ok(false),
            }
        }
    }

    /// Records each group of deferred items once. A group that waits for the operator has no time to record: the log
    /// names its reason while other items are still running.
    pub(super) async fn record_deferrals(&mut self) -> Result<(), JournalError> {
        for (due, group) in self.deferred.by_due_time.iter_mut().filter(|(_, group)| !group.is_recorded) {
            let (items, why) = (group.upcs.len() as u64, group.why.clone());
            if let Some(until) = *due {
                let deferred = JobEvent::Deferred { items, until, why };
                self.pipeline.journal.append_event(&self.pipeline.job, deferred).await?;
            } else {
                tracing::warn!(items, why, "items wait until you fix the cause; the other items continue");
            }
            group.is_recorded = true;
        }
        Ok(())
    }

    pub(super) fn on_task_finished(
        &mut self,
        finished: Result<(Upc, Result<ItemRun, JournalError>), JoinError>,
    ) -> Result<(), JournalError> {
        if let Ok((upc, _)) = &finished {
            self.in_progress.remove(upc);
        }
        self.deferred.on_task_finished(finished.map(|(_, run)| run))
    }

    /// Returns unfinished items with a decision since the last call.
    async fn take_newly_decided(&mut self) -> Result<Vec<Upc>, JournalError> {
        let projection = self.projection().await?;
        let projection = projection.read();
        let mut seen = HashSet::new();
        let decided = self.decisions.take_new(&projection).iter().copied().filter(|upc| seen.insert(*upc));
        // A task that applied an earlier decision may not be joined yet; its item runs again at the end.
        let decided = decided.filter(|upc| !self.in_progress.contains_key(upc));
        Ok(decided.filter(|upc| projection.item(*upc).is_some_and(is_runnable)).collect())
    }

    /// Returns the items that are not finished, paused or deferred. Marks all decisions so far as processed, so that
    /// [`Self::take_newly_decided`] does not return these items again.
    async fn take_runnable_items(&mut self) -> Result<Vec<Upc>, JournalError> {
        let deferred = self.deferred.upcs();
        let projection = self.projection().await?;
        let projection = projection.read();
        self.decisions.take_new(&projection);
        let runnable = projection.items().iter().filter(|item| {
            is_runnable(item) && !deferred.contains(&item.upc) && !self.pipeline.lots.is_ready(item.upc)
        });
        Ok(runnable.map(|item| item.upc).collect())
    }

    /// Drafts lots that no running item will settle. Returns true if items of these lots may have to run again.
    pub(super) async fn settle_waiting_lots(&mut self) -> Result<bool, JournalError> {
        let runs = self.pipeline.settle_waiting_lots(&self.deferred.upcs()).await?;
        let is_progress = !runs.is_empty();
        for (upc, run) in runs {
            self.on_task_finished(Ok((upc, Ok(run))))?;
        }
        Ok(is_progress)
    }

    async fn projection(&self) -> Result<SharedProjection, JournalError> {
        self.pipeline.journal.projection(&self.pipeline.job).await
    }

    /// Returns the position of the job's last event.
    async fn job_position(&self) -> Result<Seq, JournalError> {
        Ok(self.projection().await?.read().position)
    }

    /// Returns how a run without running or deferred items ended.
    pub(super) async fn completed_or_paused(&self) -> Result<RunEnd, JournalError> {
        Ok(match self.projection().await?.read().counts.paused {
            0 => RunEnd::Completed,
            items => RunEnd::OnlyPausedItemsLeft { items },
        })
    }

    /// Waits until items may be due, the job has an event after `checked_position`, or a stop is requested.
    async fn wait_until_due(
        &self,
        checked_position: Seq,
        stop: &CancellationToken,
    ) -> Result<WaitOutcome, JournalError> {
        let left = self.deferred.time_until_due(Timestamp::now(), Instant::now()).unwrap_or_default();
        let timer = tokio::time::sleep(left.max(MIN_DEFERRAL));
        tokio::pin!(timer);
        let mut head = self.pipeline.journal.subscribe_head();
        // No item is running, so new events of this job come from the operator. The job's position distinguishes them
        // from events of other jobs, and unlike a count it never returns to an earlier value.
        while self.job_position().await? == checked_position {
            tokio::select! {
                () = &mut timer => return Ok(WaitOutcome::Due),
                () = stop.cancelled() => return Ok(WaitOutcome::StopRequested),
                Ok(()) = head.changed() => {}
            }
        }
        Ok(WaitOutcome::JobChanged)
    }

    /// Removes items that were paused or canceled since they were selected.
    async fn still_runnable(&self, batch: &[Upc]) -> Result<Vec<Upc>, JournalError> {
        let projection = self.projection().await?;
        let projection = projection.read();
        Ok(batch.iter().filter(|upc| projection.item(**upc).is_some_and(is_runnable)).copied().collect())
    }

    /// Starts a batch when enough permits are free. Returns false if a stop was requested first.
    pub(super) async fn start_batch(
        &mut self,
        batch: &[Upc],
        permits: &Arc<Semaphore>,
        stop: &CancellationToken,
    ) -> Result<bool, JournalError> {
        let wanted = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        let free = permits.clone().acquire_many_owned(wanted);
        tokio::pin!(free);
        let mut acquired = loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(false),
                Some(finished) = self.tasks.join_next() => self.on_task_finished(finished)?,
                // The semaphore is never closed, so this always yields a permit.
                Ok(acquired) = &mut free => break acquired,
            }
        };
        let batch = self.still_runnable(batch).await?;
        for item in self.pipeline.journal.item_details(&self.pipeline.job, &batch).await? {
            let (pipeline, permit) = (self.pipeline.clone(), acquired.split(1));
            let upc = item.input.upc;
            // A task does not inherit the job's span, so its own span includes the job. At error level, no filter
            // removes the span.
            let span = tracing::error_span!("item", job = %pipeline.job, %upc);
            let task = async move {
                let run =
                    match AssertUnwindSafe(ask_about([upc], Box::pin(pipeline.run_item(item)))).catch_unwind().await {
                        Ok(run) => run,
                        Err(_) => pipeline.fail_after_panic(upc).await.map(|()| ItemRun::Finished),
                    };
                drop(permit);
                (upc, run)
            };
            let handle = self.tasks.spawn(task.instrument(span));
            self.in_progress.insert(upc, handle);
        }
        Ok(true)
    }

    /// Waits for running items, then aborts them: items whose draft is being written get [`STOP_GRACE_PERIOD`], all
    /// others [`LOOKUP_GRACE_PERIOD`].
    pub(super) async fn shut_down(mut self) -> Result<RunEnd, JournalError> {
        let at = Instant::now();
        self.pipeline.sink.flush_pending();
        if !self.join_within(LOOKUP_GRACE_PERIOD).await? {
            self.abort_lookups().await?;
            if !self.join_within(STOP_GRACE_PERIOD.saturating_sub(at.elapsed())).await? {
                self.tasks.shutdown().await;
            }
        }
        Ok(RunEnd::StopRequested { at })
    }

    /// Waits for the running items. Returns false if some are still running after `limit`.
    async fn join_within(&mut self, limit: Duration) -> Result<bool, JournalError> {
        let deadline = tokio::time::Instant::now() + limit;
        loop {
            match tokio::time::timeout_at(deadline, self.tasks.join_next()).await {
                Ok(Some(finished)) => self.on_task_finished(finished)?,
                Ok(None) => return Ok(true),
                Err(_) => return Ok(false),
            }
        }
    }

    /// Aborts the running items whose draft is not being written.
    async fn abort_lookups(&self) -> Result<(), JournalError> {
        let projection = self.projection().await?;
        let projection = projection.read();
        let is_drafting = |upc: Upc| projection.item(upc).is_some_and(|item| item.stage == Stage::Drafting);
        self.in_progress.iter().filter(|(upc, _)| !is_drafting(**upc)).for_each(|(_, task)| task.abort());
        Ok(())
    }
}

/// Returns true for an item that can be processed: neither finished nor paused.
fn is_runnable(item: &Item) -> bool {
    item.stage != Stage::Done && !item.paused
}

/// How a wait for deferred items ended.
enum WaitOutcome {
    Due,
    /// Items may have been resumed, canceled or decided.
    JobChanged,
    StopRequested,
}
