//! Fields of an item that the operator can clear: they go back to what the list or the batch states, or to what Draft Maker
//! composes.

use serde::{Deserialize, Serialize};

/// A field that an edit can clear.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::EnumString, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ClearableField {
    /// The title of the listing, which is composed again.
    #[strum(to_string = "listing_title", serialize = "title")]
    ListingTitle,
    /// The price, which is estimated again.
    Price,
    Quantity,
    Condition,
    MediaGrade,
    SleeveGrade,
    Note,
    /// The lot, which is that of the list again.
    Lot,
}

impl ClearableField {
    /// True if the price has to be estimated again without the field.
    pub const fn affects_price(self) -> bool {
        matches!(self, Self::Price | Self::Condition | Self::MediaGrade)
    }
}
