//! Starts the next jobs of the queue and cleans up after their runs.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use tracing::Instrument;

use super::JobQueue;
use super::run_queue::RunHandle;
use crate::batch::{self, BatchError};
use domain::event::JobEvent;
use domain::job::JobState;
use domain::job_spec::JobId;
use store::journal::JournalError;

impl JobQueue {
    /// Starts as many waiting jobs as the limits allow.
    pub(super) fn start_ready_jobs(&self) {
        while let Some((job, running)) = self.inner.run_queue.start_next(self.inner.limits.running.max(1)) {
            // The end of another job may start this one, but its span is not the parent.
            let span = tracing::error_span!(parent: None, "job", %job);
            self.inner.run_tasks.spawn(self.clone().run_job(job, running).instrument(span));
        }
    }

    async fn run_job(self, job: JobId, running: RunHandle) {
        if !self.wait_until_writable(&running).await {
            return self.inner.run_queue.remove_finished(&job);
        }
        let run = batch::run_job(&self.inner.context, &job, &running.stop);
        let failure = match AssertUnwindSafe(run).catch_unwind().await {
            Ok(Ok(files)) => {
                tracing::info!(files = files.paths.len(), "the batch ended");
                None
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the batch failed");
                Some(RunFailure::from(error))
            }
            Err(_) => Some(RunFailure { why: PANIC_REASON.to_owned(), kind: FailureKind::Permanent }),
        };
        let requeue = match failure {
            Some(failure) => self.settle_failed_run(&job, &running, failure).await,
            None => Requeue::No,
        };
        match requeue {
            Requeue::AtFront => self.inner.run_queue.requeue_at_front(&job),
            Requeue::No => self.inner.run_queue.remove_finished(&job),
        }
        if let Err(error) = Box::pin(self.resume_if_released(&job)).await {
            tracing::warn!(%error, %job, "items were resumed while the batch ended; `draft-maker resume` continues them");
        }
        self.requeue_decided(&job).await;
        self.start_ready_jobs();
    }

    /// Waits while the journal is not writable: a run would fail without being able to record the failure. Returns
    /// false if the service shuts down first.
    async fn wait_until_writable(&self, running: &RunHandle) -> bool {
        loop {
            match self.inner.context.journal.check_writable().await {
                Err(error) if error.may_pass() => {
                    if !self.wait_for_journal(running, error).await {
                        return false;
                    }
                }
                _ => break,
            }
        }
        *running.blocked_by.lock() = None;
        true
    }

    /// Ensures that the journal records how a run ended, as soon as it is writable. A job whose start could not be
    /// recorded, or whose run was hit by a store outage, goes to the front of the queue again.
    async fn settle_failed_run(&self, job: &JobId, running: &RunHandle, failure: RunFailure) -> Requeue {
        let requeue = loop {
            let error = match self.record_failed_run(job, &failure).await {
                Ok(requeue) => break requeue,
                Err(error) => error,
            };
            if !error.may_pass() {
                tracing::error!(%error, "cannot record why the batch failed");
                break Requeue::No;
            }
            if !self.wait_for_journal(running, error).await {
                return Requeue::No;
            }
        };
        *running.blocked_by.lock() = None;
        requeue
    }

    async fn record_failed_run(&self, job: &JobId, failure: &RunFailure) -> Result<Requeue, JournalError> {
        let journal = &self.inner.context.journal;
        match journal.job_summary(job).await?.state {
            JobState::Pending if failure.kind != FailureKind::Permanent => return Ok(Requeue::AtFront),
            // The steps before the outage are recorded, as after a kill, and the next run continues from them.
            state if state.is_active() && failure.kind == FailureKind::Outage => return Ok(Requeue::AtFront),
            state if state.is_active() => {
                journal.append_event(job, JobEvent::Failed { why: failure.why.clone() }).await?;
            }
            _ => {}
        }
        Ok(Requeue::No)
    }

    /// Waits briefly before the next attempt to write the journal. Returns false if the service shuts down.
    async fn wait_for_journal(&self, running: &RunHandle, error: JournalError) -> bool {
        if running.blocked_by.lock().replace(error.clone()).is_none() {
            tracing::error!(%error, "the batch waits until the journal can be written");
        }
        tokio::time::sleep(JOURNAL_RETRY_INTERVAL).await;
        !self.inner.run_queue.is_closed()
    }
}

/// Pause between two attempts to write the journal.
const JOURNAL_RETRY_INTERVAL: Duration = Duration::from_millis(500);

const PANIC_REASON: &str = "an error in Draft Maker itself; standard error and the log have the details";

/// Whether a job returns to the queue after its run.
enum Requeue {
    AtFront,
    No,
}

/// The reason why a run ended before its job was done.
struct RunFailure {
    why: String,
    kind: FailureKind,
}

#[derive(PartialEq, Eq)]
enum FailureKind {
    /// The store was temporarily unreachable; the job itself has no error.
    Outage,
    /// The journal could not be written, and a retry can succeed.
    Retryable,
    Permanent,
}

impl From<BatchError> for RunFailure {
    fn from(error: BatchError) -> Self {
        let kind = match &error {
            _ if error.is_store_outage() => FailureKind::Outage,
            BatchError::Journal(error) if error.may_pass() => FailureKind::Retryable,
            _ => FailureKind::Permanent,
        };
        Self { why: error.to_string(), kind }
    }
}
