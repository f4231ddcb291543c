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
use domain::job_spec::{JobId, JobSpec};
use pipeline::queue::{JobQueue, SameListPolicy};
use store::journal::IdempotentRequest;

type JobActionResult = Result<Json<JobResponse>, ApiError>;

/// Pause a job
///
/// Items in progress have some seconds to finish. The response is sent after that.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/pause", tag = "batch",
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`")),
    responses(
        (status = 200, description = "The paused job", body = JobResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 409, description = "The job is neither waiting nor running", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn pause_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> JobActionResult {
    Ok(Json(run_detached(async move { state.queue.pause(&job).await }).await?.into()))
}

/// Resume a job
///
/// Resumes a job that was paused, was stopped or has failed. The job waits in the queue for its turn.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/resume", tag = "batch",
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`")),
    responses(
        (status = 200, description = "The job, waiting or running", body = JobResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 409, description = "The job cannot be resumed", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn resume_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> JobActionResult {
    Ok(Json(run_detached(async move { state.queue.resume(&job).await }).await?.into()))
}

/// Cancel a job
///
/// Items that have not ended are skipped, and the result files are written. A canceled job cannot be resumed.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/cancel", tag = "batch",
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`")),
    responses(
        (status = 200, description = "The canceled job", body = JobResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 409, description = "The job has finished", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn cancel_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> JobActionResult {
    Ok(Json(run_detached(async move { state.queue.cancel(&job).await }).await?.into()))
}

/// Retry failed items
///
/// Starts a new job over the items of an ended job with the given statuses. An item still has at most one draft.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/retry", tag = "batch", request_body = Option<RetryRequest>,
    params(
        ("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeating the key with the same body returns the same job", min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 200, description = "The new job", body = JobResponse),
        (status = 400, description = "The body is not JSON", body = ErrorResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 408, description = "The body did not arrive in time", body = ErrorResponse),
        (status = 409, description = "The job has not finished, is already being retried, or has no such items", body = ErrorResponse),
        (status = 413, description = "The body is too large", body = ErrorResponse),
        (status = 415, description = "The Content-Type is not application/json", body = ErrorResponse),
        (status = 422, description = "A field is wrong or unknown, the key was used for another request, or no draft can be created: the batch has no condition, or eBay is not set up", body = ErrorResponse),
        (status = 429, description = "Too many batches are waiting", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written, or the disk is full", body = ErrorResponse),
    )
)]
pub(super) async fn retry_job(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    key: IdempotencyKey,
    OptionalJsonBody(retry): OptionalJsonBody<RetryRequest>,
) -> JobActionResult {
    if retry.statuses.is_empty() {
        return Err(ApiError::invalid("statuses is empty: name the statuses to retry, for example \"failed\""));
    }
    state.ensure_disk_space().await?;
    let idempotent = key.into_request(&format!("retry {job}"), &retry);
    let queue = state.queue.clone();
    let new = run_detached(async move { queue.retry(&job, &retry.statuses, idempotent).await }).await?.job;
    Ok(Json(state.journal().job_summary(&new).await?.into()))
}

/// Submits a batch in a separate task, so that a recorded job always joins the queue.
pub(super) async fn submit_detached(
    queue: &JobQueue,
    spec: JobSpec,
    same_list: SameListPolicy,
    request: Option<IdempotentRequest>,
) -> Result<JobId, ApiError> {
    let queue = queue.clone();
    Ok(run_detached(async move { queue.submit(spec, same_list, request).await }).await?.job)
}

/// Runs an action in a separate task. When a client disconnects, its handler is dropped, which must not stop the action
/// halfway.
pub(super) async fn run_detached<T: Send + 'static, E: Send + 'static>(
    action: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, ApiError>
where
    ApiError: From<E>,
{
    match tokio::spawn(action).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(ApiError::unavailable("the service is stopping")),
    }
}
