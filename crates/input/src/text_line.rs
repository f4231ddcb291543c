//! Reads one line of free text: a code, and what may stand around it.

use domain::barcode::{FoundBarcode, find_barcodes, normalize_text, parse_barcode};
use domain::upc::ParsedUpc;

use super::quantity::parse_stated_quantity;
use super::row::{AcceptedRow, ParsedRow};
use super::text::is_blank;

/// Longest number beside a code that could be its quantity or its position in the list.
const MAX_BARE_NUMBER_DIGITS: usize = 3;

/// Reads a line. A line that begins with `#` is a comment, unless it is a numbered code (`#1 720642442524`).
pub(super) fn parse_text_line(line: &str) -> ParsedRow {
    let normal = normalize_text(line);
    if normal.is_empty() {
        return ParsedRow::Blank;
    }
    if is_blank(&normal) && !is_numbered_code(&normal) {
        return ParsedRow::Blank;
    }
    let text = without_comment(&normal);
    let found = find_barcodes(text);
    let mut codes: Vec<ParsedUpc> = found.iter().filter_map(|found| found.result.clone().ok()).collect();
    match codes.as_slice() {
        [] => parse_whole(text, &found),
        [_] => read_single(text, &found),
        [first, ..] if other_text(text, &found).is_empty() => {
            let first = *first;
            let rejected = found.iter().filter_map(|found| found.result.clone().err());
            let reasons = rejected.map(|why| why.to_string()).collect();
            ParsedRow::Several { codes: std::mem::replace(&mut codes, vec![first]), reasons }
        }
        [first, rest @ ..] if rest.iter().all(|code| code.upc == first.upc) => ParsedRow::accepted(*first, 1),
        [first, second, ..] => ParsedRow::Rejected(format!(
            "{} and {} stand in it: put each barcode on a line of its own",
            first.upc, second.upc
        )),
    }
}

/// Reads a line in which no number alone is a code: digits in groups, or a text with a reason.
fn parse_whole(text: &str, found: &[FoundBarcode]) -> ParsedRow {
    match (parse_barcode(text), found.iter().find_map(|found| found.result.clone().err())) {
        (Ok(parsed), _) => ParsedRow::accepted(parsed, 1),
        (Err(_), Some(why)) => ParsedRow::Invalid(why.to_string()),
        (Err(why), None) => ParsedRow::from_barcode_error(&why),
    }
}

fn read_single(text: &str, found: &[FoundBarcode]) -> ParsedRow {
    let Some(code) = found.iter().find(|found| found.result.is_ok()) else { return ParsedRow::Blank };
    let Ok(parsed) = code.result.clone() else { return ParsedRow::Blank };
    let (before, after) = (&text[..code.range.start], &text[code.range.end..]);
    match (quantity_before(before), quantity_after(after)) {
        (Err(reason), _) | (_, Err(reason)) => ParsedRow::Rejected(reason),
        (Ok(Some(one)), Ok(Some(other))) if one != other => {
            ParsedRow::Rejected(format!("two quantities, {one} and {other}"))
        }
        (Ok(one), Ok(other)) => {
            ParsedRow::Accepted(AcceptedRow { code: parsed, copies: one.or(other).unwrap_or(1), seller: None })
        }
    }
}

/// Returns the quantity before a code: `2x`, `3 x`. `1.`, `1)` and `#1` number the lines.
fn quantity_before(before: &str) -> Result<Option<u32>, String> {
    let text = before.trim().trim_end_matches(['"', '\'', '(', '[', ']', '<', '>']).trim();
    if let Some(copies) = parse_stated_quantity(text) {
        return Ok(Some(copies));
    }
    let number = text.trim_end_matches([',', ';', '|', ' ']);
    if is_bare_number(number) {
        return Err(format!(
            "{number:?} before the code is a quantity or a number of the line: write {number}x or {number}."
        ));
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    Ok(parse_stated_quantity(first).filter(|_| first.ends_with(['x', 'X', '×'])))
}

/// Returns the quantity after a code. Two or five digits are an add-on.
fn quantity_after(after: &str) -> Result<Option<u32>, String> {
    let is_add_on = |text: &str| matches!(text.len(), 2 | 5) && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = after.trim_matches([',', ';', '|', ':', ' ', '"', '\'']);
    if is_add_on(text.trim_start_matches(['+', '-', ' '])) && after.starts_with([' ', '+', '-']) {
        return Ok(None);
    }
    if let Some(copies) = parse_stated_quantity(text) {
        return Ok(Some(copies));
    }
    if is_bare_number(text) {
        return Err(format!(
            "{text:?} after the code may be a quantity: write x{text}, or name the columns in a first line"
        ));
    }
    let last_words = text.rsplit_once(' ').map(|(_, last)| last);
    let last = last_words.filter(|last| last.starts_with(['x', 'X', '×']) && last.len() <= 4);
    Ok(last.and_then(parse_stated_quantity))
}

fn is_bare_number(text: &str) -> bool {
    (1..=MAX_BARE_NUMBER_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What stands beside the numbers and is more than a separator.
fn other_text(text: &str, found: &[FoundBarcode]) -> String {
    let is_number = |at: usize| found.iter().any(|found| found.range.contains(&at));
    let rest = text.char_indices().filter(|(at, _)| !is_number(*at)).map(|(_, character)| character);
    rest.filter(|c| !matches!(c, ' ' | ',' | ';' | '|' | '\t' | '"' | '\'' | '/' | '=')).collect()
}

/// Cuts a comment that follows a code: `720642442524 # scratched`.
fn without_comment(text: &str) -> &str {
    let Some((before, _)) = text.split_once('#') else { return text };
    let has_code = parse_barcode(before).is_ok() || find_barcodes(before).iter().any(|found| found.result.is_ok());
    if has_code { before.trim_end() } else { text }
}

fn is_numbered_code(text: &str) -> bool {
    let number = text.strip_prefix('#').and_then(|rest| rest.split([' ', '.', ')', ':']).next()).unwrap_or_default();
    is_bare_number(number) && find_barcodes(text).iter().any(|found| found.result.is_ok())
}
