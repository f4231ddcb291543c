//! Reads items of a job: the rows of its table, one item in full, and the comparison of its drafts with eBay.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::error::ApiError;
use super::extract::{ApiQuery, ItemPath, JobPath};
use super::jobs::validate_limit;
use super::state::AppState;
use api::error::ErrorResponse;
use api::items::{
    DEFAULT_ITEM_LIMIT, DraftComparisonResponse, GetItemResponse, ItemRow, ListItemsQuery, ListItemsResponse,
    MAX_ITEM_LIMIT, MAX_LIST_OFFSET,
};
use domain::outcome::Status;
use pipeline::{ListingPreview, compare_drafts, preview_listing};

/// List the items of a job
///
/// The items are in the order of the list.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/items", tag = "items",
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"), ListItemsQuery),
    responses(
        (status = 200, description = "A page of items", body = ListItemsResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 422, description = "Unknown status, or an invalid number", body = ErrorResponse),
        (status = 503, description = "The journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn list_items(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    ApiQuery(query): ApiQuery<ListItemsQuery>,
) -> Result<Json<ListItemsResponse>, ApiError> {
    let limit = validate_limit(query.limit, DEFAULT_ITEM_LIMIT, MAX_ITEM_LIMIT)?;
    let wanted = query.status.as_deref().map(parse_item_status).transpose()?;
    let projection = state.journal().projection(&job).await?;
    let projection = projection.read();
    let after = validate_offset(query.after)?;
    let rest = (after + 1..).zip(projection.items().iter_from(after as usize));
    let mut matching = rest.filter(|(_, item)| wanted.is_none_or(|wanted| item.status == Some(wanted)));
    let items: Vec<_> = matching.by_ref().take(limit).map(|(position, item)| ItemRow::new(position, item)).collect();
    let next = matching.next().and_then(|_| items.last().map(|last| last.position));
    Ok(Json(ListItemsResponse { total: projection.counts.total, items, next }))
}

/// Returns the number of list positions to skip; 0 by default.
///
/// # Errors
/// Returns an error if the number is larger than any list.
pub(super) fn validate_offset(after: Option<u32>) -> Result<u32, ApiError> {
    match after.unwrap_or(0) {
        after @ 0..=MAX_LIST_OFFSET => Ok(after),
        after => Err(ApiError::invalid(format!("after is {after}; the maximum is {MAX_LIST_OFFSET}"))),
    }
}

fn parse_item_status(name: &str) -> Result<Status, ApiError> {
    let known = || Status::ALL.map(Status::as_str).join(", ");
    let status = Status::ALL.into_iter().find(|status| status.as_str() == name);
    status.ok_or_else(|| ApiError::invalid(format!("status is {name:?}; use one of {}", known())))
}

/// Show an item in full
///
/// Returns everything that is known about the item, and its history.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/items/{upc}", tag = "items",
    params(
        ("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"),
        ("upc" = String, Path, description = "The barcode"),
    ),
    responses(
        (status = 200, description = "The item", body = GetItemResponse),
        (status = 404, description = "The job or item does not exist", body = ErrorResponse),
        (status = 503, description = "The journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn get_item(
    State(state): State<Arc<AppState>>,
    ItemPath(job, upc): ItemPath,
) -> Result<Json<GetItemResponse>, ApiError> {
    let spec = state.journal().job_summary(&job).await?.spec;
    let mut all_details = state.journal().item_details(&job, &[upc]).await?;
    let details = all_details.pop().ok_or_else(|| ApiError::unknown_item(&job, upc))?;
    let photos = state.context().photos.own_photos(upc).await?;
    let preview = spec.map(|spec| preview_listing(&state.context().policies, &spec, &details, photos));
    let listing = match preview {
        Some(ListingPreview::Ready(listing)) => Some(*listing),
        _ => None,
    };
    Ok(Json(GetItemResponse { details, listing, history: state.journal().item_events(&job, upc).await? }))
}

/// Compare an item's drafts with eBay
///
/// Reads the drafts from eBay and compares them field by field with what was sent. Each request counts toward the day's
/// eBay calls; nothing is written.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/items/{upc}/ebay", tag = "items",
    params(
        ("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"),
        ("upc" = String, Path, description = "The barcode"),
    ),
    responses(
        (status = 200, description = "The fields that were sent and those that eBay has", body = DraftComparisonResponse),
        (status = 404, description = "The job, item or draft does not exist", body = ErrorResponse),
        (status = 424, description = "eBay does not answer, or rejects the request; with eBay's message", body = ErrorResponse),
        (status = 503, description = "The journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn get_draft_comparison(
    State(state): State<Arc<AppState>>,
    ItemPath(job, upc): ItemPath,
) -> Result<Json<DraftComparisonResponse>, ApiError> {
    let context = state.context();
    context.journal.job_summary(&job).await?;
    let drafts = compare_drafts(context, &job, upc).await?;
    Ok(Json(DraftComparisonResponse { drafts }))
}
