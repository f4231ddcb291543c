//! Actions on several items of a job, with a result for each item. If some fail, the status is 207, as in WebDAV.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::error::ApiError;
use super::extract::JobPath;
use super::idempotency::IdempotencyKey;
use super::job_actions::run_detached;
use super::json_body::JsonBody;
use super::state::AppState;
use api::error::ErrorResponse;
use api::items::{ItemActionFailure, ItemActionRequest, ItemActionResponse, MAX_ACTION_ITEMS};
use domain::upc::Upc;

/// Act on several items
///
/// `pause` pauses them until `resume`, `cancel` skips them, `retry` starts a new job over those that failed or need a
/// review, `redraft` composes the drafts of finished items again, with photos that were added later. An item whose
/// draft is being created finishes first. The response reports each item separately.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/items", tag = "items", request_body = ItemActionRequest,
    params(
        ("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"),
        ("Idempotency-Key" = Option<String>, Header,
            description = "For `retry`: repeating the key with the same body returns the same job",
            min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 200, description = "The action was applied to all items", body = ItemActionResponse),
        (status = 207, description = "The action was not applied to each item; `failed` lists the others with the reason", body = ItemActionResponse),
        (status = 400, description = "The body is not JSON", body = ErrorResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 408, description = "The body did not arrive in time", body = ErrorResponse),
        (status = 409, description = "`retry`: the job has not finished, or is already being retried", body = ErrorResponse),
        (status = 413, description = "The body is too large", body = ErrorResponse),
        (status = 415, description = "The Content-Type is not application/json", body = ErrorResponse),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another request; `retry`: no draft can be created", body = ErrorResponse),
        (status = 429, description = "`retry`: too many batches are waiting", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn apply_item_action(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    key: IdempotencyKey,
    JsonBody(action): JsonBody<ItemActionRequest>,
) -> Result<(StatusCode, Json<ItemActionResponse>), ApiError> {
    if !(1..=MAX_ACTION_ITEMS).contains(&action.upcs.len()) {
        return Err(ApiError::invalid(format!("upcs has {} items; send 1 to {MAX_ACTION_ITEMS}", action.upcs.len())));
    }
    let idempotent = key.into_request(&format!("items {job}"), &action);
    let (mut upcs, mut invalid) = (Vec::with_capacity(action.upcs.len()), Vec::new());
    for code in action.upcs {
        match code.parse::<Upc>() {
            Ok(upc) => upcs.push(upc),
            Err(error) => invalid.push(ItemActionFailure { upc: code, error: error.to_string() }),
        }
    }
    let result =
        run_detached(async move { state.queue.apply_action(&job, action.action, &upcs, idempotent).await }).await?;
    let response = ItemActionResponse::new(result, invalid);
    let status = if response.failed.is_empty() { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    Ok((status, Json(response)))
}
