//! Finds the barcodes in a line of text: `Nirvana - Nevermind 720642442524`, `UPC: 7 20642 44252 4`.

use std::ops::Range;

use super::super::upc::ParsedUpc;
use super::parse::{BarcodeError, parse_barcode};

/// A number in a text that has the length of a barcode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundBarcode {
    /// Byte range in the normalized text.
    pub range: Range<usize>,
    /// The barcode, or why the number is not a barcode.
    pub result: Result<ParsedUpc, BarcodeError>,
}

/// Words that announce a barcode when they come before a number.
const LABELS: &[&str] = &[
    "upc",
    "upca",
    "ean",
    "gtin",
    "jan",
    "isbn",
    "barcode",
    "barcodes",
    "code",
    "strichcode",
    "barras",
    "barres",
    "barre",
];

/// Digits per group in printed UPC-A and EAN-13 codes.
const PRINTED_GROUPS: &[&[usize]] = &[
    &[1, 5, 5, 1],
    &[1, 6, 6],
    &[1, 5, 6],
    &[6, 6],
    &[6, 5, 1],
    &[1, 4, 5, 1],
    &[1, 5, 5],
    &[7, 6],
    &[3, 3, 3, 3],
    &[4, 4, 4],
];

/// Finds numbers in a normalized text that are barcodes. Also returns numbers of 12 or 13 digits that are invalid.
///
/// Numbers of 8, 10 or 11 digits count as barcodes only after a word such as `UPC`, because dates, prices and telephone
/// numbers have these lengths too. Digits in groups are read only if the text has no barcode without groups.
pub fn find_barcodes(text: &str) -> Vec<FoundBarcode> {
    let runs = digit_runs(text);
    let together: Vec<FoundBarcode> = runs.iter().filter_map(|run| read_run(text, run)).collect();
    if together.iter().any(|found| found.result.is_ok()) {
        return together;
    }
    let grouped = find_grouped(text, &runs);
    if grouped.is_empty() { together } else { grouped }
}

/// Returns true if `before` ends with a word that announces a barcode.
fn ends_with_label(before: &str) -> bool {
    let before = before.trim_end_matches([' ', ':', '#', '=', '-', '.', '"', '\'']);
    let before = before.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
    let start = before.rfind(|c: char| !c.is_alphabetic()).map_or(0, |at| at + 1);
    let word = before.get(start..).unwrap_or_default().to_lowercase();
    LABELS.contains(&word.as_str())
}

/// Returns the byte ranges of the maximal runs of digits, without the digit of an AIM identifier (`]E0`).
fn digit_runs(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut runs = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = bytes[at..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |length| at + length);
        let is_identifier = at >= 2 && bytes[at - 2] == b']' && bytes[at - 1].is_ascii_alphabetic();
        runs.push(at + usize::from(is_identifier)..end);
        at = end;
    }
    runs
}

fn read_run(text: &str, run: &Range<usize>) -> Option<FoundBarcode> {
    let before = text.get(..run.start)?;
    let digits = text.get(run.clone())?;
    let labelled = ends_with_label(before);
    let result = match run.len() {
        12..=14 | 16..=18 | 24..=26 => parse_barcode(digits),
        8 | 10 | 11 if labelled => parse_barcode(digits),
        // Eleven digits at the start of a line are a barcode, or a telephone number, which is reported as invalid.
        11 if before.trim().is_empty() => parse_barcode(digits),
        _ => return None,
    };
    if !labelled && is_part_of_word(text, run) {
        return None;
    }
    let is_plausible =
        matches!(result, Ok(_) | Err(BarcodeError::RunTogether { .. })) || matches!(run.len(), 8 | 11..=14);
    is_plausible.then(|| FoundBarcode { range: run.clone(), result })
}

/// Returns true if letters adjoin the number, which makes it part of a catalog number or SKU. Ignores the letters that
/// scanners send before a code, and a multiplication sign after it.
fn is_part_of_word(text: &str, run: &Range<usize>) -> bool {
    let before = text.get(..run.start).unwrap_or_default();
    let start = before
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let prefix = before.get(start..).unwrap_or_default();
    let is_aim = before.get(..start).is_some_and(|left| left.ends_with(']'));
    let is_prefixed = !prefix.is_empty() && !is_aim && !matches!(prefix, "A" | "F" | "T" | "c" | "d" | "x" | "X");
    let mut after = text.get(run.end..).unwrap_or_default().chars();
    let is_suffixed = match (after.next(), after.next()) {
        (Some('x' | 'X'), next) => next.is_some_and(char::is_alphabetic),
        (Some('.'), Some(next)) => next.is_ascii_digit() && next != '0',
        (Some(next), _) => next.is_alphabetic() || next == '_',
        (None, _) => false,
    };
    // The numbers of an eBay listing and of its variation, and a number of an e-mail address or of its message.
    let address = before.rfind(char::is_whitespace).map_or(before, |at| &before[at..]);
    let is_of_address = address.contains("/itm/") || text[run.end..].starts_with('@');
    is_prefixed || is_suffixed || is_of_address || before.ends_with('_') || is_telephone_number(before)
}

/// Returns whether a plus sign alone precedes a number: `+44…`. In `CODE+CODE`, it separates two numbers.
fn is_telephone_number(before: &str) -> bool {
    before.strip_suffix('+').is_some_and(|left| left.is_empty() || left.ends_with([' ', '(', ':', ',']))
}

/// Finds codes that are printed in groups, with one space or hyphen between the groups.
fn find_grouped(text: &str, runs: &[Range<usize>]) -> Vec<FoundBarcode> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < runs.len() {
        let group = PRINTED_GROUPS.iter().find_map(|lengths| {
            let window = runs.get(at..at + lengths.len())?;
            let fits = window.iter().map(Range::len).eq(lengths.iter().copied()) && are_adjacent(text, window);
            let range = window.first()?.start..window.last()?.end;
            let result = parse_barcode(text.get(range.clone())?);
            (fits && result.is_ok()).then_some((FoundBarcode { range, result }, lengths.len()))
        });
        match group {
            Some((code, length)) => {
                found.push(code);
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

fn are_adjacent(text: &str, runs: &[Range<usize>]) -> bool {
    runs.windows(2).all(|pair| matches!(text.get(pair[0].end..pair[1].start), Some(" " | "-")))
}
