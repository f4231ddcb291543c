//! One record: the code and the quantity that stand in it, or why it is not taken.

use super::layout::Layout;
use super::text::{before_comment, excerpt, visible};
use domain::upc::{Scanned, Upc};

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// Blank or a comment.
    Nothing,
    Taken(Scanned, u32),
    Refused(String),
}

/// More copies of one record than any reseller has: a number beyond is a price, a year or another code.
const MOST_COPIES: u32 = 10_000;

impl Row {
    pub(super) fn is_taken(&self) -> bool {
        matches!(self, Self::Taken(..))
    }

    fn new(code: &str, quantity: &str) -> Self {
        match (Upc::scan(code), copies(quantity)) {
            (Ok(scanned), Ok(copies)) => Self::Taken(scanned, copies),
            (Err(bad), _) => Self::Refused(bad.to_string()),
            (_, Err(reason)) => Self::Refused(reason),
        }
    }
}

/// Blank, or a comment from its first character on.
pub(super) fn is_nothing(record: &str) -> bool {
    let text = record.trim_start();
    text.starts_with('#') || visible(text).is_empty()
}

/// A line that is a code, perhaps with a quantity behind a comma, a semicolon, a tab or a space.
pub(super) fn plain(line: &str) -> Row {
    if is_nothing(line) {
        return Row::Nothing;
    }
    let text = visible(before_comment(line).0);
    match text.split_once([',', ';', '\t', '|']) {
        Some((code, rest)) => Row::new(code, rest.trim_end_matches([',', ';', '\t', '|', ' '])),
        None => spaced(&text),
    }
}

/// `720642442524 3` is a code and a quantity; `7 20642 44252 4` is a code. Where both readings hold, nobody guesses.
fn spaced(text: &str) -> Row {
    let whole = Row::new(text, "");
    let Some((code, quantity)) = text.split_once(' ') else { return whole };
    let is_code = matches!(code.len(), 12 | 13) && code.bytes().all(|b| b.is_ascii_digit());
    let apart = if is_code && !quantity.contains(' ') { Row::new(code, quantity) } else { return whole };
    match (&apart, &whole) {
        (Row::Taken(one, copies), Row::Taken(other, _)) => Row::Refused(format!(
            "either {} with a quantity of {copies}, or {}: put a comma before a quantity",
            one.upc, other.upc
        )),
        (Row::Taken(..), _) => apart,
        _ => whole,
    }
}

/// A record of a file with columns.
pub(super) fn in_columns(fields: Vec<&str>, layout: &Layout) -> Row {
    let fields = without_comment(fields);
    if fields.iter().all(|field| visible(field).is_empty()) {
        return Row::Nothing;
    }
    let field = |at: usize| fields.get(at).map(|f| visible(before_comment(f).0)).unwrap_or_default();
    let code = field(layout.code);
    if code.is_empty() {
        return Row::Refused(format!("no code in column {}", layout.code + 1));
    }
    Row::new(&code, &layout.quantity.map(field).unwrap_or_default())
}

/// The fields up to a `#` that follows a code or a number: `720642442524 # bought at a fair, two copies`. A `#`
/// elsewhere may be part of a title.
pub(super) fn without_comment(mut fields: Vec<&str>) -> Vec<&str> {
    let ends = |field: &&str| match before_comment(field) {
        (before, true) => Upc::scan(&visible(before)).is_ok() || before.trim().parse::<u32>().is_ok(),
        _ => false,
    };
    if let Some(last) = fields.iter().position(ends) {
        fields.truncate(last + 1);
    }
    fields
}

/// A quantity without what people and spreadsheets put around it: `3`, `x3`, `3x`, `3.0`, `="3"`.
pub(super) fn number(text: &str) -> &str {
    let number = text.trim().trim_start_matches('=').trim_matches(['"', '\'', ' ']);
    let number = number.trim_matches(['x', 'X', '×', ' ']);
    match number.split_once('.') {
        Some((whole, part)) if part.bytes().all(|b| b == b'0') => whole,
        _ => number,
    }
}

/// Where nothing stands, it is one copy.
fn copies(text: &str) -> Result<u32, String> {
    match number(text).parse::<u32>() {
        _ if text.trim().is_empty() => Ok(1),
        Ok(copies @ 1..=MOST_COPIES) => Ok(copies),
        _ => Err(format!("the quantity {:?} is not a whole number from 1 to 10,000", excerpt(text))),
    }
}
