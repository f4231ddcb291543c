//! What went wrong with a request: a status, a code for programs, words for people. Always JSON.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use domain::job::JobState;
use input::gcs::GcsError;
use input::{IntakeError, ListError as ListProblem};
use pipeline::queue::QueueError;
use store::journal::JournalError;

/// The answer to a request that is not obeyed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiError {
    #[serde(skip)]
    status: StatusCode,
    /// What is wrong, and where; in Google's or eBay's own words where they are the reason.
    detail: String,
    /// The same for programs.
    #[schema(example = "UNKNOWN_JOB")]
    #[serde(rename = "error")]
    code: &'static str,
    /// The job that is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    /// How that job stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_status: Option<JobState>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), job_id: None, job_status: None }
    }

    /// What was asked for in the right form and cannot be.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID", detail)
    }

    pub(super) fn bad_request(error: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, detail)
    }

    pub(super) fn not_found(error: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error, detail)
    }

    pub(super) fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", detail)
    }

    fn with_job(self, job: &domain::job_spec::JobId, state: Option<JobState>) -> Self {
        Self { job_id: Some(job.to_string()), job_status: state, ..self }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, mut response) = (self.status, Json(self).into_response());
        *response.status_mut() = status;
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
                Self::new(StatusCode::CONFLICT, "ALREADY_UNDER_WAY", message).with_job(&job, Some(state))
            }
            QueueError::InvalidState { job, state, .. } => {
                Self::new(StatusCode::CONFLICT, "UNFIT_STATE", message).with_job(&job, Some(state))
            }
            QueueError::NothingToRetry(job) => {
                Self::new(StatusCode::CONFLICT, "NOTHING_TO_RETRY", message).with_job(&job, None)
            }
            QueueError::IdempotencyConflict(job) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "KEY_USED", message).with_job(&job, None)
            }
            QueueError::Closed | QueueError::Batch(_) => Self::unavailable(message),
            QueueError::Journal(error) => error.into(),
        }
    }
}

impl From<JournalError> for ApiError {
    fn from(error: JournalError) -> Self {
        match &error {
            JournalError::UnknownJob(job) => Self::not_found("UNKNOWN_JOB", format!("there is no job {job}")),
            JournalError::UnknownItem { .. } => Self::not_found("UNKNOWN_ITEM", error.to_string()),
            _ => {
                tracing::error!(%error, "the journal cannot be used");
                Self::unavailable(error.to_string())
            }
        }
    }
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        let message = error.to_string();
        let (status, code) = match error.error {
            ListProblem::Gcs(GcsError::ObjectNotFound { .. } | GcsError::BucketNotFound { .. }) => {
                (StatusCode::NOT_FOUND, "NO_SUCH_OBJECT")
            }
            ListProblem::Gcs(GcsError::Forbidden { .. } | GcsError::NotPublic { .. }) => {
                (StatusCode::FORBIDDEN, "OBJECT_FORBIDDEN")
            }
            ListProblem::Gcs(_) => (StatusCode::FAILED_DEPENDENCY, "STORAGE"),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, "NO_LIST"),
        };
        Self::new(status, code, message)
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        let code = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => "TOO_LARGE",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "NOT_JSON_TYPE",
            StatusCode::UNPROCESSABLE_ENTITY => "INVALID",
            _ => "NOT_JSON",
        };
        Self::new(rejection.status(), code, rejection.body_text())
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::invalid(rejection.body_text())
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        Self::not_found("NOT_FOUND", rejection.body_text())
    }
}
