//! Items of a job: the rows of its table, and one in full.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{ApiQuery, ItemPath, JobPath};
use super::jobs::validate_limit;
use super::state::AppState;
use domain::draft_diff::DraftDiff;
use domain::event::EventEnvelope;
use domain::item::{Item, Stage};
use domain::item_details::ItemDetails;
use domain::listing::Listing;
use domain::outcome::Status;
use pipeline::{CompareError, ListingPreview, compare_drafts, preview_listing};

/// Rows of one answer where nobody says, and at most.
const DEFAULT_ITEM_LIMIT: u32 = 100;
const MAX_ITEM_LIMIT: u32 = 1_000;

/// The places that a list can have.
const MAX_LIST_OFFSET: u32 = 2_000_000;

/// Which items.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListItemsQuery {
    /// Only those that ended so.
    #[serde(default)]
    #[param(inline, value_type = Option<Status>)]
    status: Option<String>,
    /// Those after this place in the list: `next` of the page before.
    #[serde(default)]
    #[param(minimum = 0, maximum = 2_000_000)]
    after: Option<u32>,
    /// So many at most.
    #[serde(default)]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// A page of items, in the order of the list.
#[derive(Serialize, ToSchema)]
#[schema(as = Items)]
pub(super) struct ListItemsResponse {
    /// Items of the job, of every status.
    total: u64,
    items: Vec<ItemRow>,
    /// What to ask the next page with; `null` on the last.
    next: Option<u32>,
}

/// One item, as a row of a table shows it.
#[derive(Serialize, ToSchema)]
#[schema(as = Item)]
pub(super) struct ItemRow {
    /// In the list, from 1.
    #[serde(rename = "place")]
    position: u32,
    upc: String,
    copies: u32,
    stage: Stage,
    /// Set aside by the operator, until it is let go.
    #[serde(rename = "held")]
    is_paused: bool,
    artist: Option<String>,
    title: Option<String>,
    format: Option<String>,
    /// A decimal string, `9.99`.
    price: Option<String>,
    /// ISO 4217.
    currency: Option<String>,
    /// How well the release matches, in hundredths.
    score: Option<u8>,
    /// How it ended; `null` before.
    status: Option<Status>,
    error: Option<String>,
}

impl ItemRow {
    fn new(position: u32, item: &Item) -> Self {
        Self {
            position,
            upc: item.upc.to_string(),
            copies: item.copies,
            stage: item.stage,
            is_paused: item.paused,
            artist: item.artist.clone().map(Into::into),
            title: item.title.clone().map(Into::into),
            format: item.format.clone().map(Into::into),
            price: item.price.map(domain::money::Money::amount),
            currency: item.price.map(|price| price.currency.code().to_owned()),
            score: item.score,
            status: item.status,
            error: item.error.clone().map(Into::into),
        }
    }
}

/// The items of a job
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/items", tag = "items",
    params(("job_id" = String, Path, description = "As in `job_id`"), ListItemsQuery),
    responses(
        (status = 200, description = "A page of items", body = ListItemsResponse),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 422, description = "No such status, or no such number", body = ApiError),
        (status = 503, description = "The journal cannot be read", body = ApiError),
    )
)]
pub(super) async fn list_items(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    ApiQuery(which): ApiQuery<ListItemsQuery>,
) -> Result<Json<ListItemsResponse>, ApiError> {
    let limit = validate_limit(which.limit, DEFAULT_ITEM_LIMIT, MAX_ITEM_LIMIT)?;
    let wanted = which.status.as_deref().map(parse_item_status).transpose()?;
    let projection = state.journal().projection(&job).await?;
    let projection = projection.read();
    let after = validate_offset(which.after)?;
    let rest = (after + 1..).zip(projection.items().iter_from(after as usize));
    let mut fitting = rest.filter(|(_, item)| wanted.is_none_or(|wanted| item.status == Some(wanted)));
    let items: Vec<_> = fitting.by_ref().take(limit).map(|(place, item)| ItemRow::new(place, item)).collect();
    let next = fitting.next().and_then(|_| items.last().map(|last| last.position));
    Ok(Json(ListItemsResponse { total: projection.counts.total, items, next }))
}

/// How many places of a list are passed over.
pub(super) fn validate_offset(after: Option<u32>) -> Result<u32, ApiError> {
    match after.unwrap_or(0) {
        after @ 0..=MAX_LIST_OFFSET => Ok(after),
        after => Err(ApiError::invalid(format!("after is {after}; no list is longer than {MAX_LIST_OFFSET}"))),
    }
}

fn parse_item_status(name: &str) -> Result<Status, ApiError> {
    let known = || Status::ALL.map(Status::as_str).join(", ");
    let status = Status::ALL.into_iter().find(|status| status.as_str() == name);
    status.ok_or_else(|| ApiError::invalid(format!("status is {name:?}; there are {}", known())))
}

/// One item in full.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemInFull)]
pub(super) struct GetItemResponse {
    /// All that is known of it: its lines, the releases put forward with their reasons, samples of prices, pictures,
    /// what is missing, how it ended.
    #[schema(value_type = Object)]
    #[serde(rename = "dossier")]
    details: ItemDetails,
    /// The listing as its buyer would read it, composed of what is known now; `null` where something is missing.
    #[schema(value_type = Option<Object>)]
    listing: Option<Listing>,
    /// What happened to it, the oldest first.
    #[schema(value_type = Vec<Object>)]
    history: Vec<EventEnvelope>,
}

/// One item in full
///
/// All that is known of it, and what happened to it.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/items/{upc}", tag = "items",
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("upc" = String, Path, description = "The barcode"),
    ),
    responses(
        (status = 200, description = "The item", body = GetItemResponse),
        (status = 404, description = "There is no such job, or it has no such item", body = ApiError),
        (status = 503, description = "The journal cannot be read", body = ApiError),
    )
)]
pub(super) async fn get_item(
    State(state): State<Arc<AppState>>,
    ItemPath(job, upc): ItemPath,
) -> Result<Json<GetItemResponse>, ApiError> {
    let spec = state.journal().job_summary(&job).await?.spec;
    let mut all_details = state.journal().item_details(&job, &[upc]).await?;
    let not_there = || ApiError::not_found("UNKNOWN_ITEM", format!("{upc} is not in the list of {job}"));
    let details = all_details.pop().ok_or_else(not_there)?;
    let listing = spec.map(|spec| preview_listing(&state.context().policies, &spec, &details));
    let listing = match listing {
        Some(ListingPreview::Ready(listing)) => Some(*listing),
        _ => None,
    };
    Ok(Json(GetItemResponse { details: details, listing, history: state.journal().item_events(&job, upc).await? }))
}

/// What eBay holds of an item's drafts.
#[derive(Serialize, ToSchema)]
pub(super) struct DraftComparisonResponse {
    /// One, or one for each copy.
    drafts: Vec<DraftDiff>,
}

/// What eBay holds of an item's drafts, against what was sent
///
/// EBay is asked anew each time, which counts in the day's calls; nothing is written.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/items/{upc}/ebay", tag = "items",
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("upc" = String, Path, description = "The barcode"),
    ),
    responses(
        (status = 200, description = "Field by field", body = DraftComparisonResponse),
        (status = 404, description = "There is no such job, item or draft", body = ApiError),
        (status = 424, description = "EBay does not answer, or refuses; in its own words", body = ApiError),
        (status = 503, description = "The journal cannot be read", body = ApiError),
    )
)]
pub(super) async fn get_draft_comparison(
    State(state): State<Arc<AppState>>,
    ItemPath(job, upc): ItemPath,
) -> Result<Json<DraftComparisonResponse>, ApiError> {
    let context = state.context();
    context.journal.job_summary(&job).await?;
    let drafts = compare_drafts(&context.journal, context.ebay.as_ref(), &context.policies, &job, upc).await?;
    Ok(Json(DraftComparisonResponse { drafts }))
}

impl From<CompareError> for ApiError {
    fn from(error: CompareError) -> Self {
        let message = error.to_string();
        match error {
            CompareError::NotListed(..) => Self::not_found("UNKNOWN_ITEM", message),
            CompareError::NoDraft(_) => Self::not_found("NO_DRAFT", message),
            CompareError::NoKeyset | CompareError::Ebay(_) => Self::new(StatusCode::FAILED_DEPENDENCY, "EBAY", message),
            CompareError::Journal(error) => error.into(),
        }
    }
}
