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

mod acts;
mod decisions;
mod error;
mod forecast;
mod line;
mod orders;
mod restart;
mod wishes;

use std::sync::Arc;

use tokio_util::task::TaskTracker;

pub use error::QueueError;
use line::Line;
pub use orders::Submitted;

use super::batch::Wish;
use super::scans::Desk;
use super::works::Works;

/// The queue of a process. Clones are the same queue.
#[derive(Clone)]
pub struct Queue {
    inner: Arc<Inner>,
}

struct Inner {
    works: Works,
    /// How many jobs run at the same time.
    at_once: usize,
    /// One order or wish at a time is decided.
    deciding: tokio::sync::Mutex<()>,
    /// One at a time decides about items of ended jobs, and so lets them run once more.
    reopening: tokio::sync::Mutex<()>,
    line: Line,
    /// One scan after the other.
    scans: Desk,
    runs: TaskTracker,
}

impl Queue {
    /// The parts that all jobs share.
    pub fn works(&self) -> &Works {
        &self.inner.works
    }

    /// Where scans come in; the order of a batch that takes them is submitted like any other.
    pub fn scans(&self) -> &Desk {
        &self.inner.scans
    }

    /// Ends: what runs stops within seconds and goes on by itself after the next start, and so does what waits.
    pub async fn close(&self) {
        for running in self.inner.line.close() {
            running.stop.ask(Wish::GoOnLater);
        }
        self.inner.runs.close();
        self.inner.runs.wait().await;
    }
}
