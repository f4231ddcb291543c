//! Starts the next jobs of the queue and cleans up after their runs.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tracing::Instrument;

use super::JobQueue;
use super::run_queue::RunHandle;
use crate::batch;
use domain::event::JobEvent;
use domain::job_spec::JobId;
use retry::{RetryAdvice, RetryPolicy};
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
        let mut store_retries = store_retry_policy().start();
        loop {
            if !self.wait_until_writable(&running).await {
                return self.inner.run_queue.remove_finished(&job);
            }
            let started_at = Instant::now();
            let Some(failure) = self.run_once(&job, &running).await else { break };
            if !self.settle_failed_run(&job, &running, failure).await || self.inner.run_queue.is_closed() {
                break;
            }
            if started_at.elapsed() > MAX_STORE_RETRY_PAUSE {
                store_retries = store_retry_policy().start();
            }
            let pause = store_retries.next_delay(RetryAdvice::Retry).unwrap_or(MAX_STORE_RETRY_PAUSE);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = running.stop.token().cancelled() => tokio::time::sleep(JOURNAL_RETRY_INTERVAL).await,
            }
        }
        self.inner.run_queue.remove_finished(&job);
        if let Err(error) = Box::pin(self.resume_if_released(&job)).await {
            tracing::warn!(%error, %job, "items were resumed while the batch ended; `draft-maker resume` continues them");
        }
        self.requeue_decided(&job).await;
        self.start_ready_jobs();
    }

    /// Runs the job until it ends. Returns the reason if it ended before it was done.
    async fn run_once(&self, job: &JobId, running: &RunHandle) -> Option<RunFailure> {
        let run = batch::run_job(&self.inner.context, job, &running.stop);
        match AssertUnwindSafe(run).catch_unwind().await {
            Ok(Ok(files)) => {
                tracing::info!(files = files.paths.len(), "the batch ended");
                None
            }
            Ok(Err(error)) if error.is_of_store() => {
                tracing::warn!(%error, "the batch waits for the store");
                Some(RunFailure { why: error.to_string(), is_of_store: true })
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the batch failed");
                Some(RunFailure { why: error.to_string(), is_of_store: false })
            }
            Err(_) => Some(RunFailure { why: PANIC_REASON.to_owned(), is_of_store: false }),
        }
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

    /// Ensures that the journal records how a run ended, as soon as it is writable. Returns true if the job has to run
    /// again, because only the store kept it from going on: the steps before are recorded, as after a kill, and the next
    /// run continues from them.
    async fn settle_failed_run(&self, job: &JobId, running: &RunHandle, failure: RunFailure) -> bool {
        let runs_again = loop {
            let error = match self.record_failed_run(job, &failure).await {
                Ok(runs_again) => break runs_again,
                Err(error) => error,
            };
            if !error.may_pass() {
                tracing::error!(%error, "cannot record why the batch failed");
                break false;
            }
            if !self.wait_for_journal(running, error).await {
                return false;
            }
        };
        *running.blocked_by.lock() = None;
        runs_again
    }

    async fn record_failed_run(&self, job: &JobId, failure: &RunFailure) -> Result<bool, JournalError> {
        let journal = &self.inner.context.journal;
        if !journal.job_summary(job).await?.state.is_active() {
            return Ok(false);
        }
        if !failure.is_of_store {
            journal.append_event(job, JobEvent::Failed { why: failure.why.clone() }).await?;
        }
        Ok(failure.is_of_store)
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

/// Longest pause before a job runs again whose steps could not be recorded, although the journal can be written.
const MAX_STORE_RETRY_PAUSE: Duration = Duration::from_secs(30);

fn store_retry_policy() -> RetryPolicy {
    RetryPolicy::exponential(JOURNAL_RETRY_INTERVAL, MAX_STORE_RETRY_PAUSE)
}

const PANIC_REASON: &str = "an error in Draft Maker itself; standard error and the log have the details";

/// The reason why a run ended before its job was done.
struct RunFailure {
    why: String,
    /// True if the store could not be used; the job itself has no error.
    is_of_store: bool,
}
