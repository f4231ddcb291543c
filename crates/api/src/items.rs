//! Items of a job: rows of the item table, details of one item, and actions on several items.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::draft_diff::DraftDiff;
use domain::event::EventEnvelope;
use domain::item::{Item, Stage};
use domain::item_details::ItemDetails;
use domain::job_spec::JobId;
use domain::listing::Listing;
use domain::money::Money;
use domain::outcome::Status;
use domain::upc::Upc;

/// Default number of items in a response.
pub const DEFAULT_ITEM_LIMIT: u32 = 100;
/// Maximum number of items in a response.
pub const MAX_ITEM_LIMIT: u32 = 1_000;
/// Maximum value of `after`: the maximum length of a list.
pub const MAX_LIST_OFFSET: u32 = 2_000_000;
/// Maximum number of items in one action.
pub const MAX_ACTION_ITEMS: usize = 100_000;

/// Query parameters of the item list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListItemsQuery {
    /// Only items with this status.
    #[serde(default)]
    #[param(inline, value_type = Option<Status>)]
    pub status: Option<String>,
    /// Only items after this position in the list. Use `next` of the previous page.
    #[serde(default)]
    #[param(minimum = 0, maximum = 2_000_000)]
    pub after: Option<u32>,
    /// Maximum number of items.
    #[serde(default)]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub limit: Option<u32>,
}

/// A page of items, in list order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Items)]
pub struct ListItemsResponse {
    /// Number of items in the job, with any status.
    pub total: u64,
    pub items: Vec<ItemRow>,
    /// Value of `after` for the next page; `null` on the last page.
    pub next: Option<u32>,
}

/// One item, with the fields of a table row.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Item)]
pub struct ItemRow {
    /// Position in the list, from 1.
    #[serde(rename = "place")]
    pub position: u32,
    #[schema(value_type = String)]
    pub upc: Upc,
    /// Number of copies.
    pub copies: u32,
    pub stage: Stage,
    /// True while the item is paused.
    #[serde(rename = "held")]
    pub is_paused: bool,
    pub artist: Option<String>,
    pub title: Option<String>,
    pub format: Option<String>,
    /// Price as a decimal string, such as `9.99`.
    pub price: Option<String>,
    /// Currency code (ISO 4217).
    pub currency: Option<String>,
    /// Match score of the release, from 0 to 100.
    pub score: Option<u8>,
    /// Final status; `null` until the item has ended.
    pub status: Option<Status>,
    /// Why the item failed, was skipped or needs a decision.
    pub error: Option<String>,
}

impl ItemRow {
    /// Creates the row of the item at `position` in the list.
    pub fn new(position: u32, item: &Item) -> Self {
        Self {
            position,
            upc: item.upc,
            copies: item.copies,
            stage: item.stage,
            is_paused: item.paused,
            artist: item.artist.clone().map(Into::into),
            title: item.title.clone().map(Into::into),
            format: item.format.clone().map(Into::into),
            price: item.price.map(Money::amount),
            currency: item.price.map(|price| price.currency.code().to_owned()),
            score: item.score,
            status: item.status,
            error: item.error.as_deref().map(str::to_owned),
        }
    }
}

/// Details of one item.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ItemInFull)]
pub struct GetItemResponse {
    /// Everything known about the item: its lines, candidate releases with reasons, comparables, images, missing fields
    /// and outcome.
    #[schema(value_type = Object)]
    #[serde(rename = "dossier")]
    pub details: ItemDetails,
    /// Preview of the listing, composed from what is known now; `null` while a field is missing.
    #[schema(value_type = Option<Object>)]
    pub listing: Option<Listing>,
    /// Events of the item, oldest first.
    #[schema(value_type = Vec<Object>)]
    pub history: Vec<EventEnvelope>,
}

/// Drafts of an item as eBay has them, compared with what Draft Maker sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DraftComparisonResponse {
    /// One draft for all copies, or one draft per copy.
    pub drafts: Vec<DraftDiff>,
}

/// An action on several items.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ItemAct)]
pub struct ItemActionRequest {
    #[serde(rename = "act")]
    pub action: ItemAction,
    /// Barcodes of items in this job.
    #[schema(min_items = 1, max_items = 100_000)]
    pub upcs: Vec<String>,
}

/// Result of the action.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ItemsActed)]
pub struct ItemActionResponse {
    /// Job that continues with the items: this job, or the new job that `retry` created.
    #[schema(value_type = String)]
    pub job_id: JobId,
    /// Items for which the action succeeded.
    #[schema(value_type = Vec<String>)]
    pub done: Vec<Upc>,
    /// Items for which the action failed, with reasons.
    pub failed: Vec<ItemActionFailure>,
}

/// An item for which the action failed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ItemNotDone)]
pub struct ItemActionFailure {
    pub upc: String,
    pub error: String,
}

impl ItemActionResponse {
    /// Creates the response. `invalid` lists the requested codes that are not barcodes.
    pub fn new(result: BulkActionResult, invalid: Vec<ItemActionFailure>) -> Self {
        let rejected = result.rejected.into_iter();
        let rejected = rejected.map(|item| ItemActionFailure { upc: item.upc.to_string(), error: item.why });
        Self { job_id: result.job, done: result.succeeded, failed: rejected.chain(invalid).collect() }
    }
}
