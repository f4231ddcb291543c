//! Options for reading a list that override automatic detection.

use serde::{Deserialize, Serialize};

/// Options for reading a list. By default, the reader detects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListOptions {
    /// Name or number (from 1) of the barcode column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub barcode_column: Option<String>,
    /// Name or number (from 1) of the quantity column; `none` if the list has no quantities.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub quantity_column: Option<String>,
    /// Name of the sheet in a workbook. Default: the first sheet with barcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub sheet: Option<String>,
    /// True to accept a list with far more copies than rows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub accept_quantities: bool,
    /// True to search for rows without a barcode that have a catalog number, or artist and title. You choose the
    /// release.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub search_rows: bool,
}

impl ListOptions {
    /// Value of [`Self::quantity_column`] for a list without quantities.
    pub const NO_QUANTITIES: &str = "none";

    /// Returns the columns that the operator chose.
    pub fn chosen_columns(&self) -> Vec<&str> {
        let quantities = self.quantity_column.as_deref().filter(|name| *name != Self::NO_QUANTITIES);
        self.barcode_column.as_deref().into_iter().chain(quantities).collect()
    }

    /// Returns true if the reader detects everything.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
