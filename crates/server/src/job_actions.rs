//! Actions on a job: pause, resume, cancel, retry.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::error::ApiError;
use super::extract::JobPath;
use super::idempotency::IdempotencyKey;
use super::json_body::OptionalJsonBody;
use super::state::AppState;
use api::error::ErrorResponse;
use api::jobs::{JobResponse, RetryRequest};

type JobActionResult = Result<Json<JobResponse>, ApiError>;

/// Pause a job
///
/// Items in progress get some seconds to finish; the response waits for that.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/pause", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job, paused", body = JobResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 409, description = "It neither waits nor runs", body = ErrorResponse),
        (status = 503, description = "Nothing can be written down", body = ErrorResponse),
    )
)]
pub(super) async fn pause_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> JobActionResult {
    Ok(Json(run_detached(async move { state.queue.pause(&job).await }).await?.into()))
}

/// Resume a job
///
/// A job that was paused, was stopped or failed; it waits for its turn.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/resume", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job, which waits for its turn or runs", body = JobResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 409, description = "It cannot be resumed", body = ErrorResponse),
        (status = 503, description = "Nothing can be written down", body = ErrorResponse),
    )
)]
pub(super) async fn resume_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> JobActionResult {
    Ok(Json(run_detached(async move { state.queue.resume(&job).await }).await?.into()))
}

/// Cancel a job
///
/// Items that have not ended are skipped, and the result files are written. A cancelled job cannot be resumed.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/cancel", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job, cancelled", body = JobResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 409, description = "It has ended", body = ErrorResponse),
        (status = 503, description = "Nothing can be written down", body = ErrorResponse),
    )
)]
pub(super) async fn cancel_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> JobActionResult {
    Ok(Json(run_detached(async move { state.queue.cancel(&job).await }).await?.into()))
}

/// Retry failed items
///
/// Starts a new job over those items of an ended job. An item still has at most one draft.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/retry", tag = "batch", request_body = Option<RetryRequest>,
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body is the same job, however often it is sent", min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 200, description = "The new job", body = JobResponse),
        (status = 400, description = "No JSON", body = ErrorResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 408, description = "The body did not come in time", body = ErrorResponse),
        (status = 409, description = "It has not ended, is tried again already, or has no such items", body = ErrorResponse),
        (status = 413, description = "The body is too large", body = ErrorResponse),
        (status = 415, description = "The body is not sent as JSON", body = ErrorResponse),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another order", body = ErrorResponse),
        (status = 503, description = "Nothing can be written down", body = ErrorResponse),
    )
)]
pub(super) async fn retry_job(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    key: IdempotencyKey,
    OptionalJsonBody(retry): OptionalJsonBody<RetryRequest>,
) -> JobActionResult {
    if retry.statuses.is_empty() {
        return Err(ApiError::invalid("statuses is empty: name those that are tried again, such as \"failed\""));
    }
    let idempotent = key.into_request(&format!("retry {job}"), &retry);
    let new = state.queue.retry(&job, &retry.statuses, idempotent).await?.job;
    Ok(Json(state.journal().job_summary(&new).await?.into()))
}

/// Runs an action in a separate task, so that a client that disconnects, which drops the handler, cannot cancel it
/// halfway.
pub(super) async fn run_detached<T: Send + 'static, E: Send + 'static>(
    action: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, ApiError>
where
    ApiError: From<E>,
{
    match tokio::spawn(action).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(ApiError::unavailable("the service is ending")),
    }
}
