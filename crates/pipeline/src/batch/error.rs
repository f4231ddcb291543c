//! The error type for batches that did not start or failed.

use std::io;

use crate::credential_check::RejectedCredential;
use domain::job_spec::JobId;
use domain::site::Site;
use input::gcs::InvalidBucketFolder;
use input::{IntakeError, ParseSourceError};
use report::ReportError;
use sinks::{NotReady, WriteFilesError};
use store::journal::JournalError;

/// The reason why a batch did not start or failed.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The source is neither a URL nor a path.
    #[error(transparent)]
    InvalidSource(#[from] ParseSourceError),
    /// The list cannot be read.
    #[error(transparent)]
    Input(#[from] IntakeError),
    /// The folder for result files cannot be written.
    #[error(
        "cannot write result files to {folder}: {}; choose another folder: --output, or OUTPUT_DIR for a service",
        files::describe_io_error(error)
    )]
    Output { folder: String, error: io::Error },
    /// The address for result files is not a folder of a bucket.
    #[error("{0}: --output, or OUTPUT_DIR for a service")]
    OutputAddress(#[from] InvalidBucketFolder),
    /// A service rejected its configured key.
    #[error(transparent)]
    RejectedCredential(#[from] RejectedCredential),
    /// The sink needs something from the operator, or eBay does not answer.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// The journal does not contain the job's first event.
    #[error("the journal has no settings of {0}; run its list again")]
    MissingSpec(JobId),
    /// The process ended before a list from standard input was recorded, so the list cannot be read again.
    #[error("{0} ended before its list, from standard input, was saved: run the list again")]
    InputLost(JobId),
    /// A canceled job cannot be resumed.
    #[error("{0} was canceled and cannot be resumed; run its list again")]
    Cancelled(JobId),
    /// The settings name another eBay site than the one on which the job began, with other prices, policies and texts.
    #[error(
        "{job} is for {begun_at}, but ebay.marketplace is {set}: set it to {begun_at} (EBAY_MARKETPLACE) to continue"
    )]
    OtherSite { job: JobId, begun_at: Site, set: Site },
    /// A stop was requested before the first item.
    #[error("stopped {0}")]
    Stopped(&'static str),
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The sink cannot write its files.
    #[error(transparent)]
    DraftsFiles(#[from] WriteFilesError),
    /// The result files cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl BatchError {
    /// Returns true for an error that the operator can fix before anything is started.
    pub fn is_startup_error(&self) -> bool {
        matches!(
            self,
            Self::InvalidSource(_)
                | Self::Input(_)
                | Self::Output { .. }
                | Self::OutputAddress(_)
                | Self::RejectedCredential(_)
                | Self::OtherSite { .. }
        ) || matches!(self, Self::NotReady(not_ready) if !not_ready.is_temporary)
    }

    /// Returns true if the store was temporarily unreachable; the job itself has no error.
    pub(crate) fn is_store_outage(&self) -> bool {
        self.store_error().is_some_and(JournalError::is_passing_outage)
    }

    /// Returns true if the store could not be read or written, for a reason that can pass; the job itself has no error.
    pub(crate) fn is_of_store(&self) -> bool {
        self.store_error().is_some_and(JournalError::is_of_store)
    }

    fn store_error(&self) -> Option<&JournalError> {
        match self {
            Self::Journal(error) | Self::DraftsFiles(WriteFilesError::Ledger(error)) => Some(error),
            _ => None,
        }
    }

    /// True if the files of a batch whose items are done cannot be written to their folder.
    pub(super) fn is_unwritable_output(&self) -> bool {
        matches!(self, Self::Report(ReportError::Folder { .. }) | Self::DraftsFiles(_)) && !self.is_of_store()
    }

    /// Returns true if the batch may start later without a change by the operator.
    pub(crate) fn is_temporary(&self) -> bool {
        matches!(self, Self::NotReady(NotReady { is_temporary: true, .. }))
    }
}
