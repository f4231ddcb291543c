//! Counts what the fields of one column of the sample contain.

use super::field::{parse_code, trim_quantity};
use super::text::{split_comment, strip_invisible};
use domain::upc::ParseUpcError;

/// Counts over the sampled rows.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnStats {
    /// Rows with a field that is not blank.
    pub(super) filled: usize,
    /// Codes whose check digit is right.
    pub(super) codes: usize,
    /// Codes that were misread, rounded by a spreadsheet, or stand for a carton.
    pub(super) damaged_codes: usize,
    /// Whole numbers of at most six digits.
    pub(super) integers: usize,
    /// Integers up to [`MAX_LIKELY_QUANTITY`].
    pub(super) small_integers: usize,
    /// Integers from 1900 to 2099.
    pub(super) years: usize,
}

/// Largest integer that is taken for a quantity in a column without a name.
const MAX_LIKELY_QUANTITY: i64 = 1_000;

/// Largest number that is taken for a count; longer ones are identifiers.
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
                self.damaged_codes += 1;
            }
            Err(_) => {}
        }
        let number = trim_quantity(split_comment(&text).0).parse::<i64>();
        if let Some(number) = number.ok().filter(|number| number.abs() <= MAX_INTEGER) {
            self.integers += 1;
            self.small_integers += usize::from(number <= MAX_LIKELY_QUANTITY);
            self.years += usize::from((1900..2100).contains(&number));
        }
    }

    /// Returns whether most fields are whole numbers and not all are years. A column without a header may hold the year of each
    /// record.
    pub(super) fn could_be_quantities(&self) -> bool {
        self.filled > 0 && self.integers * 2 >= self.filled && self.years < self.filled
    }

    /// Returns whether [`Self::could_be_quantities`] holds and most numbers are small.
    pub(super) fn looks_like_quantities(&self) -> bool {
        self.could_be_quantities() && self.small_integers * 2 >= self.filled
    }
}
