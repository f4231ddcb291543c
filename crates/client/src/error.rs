//! The error type of requests to the service.

use domain::batch_estimate::ConflictingJob;

/// The reason why a request to the service failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// The service reported an error; `detail` says what to do.
    #[error("the service at {address} says: {detail}")]
    Api { address: String, status: u16, detail: String },
    /// Another job for the same list is waiting, running or paused.
    #[error("the service at {address} says: {detail}")]
    DuplicateJob { address: String, detail: String, active_job: ConflictingJob },
    /// The service did not respond, or the connection broke.
    #[error("the service at {address} does not answer ({why}). Start or restart the service, then try again")]
    Unreachable { address: String, why: String },
    /// The response is not in the format that this version expects.
    #[error("the service at {address} sent an unreadable answer ({why}). It may be of another version")]
    InvalidResponse { address: String, why: String },
    /// The service can read the list only if it is in a bucket.
    #[error(
        "the running service at {address} reads only gs:// lists; to send it a list of this machine, run `draft-maker \
         run {source}`", source = .list
    )]
    LocalSource { address: String, list: String },
}

impl ClientError {
    /// Returns true if nothing was started and the operator can correct the command, for example because of a missing
    /// list, an active job for the same list, or a local path.
    pub fn is_usage_error(&self) -> bool {
        match self {
            Self::Api { status, .. } => (400..500).contains(status),
            Self::LocalSource { .. } | Self::DuplicateJob { .. } => true,
            Self::Unreachable { .. } | Self::InvalidResponse { .. } => false,
        }
    }
}
