//! `batch_summary_STAMP.csv`: a row for each item, for spreadsheets.
//!
//! Titles come from strangers, and a spreadsheet takes a cell that begins with `=` for a formula. OWASP, "CSV
//! Injection": such cells get an apostrophe in front, and are shown as the text that they are.

use std::io::{self, Write};

use super::entry::ResultEntry;

/// The first line, as it always was. `Listing_ID` is empty: a draft has no listing yet.
pub const SUMMARY_HEADER: [&str; 11] =
    ["UPC", "Success", "Artist", "Album", "Year", "Price", "SKU", "Offer_ID", "Listing_ID", "Status", "Error"];

/// A summary file under way.
pub struct CsvReport<W: Write> {
    out: ::csv::Writer<W>,
}

impl<W: Write> CsvReport<W> {
    /// Writes the first line.
    ///
    /// # Errors
    /// Whatever `out` cannot take.
    pub fn new(out: W) -> io::Result<Self> {
        let mut out = ::csv::Writer::from_writer(out);
        out.write_record(SUMMARY_HEADER)?;
        Ok(Self { out })
    }

    /// Writes one item.
    ///
    /// # Errors
    /// As [`CsvReport::begin`].
    pub fn write_entry(&mut self, entry: &ResultEntry) -> io::Result<()> {
        self.out.write_record(entry_cells(entry).map(|cell| escape_formula(&cell)))?;
        Ok(())
    }

    /// Gives the writer back.
    ///
    /// # Errors
    /// As [`CsvReport::begin`].
    pub fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(::csv::IntoInnerError::into_error)
    }
}

/// The cells, in the order of [`HEADER`].
fn entry_cells(entry: &ResultEntry) -> [String; 11] {
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let metadata = entry.metadata.as_ref();
    let draft = entry.draft.as_ref();
    [
        entry.upc.clone(),
        entry.success.to_string(),
        text(metadata.and_then(|known| known.artist_name.as_ref())),
        text(metadata.and_then(|known| known.title.as_ref())),
        metadata.and_then(|known| known.year).map(|year| year.to_string()).unwrap_or_default(),
        text(entry.pricing.as_ref().and_then(|pricing| pricing.recommended_price.as_ref())),
        text(draft.map(|draft| &draft.sku)),
        text(draft.and_then(|draft| draft.offer_id.as_ref())),
        String::new(),
        entry.status.to_string(),
        text(entry.error.as_ref()),
    ]
}

/// One line, and nothing that a spreadsheet takes for a formula. The wide forms count too: some take them for the
/// narrow ones.
pub(super) fn escape_formula(cell: &str) -> String {
    let line: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let first = line.trim_start().chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠') => format!("'{line}"),
        _ => line,
    }
}
