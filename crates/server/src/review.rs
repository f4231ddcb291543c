//! Lists items that need a decision, and records decisions about them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::error::ApiError;
use super::extract::{ApiQuery, ItemPath, JobPath};
use super::items::validate_offset;
use super::job_actions::run_detached;
use super::jobs::validate_limit;
use super::json_body::JsonBody;
use super::state::AppState;
use api::error::ErrorResponse;
use api::review::{
    DEFAULT_REVIEW_LIMIT, DecideRequest, DecideResponse, DecisionResult, ItemSearchRequest, ItemSearchResponse,
    MAX_DECISIONS, MAX_REVIEW_LIMIT, ReviewItemResponse, ReviewQueueQuery, ReviewQueueResponse,
};
use domain::job::JobState;
use domain::outcome::Status;
use domain::review::ReviewInput;
use domain::upc::Upc;
use pipeline::batch;
use pipeline::queue::QueueError;

/// List the items that wait for a decision
///
/// These are items with several equally good pressings, unknown items, listings that lack a field, and with `review`
/// every item before its draft is created.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/review", tag = "review",
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"), ReviewQueueQuery),
    responses(
        (status = 200, description = "A page of the waiting items", body = ReviewQueueResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 422, description = "A parameter is unknown or out of range", body = ErrorResponse),
        (status = 503, description = "The journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn list_review_queue(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    ApiQuery(query): ApiQuery<ReviewQueueQuery>,
) -> Result<Json<ReviewQueueResponse>, ApiError> {
    let limit = validate_limit(query.limit, DEFAULT_REVIEW_LIMIT, MAX_REVIEW_LIMIT)?;
    let after = validate_offset(query.after)?;
    let projection = state.journal().projection(&job).await?;
    let total = projection.read().counts.for_status(Status::NeedsReview);
    let cases = batch::list_review_cases(state.journal(), &job, after as usize, limit).await?;
    let items: Vec<_> = cases.iter().map(ReviewItemResponse::from).collect();
    let passed = u64::from(after) + items.len() as u64;
    let next = u32::try_from(passed).ok().filter(|_| passed < total && !items.is_empty());
    Ok(Json(ReviewQueueResponse { total, items, next }))
}

/// Decide about items
///
/// After a decision, the item continues with its price, cover and draft; a job that had ended runs again. A dry run
/// stays a dry run.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/decisions", tag = "review", request_body = DecideRequest,
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`")),
    responses(
        (status = 200, description = "The result of each decision, in the order of the request", body = DecideResponse),
        (status = 400, description = "The body is not JSON", body = ErrorResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 408, description = "The body did not arrive in time", body = ErrorResponse),
        (status = 409, description = "The job was canceled, so its items cannot be decided", body = ErrorResponse),
        (status = 413, description = "The body is too large", body = ErrorResponse),
        (status = 415, description = "The Content-Type is not application/json", body = ErrorResponse),
        (status = 422, description = "A field is unknown, a barcode is invalid, or there are no or too many decisions", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn decide_items(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    JsonBody(DecideRequest { decisions }): JsonBody<DecideRequest>,
) -> Result<Json<DecideResponse>, ApiError> {
    if decisions.is_empty() || decisions.len() > MAX_DECISIONS {
        let message = format!("decisions has {} entries; send 1 to {MAX_DECISIONS}", decisions.len());
        return Err(ApiError::invalid(message));
    }
    let decisions = decisions.into_iter().map(with_parsed_upc).collect::<Result<Vec<_>, _>>()?;
    let job_state = state.journal().job_summary(&job).await?.state;
    if job_state == JobState::Cancelled {
        return Err(QueueError::InvalidState { job, state: job_state, action: "decided about" }.into());
    }
    let upcs: Vec<Upc> = decisions.iter().map(|(upc, _)| *upc).collect();
    let results = run_detached(async move { state.queue.record_decisions(&job, &decisions).await }).await?;
    let results = upcs.into_iter().zip(results).map(|(upc, result)| DecisionResult { upc, result });
    Ok(Json(DecideResponse { results: results.collect() }))
}

/// Search for a waiting item
///
/// Searches the offline catalogs, MusicBrainz and Discogs for a catalog number, artist and title, or another
/// barcode. New releases are added to the item's candidates, which keep their numbers.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/items/{upc}/search", tag = "review", request_body = ItemSearchRequest,
    params(
        ("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"),
        ("upc" = String, Path, description = "The barcode"),
    ),
    responses(
        (status = 200, description = "The result of the search", body = ItemSearchResponse),
        (status = 400, description = "The body is not JSON", body = ErrorResponse),
        (status = 404, description = "The job or item does not exist", body = ErrorResponse),
        (status = 408, description = "The body did not arrive in time", body = ErrorResponse),
        (status = 409, description = "The item needs no decision", body = ErrorResponse),
        (status = 413, description = "The body is too large", body = ErrorResponse),
        (status = 415, description = "The Content-Type is not application/json", body = ErrorResponse),
        (status = 422, description = "A field is unknown, or the text is empty or too long", body = ErrorResponse),
        (status = 503, description = "Nothing was found and a data source did not answer, or the journal cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn search_for_item(
    State(state): State<Arc<AppState>>,
    ItemPath(job, upc): ItemPath,
    JsonBody(ItemSearchRequest { text }): JsonBody<ItemSearchRequest>,
) -> Result<Json<ItemSearchResponse>, ApiError> {
    state.journal().job_summary(&job).await?;
    let search = async move { pipeline::search_for_item(state.context(), &job, upc, &text).await };
    let candidates = run_detached(search).await?;
    Ok(Json(ItemSearchResponse { candidates }))
}

fn with_parsed_upc(input: ReviewInput) -> Result<(Upc, ReviewInput), ApiError> {
    let upc = input.upc.parse().map_err(|error| ApiError::invalid(format!("upc is {:?}: {error}", input.upc)))?;
    Ok((upc, input))
}
