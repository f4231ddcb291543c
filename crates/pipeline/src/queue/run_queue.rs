//! Who runs and who is next.

use parking_lot::{Mutex, MutexGuard};
use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::JobQueue;
use crate::batch::{self, StopSignal};
use domain::event::JobEvent;
use domain::job_spec::JobId;

#[derive(Default)]
pub(super) struct RunQueue(Mutex<RunQueueState>);

#[derive(Default)]
struct RunQueueState {
    waiting: VecDeque<JobId>,
    /// Those that take scans: somebody stands there with a box, so they run beside the others and wait for nobody.
    scan_jobs: VecDeque<JobId>,
    running: HashMap<JobId, RunHandle>,
    is_closed: bool,
}

/// A run under way.
#[derive(Clone, Default)]
pub(super) struct RunHandle {
    pub(super) stop: StopSignal,
    /// Cancelled when the run has ended, after the fact that ends the work.
    pub(super) ended: CancellationToken,
    is_scan_job: bool,
}

/// Where a job is.
pub(super) enum DequeueResult {
    /// It was waiting, and waits no more.
    Removed,
    Running(RunHandle),
    NotFound,
}

impl RunQueue {
    fn lock_state(&self) -> MutexGuard<'_, RunQueueState> {
        self.0.lock()
    }

    pub(super) fn enqueue_batch(&self, job: JobId) {
        self.lock_state().waiting.push_back(job);
    }

    /// Joins the line, or those that run beside it.
    pub(super) fn enqueue(&self, job: JobId, takes_scans: bool) {
        if takes_scans { self.lock_state().scan_jobs.push_back(job) } else { self.enqueue_batch(job) }
    }

    /// Takes a job out of the line where it waits in it.
    pub(super) fn dequeue_job(&self, job: &JobId) -> DequeueResult {
        let mut places = self.lock_state();
        if let Some(running) = places.running.get(job) {
            return DequeueResult::Running(running.clone());
        }
        let before = places.waiting.len() + places.scan_jobs.len();
        places.waiting.retain(|waiting| waiting != job);
        places.scan_jobs.retain(|waiting| waiting != job);
        if places.waiting.len() + places.scan_jobs.len() < before {
            DequeueResult::Removed
        } else {
            DequeueResult::NotFound
        }
    }

    pub(super) fn find_running(&self, job: &JobId) -> Option<RunHandle> {
        self.lock_state().running.get(job).cloned()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock_state().is_closed
    }

    /// Who runs and who waits, the next first.
    pub(super) fn running_and_waiting(&self) -> (Vec<JobId>, Vec<JobId>) {
        let places = self.lock_state();
        (places.running.keys().cloned().collect(), places.waiting.iter().cloned().collect())
    }

    /// Nobody's turn comes any more; those that run are handed over.
    pub(super) fn close(&self) -> Vec<RunHandle> {
        let mut places = self.lock_state();
        places.is_closed = true;
        places.running.values().cloned().collect()
    }

    /// The next whose turn it is.
    fn start_next(&self, at_once: usize) -> Option<(JobId, RunHandle)> {
        let mut places = self.lock_state();
        if places.is_closed {
            return None;
        }
        let apart = places.scan_jobs.pop_front();
        let is_apart = apart.is_some();
        let in_line = places.running.values().filter(|running| !running.is_scan_job).count();
        let job = match apart {
            Some(job) => job,
            None if in_line < at_once => places.waiting.pop_front()?,
            None => return None,
        };
        let running = RunHandle { is_scan_job: is_apart, ..RunHandle::default() };
        places.running.insert(job.clone(), running.clone());
        Some((job, running))
    }

    fn remove_finished(&self, job: &JobId) {
        self.lock_state().running.remove(job);
    }
}

impl JobQueue {
    /// Lets everybody run whose turn it is.
    pub(super) fn start_ready_jobs(&self) {
        while let Some((job, running)) = self.inner.run_queue.start_next(self.inner.max_running_jobs) {
            let span = tracing::error_span!("job", %job);
            self.inner.run_tasks.spawn(self.clone().run_job(job, running).instrument(span));
        }
    }

    async fn run_job(self, job: JobId, running: RunHandle) {
        let work = batch::run_job(&self.inner.context, &job, &running.stop);
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Ok(files)) => tracing::info!(files = files.paths.len(), "the run ended"),
            Ok(Err(error)) => tracing::warn!(%error, "the run broke off"),
            Err(_) => self.record_panic(&job).await,
        }
        self.inner.run_queue.remove_finished(&job);
        running.ended.cancel();
        if let Err(error) = Box::pin(self.resume_if_released(&job)).await {
            tracing::warn!(%error, %job, "what was let go while the run ended waits for `resume`");
        }
        self.requeue_decided(&job).await;
        self.start_ready_jobs();
    }

    /// This program itself failed; the other jobs go on.
    async fn record_panic(&self, job: &JobId) {
        let why = "a fault in Draft Maker itself; standard error and the log have it".to_owned();
        if let Err(error) = self.inner.context.journal.append_event(job, JobEvent::Failed { why }).await {
            tracing::error!(%error, "the journal cannot say why the run broke off");
        }
    }
}
