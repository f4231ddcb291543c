//! Why a batch did not begin, or broke off.

use std::io;

use domain::batch::JobId;
use input::{BadSource, IntakeError};
use report::ReportError;
use sinks::{MarketError, NotReady};
use store::journal::JournalError;

/// What kept a batch from beginning or from going on.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    #[error(transparent)]
    Source(#[from] BadSource),
    #[error(transparent)]
    List(#[from] IntakeError),
    #[error("result files cannot be written to {folder}: {error}; choose another folder with --output")]
    Output { folder: String, error: io::Error },
    #[error("market.sink is {sink:?}; there are {known}")]
    Sink { sink: String, known: String },
    #[error(transparent)]
    NotReady(#[from] NotReady),
    #[error("{0} has no order in the journal")]
    NoOrder(JobId),
    #[error("{0} ended before its list, from standard input, was written down: run the list again")]
    NoList(JobId),
    #[error("{0} was cancelled, and nothing follows that; run its list again")]
    Cancelled(JobId),
    #[error("stopped {0}")]
    Stopped(&'static str),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Market(#[from] MarketError),
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl BatchError {
    /// True where the operator can mend it before anything begins.
    pub fn is_unbegun(&self) -> bool {
        matches!(self, Self::Source(_) | Self::List(_) | Self::Output { .. } | Self::Sink { .. } | Self::NotReady(_))
    }
}
