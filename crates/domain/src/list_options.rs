//! How the operator wants a list to be read, where it differs from what the reader would decide.

use serde::{Deserialize, Serialize};

/// Choices for reading one list. The default leaves every decision to the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListOptions {
    /// Name or number (from 1) of the column with the barcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub barcode_column: Option<String>,
    /// Name or number (from 1) of the column with the quantities; `none` for a list without.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub quantity_column: Option<String>,
    /// Name of the sheet of a workbook; default: the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub sheet: Option<String>,
    /// True accepts far more copies than rows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub accept_quantities: bool,
    /// True searches for rows that have a catalog number, or artist and title, and no barcode; you choose the release.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub search_rows: bool,
}

impl ListOptions {
    /// Word of [`Self::quantity_column`] for a list without quantities.
    pub const NO_QUANTITIES: &str = "none";

    /// Returns whether every decision is left to the reader.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
