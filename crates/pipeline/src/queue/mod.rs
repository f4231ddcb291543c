//! The job queue of a service: jobs wait, run, can be paused, and resume after a restart.
//!
//! ```text
//! submit, retry ──> Queued ──turn──> Started ── batch::run_job ──> Completed | Failed
//!                     │  ^               │ pause, cancel, shutdown
//!                     │  └── resume ── Paused, Stopped, Failed
//!                     └── cancel ──> Cancelled
//! ```
//!
//! The journal stores everything that must outlive the process. The queue itself knows only which jobs are running and
//! which one is next. All jobs share one provider gateway and thus the rate limits of the upstream services.

mod bulk_action;
mod control;
mod estimate;
mod late_results;
mod recovery;
mod review;
mod run_queue;
mod start_jobs;
mod submit;

use std::sync::Arc;

use tokio_util::task::TaskTracker;

pub use submit::{SameListPolicy, SubmittedJob};

use run_queue::RunQueue;

use super::app_context::AppContext;
use super::batch::{BatchError, StopReason};
use super::scan_sessions::ScanSessions;
use domain::job::JobState;
use domain::job_spec::JobId;
use store::StoreDatabaseError;
use store::journal::JournalError;

/// The job queue of a process. Clones share the queue.
#[derive(Clone)]
pub struct JobQueue {
    inner: Arc<JobQueueInner>,
}

struct JobQueueInner {
    context: AppContext,
    limits: QueueLimits,
    /// Held from the check of a job's state to the event that changes the state, so that concurrent requests cannot
    /// both pass the check. Not held while a run ends or result files are written.
    transitions: tokio::sync::Mutex<()>,
    run_queue: RunQueue,
    scan_sessions: ScanSessions,
    run_tasks: TaskTracker,
    /// Unfinished jobs of the previous process that have not been resumed yet.
    interrupted: parking_lot::Mutex<Vec<JobId>>,
}

/// Limits on the number of jobs in a queue.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// Maximum number of concurrently running jobs; at least 1.
    pub running: usize,
    /// Maximum number of waiting jobs. Jobs of the previous process count, but are never rejected.
    pub waiting: usize,
}

impl QueueLimits {
    /// Returns the limits for a queue with a single operator: any number of jobs may wait.
    pub const fn for_running(running: usize) -> Self {
        Self { running, waiting: usize::MAX }
    }
}

/// The reason why a request to the queue failed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// An unfinished job uses the same list.
    #[error(
        "{job} is {state} over the same list; {}, cancel it, or use force (--force; in the API \"force\": true)",
        if *state == JobState::Paused { "resume it" } else { "wait for it" }
    )]
    DuplicateSource { job: JobId, state: JobState },
    /// The idempotency key was used for another request.
    #[error("this key was used for another request, {0}; use a new key")]
    IdempotencyConflict(JobId),
    /// The job's state does not allow the action. `action` is a past participle such as "paused".
    #[error("{job} is {state}: it cannot be {action}")]
    InvalidState { job: JobId, state: JobState, action: &'static str },
    /// The job has no items with one of the requested statuses.
    #[error("{0} has no items to retry")]
    NothingToRetry(JobId),
    /// No draft of the batch can be created. The message names the setting and the fix.
    #[error("{0}")]
    Unready(String),
    /// The maximum number of waiting jobs is reached.
    #[error(
        "{0} batches are already waiting (server.max_waiting_jobs): try again when one has started, cancel one, or raise \
         the limit"
    )]
    Full(usize),
    /// The service is shutting down.
    #[error("the service is stopping and accepts no more requests")]
    Closed,
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The photos of an item cannot be read.
    #[error(transparent)]
    Photos(#[from] StoreDatabaseError),
    /// The batch cannot be canceled or started.
    #[error(transparent)]
    Batch(#[from] BatchError),
}

impl JobQueue {
    /// Returns the state shared by all jobs.
    pub fn context(&self) -> &AppContext {
        &self.inner.context
    }

    /// Returns the scan sessions of the process. A scan session is submitted like any other job.
    pub fn scan_sessions(&self) -> &ScanSessions {
        &self.inner.scan_sessions
    }

    /// Stops the running jobs within seconds and starts no others. Running and waiting jobs resume when the service
    /// starts again.
    pub async fn shut_down(&self) {
        for running in self.inner.run_queue.close() {
            running.stop.request_stop(StopReason::Shutdown);
        }
        self.inner.run_tasks.close();
        self.inner.run_tasks.wait().await;
    }
}
