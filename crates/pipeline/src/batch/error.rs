//! Why a batch did not begin, or broke off.

use std::io;

use domain::job_spec::JobId;
use input::{IntakeError, ParseSourceError};
use report::ReportError;
use sinks::{NotReady, SinkError};
use store::journal::JournalError;

/// What kept a batch from beginning or from going on.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    #[error(transparent)]
    InvalidSource(#[from] ParseSourceError),
    #[error(transparent)]
    Input(#[from] IntakeError),
    #[error("result files cannot be written to {folder}: {error}; choose another folder with --output")]
    Output { folder: String, error: io::Error },
    #[error(transparent)]
    NotReady(#[from] NotReady),
    #[error("{0} has no order in the journal")]
    MissingSpec(JobId),
    #[error("{0} ended before its list, from standard input, was written down: run the list again")]
    InputLost(JobId),
    #[error("{0} was cancelled, and nothing follows that; run its list again")]
    Cancelled(JobId),
    #[error("stopped {0}")]
    Stopped(&'static str),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    SinkFailed(#[from] SinkError),
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl BatchError {
    /// True where the operator can mend it before anything begins.
    pub fn is_startup_error(&self) -> bool {
        matches!(self, Self::InvalidSource(_) | Self::Input(_) | Self::Output { .. } | Self::NotReady(_))
    }
}
