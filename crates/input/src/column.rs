//! What one column of the sample holds.

use super::row;
use super::text::{before_comment, visible};
use domain::upc::{BadUpc, Upc};

/// Counts over the sampled rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    /// Rows in which something stands.
    pub(super) filled: usize,
    /// Codes whose check digit is right.
    pub(super) codes: usize,
    /// Codes that are wrong as codes: misread, rounded, of a carton.
    pub(super) nearly: usize,
    /// Whole numbers of at most six digits.
    pub(super) integers: usize,
    /// Integers up to [`SMALL`].
    pub(super) small: usize,
    pub(super) years: usize,
}

/// Nobody has more copies of one record in a file that does not say what its columns are.
const SMALL: i64 = 1_000;

/// Longer numbers are identifiers.
const LONGEST: i64 = 999_999;

/// Counts every column of `rows`.
pub(super) fn count(rows: &[Vec<String>]) -> Vec<Column> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut columns = vec![Column::default(); width];
    for row in rows {
        row.iter().zip(&mut columns).for_each(|(field, column)| column.add(field));
    }
    columns
}

/// The code that stands in a field, if there is one.
pub(super) fn code_in(field: &str) -> Result<Upc, BadUpc> {
    visible(before_comment(field).0).parse()
}

impl Column {
    fn add(&mut self, field: &str) {
        let text = visible(field);
        if text.is_empty() {
            return;
        }
        self.filled += 1;
        match code_in(field) {
            Ok(_) => self.codes += 1,
            Err(BadUpc::CheckDigit { .. } | BadUpc::Rounded | BadUpc::Carton(_)) => self.nearly += 1,
            Err(_) => {}
        }
        let number = row::number(before_comment(&text).0).parse::<i64>();
        if let Some(number) = number.ok().filter(|number| number.abs() <= LONGEST) {
            self.integers += 1;
            self.small += usize::from(number <= SMALL);
            self.years += usize::from((1900..2100).contains(&number));
        }
    }

    /// A column of whole numbers that are not all years: what has no header could be the year of each record.
    pub(super) fn could_be_quantities(&self) -> bool {
        self.filled > 0 && self.integers * 2 >= self.filled && self.years < self.filled
    }

    /// As above, and the numbers are what quantities are like.
    pub(super) fn looks_like_quantities(&self) -> bool {
        self.could_be_quantities() && self.small * 2 >= self.filled
    }
}
