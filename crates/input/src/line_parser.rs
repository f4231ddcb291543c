//! Parses one record: its code and quantity, or the reason why it is rejected.

use super::field::{is_blank, strip_comment, trim_quantity};
use super::text::{excerpt, split_comment, strip_invisible};
use domain::upc::{ParsedUpc, Upc};

/// The result of parsing one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParsedRow {
    /// Blank or a comment.
    Blank,
    /// A code and its quantity.
    Accepted(ParsedUpc, u32),
    /// Why the record is no item.
    Rejected(String),
}

/// Maximum quantity of one record. A larger number is a price, a year or another code.
const MAX_COPIES: u32 = 10_000;

impl ParsedRow {
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(..))
    }

    fn from_fields(code: &str, quantity: &str) -> Self {
        match (Upc::parse_lenient(code), parse_copies(quantity)) {
            (Ok(scanned), Ok(copies)) => Self::Accepted(scanned, copies),
            (Err(bad), _) => Self::Rejected(bad.to_string()),
            (_, Err(reason)) => Self::Rejected(reason),
        }
    }
}

/// Parses a line without columns: a code, and perhaps a quantity behind a comma, semicolon, tab, bar or space.
pub(super) fn parse_line(line: &str) -> ParsedRow {
    if is_blank(line) {
        return ParsedRow::Blank;
    }
    let text = strip_invisible(split_comment(line).0);
    match text.split_once([',', ';', '\t', '|']) {
        Some((code, rest)) => ParsedRow::from_fields(code, rest.trim_end_matches([',', ';', '\t', '|', ' '])),
        None => parse_spaced(&text),
    }
}

/// Parses `720642442524 3` as a code and a quantity, and `7 20642 44252 4` as a code. A line that can be read both ways is
/// rejected: guessing could turn one item into many.
fn parse_spaced(text: &str) -> ParsedRow {
    let whole = ParsedRow::from_fields(text, "");
    let Some((code, quantity)) = text.split_once(' ') else { return whole };
    let is_code = matches!(code.len(), 12 | 13) && code.bytes().all(|b| b.is_ascii_digit());
    let apart = if is_code && !quantity.contains(' ') { ParsedRow::from_fields(code, quantity) } else { return whole };
    match (&apart, &whole) {
        (ParsedRow::Accepted(one, copies), ParsedRow::Accepted(other, _)) => ParsedRow::Rejected(format!(
            "either {} with a quantity of {copies}, or {}: put a comma before a quantity",
            one.upc, other.upc
        )),
        (ParsedRow::Accepted(..), _) => apart,
        _ => whole,
    }
}

/// Parses a record of a file with columns.
pub(super) fn parse_fields(fields: Vec<&str>, code_column: usize, quantity_column: Option<usize>) -> ParsedRow {
    let fields = strip_comment(fields);
    if fields.iter().all(|field| strip_invisible(field).is_empty()) {
        return ParsedRow::Blank;
    }
    let field = |at: usize| fields.get(at).map(|f| strip_invisible(split_comment(f).0)).unwrap_or_default();
    let code = field(code_column);
    if code.is_empty() {
        return ParsedRow::Rejected(format!("no code in column {}", code_column + 1));
    }
    ParsedRow::from_fields(&code, &quantity_column.map(field).unwrap_or_default())
}

/// Parses a quantity. An empty one is one copy.
fn parse_copies(text: &str) -> Result<u32, String> {
    match trim_quantity(text).parse::<u32>() {
        _ if text.trim().is_empty() => Ok(1),
        Ok(copies @ 1..=MAX_COPIES) => Ok(copies),
        _ => Err(format!("the quantity {:?} is not a whole number from 1 to 10,000", excerpt(text))),
    }
}
