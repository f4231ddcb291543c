//! One record: the code and the quantity that stand in it, or why it is not taken.

use super::dialect::Dialect;
use super::text::{excerpt, split_comment, strip_invisible};
use domain::upc::{ParsedUpc, Upc};

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParsedRow {
    /// Blank or a comment.
    Blank,
    Accepted(ParsedUpc, u32),
    Rejected(String),
}

/// More copies of one record than any reseller has: a number beyond is a price, a year or another code.
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

/// Blank, or a comment from its first character on.
pub(super) fn is_blank(record: &str) -> bool {
    let text = record.trim_start();
    text.starts_with('#') || strip_invisible(text).is_empty()
}

/// A line that is a code, perhaps with a quantity behind a comma, a semicolon, a tab or a space.
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

/// `720642442524 3` is a code and a quantity; `7 20642 44252 4` is a code. Where both readings hold, nobody guesses.
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

/// A record of a file with columns.
pub(super) fn parse_fields(fields: Vec<&str>, layout: &Dialect) -> ParsedRow {
    let fields = strip_comment(fields);
    if fields.iter().all(|field| strip_invisible(field).is_empty()) {
        return ParsedRow::Blank;
    }
    let field = |at: usize| fields.get(at).map(|f| strip_invisible(split_comment(f).0)).unwrap_or_default();
    let code = field(layout.code_column);
    if code.is_empty() {
        return ParsedRow::Rejected(format!("no code in column {}", layout.code_column + 1));
    }
    ParsedRow::from_fields(&code, &layout.quantity_column.map(field).unwrap_or_default())
}

/// The fields up to a `#` that follows a code or a number: `720642442524 # bought at a fair, two copies`. A `#`
/// elsewhere may be part of a title.
pub(super) fn strip_comment(mut fields: Vec<&str>) -> Vec<&str> {
    let ends = |field: &&str| match split_comment(field) {
        (before, true) => Upc::parse_lenient(&strip_invisible(before)).is_ok() || before.trim().parse::<u32>().is_ok(),
        _ => false,
    };
    if let Some(last) = fields.iter().position(ends) {
        fields.truncate(last + 1);
    }
    fields
}

/// A quantity without what people and spreadsheets put around it: `3`, `x3`, `3x`, `3.0`, `="3"`.
pub(super) fn trim_quantity(text: &str) -> &str {
    let number = text.trim().trim_start_matches('=').trim_matches(['"', '\'', ' ']);
    let number = number.trim_matches(['x', 'X', '×', ' ']);
    match number.split_once('.') {
        Some((whole, part)) if part.bytes().all(|b| b == b'0') => whole,
        _ => number,
    }
}

/// Where nothing stands, it is one copy.
fn parse_copies(text: &str) -> Result<u32, String> {
    match trim_quantity(text).parse::<u32>() {
        _ if text.trim().is_empty() => Ok(1),
        Ok(copies @ 1..=MAX_COPIES) => Ok(copies),
        _ => Err(format!("the quantity {:?} is not a whole number from 1 to 10,000", excerpt(text))),
    }
}
