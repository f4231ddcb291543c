//! A run is asked to end before it is done, and told what becomes of its job then.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use super::error::BatchError;
use domain::event::JobEvent;

/// What becomes of the job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopReason {
    /// It waits until somebody resumes it.
    #[default]
    Stop,
    /// The service ends; it takes the job up by itself when it starts again.
    Shutdown,
    /// It is set aside until somebody resumes it, also over a restart of the service.
    Pause,
    /// It is given up: what has not ended is skipped, and nothing follows.
    Cancel,
}

impl StopReason {
    /// The fact that ends the work, in the words that the operator reads.
    pub(super) fn final_event(self) -> JobEvent {
        match self {
            Self::Stop => JobEvent::manual_stop("stopped by the operator".to_owned()),
            Self::Shutdown => JobEvent::Stopped { why: SHUTDOWN_REASON.to_owned(), auto_resume: true },
            Self::Pause => JobEvent::Paused { why: "paused by the operator".to_owned() },
            Self::Cancel => JobEvent::Cancelled { why: "cancelled by the operator".to_owned() },
        }
    }
}

const SHUTDOWN_REASON: &str = "the service ended; it goes on with the job when it starts again";

/// One run's stop. Clones are the same stop; the first wish counts.
#[derive(Clone, Debug, Default)]
pub struct StopSignal {
    token: CancellationToken,
    reason: Arc<OnceLock<StopReason>>,
}

impl StopSignal {
    /// A stop that comes with `asked`, as [`Wish::Stop`] where nobody wishes otherwise.
    pub fn from_token(token: CancellationToken) -> Self {
        Self { token, reason: Arc::default() }
    }

    /// Asks for the end.
    pub fn request_stop(&self, reason: StopReason) {
        self.reason.get_or_init(|| reason);
        self.token.cancel();
    }

    /// What was wished.
    pub fn reason(&self) -> StopReason {
        self.reason.get().copied().unwrap_or_default()
    }

    /// Cancelled when the end is asked for.
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }
}

/// Work before the first item, which a stop ends at once: nothing is lost by it.
///
/// # Errors
/// What the work failed with, and [`BatchError::Stopped`].
pub async fn unless_stopped<T, E: Into<BatchError>>(
    stop: &StopSignal,
    when: &'static str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, BatchError> {
    tokio::select! {
        done = work => done.map_err(Into::into),
        () = stop.token.cancelled() => Err(BatchError::Stopped(when)),
    }
}
