//! What one column of the sample holds.

use super::line_parser;
use super::text::{split_comment, strip_invisible};
use domain::upc::{ParseUpcError, Upc};

/// Counts over the sampled rows.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnStats {
    /// Rows in which something stands.
    pub(super) filled: usize,
    /// Codes whose check digit is right.
    pub(super) codes: usize,
    /// Codes that are wrong as codes: misread, rounded, of a carton.
    pub(super) damaged_codes: usize,
    /// Whole numbers of at most six digits.
    pub(super) integers: usize,
    /// Integers up to [`SMALL`].
    pub(super) small_integers: usize,
    pub(super) years: usize,
}

/// Nobody has more copies of one record in a file that does not say what its columns are.
const MAX_LIKELY_QUANTITY: i64 = 1_000;

/// Longer numbers are identifiers.
const MAX_INTEGER: i64 = 999_999;

/// Counts every column of `rows`.
pub(super) fn count_columns(rows: &[Vec<String>]) -> Vec<ColumnStats> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut columns = vec![ColumnStats::default(); width];
    for row in rows {
        row.iter().zip(&mut columns).for_each(|(field, column)| column.add_field(field));
    }
    columns
}

/// The code that stands in a field, if there is one.
pub(super) fn parse_code(field: &str) -> Result<Upc, ParseUpcError> {
    strip_invisible(split_comment(field).0).parse()
}

impl ColumnStats {
    fn add_field(&mut self, field: &str) {
        let text = strip_invisible(field);
        if text.is_empty() {
            return;
        }
        self.filled += 1;
        match parse_code(field) {
            Ok(_) => self.codes += 1,
            Err(ParseUpcError::CheckDigit { .. } | ParseUpcError::Rounded | ParseUpcError::Carton(_)) => {
                self.damaged_codes += 1
            }
            Err(_) => {}
        }
        let number = line_parser::trim_quantity(split_comment(&text).0).parse::<i64>();
        if let Some(number) = number.ok().filter(|number| number.abs() <= MAX_INTEGER) {
            self.integers += 1;
            self.small_integers += usize::from(number <= MAX_LIKELY_QUANTITY);
            self.years += usize::from((1900..2100).contains(&number));
        }
    }

    /// A column of whole numbers that are not all years: what has no header could be the year of each record.
    pub(super) fn could_be_quantities(&self) -> bool {
        self.filled > 0 && self.integers * 2 >= self.filled && self.years < self.filled
    }

    /// As above, and the numbers are what quantities are like.
    pub(super) fn looks_like_quantities(&self) -> bool {
        self.could_be_quantities() && self.small_integers * 2 >= self.filled
    }
}
