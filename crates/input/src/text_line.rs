//! Parses one line of free text: a code and the text around it.

use std::ops::Range;

use domain::barcode::{BarcodeError, FoundBarcode, KeyboardLayout, find_barcodes, normalize_text, parse_barcode};
use domain::upc::ParsedUpc;
use html_escape::decode_html_entities;

use super::other_numbers::find_line_barcodes;
use super::row::{AcceptedRow, ParsedRow};
use super::text::is_blank;
use super::text_quantity::{is_bare_number, leading_number, lone_quantity, quantity_after, quantity_before};

/// Minimum number of lines that prove that the lines are numbered.
const MIN_NUMBERED_LINES: usize = 3;

/// Returns whether the numbers before the codes are line numbers: 1, 2, 3 and so on, with few gaps.
pub(super) fn are_lines_numbered<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let number_of = |line: &str| {
        let text = normalize_text(line);
        let code = find_barcodes(&text).into_iter().find(|found| found.result.is_ok())?;
        Some(leading_number(text.get(..code.range.start)?))
    };
    let numbers: Option<Vec<u32>> = lines.filter_map(number_of).collect();
    let Some(numbers) = numbers.filter(|numbers| numbers.len() >= MIN_NUMBERED_LINES) else { return false };
    let span = numbers.last().unwrap_or(&0).saturating_sub(*numbers.first().unwrap_or(&0));
    numbers.windows(2).all(|pair| pair[0] < pair[1]) && (span as usize) < 2 * numbers.len()
}

/// What the numbers next to a code mean in lines of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum NearbyNumbers {
    /// Quantities, if they are written as such.
    #[default]
    Quantities,
    /// Line numbers before the code, and quantities elsewhere.
    LineNumbers,
    /// Nothing: each line is one copy.
    Ignored,
}

/// Parses a line. A line that begins with `#` is a comment, unless it is a numbered code (`#1 720642442524`). A comment
/// with a code is reported.
pub(super) fn parse_text_line(line: &str, numbers: NearbyNumbers) -> ParsedRow {
    let decoded = decode_html_entities(line);
    let normal = normalize_text(&decoded);
    if normal.is_empty() || is_rule(&normal) {
        return ParsedRow::Blank;
    }
    if is_blank(&normal) && !is_numbered_code(&normal) {
        return reject_mistyped_code(line).unwrap_or_else(|| parse_comment(&normal));
    }
    let text = without_comment(&normal);
    let found = find_line_barcodes(text);
    let codes: Vec<ParsedUpc> = found.iter().filter_map(|found| found.result.clone().ok()).collect();
    match codes.as_slice() {
        [] => reject_mistyped_code(line)
            .or_else(|| parse_lone_quantity(text, &found))
            .unwrap_or_else(|| parse_whole(text, &found)),
        [_] => read_item(text, &found, numbers),
        _ if other_text(text, &found).is_empty() => {
            let rows = codes.into_iter().map(|code| AcceptedRow { code, copies: 1, seller: None }).collect();
            ParsedRow::Several { rows, reasons: reasons_of(&found) }
        }
        [first, rest @ ..] if rest.iter().all(|code| code.upc == first.upc) => read_item(text, &found, numbers),
        [first, second, ..] => {
            ParsedRow::Rejected(format!("it has {} and {}: put each barcode on its own line", first.upc, second.upc))
        }
    }
}

/// Parses a line that has only a quantity: `Qty: 2`, `x3`, `2 Stück`. A bare number is rejected, because it may also
/// number a line.
fn parse_lone_quantity(text: &str, found: &[FoundBarcode]) -> Option<ParsedRow> {
    if !found.is_empty() {
        return None;
    }
    if is_bare_number(text) {
        return Some(ParsedRow::Rejected(format!("{text:?} may be a quantity: write x{text} next to the barcode")));
    }
    lone_quantity(text).map(ParsedRow::Quantity)
}

/// Parses a line in which no single number is a code: digits in groups, or a text with a reason.
fn parse_whole(text: &str, found: &[FoundBarcode]) -> ParsedRow {
    match parse_barcode(text) {
        Ok(parsed) => ParsedRow::accepted(parsed, 1),
        Err(error) => {
            let specific = found.iter().find_map(|found| found.result.as_ref().err());
            ParsedRow::from_barcode_error(specific.unwrap_or(&error))
        }
    }
}

/// Rejects a line with a code that was typed with another keyboard layout; returns `None` for other lines.
fn reject_mistyped_code(line: &str) -> Option<ParsedRow> {
    let (layout, upc) = KeyboardLayout::detect_in_line(line)?;
    Some(ParsedRow::from_barcode_error(&BarcodeError::KeyboardLayout { layout, upc }))
}

/// Parses a comment. A comment with a code is reported, so that no item is lost: `#willpower 720642442524`.
fn parse_comment(text: &str) -> ParsedRow {
    match find_barcodes(text).iter().find_map(|found| found.result.as_ref().ok()) {
        Some(code) => ParsedRow::Rejected(format!("a comment, because it begins with #; it contains {}", code.upc)),
        None => ParsedRow::Blank,
    }
}

/// Returns whether a line is only a separator: `-----`, `====`.
fn is_rule(text: &str) -> bool {
    text.len() >= 3 && text.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'_' | b'+' | b'*' | b'|' | b' '))
}

/// Returns the reasons why numbers in a line are not codes.
fn reasons_of(found: &[FoundBarcode]) -> Vec<String> {
    found.iter().filter_map(|found| found.result.as_ref().err()).map(ToString::to_string).collect()
}

/// Parses a line with one code, which it may repeat, such as a UPC with its EAN. Another number in the line that should be
/// a code but is not one is reported.
fn read_item(text: &str, found: &[FoundBarcode], numbers: NearbyNumbers) -> ParsedRow {
    let codes = found.iter().filter_map(|found| Some((found.range.clone(), found.result.clone().ok()?)));
    let codes: Vec<(Range<usize>, ParsedUpc)> = codes.collect();
    let Some((range, code)) = codes.first().cloned() else { return ParsedRow::Blank };
    let reasons = reasons_of(found);
    let mut quantities = Vec::new();
    if numbers != NearbyNumbers::Ignored && (reasons.is_empty() || !other_text(text, found).is_empty()) {
        quantities.push(quantity_before(&text[..range.start], numbers == NearbyNumbers::LineNumbers));
        let ends = codes.iter().skip(1).map(|(next, _)| next.start).chain([text.len()]);
        quantities.extend(codes.iter().zip(ends).map(|((range, _), end)| quantity_after(&text[range.end..end])));
    }
    let stated = match quantities.into_iter().collect::<Result<Vec<_>, _>>() {
        Ok(stated) => stated.into_iter().flatten().collect::<Vec<u32>>(),
        Err(reason) => return ParsedRow::Rejected(reason),
    };
    let copies = stated.first().copied().unwrap_or(1);
    if let Some(other) = stated.iter().find(|other| **other != copies) {
        return ParsedRow::Rejected(format!("two quantities, {copies} and {other}"));
    }
    let row = AcceptedRow { code, copies, seller: None };
    if reasons.is_empty() { ParsedRow::Accepted(row) } else { ParsedRow::Several { rows: vec![row], reasons } }
}

/// Returns the text around the numbers, without separators.
fn other_text(text: &str, found: &[FoundBarcode]) -> String {
    let is_number = |at: usize| found.iter().any(|found| found.range.contains(&at));
    let rest = text.char_indices().filter(|(at, _)| !is_number(*at)).map(|(_, character)| character);
    rest.filter(|c| !matches!(c, ' ' | ',' | ';' | '|' | '\t' | '"' | '\'' | '/' | '=')).collect()
}

/// Removes a comment after a code: `720642442524 # scratched`.
fn without_comment(text: &str) -> &str {
    let Some((before, _)) = text.split_once('#') else { return text };
    let has_code = parse_barcode(before).is_ok() || find_barcodes(before).iter().any(|found| found.result.is_ok());
    if has_code { before.trim_end() } else { text }
}

fn is_numbered_code(text: &str) -> bool {
    let number = text.strip_prefix('#').and_then(|rest| rest.split([' ', '.', ')', ':']).next()).unwrap_or_default();
    is_bare_number(number) && find_barcodes(text).iter().any(|found| found.result.is_ok())
}
