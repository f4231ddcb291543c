//! What may be wished for a job: pause, resume, cancel, try again.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::JobPath;
use super::idempotency::IdempotencyKey;
use super::job_response::JobResponse;
use super::json_body::OptionalJsonBody;
use super::state::AppState;
use domain::outcome::Status;

type JobActionResult = Result<Json<JobResponse>, ApiError>;

/// Set a job aside
///
/// What runs gets some seconds to end in order, and the answer waits for that.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/pause", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job, paused", body = JobResponse),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 409, description = "It neither waits nor runs", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn pause_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> JobActionResult {
    Ok(Json(run_detached(async move { state.queue.pause(&job).await }).await?.into()))
}

/// Let a job go on
///
/// One that was paused, stopped or broke off; it waits for its turn.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/resume", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job, which waits for its turn or runs", body = JobResponse),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 409, description = "It cannot go on", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn resume_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> JobActionResult {
    Ok(Json(run_detached(async move { state.queue.resume(&job).await }).await?.into()))
}

/// Give a job up
///
/// What has not ended is skipped, the result files are written, and nothing follows.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/cancel", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job, cancelled", body = JobResponse),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 409, description = "It has ended", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn cancel_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> JobActionResult {
    Ok(Json(run_detached(async move { state.queue.cancel(&job).await }).await?.into()))
}

/// What is tried again.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Retry)]
pub(super) struct RetryRequest {
    /// The items that ended so.
    #[schema(min_items = 1, default = json!(["failed"]))]
    statuses: Vec<Status>,
}

impl Default for RetryRequest {
    fn default() -> Self {
        Self { statuses: vec![Status::Failed] }
    }
}

/// Try what failed again
///
/// A new job over those items of an ended one; one item stays one draft.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/retry", tag = "batch", request_body = Option<RetryRequest>,
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body is the same job, however often it is sent", min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 200, description = "The new job", body = JobResponse),
        (status = 400, description = "No JSON", body = ApiError),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 408, description = "The body did not come in time", body = ApiError),
        (status = 409, description = "It has not ended, is tried again already, or has no such items", body = ApiError),
        (status = 413, description = "The body is too large", body = ApiError),
        (status = 415, description = "The body is not sent as JSON", body = ApiError),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another order", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn retry_job(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    key: IdempotencyKey,
    OptionalJsonBody(again): OptionalJsonBody<RetryRequest>,
) -> JobActionResult {
    if again.statuses.is_empty() {
        return Err(ApiError::invalid("statuses is empty: name those that are tried again, such as \"failed\""));
    }
    let request = key.into_request(&format!("retry {job}"), &again);
    let new = state.queue.retry(&job, &again.statuses, request).await?.job;
    Ok(Json(state.journal().job_summary(&new).await?.into()))
}

/// A client that goes away before its answer does not leave a wish half done.
pub(super) async fn run_detached<T: Send + 'static, E: Send + 'static>(
    request: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, ApiError>
where
    ApiError: From<E>,
{
    match tokio::spawn(request).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(ApiError::unavailable("the service is ending")),
    }
}
