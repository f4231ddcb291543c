//! What may be done to some items of a job, with an answer for each: 207 in the manner of WebDAV, where some cannot be.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::JobPath;
use super::idempotency::IdempotencyKey;
use super::job_actions::run_detached;
use super::json_body::JsonBody;
use super::state::AppState;
use domain::bulk_action::{BulkActionResult, ItemAction, RejectedAction};
use domain::upc::Upc;

/// Items of one request.
const MAX_ACTION_ITEMS: usize = 100_000;

/// Bytes of its body: fourteen digits, two marks and a comma for each, and as much again for blanks.
pub(super) const MAX_ITEM_ACTION_BODY_BYTES: usize = MAX_ACTION_ITEMS * 34;

/// What is done, and to which items.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ItemAct)]
pub(super) struct ItemActionRequest {
    #[serde(rename = "act")]
    action: ItemAction,
    /// Barcodes of the job's list.
    #[schema(min_items = 1, max_items = 100_000)]
    upcs: Vec<String>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemsActed)]
pub(super) struct ItemActionResponse {
    /// The job that goes on with the items: the same, or the new one of `retry`.
    job_id: String,
    /// Those to which it was done.
    done: Vec<String>,
    /// Those to which it was not, each with the reason.
    failed: Vec<ItemActionFailure>,
}

/// An item to which it was not done.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemNotDone)]
pub(super) struct ItemActionFailure {
    upc: String,
    error: String,
}

impl ItemActionResponse {
    fn new(acted: BulkActionResult, strange: Vec<ItemActionFailure>) -> Self {
        let refused = acted
            .rejected
            .into_iter()
            .map(|RejectedAction { upc, why }| ItemActionFailure { upc: upc.to_string(), error: why });
        Self {
            job_id: acted.job.to_string(),
            done: acted.succeeded.iter().map(ToString::to_string).collect(),
            failed: refused.chain(strange).collect(),
        }
    }
}

/// Do something to some items
///
/// `pause` sets them aside until `resume` lets them go, `cancel` skips them, `retry` is a new job over those that failed
/// or need a review. What is on its way to the market is left to end. Each item is answered for by itself.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/items", tag = "items", request_body = ItemActionRequest,
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("Idempotency-Key" = Option<String>, Header, description = "For `retry`: the same key and body is the same job, however often it is sent", min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 200, description = "It was done to all of them", body = ItemActionResponse),
        (status = 207, description = "It was done to some, and `failed` says to which not and why", body = ItemActionResponse),
        (status = 400, description = "No JSON", body = ApiError),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 408, description = "The body did not come in time", body = ApiError),
        (status = 409, description = "`retry`: the job has not ended, is tried again already, or has no such items", body = ApiError),
        (status = 413, description = "The body is too large", body = ApiError),
        (status = 415, description = "The body is not sent as JSON", body = ApiError),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another order", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn apply_item_action(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    key: IdempotencyKey,
    JsonBody(wanted): JsonBody<ItemActionRequest>,
) -> Result<(StatusCode, Json<ItemActionResponse>), ApiError> {
    if !(1..=MAX_ACTION_ITEMS).contains(&wanted.upcs.len()) {
        return Err(ApiError::invalid(format!(
            "upcs has {} items; it takes 1 to {MAX_ACTION_ITEMS}",
            wanted.upcs.len()
        )));
    }
    let request = key.into_request(&format!("items {job}"), &wanted);
    let (mut upcs, mut strange) = (Vec::with_capacity(wanted.upcs.len()), Vec::new());
    for code in wanted.upcs {
        match code.parse::<Upc>() {
            Ok(upc) => upcs.push(upc),
            Err(error) => strange.push(ItemActionFailure { upc: code, error: error.to_string() }),
        }
    }
    let acted =
        run_detached(async move { state.queue.apply_action(&job, wanted.action, &upcs, request).await }).await?;
    let answer = ItemActionResponse::new(acted, strange);
    let status = if answer.failed.is_empty() { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    Ok((status, Json(answer)))
}
