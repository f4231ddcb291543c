//! Waits for the parts of a request body: time limits, and the errors of a body that is late or cannot be read.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::timeout;

use super::error::ApiError;
use api::error::ErrorCode;

/// Maximum time without receiving a byte of the body.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// Maximum time to send a list, or all photos of a request.
pub(super) const UPLOAD_TIMEOUT: Duration = Duration::from_mins(10);

/// Receives the bodies of one kind.
#[derive(Clone, Copy)]
pub(super) struct BodyReceiver {
    /// What the body contains, as the errors name it.
    content: &'static str,
}

impl BodyReceiver {
    pub(super) const fn new(content: &'static str) -> Self {
        Self { content }
    }

    /// Receives a whole body within `limit`.
    ///
    /// # Errors
    /// Returns the error of `receive`, or [`ErrorCode::TooSlow`] if the body takes longer.
    pub(super) async fn receive_within<T>(
        self,
        limit: Duration,
        receive: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let late = |_| {
            let message = format!("the {} did not arrive within {} seconds", self.content, limit.as_secs());
            ApiError::new(ErrorCode::TooSlow, message)
        };
        timeout(limit, receive).await.map_err(late)?
    }

    /// Receives the next part of a body: a chunk, or a field of a form.
    ///
    /// # Errors
    /// Returns [`ErrorCode::TooSlow`] if the client pauses too long, and [`ErrorCode::Unreadable`] if the part cannot
    /// be read.
    pub(super) async fn next_part<T, E: Display>(
        self,
        part: impl Future<Output = Result<T, E>>,
    ) -> Result<T, ApiError> {
        let idle = |_| {
            let message = format!("nothing of the {} arrived for {} seconds", self.content, IDLE_TIMEOUT.as_secs());
            ApiError::new(ErrorCode::TooSlow, message)
        };
        timeout(IDLE_TIMEOUT, part).await.map_err(idle)?.map_err(|error| self.unreadable_error(&error))
    }

    /// Returns the error for a body that cannot be read.
    pub(super) fn unreadable_error(self, why: &dyn Display) -> ApiError {
        let message = format!("the {} cannot be read from the connection: {why}", self.content);
        ApiError::new(ErrorCode::Unreadable, message)
    }
}
