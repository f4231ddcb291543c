//! Strips characters around the digits of a barcode: quotes, prefixes, and marks of scanners and printing.
//!
//! ISO/IEC 15424: a scanner may send an AIM identifier before the data: `]E0` for UPC-A, UPC-E and EAN-13, `]E4` for
//! EAN-8, `]C1` for GS1-128. Other scanners send letters for the type of the code: `A` for UPC-A, `F` for EAN-13, `FF`
//! for EAN-8; Honeywell's send `c`, `d` and `D`. Code 39 has asterisks around the data, `>` marks the quiet zone of a
//! printed EAN, and Japanese records have a `T` before the digits.

use super::run_together::split_run_together;

/// Type of a code according to its identifier or prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatedKind {
    /// No type is stated.
    Unknown,
    /// An 8-digit code is an EAN-8.
    Ean8,
    /// An 8-digit code is a UPC-E.
    UpcE,
}

/// Returns the stated type and the code without decorations.
pub(super) fn strip_decorations(text: &str) -> (StatedKind, &str) {
    let text = strip_marks(text);
    let (kind, text) = split_aim_identifier(text);
    let text = strip_marks(text);
    match strip_letters(text) {
        Some((stated, digits)) if kind == StatedKind::Unknown => (stated, digits),
        Some((_, digits)) => (kind, digits),
        None => (kind, find_gtin(text).unwrap_or(text)),
    }
}

/// Removes `="…"`, apostrophes, quotes, asterisks and quiet-zone marks from both ends.
fn strip_marks(text: &str) -> &str {
    let text = text.trim().trim_start_matches('=');
    text.trim_matches(['"', '\'', '`', '*', '>', '<', ' '])
}

/// Splits off an AIM identifier: `]`, a letter and another character.
fn split_aim_identifier(text: &str) -> (StatedKind, &str) {
    let behind = text.strip_prefix(']').and_then(|rest| Some((rest.get(..2)?, rest.get(2..)?)));
    match behind {
        Some(("E4", data)) => (StatedKind::Ean8, data),
        Some(("E0", data)) => (StatedKind::UpcE, data),
        Some((identifier, data)) if identifier.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            (StatedKind::Unknown, data)
        }
        _ => (StatedKind::Unknown, text),
    }
}

/// Splits off letters that state the type of the code, if the number of digits fits the type.
fn strip_letters(text: &str) -> Option<(StatedKind, &str)> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let letters = text.get(..text.len() - digits.len())?;
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit()) || digits.starts_with(' ');
    let kind = match (letters, count) {
        ("A" | "c", 12 | 13) | ("F" | "T" | "t" | "d", 13) => StatedKind::Unknown,
        ("FF" | "D", 8) => StatedKind::Ean8,
        ("E" | "E0", 8) => StatedKind::UpcE,
        _ => return None,
    };
    is_number.then_some((kind, digits.trim_start()))
}

/// Number of digits of the application identifier 01 with its GTIN, and the least number with another element.
const GTIN_ELEMENT: usize = 16;
const TWO_ELEMENTS: usize = GTIN_ELEMENT + 3;

/// Returns the GTIN in a GS1 element string (GS1-128, DataBar, 2D codes): application identifier 01 and 14 digits. Without
/// brackets, two barcodes that were run together, or a barcode with an add-on, can begin with 01 too.
fn find_gtin(data: &str) -> Option<&str> {
    let has_brackets = data.strip_prefix("(01)").map(str::trim_start);
    let is_elements = || {
        let has_length = data.len() == GTIN_ELEMENT || data.len() >= TWO_ELEMENTS;
        has_length && split_run_together(data).is_none()
    };
    let rest = has_brackets.or_else(|| data.strip_prefix("01").filter(|_| is_elements()))?;
    rest.get(..14).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}
