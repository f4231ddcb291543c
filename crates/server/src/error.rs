//! Errors of the API: an HTTP status and a JSON body, [`ErrorResponse`].

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::rejection::describe_rejection;
use api::error::{ErrorCode, ErrorResponse};
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::upc::Upc;
use input::gcs::GcsError;
use input::{IntakeError, ListError};
use pipeline::list_preview::ListPreviewError;
use pipeline::queue::QueueError;
use pipeline::scan_sessions::ScanError;
use pipeline::{CompareError, ItemSearchError};
use store::StoreDatabaseError;
use store::journal::JournalError;

/// A request that failed. Its code determines the HTTP status.
#[derive(Debug)]
pub(super) struct ApiError(ErrorResponse);

impl ApiError {
    /// Creates an error. `detail` says what is wrong and how to fix it.
    pub(super) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self(ErrorResponse { detail: detail.into(), code, job_id: None, job_status: None })
    }

    /// Creates the error for a well-formed request with an invalid value.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid, detail)
    }

    /// Creates the error for a request that the service cannot execute now.
    pub(super) fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::Unavailable, detail)
    }

    /// Creates the error for an item that the job does not have.
    pub(super) fn unknown_item(job: &JobId, upc: Upc) -> Self {
        Self::new(ErrorCode::UnknownItem, format!("{upc} is not in the list of {job}"))
    }

    fn with_job(self, job_id: JobId, job_status: Option<JobState>) -> Self {
        Self(ErrorResponse { job_id: Some(job_id), job_status, ..self.0 })
    }
}

/// Returns the HTTP status of an error code.
const fn http_status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::NotJson
        | ErrorCode::BadPath
        | ErrorCode::BadKey
        | ErrorCode::BadLastEventId
        | ErrorCode::Unreadable => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorCode::HostRefused | ErrorCode::OriginRefused | ErrorCode::ObjectForbidden => StatusCode::FORBIDDEN,
        ErrorCode::UnknownJob
        | ErrorCode::UnknownItem
        | ErrorCode::UnknownScan
        | ErrorCode::UnknownPhoto
        | ErrorCode::NoDraft
        | ErrorCode::NoSuchObject
        | ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::TooSlow => StatusCode::REQUEST_TIMEOUT,
        ErrorCode::UnfitState
        | ErrorCode::AlreadyUnderWay
        | ErrorCode::NothingToRetry
        | ErrorCode::NoScans
        | ErrorCode::Closed
        | ErrorCode::AlreadyDrafted
        | ErrorCode::Busy => StatusCode::CONFLICT,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::NotJsonType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorCode::Invalid | ErrorCode::KeyUsed | ErrorCode::NoList => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::QueueFull => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Storage | ErrorCode::Ebay => StatusCode::FAILED_DEPENDENCY,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Fault | ErrorCode::Unrecognized => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = http_status(self.0.code);
        let mut response = (status, Json(self.0)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        let message = error.to_string();
        match error {
            QueueError::DuplicateSource { job, state } => {
                Self::new(ErrorCode::AlreadyUnderWay, message).with_job(job, Some(state))
            }
            QueueError::InvalidState { job, state, .. } => {
                Self::new(ErrorCode::UnfitState, message).with_job(job, Some(state))
            }
            QueueError::NothingToRetry(job) => Self::new(ErrorCode::NothingToRetry, message).with_job(job, None),
            QueueError::IdempotencyConflict(job) => Self::new(ErrorCode::KeyUsed, message).with_job(job, None),
            QueueError::Unready(_) => Self::invalid(message),
            QueueError::Full(_) => Self::new(ErrorCode::QueueFull, message),
            QueueError::Closed | QueueError::Batch(_) => Self::unavailable(message),
            QueueError::Journal(error) => error.into(),
            QueueError::Photos(error) => error.into(),
        }
    }
}

impl From<JournalError> for ApiError {
    fn from(error: JournalError) -> Self {
        match &error {
            JournalError::UnknownJob(job) => Self::new(ErrorCode::UnknownJob, format!("unknown job {job}")),
            JournalError::UnknownItem { .. } => Self::new(ErrorCode::UnknownItem, error.to_string()),
            _ => {
                tracing::error!(%error, "cannot use the journal");
                Self::unavailable(error.to_string())
            }
        }
    }
}

impl From<StoreDatabaseError> for ApiError {
    fn from(error: StoreDatabaseError) -> Self {
        tracing::error!(%error, "cannot use the store");
        Self::unavailable(format!("the store cannot be used: {error}"))
    }
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        // The service's own message is a line of its own.
        let message = error.to_string().replace('\n', "; ");
        let code = match error.error {
            ListError::NoMatch | ListError::Gcs(GcsError::ObjectNotFound { .. } | GcsError::BucketNotFound) => {
                ErrorCode::NoSuchObject
            }
            ListError::Gcs(GcsError::Forbidden { .. } | GcsError::NotPublic { .. }) => ErrorCode::ObjectForbidden,
            ListError::Gcs(_) => ErrorCode::Storage,
            _ => ErrorCode::NoList,
        };
        Self::new(code, message)
    }
}

impl From<ListPreviewError> for ApiError {
    fn from(error: ListPreviewError) -> Self {
        match error {
            ListPreviewError::Intake(error) => error.into(),
            ListPreviewError::Journal(error) => error.into(),
        }
    }
}

impl From<ScanError> for ApiError {
    fn from(error: ScanError) -> Self {
        let message = error.to_string();
        let code = match error {
            ScanError::NotAScanJob(_) => ErrorCode::NoScans,
            ScanError::Closed(_) => ErrorCode::Closed,
            ScanError::AlreadyDrafted { .. } => ErrorCode::AlreadyDrafted,
            ScanError::Busy => ErrorCode::Busy,
            ScanError::UnknownScan(_) => ErrorCode::UnknownScan,
            ScanError::Journal(error) => return error.into(),
        };
        Self::new(code, message)
    }
}

impl From<CompareError> for ApiError {
    fn from(error: CompareError) -> Self {
        let message = error.to_string();
        let code = match error {
            CompareError::NotListed(..) => ErrorCode::UnknownItem,
            CompareError::NoDraft(_) => ErrorCode::NoDraft,
            CompareError::NoKeyset | CompareError::Ebay(_) => ErrorCode::Ebay,
            CompareError::Journal(error) => return error.into(),
            CompareError::Photos(error) => return error.into(),
        };
        Self::new(code, message)
    }
}

impl From<ItemSearchError> for ApiError {
    fn from(error: ItemSearchError) -> Self {
        let message = error.to_string();
        let code = match error {
            ItemSearchError::NotListed(..) => ErrorCode::UnknownItem,
            ItemSearchError::NotInReview(_) => ErrorCode::UnfitState,
            ItemSearchError::InvalidText => ErrorCode::Invalid,
            ItemSearchError::Unanswered(_) => ErrorCode::Unavailable,
            ItemSearchError::Journal(error) => return error.into(),
        };
        Self::new(code, message)
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        let code = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorCode::NotJsonType,
            StatusCode::UNPROCESSABLE_ENTITY => ErrorCode::Invalid,
            _ => ErrorCode::NotJson,
        };
        let problem = describe_rejection(&rejection);
        Self::new(code, if code == ErrorCode::NotJson { format!("the body is not JSON: {problem}") } else { problem })
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::invalid(format!("query: {}", describe_rejection(&rejection)))
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        Self::new(ErrorCode::NotFound, rejection.body_text())
    }
}
