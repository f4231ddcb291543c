//! What may be wished for a job: pause, resume, cancel, try again.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Named;
use super::body::MaybeBody;
use super::front::Front;
use super::job::JobView;
use super::key::Key;
use super::problem::Problem;
use domain::outcome::Status;

type Answer = Result<Json<JobView>, Problem>;

/// Set a job aside
///
/// What runs gets some seconds to end in order, and the answer waits for that.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/pause", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job, paused", body = JobView),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 409, description = "It neither waits nor runs", body = Problem),
        (status = 503, description = "Nothing can be written down", body = Problem),
    )
)]
pub(super) async fn pause(State(front): State<Arc<Front>>, Named(job): Named) -> Answer {
    Ok(Json(undisturbed(async move { front.queue.pause(&job).await }).await?.into()))
}

/// Let a job go on
///
/// One that was paused, stopped or broke off; it waits for its turn.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/resume", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job, which waits for its turn or runs", body = JobView),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 409, description = "It cannot go on", body = Problem),
        (status = 503, description = "Nothing can be written down", body = Problem),
    )
)]
pub(super) async fn resume(State(front): State<Arc<Front>>, Named(job): Named) -> Answer {
    Ok(Json(undisturbed(async move { front.queue.resume(&job).await }).await?.into()))
}

/// Give a job up
///
/// What has not ended is skipped, the result files are written, and nothing follows.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/cancel", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job, cancelled", body = JobView),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 409, description = "It has ended", body = Problem),
        (status = 503, description = "Nothing can be written down", body = Problem),
    )
)]
pub(super) async fn cancel(State(front): State<Arc<Front>>, Named(job): Named) -> Answer {
    Ok(Json(undisturbed(async move { front.queue.cancel(&job).await }).await?.into()))
}

/// What is tried again.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Retry)]
pub(super) struct Again {
    /// The items that ended so.
    #[schema(min_items = 1, default = json!(["failed"]))]
    statuses: Vec<Status>,
}

impl Default for Again {
    fn default() -> Self {
        Self { statuses: vec![Status::Failed] }
    }
}

/// Try what failed again
///
/// A new job over those items of an ended one; one item stays one draft.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/retry", tag = "batch", request_body = Option<Again>,
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body is the same job, however often it is sent", min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 200, description = "The new job", body = JobView),
        (status = 400, description = "No JSON", body = Problem),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 408, description = "The body did not come in time", body = Problem),
        (status = 409, description = "It has not ended, is tried again already, or has no such items", body = Problem),
        (status = 413, description = "The body is too large", body = Problem),
        (status = 415, description = "The body is not sent as JSON", body = Problem),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another order", body = Problem),
        (status = 503, description = "Nothing can be written down", body = Problem),
    )
)]
pub(super) async fn retry(
    State(front): State<Arc<Front>>,
    Named(job): Named,
    key: Key,
    MaybeBody(again): MaybeBody<Again>,
) -> Answer {
    if again.statuses.is_empty() {
        return Err(Problem::invalid("statuses is empty: name those that are tried again, such as \"failed\""));
    }
    let request = key.of(&format!("retry {job}"), &again);
    let new = front.queue.retry(&job, &again.statuses, request).await?.job;
    Ok(Json(front.journal().job(&new).await?.into()))
}

/// A client that goes away before its answer does not leave a wish half done.
pub(super) async fn undisturbed<T: Send + 'static, E: Send + 'static>(
    wish: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, Problem>
where
    Problem: From<E>,
{
    match tokio::spawn(wish).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Problem::unavailable("the service is ending")),
    }
}
