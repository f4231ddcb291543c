//! Single fields and lines: blank or not, the code or the number in them, the comment behind them.

use super::text::{split_comment, strip_invisible};
use domain::upc::{ParseUpcError, Upc};

/// Returns whether a record is blank or a comment from its first character on.
pub(super) fn is_blank(record: &str) -> bool {
    let text = record.trim_start();
    text.starts_with('#') || strip_invisible(text).is_empty()
}

/// Returns the code in a field, without its comment.
pub(super) fn parse_code(field: &str) -> Result<Upc, ParseUpcError> {
    strip_invisible(split_comment(field).0).parse()
}

/// Cuts the fields behind a `#` that follows a code or a number: `720642442524 # bought at a fair, two copies`. Any other
/// `#` may be part of a title.
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

/// Returns a quantity without what people and spreadsheets put around it: `3`, `x3`, `3x`, `3.0`, `="3"`.
pub(super) fn trim_quantity(text: &str) -> &str {
    let number = text.trim().trim_start_matches('=').trim_matches(['"', '\'', ' ']);
    let number = number.trim_matches(['x', 'X', '×', ' ']);
    match number.split_once('.') {
        Some((whole, part)) if part.bytes().all(|b| b == b'0') => whole,
        _ => number,
    }
}
