//! Why a service did not do what it was asked.

use domain::batch_estimate::ConflictingJob;

/// No answer, or a no.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// Its own words, which tell what to do.
    #[error("the service at {address} says: {detail}")]
    Api { address: String, status: u16, detail: String },
    /// Another job is over the same list.
    #[error("the service at {address} says: {detail}")]
    DuplicateJob { address: String, detail: String, active_job: ConflictingJob },
    #[error("the service at {address} does not answer ({why}); look whether it still runs, or end it")]
    Unreachable { address: String, why: String },
    #[error("the service at {address} answers with something that cannot be read ({why}): is it of another version?")]
    InvalidResponse { address: String, why: String },
    /// It takes lists from buckets only: a path on this side may be nothing on its side.
    #[error(
        "the service at {address} owns the data directory, and it takes lists from gs:// only: upload {source} to a \
         bucket, or give a data directory of its own with --data-dir", source = .list
    )]
    LocalSource { address: String, list: String },
}

impl ClientError {
    /// Whether nothing was begun by it, and the operator can mend what he typed: a list that is not there, one that is
    /// being worked on, a path on this side.
    pub fn is_usage_error(&self) -> bool {
        match self {
            Self::Api { status, .. } => (400..500).contains(status),
            Self::LocalSource { .. } | Self::DuplicateJob { .. } => true,
            Self::Unreachable { .. } | Self::InvalidResponse { .. } => false,
        }
    }
}
