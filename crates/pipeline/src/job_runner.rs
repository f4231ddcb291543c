//! A job's items, a tray at a time, into slots.
//!
//! A tray is as many items as the most generous catalogue takes in one request. Its items start in the same moment,
//! so their first question leaves as one full request; a new tray starts when as many slots are free. More slots
//! than trays keep every upstream's queue filled: the slowest one sets the pace, and nothing else does.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::hold;
use super::item_pipeline::{ItemPipeline, ItemRun};
use domain::event::JobEvent;
use domain::item::Stage;
use domain::upc::Upc;
use store::journal::JournalError;

/// How long running items may finish after a stop. Docker kills after ten seconds; the result files take the rest of
/// eight.
const STOP_GRACE_PERIOD: Duration = Duration::from_secs(6);

/// A door whose hour has come already is not knocked at in a tight circle.
pub(super) const MIN_WAIT: Duration = Duration::from_secs(1);

/// How a run came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// Every item is in its end state.
    Completed,
    /// It was asked to stop; the journal can go on from here.
    StopRequested { at: Instant },
    /// The rest waits for something that the operator has to do first.
    Blocked { why: String },
}

/// One run over the unfinished items of a job.
pub struct JobRunner {
    pub(super) pipeline: Arc<ItemPipeline>,
    pub(super) concurrency: usize,
    pub(super) batch_size: usize,
    pub(super) tasks: JoinSet<(Upc, Result<ItemRun, JournalError>)>,
    /// Those whose walk has begun and not been settled.
    pub(super) in_progress: HashSet<Upc>,
    pub(super) deferred: DeferredItems,
    /// Those that are on their way after a person's decision.
    decided: BTreeSet<Upc>,
}

impl JobRunner {
    /// A run with `slots` items at a time; at least two trays' worth, or requests would leave half empty.
    pub fn new(pipeline: Arc<ItemPipeline>, slots: usize) -> Self {
        let batch_size = pipeline.gateway.max_batch_size();
        Self {
            concurrency: slots.max(2 * batch_size),
            batch_size,
            pipeline,
            tasks: JoinSet::new(),
            in_progress: HashSet::new(),
            deferred: DeferredItems::default(),
            decided: BTreeSet::new(),
        }
    }

    /// Works until every item is done or `stop` is asked for. Items before a door that is closed wait until the others
    /// are done, and then for as long as is said there. Where the operator has to open one, the run ends.
    ///
    /// # Errors
    /// [`JournalError`] where a step could not be written down. The run ends then: work that cannot be written down
    /// would be done twice.
    pub async fn run(mut self, stop: &CancellationToken) -> Result<RunEnd, JournalError> {
        let mut waiting = self.unfinished_items().await?;
        self.decided = self.currently_decided().await?;
        loop {
            if !self.run_items(&waiting, stop).await? {
                return self.shut_down().await;
            }
            waiting = self.take_newly_decided().await?;
            if !waiting.is_empty() {
                continue;
            }
            // Let go while the others were worked on.
            waiting = self.released_items().await?;
            if !waiting.is_empty() {
                continue;
            }
            let Some((first, _)) = self.deferred.by_due_time.first_key_value() else {
                return self.completed_or_blocked().await;
            };
            let Some(until) = *first else {
                return Ok(RunEnd::Blocked { why: self.deferred.summary() });
            };
            self.record_deferrals().await?;
            match self.wait_until_due(until, stop).await? {
                WaitOutcome::StopRequested => return self.shut_down().await,
                WaitOutcome::Elapsed => waiting = self.deferred.take_due(until.max(Timestamp::now())),
                WaitOutcome::WorkAvailable => {}
            }
        }
    }

    /// Walks these items, a tray at a time. False where the stop came first.
    async fn run_items(&mut self, waiting: &[Upc], stop: &CancellationToken) -> Result<bool, JournalError> {
        let slots = Arc::new(Semaphore::new(self.concurrency));
        for batch in waiting.chunks(self.batch_size) {
            // Who decides while a long list runs does not wait for its end.
            for decided in self.take_newly_decided().await?.chunks(self.batch_size) {
                if !self.start_batch(decided, &slots, stop).await? {
                    return Ok(false);
                }
            }
            if !self.start_batch(batch, &slots, stop).await? {
                return Ok(false);
            }
        }
        loop {
            tokio::select! {
                walked = self.tasks.join_next() => match walked {
                    Some(walked) => self.on_task_finished(walked)?,
                    None => return Ok(true),
                },
                () = stop.cancelled() => return Ok(false),
            }
        }
    }

    /// Each door once.
    pub(super) async fn record_deferrals(&mut self) -> Result<(), JournalError> {
        for (until, door) in self.deferred.by_due_time.iter_mut().filter(|(_, door)| !door.is_recorded) {
            let Some(until) = *until else { continue };
            let (items, why) = (door.upcs.len() as u64, door.why.clone());
            self.pipeline.journal.append_event(&self.pipeline.job, JobEvent::Deferred { items, until, why }).await?;
            door.is_recorded = true;
        }
        Ok(())
    }

    pub(super) fn on_task_finished(
        &mut self,
        walked: Result<(Upc, Result<ItemRun, JournalError>), JoinError>,
    ) -> Result<(), JournalError> {
        if let Ok((upc, walked)) = &walked {
            self.in_progress.remove(upc);
            if matches!(walked, Ok(ItemRun::Finished)) {
                self.decided.remove(upc);
            }
        }
        self.deferred.on_task_finished(walked.map(|(_, walked)| walked))
    }

    /// Those that a person decided about since the run looked last. From here on they are under way.
    async fn take_newly_decided(&mut self) -> Result<Vec<Upc>, JournalError> {
        let now = self.currently_decided().await?;
        let new = now.difference(&self.decided).copied().collect::<Vec<_>>();
        self.decided.extend(&new);
        Ok(new)
    }

    async fn currently_decided(&self) -> Result<BTreeSet<Upc>, JournalError> {
        let projection = self.pipeline.journal.projection(&self.pipeline.job).await?;
        let projection = projection.read();
        Ok(projection.decided_upcs.clone())
    }

    async fn unfinished_items(&self) -> Result<Vec<Upc>, JournalError> {
        let projection = self.pipeline.journal.projection(&self.pipeline.job).await?;
        let projection = projection.read();
        Ok(projection
            .items()
            .iter()
            .filter(|item| item.stage != Stage::Done && !item.paused)
            .map(|item| item.upc)
            .collect())
    }

    /// Those that wait for nothing and were not worked on.
    async fn released_items(&self) -> Result<Vec<Upc>, JournalError> {
        let mut upcs = self.unfinished_items().await?;
        if !self.deferred.by_due_time.is_empty() {
            let parked = self.deferred.by_due_time.values().flat_map(|door| &door.upcs).collect::<HashSet<_>>();
            upcs.retain(|upc| !parked.contains(upc));
        }
        Ok(upcs)
    }

    /// Every item has ended, or is held.
    pub(super) async fn completed_or_blocked(&self) -> Result<RunEnd, JournalError> {
        Ok(match self.on_hold_count().await? {
            0 => RunEnd::Completed,
            held => RunEnd::Blocked { why: hold::stop_reason(held) },
        })
    }

    async fn on_hold_count(&self) -> Result<u64, JournalError> {
        let projection = self.pipeline.journal.projection(&self.pipeline.job).await?;
        Ok(projection.read().counts.paused)
    }

    /// Waits until then, until something is let go or decided, or until the stop.
    async fn wait_until_due(&self, until: Timestamp, stop: &CancellationToken) -> Result<WaitOutcome, JournalError> {
        let left = Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default().max(MIN_WAIT);
        let over = tokio::time::sleep(left);
        tokio::pin!(over);
        let mut head = self.pipeline.journal.subscribe_head();
        let held = self.on_hold_count().await?;
        loop {
            tokio::select! {
                () = &mut over => return Ok(WaitOutcome::Elapsed),
                () = stop.cancelled() => return Ok(WaitOutcome::StopRequested),
                Ok(()) = head.changed() => {
                    if self.on_hold_count().await? < held || !self.currently_decided().await?.is_subset(&self.decided) {
                        return Ok(WaitOutcome::WorkAvailable);
                    }
                }
            }
        }
    }

    /// Without those that were set aside or given up since they were chosen.
    async fn still_runnable(&self, batch: &[Upc]) -> Result<Vec<Upc>, JournalError> {
        let projection = self.pipeline.journal.projection(&self.pipeline.job).await?;
        let projection = projection.read();
        let is_to_do =
            |upc: &&Upc| projection.item(**upc).is_some_and(|item| item.stage != Stage::Done && !item.paused);
        Ok(batch.iter().filter(is_to_do).copied().collect())
    }

    /// Starts a tray once it has its slots. False where the stop came first.
    pub(super) async fn start_batch(
        &mut self,
        batch: &[Upc],
        slots: &Arc<Semaphore>,
        stop: &CancellationToken,
    ) -> Result<bool, JournalError> {
        let wanted = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        let free = slots.clone().acquire_many_owned(wanted);
        tokio::pin!(free);
        let mut seats = loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(false),
                Some(walked) = self.tasks.join_next() => self.on_task_finished(walked)?,
                // The semaphore is never closed, so this is always a seat.
                Ok(seats) = &mut free => break seats,
            }
        };
        let batch = self.still_runnable(batch).await?;
        for item in self.pipeline.journal.item_details(&self.pipeline.job, &batch).await? {
            let (pipeline, permit) = (self.pipeline.clone(), seats.split(1));
            let upc = item.input.upc;
            self.in_progress.insert(upc);
            // A task of its own: the job is named once more. Of the highest level, so that no filter leaves it out.
            let span = tracing::error_span!("item", job = %pipeline.job, %upc);
            let walk = async move {
                let walked = AssertUnwindSafe(pipeline.run_item(item)).catch_unwind().await;
                let settled = match walked {
                    Ok(walked) => walked,
                    Err(_) => pipeline.fail_after_panic(upc).await.map(|()| ItemRun::Finished),
                };
                drop(permit);
                (upc, settled)
            };
            self.tasks.spawn(walk.instrument(span));
        }
        Ok(true)
    }

    pub(super) async fn shut_down(mut self) -> Result<RunEnd, JournalError> {
        let at = Instant::now();
        self.pipeline.sink.flush_pending();
        let (walks, parked) = (&mut self.tasks, &mut self.deferred);
        let finish = async {
            while let Some(walked) = walks.join_next().await {
                parked.on_task_finished(walked.map(|(_, walked)| walked))?;
            }
            Ok::<(), JournalError>(())
        };
        match tokio::time::timeout(STOP_GRACE_PERIOD, finish).await {
            Ok(settled) => settled?,
            Err(_) => self.tasks.shutdown().await,
        }
        Ok(RunEnd::StopRequested { at })
    }
}

/// Items before closed doors, by the time at which each opens; first those that only the operator opens.
#[derive(Default)]
pub(super) struct DeferredItems {
    pub(super) by_due_time: BTreeMap<Option<Timestamp>, DeferredGroup>,
}

/// Those who wait for the same moment.
pub(super) struct DeferredGroup {
    pub(super) upcs: Vec<Upc>,
    /// What is said there, the same for all.
    why: String,
    is_recorded: bool,
}

impl DeferredItems {
    /// A walk that could not write ends the run.
    pub(super) fn on_task_finished(
        &mut self,
        walked: Result<Result<ItemRun, JournalError>, JoinError>,
    ) -> Result<(), JournalError> {
        // Panics are caught inside the walk, and nothing is aborted before the wind-down.
        let ItemRun::Deferred { upc, until, why } = walked.unwrap_or(Ok(ItemRun::Finished))? else { return Ok(()) };
        let door = self.by_due_time.entry(until).or_insert_with(|| DeferredGroup {
            upcs: Vec::new(),
            why,
            is_recorded: false,
        });
        door.upcs.push(upc);
        Ok(())
    }

    /// Takes those whose time has come.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<Upc> {
        let opened = self.by_due_time.extract_if(.., |until, _| until.is_some_and(|until| until <= now));
        opened.flat_map(|(_, door)| door.upcs).collect()
    }

    /// All who wait, and why the first do.
    pub(super) fn summary(&self) -> String {
        let items = self.by_due_time.values().map(|door| door.upcs.len()).sum::<usize>();
        let why = self.by_due_time.values().next().map(|door| door.why.as_str());
        format!("{items} items wait: {}", why.unwrap_or_default())
    }
}

/// How a rest before a closed door came to its end.
enum WaitOutcome {
    Elapsed,
    /// Something that was held, or that a person has decided about, is to be worked on.
    WorkAvailable,
    StopRequested,
}
