//! Item fields that the operator can clear. A cleared field has the value of the list or the batch again, or the one
//! that Draft Maker composes.

use serde::{Deserialize, Serialize};

/// A field that an edit can clear.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::EnumString, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ClearableField {
    /// Title of the listing; composed again when cleared.
    #[strum(to_string = "listing_title", serialize = "title")]
    ListingTitle,
    /// Price; estimated again when cleared.
    Price,
    Quantity,
    Condition,
    MediaGrade,
    SleeveGrade,
    Note,
    /// Statements about obi, booklet and case.
    Parts,
    /// Lot; the one in the list when cleared.
    Lot,
}

impl ClearableField {
    /// Returns true if clearing the field requires a new price estimate.
    pub(crate) const fn affects_price(self) -> bool {
        matches!(self, Self::Price | Self::Condition | Self::MediaGrade)
    }
}
