//! Summary of how a list was read, so that the operator sees which columns and quantities were used.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::catalog_coverage::CatalogCoverage;
use super::seller_data::ItemField;
use super::text::count::format_count;

/// How a list was read, and the resulting counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct ListReading {
    /// Format of the list: `CSV (semicolons)`, `text`, `Excel workbook, sheet "CDs"`.
    pub format: String,
    /// Barcode columns; empty if the reader searches every line for a barcode.
    pub barcode_columns: Vec<String>,
    /// Quantity column; `null` if each row is one copy.
    pub quantity_column: Option<String>,
    /// Columns that describe the copy.
    pub item_columns: Vec<DescribedColumn>,
    /// Columns that are not used.
    pub ignored_columns: Vec<String>,
    /// Possible values of `barcode_column` and `quantity_column`: the names of the columns, or the numbers of unnamed
    /// columns.
    pub columns: Vec<String>,
    /// Number of rows or lines with a barcode.
    pub rows: u64,
    /// Number of distinct barcodes.
    pub items: u64,
    /// Number of copies of all items.
    pub copies: u64,
    /// Number of rows or lines that are not items.
    pub skipped: u64,
    /// The most frequent reasons for skipping rows.
    pub skip_reasons: Vec<SkipReason>,
    /// Other notices for the operator.
    pub notices: Vec<String>,
    /// Files of a list that consists of several, in reading order. Line numbers continue across files.
    pub files: Vec<ListFile>,
    /// How many items were in the offline catalogs when the batch began; `null` if there were none, and in batches of
    /// earlier versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<CatalogCoverage>,
}

/// A file of a list that consists of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ListFile {
    pub name: String,
    /// Line number of its first line.
    pub first_line: u32,
}

/// A column that describes the copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DescribedColumn {
    pub field: ItemField,
    /// Name of the column in the list.
    pub column: String,
}

/// Why rows were skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SkipReason {
    pub reason: String,
    pub rows: u64,
}

impl ListReading {
    /// Returns true if the list has more than `max_average` copies per row and at least a hundred copies more than
    /// rows. The quantity column then probably counts something else. `max_average` 0 means no limit.
    pub fn has_excess_copies(&self, max_average: u64) -> bool {
        max_average > 0
            && self.copies > self.rows.saturating_mul(max_average)
            && self.copies >= self.rows.saturating_add(100)
    }

    fn quantities(&self) -> String {
        match &self.quantity_column {
            Some(column) => format!("quantities from {column}"),
            // Only numbers next to the barcodes can make more copies than rows and items.
            None if self.copies > self.rows.max(self.items) => "quantities next to the barcodes".to_owned(),
            None => "no quantities".to_owned(),
        }
    }
}

impl fmt::Display for ListReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { format, items, copies, skipped, .. } = self;
        let barcodes = match self.barcode_columns.as_slice() {
            [] => "barcodes anywhere in a line".to_owned(),
            columns => format!("barcodes from {}", columns.join(" or ")),
        };
        // A single file remains if another name for it was left out.
        let files = if self.files.len() < 2 { String::new() } else { format!("{} files ", self.files.len()) };
        write!(f, "Read {files}as {format}: {barcodes}, {}", self.quantities())?;
        for DescribedColumn { field, column } in &self.item_columns {
            write!(f, ", {field} from {column}")?;
        }
        let counts = [
            format_count(*items, "item", "items"),
            format_count(*copies, "copy", "copies"),
            format_count(*skipped, "row", "rows"),
        ];
        write!(f, "; {} skipped", counts.join(", "))?;
        match self.skip_reasons.as_slice() {
            [] => {}
            [SkipReason { reason, rows }] if rows == skipped => write!(f, " ({reason})")?,
            reasons => {
                let reasons =
                    reasons.iter().map(|one| format!("{}: {}", format_count(one.rows, "row", "rows"), one.reason));
                write!(f, " ({})", reasons.collect::<Vec<_>>().join("; "))?;
            }
        }
        if !self.ignored_columns.is_empty() {
            write!(f, "; columns not used: {}", self.ignored_columns.join(", "))?;
        }
        self.notices.iter().try_for_each(|notice| write!(f, "; {notice}"))
    }
}
