//! Statistics about the fields of one column of the sample.

use domain::barcode::BarcodeError;
use domain::upc::ParseUpcError;

use super::code_field::CodeField;
use super::text::strip_invisible;

/// Counts over the sampled rows of a column.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnStats {
    /// Rows with a non-blank field.
    pub(super) filled: usize,
    /// Codes of 11 or more digits with a correct check digit.
    pub(super) codes: usize,
    /// EAN-8 codes with a correct check digit.
    pub(super) short_codes: usize,
    /// Numbers that are misread, rounded by a spreadsheet, or not barcodes at all.
    pub(super) invalid_codes: usize,
    /// Whole numbers of at most four digits.
    pub(super) small_integers: usize,
}

/// Maximum number of digits of a number that may be a count.
const MAX_COUNT_DIGITS: usize = 4;
/// Number of digits of an EAN-8.
const EAN8_DIGITS: usize = 8;

/// Returns the counts for every column of `rows`.
pub(super) fn count_columns<'a>(rows: impl Iterator<Item = &'a [String]>) -> Vec<ColumnStats> {
    let mut columns: Vec<ColumnStats> = Vec::new();
    for row in rows {
        if columns.len() < row.len() {
            columns.resize(row.len(), ColumnStats::default());
        }
        row.iter().zip(&mut columns).for_each(|(field, column)| column.add_field(field));
    }
    columns
}

impl ColumnStats {
    fn add_field(&mut self, field: &str) {
        let text = strip_invisible(field);
        if text.is_empty() {
            return;
        }
        self.filled += 1;
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        match CodeField::from_text(field) {
            CodeField::Code(_) if digits == EAN8_DIGITS => self.short_codes += 1,
            CodeField::Code(_) => self.codes += 1,
            CodeField::Invalid(BarcodeError::InvalidCode(
                ParseUpcError::CheckDigit { .. } | ParseUpcError::Rounded | ParseUpcError::Carton(_),
            )) => self.invalid_codes += 1,
            CodeField::Several(..) | CodeField::Invalid(_) | CodeField::Absent => {}
        }
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        self.small_integers += usize::from(is_number && text.len() <= MAX_COUNT_DIGITS);
    }

    /// Returns whether the column contains barcodes throughout. By chance, one number in ten has a correct check digit.
    pub(super) fn holds_codes(&self) -> bool {
        self.codes > 0 && self.codes >= self.invalid_codes && self.codes * 2 >= self.filled
    }

    /// Returns whether the column contains EAN-8 codes throughout.
    pub(super) fn holds_short_codes(&self) -> bool {
        let all = self.codes + self.short_codes;
        self.short_codes > 0 && all >= 4 * self.invalid_codes && all * 5 >= self.filled * 4
    }

    /// Returns whether the column may contain counts.
    pub(super) fn holds_small_integers(&self) -> bool {
        self.small_integers > 0 && self.small_integers * 10 >= self.filled * 9
    }
}
