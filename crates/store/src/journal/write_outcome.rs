//! Remembers whether the last change of the journal was written.
//!
//! A health check writes less than a change: the disk of a database server can have room for the one and not for the
//! other. So the outcome of real changes counts too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::error::JournalError;

/// How long a failed change counts if no other change follows it.
const FAILED_WRITE_TTL: Duration = Duration::from_mins(1);

/// The outcome of the last change. Clones share it.
#[derive(Clone, Default)]
pub(super) struct WriteOutcome(Arc<Mutex<Option<FailedWrite>>>);

struct FailedWrite {
    at: Instant,
    error: JournalError,
}

impl WriteOutcome {
    /// Records that changes were written.
    pub(super) fn record_success(&self) {
        *self.0.lock() = None;
    }

    /// Records that changes were not written.
    pub(super) fn record_failure(&self, error: &JournalError) {
        *self.0.lock() = Some(FailedWrite { at: Instant::now(), error: error.clone() });
    }

    /// Returns why the last change was not written; `None` if it was, or if it failed too long ago to count.
    pub(super) fn recent_error(&self) -> Option<JournalError> {
        let failed = self.0.lock();
        failed.as_ref().filter(|failed| failed.at.elapsed() < FAILED_WRITE_TTL).map(|failed| failed.error.clone())
    }
}
