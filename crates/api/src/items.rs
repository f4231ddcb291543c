//! Items of a job: the rows of its table, one item in full, and actions on several items.

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
/// Maximum of `after`; no list is longer.
pub const MAX_LIST_OFFSET: u32 = 2_000_000;
/// Maximum number of items in an action.
pub const MAX_ACTION_ITEMS: usize = 100_000;

/// Which items to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListItemsQuery {
    /// Only items with this status.
    #[serde(default)]
    #[param(inline, value_type = Option<Status>)]
    pub status: Option<String>,
    /// Only items after this position in the list: `next` of the previous page.
    #[serde(default)]
    #[param(minimum = 0, maximum = 2_000_000)]
    pub after: Option<u32>,
    /// Maximum number of items.
    #[serde(default)]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub limit: Option<u32>,
}

/// A page of items, in the order of the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Items)]
pub struct ListItemsResponse {
    /// Number of items of the job, of every status.
    pub total: u64,
    pub items: Vec<ItemRow>,
    /// `after` of the next page; `null` on the last.
    pub next: Option<u32>,
}

/// One item as a table row shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Item)]
pub struct ItemRow {
    /// Position in the list, from 1.
    #[serde(rename = "place")]
    pub position: u32,
    #[schema(value_type = String)]
    pub upc: Upc,
    pub copies: u32,
    pub stage: Stage,
    /// True while the operator has paused the item.
    #[serde(rename = "held")]
    pub is_paused: bool,
    pub artist: Option<String>,
    pub title: Option<String>,
    pub format: Option<String>,
    /// A decimal string, `9.99`.
    pub price: Option<String>,
    /// Currency code (ISO 4217).
    pub currency: Option<String>,
    /// Match score of the release, from 0 to 100.
    pub score: Option<u8>,
    /// Final status; `null` until the item has ended.
    pub status: Option<Status>,
    pub error: Option<String>,
}

impl ItemRow {
    /// Creates the row of the item at a position of its list.
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
            error: item.error.clone().map(Into::into),
        }
    }
}

/// One item in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ItemInFull)]
pub struct GetItemResponse {
    /// Everything that is known of the item: its lines, the candidate releases with their reasons, comparables, images,
    /// missing fields, outcome.
    #[schema(value_type = Object)]
    #[serde(rename = "dossier")]
    pub details: ItemDetails,
    /// The listing as a buyer would read it, composed of what is known now; `null` while a field is missing.
    #[schema(value_type = Option<Object>)]
    pub listing: Option<Listing>,
    /// The events of the item, oldest first.
    #[schema(value_type = Vec<Object>)]
    pub history: Vec<EventEnvelope>,
}

/// The drafts of an item as eBay has them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DraftComparisonResponse {
    /// One draft, or one for each copy.
    pub drafts: Vec<DraftDiff>,
}

/// An action on several items.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ItemAct)]
pub struct ItemActionRequest {
    #[serde(rename = "act")]
    pub action: ItemAction,
    /// Barcodes of the job's list.
    #[schema(min_items = 1, max_items = 100_000)]
    pub upcs: Vec<String>,
}

/// The result of the action.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ItemsActed)]
pub struct ItemActionResponse {
    /// The job that continues with the items: the same one, or the new one of `retry`.
    #[schema(value_type = String)]
    pub job_id: JobId,
    /// Items on which the action succeeded.
    #[schema(value_type = Vec<String>)]
    pub done: Vec<Upc>,
    /// Items on which it failed, each with the reason.
    pub failed: Vec<ItemActionFailure>,
}

/// An item on which the action failed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ItemNotDone)]
pub struct ItemActionFailure {
    pub upc: String,
    pub error: String,
}

impl ItemActionResponse {
    /// Creates the response; `invalid` are the codes of the request that are not barcodes.
    pub fn new(result: BulkActionResult, invalid: Vec<ItemActionFailure>) -> Self {
        let rejected = result.rejected.into_iter();
        let rejected = rejected.map(|item| ItemActionFailure { upc: item.upc.to_string(), error: item.why });
        Self { job_id: result.job, done: result.succeeded, failed: rejected.chain(invalid).collect() }
    }
}
