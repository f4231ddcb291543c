//! Comparison of a draft as Draft Maker sent it with the draft as eBay has it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A draft, compared field by field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DraftDiff {
    pub sku: String,
    /// State of the offer in eBay's terms: `UNPUBLISHED`, `PUBLISHED`. `no offer` if the item has none; `absent` if
    /// eBay has nothing with the SKU.
    pub state: String,
    pub offer_id: Option<String>,
    /// ID of the live listing.
    pub listing_id: Option<String>,
    /// Time at which eBay was asked.
    #[schema(value_type = String)]
    #[serde(rename = "at")]
    pub compared_at: Timestamp,
    /// The comparison of each field.
    pub fields: Vec<FieldDiff>,
}

/// A compared field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ComparedField)]
pub struct FieldDiff {
    /// Name of the field, or eBay's path of a field without a name: `availability.pickupAtLocationAvailability`.
    pub name: String,
    /// Value that Draft Maker sent; `null` for a field that was added at eBay.
    #[serde(rename = "ours")]
    pub sent: Option<String>,
    /// Value that eBay has; `null` for a field that is missing there.
    #[serde(rename = "theirs")]
    pub remote: Option<String>,
    #[serde(rename = "is")]
    pub kind: DiffKind,
}

/// Result of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    Same,
    /// The values differ, and it is unknown whether eBay ever accepted the sent value.
    Differs,
    /// eBay accepted the sent value, and it has been changed at eBay since.
    #[serde(rename = "edited")]
    EditedRemotely,
}
