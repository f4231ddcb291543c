//! The jobs of a process that serves: they wait, run, are set aside, and go on after a restart.
//!
//! ```text
//! submit, retry ──> Queued ──turn──> Started ── batch::run ──> Finished | Broke
//!                     │  ^               │ pause, cancel, the process ends
//!                     │  └── resume ── Paused, Stopped, Broke
//!                     └── cancel ──> Cancelled
//! ```
//!
//! Everything that has to outlive the process is in the journal; here is only who runs and who is next. All jobs share
//! one gatherer and with it the upstreams' limits.

mod bulk_action;
mod control;
mod error;
mod estimate;
mod recovery;
mod review;
mod run_queue;
mod submit;

use std::sync::Arc;

use tokio_util::task::TaskTracker;

pub use error::QueueError;
use run_queue::RunQueue;
pub use submit::SubmittedJob;

use super::app_context::AppContext;
use super::batch::StopReason;
use super::scan_sessions::ScanSessions;

/// The queue of a process. Clones are the same queue.
#[derive(Clone)]
pub struct JobQueue {
    inner: Arc<JobQueueInner>,
}

struct JobQueueInner {
    context: AppContext,
    /// How many jobs run at the same time.
    max_running_jobs: usize,
    /// One order or wish at a time is decided.
    control_lock: tokio::sync::Mutex<()>,
    /// One at a time decides about items of ended jobs, and so lets them run once more.
    review_lock: tokio::sync::Mutex<()>,
    run_queue: RunQueue,
    /// One scan after the other.
    scan_sessions: ScanSessions,
    run_tasks: TaskTracker,
}

impl JobQueue {
    /// The parts that all jobs share.
    pub fn context(&self) -> &AppContext {
        &self.inner.context
    }

    /// Where scans come in; the order of a batch that takes them is submitted like any other.
    pub fn scan_sessions(&self) -> &ScanSessions {
        &self.inner.scan_sessions
    }

    /// Ends: what runs stops within seconds and goes on by itself after the next start, and so does what waits.
    pub async fn shut_down(&self) {
        for running in self.inner.run_queue.close() {
            running.stop.request_stop(StopReason::Shutdown);
        }
        self.inner.run_tasks.close();
        self.inner.run_tasks.wait().await;
    }
}
