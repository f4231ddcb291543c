//! A draft as we sent it beside what eBay says it holds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One draft, field by field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DraftDiff {
    pub sku: String,
    /// As eBay calls it: `UNPUBLISHED`, `PUBLISHED`; `no offer` for an item without one; `absent` where eBay holds
    /// nothing under the SKU.
    pub state: String,
    pub offer_id: Option<String>,
    /// Where it is live.
    pub listing_id: Option<String>,
    /// When eBay was asked.
    #[schema(value_type = String)]
    #[serde(rename = "at")]
    pub compared_at: Timestamp,
    pub fields: Vec<FieldDiff>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ComparedField)]
pub struct FieldDiff {
    /// In the seller's words where there are some, else eBay's path of it: `availability.pickupAtLocationAvailability`.
    pub name: String,
    /// What we sent; `null` for what a person has added.
    #[serde(rename = "ours")]
    pub sent: Option<String>,
    /// What eBay holds; `null` for what is gone.
    #[serde(rename = "theirs")]
    pub remote: Option<String>,
    #[serde(rename = "is")]
    pub kind: DiffKind,
}

/// How both compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    Same,
    /// They are not the same, and it is not known that eBay ever took ours.
    Differs,
    /// eBay took ours, and a person has changed it there since.
    #[serde(rename = "edited")]
    EditedRemotely,
}
