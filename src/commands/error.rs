//! Errors of the command line, and the exit code of any error.

use client::ClientError;
use ebay::EbayError;
use input::{IntakeError, ParseSourceError};
use photos::PhotoFolderError;
use pipeline::batch::BatchError;
use providers::InvalidRequestRate;
use store::journal::JournalError;
use upstream::HttpError;

use crate::config::ConfigError;
use crate::headless::{EXIT_FAILED, EXIT_INCOMPLETE, EXIT_INVALID_INPUT};
use crate::logging::LoggingError;

/// The arguments are valid, but the command cannot be started with them. Exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub(super) String);

/// Returns true if the batch did not start because of its list, settings or credentials, not because a service is down.
fn is_invalid_start(error: &BatchError) -> bool {
    error.is_startup_error() && !matches!(error, BatchError::Input(list) if list.is_transient())
}

/// Returns the exit code of an error: [`EXIT_INVALID_INPUT`] if the operator can fix it before anything starts,
/// [`EXIT_INCOMPLETE`] for a stop before the first item, and [`EXIT_FAILED`] for a run that failed.
pub(super) fn exit_status_for(error: &anyhow::Error) -> u8 {
    if matches!(error.downcast_ref::<BatchError>(), Some(BatchError::Stopped(_))) {
        return EXIT_INCOMPLETE;
    }
    let is_input_error = error.chain().any(|cause| {
        cause.is::<UsageError>()
            || cause.is::<ConfigError>()
            || cause.downcast_ref::<IntakeError>().is_some_and(|error| !error.is_transient())
            || cause.is::<ParseSourceError>()
            || matches!(cause.downcast_ref::<JournalError>(), Some(JournalError::UnknownJob(_)))
            || matches!(cause.downcast_ref::<BatchError>(), Some(BatchError::Journal(JournalError::UnknownJob(_))))
            || matches!(
                cause.downcast_ref::<HttpError>(),
                Some(HttpError::InvalidAddress { .. } | HttpError::InvalidSetting { .. })
            )
            || matches!(cause.downcast_ref::<EbayError>(), Some(EbayError::NotSignedIn { .. }))
            || matches!(
                cause.downcast_ref::<PhotoFolderError>(),
                Some(PhotoFolderError::File { .. } | PhotoFolderError::Address(_))
            )
            || cause.is::<InvalidRequestRate>()
            || cause.is::<LoggingError>()
            || cause.downcast_ref::<BatchError>().is_some_and(is_invalid_start)
            || cause.downcast_ref::<ClientError>().is_some_and(ClientError::is_usage_error)
    });
    if is_input_error { EXIT_INVALID_INPUT } else { EXIT_FAILED }
}

#[cfg(test)]
mod tests {
    use input::ListError;
    use input::gcs::GcsError;

    use super::*;

    #[test]
    fn a_service_that_does_not_answer_is_no_mistake_in_the_command() {
        let code = |error: GcsError| {
            let list =
                || IntakeError { location: "gs://bucket/a.txt".to_owned(), error: ListError::Gcs(error.clone()) };
            let codes = [list().into(), BatchError::Input(list()).into()].map(|error| exit_status_for(&error));
            assert_eq!(codes[0], codes[1], "{error}");
            codes[0]
        };
        assert_eq!(code(GcsError::Timeout { seconds: 30 }), EXIT_FAILED);
        assert_eq!(code(GcsError::Refused { status: 503, message: String::new() }), EXIT_FAILED);
        assert_eq!(code(GcsError::BucketNotFound), EXIT_INVALID_INPUT);
    }
}
