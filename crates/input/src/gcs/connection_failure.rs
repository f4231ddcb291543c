//! Why a request to Google Cloud Storage got no answer.

use std::error::Error as StdError;

/// Reason why a request got no answer. The messages of Google's library go to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionFailure {
    #[error("the connection was refused")]
    Refused,
    #[error("the connection was closed")]
    Closed,
    #[error("the network does not reach it")]
    NoRoute,
    #[error("no answer in time")]
    Timeout,
    #[error("no connection")]
    Other,
}

impl ConnectionFailure {
    /// Classifies an error by its causes.
    pub(super) fn from_error(error: &(dyn StdError + 'static)) -> Self {
        use std::io::ErrorKind;
        let causes = std::iter::successors(Some(error), |error| (*error).source());
        let kinds = causes.filter_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
        let known = kinds.filter_map(|kind| match kind {
            ErrorKind::ConnectionRefused => Some(Self::Refused),
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => Some(Self::Closed),
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => Some(Self::NoRoute),
            ErrorKind::TimedOut => Some(Self::Timeout),
            _ => None,
        });
        known.last().unwrap_or(Self::Other)
    }
}
