//! Writes `batch_summary_STAMP.csv` for spreadsheets: one row per draft, and one per item without a draft.
//!
//! A spreadsheet runs a cell that begins with `=` as a formula, and titles come from outside. Such cells get a leading
//! apostrophe, which makes them text (OWASP, "CSV Injection").

use std::io::{self, Write};

use super::entry::ResultEntry;
use super::reported_draft::ReportedDraft;
use domain::display_text::is_formula_start;

/// Column headers: first those of version 1, then those that describe the copies in the draft. `Listing_ID` is always
/// empty, because a draft has no listing.
pub(crate) const SUMMARY_HEADER: [&str; 22] = [
    "UPC",
    "Success",
    "Artist",
    "Album",
    "Year",
    "Price",
    "SKU",
    "Offer_ID",
    "Listing_ID",
    "Status",
    "Error",
    "Condition",
    "Media_Grade",
    "Sleeve_Grade",
    "Condition_Note",
    "Location",
    "Own_SKU",
    "Cost",
    "Parts",
    "Store_Category",
    "Best_Offer",
    "Copies",
];

/// Writer for the summary table.
pub struct CsvReport<W: Write> {
    out: ::csv::Writer<W>,
}

impl<W: Write> CsvReport<W> {
    /// Creates the writer and writes the header row.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub fn new(out: W) -> io::Result<Self> {
        let mut out = ::csv::Writer::from_writer(out);
        out.write_record(SUMMARY_HEADER)?;
        Ok(Self { out })
    }

    /// Writes the rows of one item: one for each of its drafts, or one if it has none.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub fn write_entry(&mut self, entry: &ResultEntry) -> io::Result<()> {
        let no_draft = entry.drafts.is_empty().then_some(None);
        for draft in entry.drafts.iter().map(Some).chain(no_draft) {
            self.out.write_record(row_cells(entry, draft).map(|cell| escape_formula(&cell)))?;
        }
        Ok(())
    }

    /// Flushes the buffer and returns the inner writer.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(::csv::IntoInnerError::into_error)
    }
}

/// Returns the cells of a draft, or of an item without drafts, in the order of [`SUMMARY_HEADER`].
fn row_cells(entry: &ResultEntry, draft: Option<&ReportedDraft>) -> [String; 22] {
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let metadata = entry.metadata.as_ref();
    let estimate = || entry.pricing.as_ref().and_then(|pricing| pricing.recommended_price.as_ref());
    let (price, copies, seller) = match draft {
        Some(draft) => (draft.price.as_ref(), draft.copies, &draft.seller),
        None => (estimate(), Some(entry.copies), &entry.seller),
    };
    [
        entry.upc.clone(),
        entry.success.to_string(),
        text(metadata.and_then(|metadata| metadata.artist_name.as_ref())),
        text(metadata.and_then(|metadata| metadata.title.as_ref())),
        metadata.and_then(|metadata| metadata.year).map(|year| year.to_string()).unwrap_or_default(),
        text(price),
        text(draft.map(|draft| &draft.sku)),
        text(draft.and_then(|draft| draft.offer_id.as_ref())),
        String::new(),
        entry.status.to_string(),
        text(entry.error.as_ref()),
        seller.condition.map(|condition| condition.to_string()).unwrap_or_default(),
        seller.media_grade.unwrap_or_default().to_owned(),
        seller.sleeve_grade.unwrap_or_default().to_owned(),
        text(seller.note.as_ref()),
        text(seller.location.as_ref()),
        text(seller.own_sku.as_ref()),
        text(seller.cost.as_ref()),
        text(seller.parts.as_ref()),
        text(seller.store_category.as_ref()),
        seller.best_offer.map(|offer| offer.to_string()).unwrap_or_default(),
        copies.map(|copies| copies.to_string()).unwrap_or_default(),
    ]
}

/// Returns `cell` on one line, escaped so that no spreadsheet runs it as a formula.
pub(super) fn escape_formula(cell: &str) -> String {
    let line: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.trim_start().starts_with(is_formula_start) { format!("'{line}") } else { line }
}
