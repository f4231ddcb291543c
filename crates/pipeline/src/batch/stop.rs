//! Stop signals for runs, and the state in which they leave a job.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use super::error::BatchError;
use domain::event::JobEvent;

/// The reason why a run is stopped; it determines what happens to the job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopReason {
    /// The job waits until the operator resumes it.
    #[default]
    Stop,
    /// The scans could not be read or recorded. The job waits until the operator resumes it.
    InputFailed,
    /// The service shuts down and will resume the job when it starts again.
    Shutdown,
    /// The job waits until the operator resumes it, even if the service restarts.
    Pause,
    /// Unfinished items are skipped, and the job cannot be resumed.
    Cancel,
}

impl StopReason {
    /// Returns the event that ends the run, with a reason for the operator. `draft-maker resume` closes a scan session,
    /// so another command continues it.
    pub(super) fn final_event(self, is_scan_session: bool) -> JobEvent {
        match self {
            Self::Stop => JobEvent::manual_stop("stopped by you".to_owned()),
            Self::InputFailed => JobEvent::manual_stop("the scans could not be read or recorded".to_owned()),
            Self::Shutdown if is_scan_session => JobEvent::interruption(SCAN_SHUTDOWN_REASON.to_owned()),
            Self::Shutdown => JobEvent::interruption(SHUTDOWN_REASON.to_owned()),
            Self::Pause => JobEvent::Paused { why: "paused by you".to_owned() },
            Self::Cancel => JobEvent::Cancelled { why: "canceled by you".to_owned() },
        }
    }
}

const SHUTDOWN_REASON: &str = "the process was stopped; `draft-maker resume` or the service continues the batch";

const SCAN_SHUTDOWN_REASON: &str = "the process was stopped; `draft-maker scan` or the service continues the session";

/// A request to stop one run. Clones share the signal; the first reason wins.
#[derive(Clone, Debug, Default)]
pub struct StopSignal {
    token: CancellationToken,
    reason: Arc<OnceLock<StopReason>>,
}

impl StopSignal {
    /// Creates a signal that is raised when `token` is canceled. The reason is [`StopReason::Stop`] unless another was
    /// given first.
    pub fn from_token(token: CancellationToken) -> Self {
        Self { token, reason: Arc::default() }
    }

    /// Requests the stop; ignores the reason if one was given before.
    pub fn request_stop(&self, reason: StopReason) {
        self.reason.get_or_init(|| reason);
        self.token.cancel();
    }

    /// Returns the reason of the first request; [`StopReason::Stop`] by default.
    pub fn reason(&self) -> StopReason {
        self.reason.get().copied().unwrap_or_default()
    }

    /// Returns the token that is canceled when a stop is requested.
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }
}

/// Runs work before the first item, and drops it if a stop is requested. `when` completes the message "stopped …".
///
/// # Errors
/// Returns the error of the work, or [`BatchError::Stopped`] after a stop.
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
