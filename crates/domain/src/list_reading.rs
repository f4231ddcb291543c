//! How a list was read, in one line: so that no column or quantity is taken without saying so.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::seller_data::ItemField;

/// The decisions of the reader and what came of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct ListReading {
    /// `CSV (semicolons)`, `text`, `Excel workbook, sheet "CDs"`.
    pub format: String,
    /// The columns with barcodes; empty if every line is searched for one.
    pub barcode_columns: Vec<String>,
    /// The column with quantities; `null` if each row is one copy.
    pub quantity_column: Option<String>,
    /// Columns that describe the copy.
    pub item_columns: Vec<DescribedColumn>,
    /// Columns that are not used.
    pub ignored_columns: Vec<String>,
    /// What `barcode_column` and `quantity_column` can name: the columns of a table, or their numbers where they have no name.
    pub columns: Vec<String>,
    /// Rows or lines with a barcode.
    pub rows: u64,
    /// Different barcodes.
    pub items: u64,
    /// Copies of all items.
    pub copies: u64,
    /// Rows or lines that are no item.
    pub skipped: u64,
    /// The most frequent reasons why rows were skipped.
    pub skip_reasons: Vec<SkipReason>,
    /// What else the operator should know.
    pub notices: Vec<String>,
    /// The files of a list that has several, in the order in which they were read; line numbers continue over them.
    pub files: Vec<ListFile>,
}

/// One file of a list that has several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ListFile {
    pub name: String,
    /// The number of its first line.
    pub first_line: u32,
}

/// A column that describes the copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DescribedColumn {
    pub field: ItemField,
    /// Its name in the list.
    pub column: String,
}

/// Why rows were skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SkipReason {
    pub reason: String,
    pub rows: u64,
}

impl ListReading {
    /// Returns whether the list has more than `max_average` copies for each row, and at least a hundred beyond one for each.
    /// Then a column that counts something else was probably taken for the quantity. 0 means no limit.
    pub fn has_excess_copies(&self, max_average: u64) -> bool {
        max_average > 0
            && self.copies > self.rows.saturating_mul(max_average)
            && self.copies >= self.rows.saturating_add(100)
    }

    fn quantities(&self) -> String {
        match &self.quantity_column {
            Some(column) => format!("quantities from {column}"),
            None => "no quantities".to_owned(),
        }
    }
}

fn count_words(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

impl fmt::Display for ListReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { format, items, copies, skipped, .. } = self;
        let barcodes = match self.barcode_columns.as_slice() {
            [] => "barcodes anywhere in a line".to_owned(),
            columns => format!("barcodes from {}", columns.join(" or ")),
        };
        let files = if self.files.is_empty() { String::new() } else { format!("{} files ", self.files.len()) };
        write!(f, "Read {files}as {format}: {barcodes}, {}", self.quantities())?;
        for DescribedColumn { field, column } in &self.item_columns {
            write!(f, ", {field} from {column}")?;
        }
        let counts = [
            count_words(*items, "item", "items"),
            count_words(*copies, "copy", "copies"),
            count_words(*skipped, "row", "rows"),
        ];
        write!(f, "; {} skipped", counts.join(", "))?;
        match self.skip_reasons.as_slice() {
            [] => {}
            [SkipReason { reason, rows }] if rows == skipped => write!(f, " ({reason})")?,
            reasons => {
                let reasons =
                    reasons.iter().map(|one| format!("{}: {}", count_words(one.rows, "row", "rows"), one.reason));
                write!(f, " ({})", reasons.collect::<Vec<_>>().join("; "))?;
            }
        }
        if !self.ignored_columns.is_empty() {
            write!(f, "; columns not used: {}", self.ignored_columns.join(", "))?;
        }
        self.notices.iter().try_for_each(|notice| write!(f, "; {notice}"))
    }
}
