//! Reads the lines of a list without columns, and joins a quantity on a line of its own with the barcode above it.

use domain::job_spec::RejectedLine;
use domain::list_reading::ListReading;

use super::error::ListError;
use super::row::{AcceptedRow, ParsedRow};
use super::table_rows::{RowSink, store_row};
use super::text::excerpt;
use super::text_line::{NearbyNumbers, parse_text_line};

/// Parser of the lines of a text.
#[derive(Debug)]
pub(super) struct TextRows {
    /// First line that only names the codes.
    header: Option<String>,
    numbers: NearbyNumbers,
    /// The last line with one barcode, until its quantity can no longer follow.
    last: Option<(u32, String, AcceptedRow)>,
    /// True if a line with a barcode was read.
    has_codes: bool,
    /// True if quantities stand above their barcodes, or it is unknown to which ones they belong.
    is_unclear: bool,
    /// Number of quantities that were joined with the barcode above them.
    joined: u64,
}

impl TextRows {
    pub(super) fn new(header: Option<String>, numbers: NearbyNumbers) -> Self {
        let is_unclear = numbers == NearbyNumbers::Ignored;
        Self { header, numbers, last: None, has_codes: false, is_unclear, joined: 0 }
    }

    /// Parses a line.
    pub(super) fn push_line(&mut self, number: u32, line: &str, sink: &mut impl RowSink) -> Result<(), ListError> {
        if self.header.as_deref() == Some(line) {
            return Ok(());
        }
        match parse_text_line(line, self.numbers) {
            ParsedRow::Quantity(copies) => self.join_quantity(number, line, copies, sink),
            ParsedRow::Accepted(row) => {
                self.flush(sink)?;
                self.has_codes = true;
                self.last = Some((number, line.to_owned(), row));
                Ok(())
            }
            // The other lines of an item, such as its title and its price, may precede the quantity.
            row @ (ParsedRow::Rejected(_) | ParsedRow::Invalid(_)) => {
                if begins_item(line) {
                    self.flush(sink)?;
                }
                store_row(number, line, row, sink)
            }
            row => {
                self.flush(sink)?;
                store_row(number, line, row, sink)
            }
        }
    }

    /// Passes the last barcode on, because no quantity of it can follow.
    pub(super) fn flush(&mut self, sink: &mut impl RowSink) -> Result<(), ListError> {
        let Some((number, line, row)) = self.last.take() else { return Ok(()) };
        store_row(number, &line, ParsedRow::Accepted(row), sink)
    }

    fn join_quantity(&mut self, at: u32, text: &str, copies: u32, sink: &mut impl RowSink) -> Result<(), ListError> {
        self.is_unclear |= !self.has_codes;
        let Some((number, line, mut row)) = self.last.take_if(|_| !self.is_unclear) else {
            let reason = "it states a quantity without a barcode: write both on one line".to_owned();
            sink.add_rejected(RejectedLine { line: at, text: excerpt(text), reason });
            return Ok(());
        };
        let stated = std::mem::replace(&mut row.copies, copies);
        let row = if stated == 1 || stated == copies {
            self.joined += 1;
            ParsedRow::Accepted(row)
        } else {
            ParsedRow::Rejected(format!("two quantities, {stated} and {copies} on line {at}"))
        };
        store_row(number, &line, row, sink)
    }

    /// Describes how the lines are read. The counts are added later.
    pub(super) fn describe(&self, format: Option<String>) -> ListReading {
        let numbers = match self.numbers {
            NearbyNumbers::Ignored => Some("each line is one copy, whatever number is next to its barcode".to_owned()),
            NearbyNumbers::LineNumbers => Some("the numbers before the barcodes number the lines".to_owned()),
            NearbyNumbers::Quantities => None,
        };
        let joined = match self.joined {
            0 => None,
            1 => Some("1 quantity on a line of its own belongs to the barcode above it".to_owned()),
            count => Some(format!("{count} quantities on lines of their own belong to the barcodes above them")),
        };
        ListReading {
            format: format.unwrap_or_else(|| "text".to_owned()),
            notices: numbers.into_iter().chain(joined).collect(),
            ..ListReading::default()
        }
    }
}

/// Returns whether a line begins another item: `- title: Bleach` (YAML), `[2]` (INI), `[[item]]` (TOML).
fn begins_item(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("- ") || line.starts_with('[')
}
