//! Stopping a run before it is done, and what becomes of its job.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use super::error::BatchError;
use domain::event::JobEvent;

/// What becomes of a job whose run is stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopReason {
    /// The job waits until the operator resumes it.
    #[default]
    Stop,
    /// The service shuts down and resumes the job when it starts again.
    Shutdown,
    /// The job waits until the operator resumes it; the service does not resume it when it starts again.
    Pause,
    /// Unfinished items are skipped, and the job cannot be resumed.
    Cancel,
}

impl StopReason {
    /// Returns the event that ends the run, with the reason that the operator reads.
    pub(super) fn final_event(self) -> JobEvent {
        match self {
            Self::Stop => JobEvent::manual_stop("stopped by you".to_owned()),
            Self::Shutdown => JobEvent::interruption(SHUTDOWN_REASON.to_owned()),
            Self::Pause => JobEvent::Paused { why: "paused by you".to_owned() },
            Self::Cancel => JobEvent::Cancelled { why: "canceled by you".to_owned() },
        }
    }
}

const SHUTDOWN_REASON: &str = "the process was stopped; `draft-maker resume` or the service continues the batch";

/// Requests the stop of one run. Clones share the signal; the first reason counts.
#[derive(Clone, Debug, Default)]
pub struct StopSignal {
    token: CancellationToken,
    reason: Arc<OnceLock<StopReason>>,
}

impl StopSignal {
    /// Creates a signal that is raised with `token`, for [`StopReason::Stop`] unless another reason was given before.
    pub fn from_token(token: CancellationToken) -> Self {
        Self { token, reason: Arc::default() }
    }

    /// Requests the stop.
    pub fn request_stop(&self, reason: StopReason) {
        self.reason.get_or_init(|| reason);
        self.token.cancel();
    }

    /// Returns the reason of the first request.
    pub fn reason(&self) -> StopReason {
        self.reason.get().copied().unwrap_or_default()
    }

    /// Returns the token that is cancelled when the stop is requested.
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }
}

/// Does work that comes before the first item, until a stop drops it. `when` completes the message "stopped …".
///
/// # Errors
/// Returns the error of the work, or [`BatchError::Stopped`].
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
