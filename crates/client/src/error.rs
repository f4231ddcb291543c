//! Why a service did not do what it was asked.

use domain::forecast::UnderWay;

/// No answer, or a no.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JoinError {
    /// Its own words, which tell what to do.
    #[error("the service at {address} says: {detail}")]
    Refused { address: String, status: u16, detail: String },
    /// Another job is over the same list.
    #[error("the service at {address} says: {detail}")]
    SameList { address: String, detail: String, under_way: UnderWay },
    #[error("the service at {address} does not answer ({why}); look whether it still runs, or end it")]
    Silent { address: String, why: String },
    #[error("the service at {address} answers with something that cannot be read ({why}): is it of another version?")]
    Unreadable { address: String, why: String },
    /// It takes lists from buckets only: a path on this side may be nothing on its side.
    #[error(
        "the service at {address} owns the data directory, and it takes lists from gs:// only: upload {source} to a \
         bucket, or give a data directory of its own with --data-dir", source = .list
    )]
    NotInABucket { address: String, list: String },
}

impl JoinError {
    /// Whether nothing was begun by it, and the operator can mend what he typed: a list that is not there, one that is
    /// being worked on, a path on this side.
    pub fn is_unbegun(&self) -> bool {
        match self {
            Self::Refused { status, .. } => (400..500).contains(status),
            Self::NotInABucket { .. } | Self::SameList { .. } => true,
            Self::Silent { .. } | Self::Unreadable { .. } => false,
        }
    }
}
