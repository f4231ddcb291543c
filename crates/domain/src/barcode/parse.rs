//! Parses one barcode as it is written in a list, sent by a scanner, printed on a sleeve or stored in a database.

use super::super::upc::{ParseUpcError, ParsedUpc, Upc};
use super::decorations::{StatedKind, strip_decorations};
use super::keyboard::KeyboardLayout;
use super::normalize::normalize_text;
use super::run_together::split_run_together;
use super::upc_e::expand_upc_e;

/// Maximum length of a code with the characters around it. A longer text is a ticket or a web address.
const MAX_BARCODE_CHARS: usize = 128;

/// Why a text is not a product barcode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BarcodeError {
    #[error("nothing in it")]
    Empty,
    #[error("{0} characters: too long for a product's barcode")]
    TooLong(usize),
    #[error("{0} digits, a UPC-E without its check digit: let the scanner send it, or expand UPC-E to UPC-A")]
    ShortUpcE(usize),
    #[error("either the UPC-E of {upc_e} or the EAN-8 {ean8}: write the code with 12 digits, or the EAN-8 with 13")]
    AmbiguousUpcE { upc_e: Upc, ean8: Upc },
    #[error("either the ISBN of {isbn} or the UPC {upc} without its first zeros: write it with 12 or 13 digits")]
    AmbiguousIsbn { isbn: Upc, upc: Upc },
    #[error("two barcodes without a separator, {first} and {second}: put each on its own line")]
    RunTogether { first: Upc, second: Upc },
    #[error("a date, not a barcode")]
    Date,
    #[error("11 digits: either {restored} without its first zero, or {completed} without its check digit")]
    AmbiguousElevenDigits { restored: Upc, completed: Upc },
    #[error(
        "typed with a {layout} keyboard layout, so the digits of {upc} are lost: set the scanner or the computer to the same layout"
    )]
    KeyboardLayout { layout: KeyboardLayout, upc: Upc },
    #[error("{upc} follows {name:?} and may be another number: write the barcode alone on a line")]
    OtherNumber { upc: Upc, name: String },
    #[error("{0} is in a web address and may be another number: write the barcode alone on a line")]
    WebAddress(Upc),
    #[error(transparent)]
    InvalidCode(#[from] ParseUpcError),
}

/// Parses one barcode.
///
/// Accepts, in addition to plain digits: digits of other scripts; spaces and hyphens between digits; `="…"`, quotes,
/// asterisks, `>`; AIM identifiers, GS1 element strings, letters of older scanners; a trailing `.00` from a
/// spreadsheet; missing leading zeros, if the check digit proves them; UPC-E; add-ons of two or five digits (GS1
/// General Specifications, 5.2.3), which are dropped; a UPC printed in groups without its check digit
/// (`0 7464-37680-2`). An invalid check digit is an error; the text is not interpreted as another code.
///
/// # Errors
/// Returns the first problem as a [`BarcodeError`].
pub fn parse_barcode(text: &str) -> Result<ParsedUpc, BarcodeError> {
    if matches!(text.len(), 12 | 13) && is_number(text) {
        return Ok(Upc::parse_lenient(text)?);
    }
    let normal = normalize_text(text);
    let length = normal.chars().count();
    if length > MAX_BARCODE_CHARS {
        return Err(BarcodeError::TooLong(length));
    }
    if let Some((layout, upc)) = KeyboardLayout::detect(text.trim()) {
        return Err(BarcodeError::KeyboardLayout { layout, upc });
    }
    let (kind, code) = strip_decorations(&normal);
    if code.is_empty() {
        return Err(BarcodeError::Empty);
    }
    if is_date(code) {
        return Err(BarcodeError::Date);
    }
    match code.len() {
        length @ (6 | 7) if is_number(code) => Err(BarcodeError::ShortUpcE(length)),
        8 if is_number(code) => parse_eight_digits(code, kind),
        _ => parse_digit_groups(code),
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn unrepaired(upc: Upc) -> ParsedUpc {
    ParsedUpc { upc, zeros_restored: 0 }
}

/// Parses an EAN-8 or a UPC-E.
fn parse_eight_digits(digits: &str, kind: StatedKind) -> Result<ParsedUpc, BarcodeError> {
    let ean8 = Upc::parse_lenient(digits);
    match (expand_upc_e(digits), ean8) {
        (Some(upc_e), Ok(ean8)) if kind == StatedKind::Unknown => {
            Err(BarcodeError::AmbiguousUpcE { upc_e, ean8: ean8.upc })
        }
        (Some(upc_e), _) if kind != StatedKind::Ean8 => Ok(unrepaired(upc_e)),
        (_, ean8) => Ok(ean8?),
    }
}

/// Parses digits in groups. Eleven digits in the groups of a printed UPC lack the check digit, which is printed
/// separately or not at all.
fn parse_digit_groups(code: &str) -> Result<ParsedUpc, BarcodeError> {
    let groups: Vec<&str> = code.split([' ', '-']).filter(|group| !group.is_empty()).collect();
    let digits = groups.concat();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let has_no_check_digit = matches!(lengths.as_slice(), [1, 5, 5] | [1, 4, 5, 1] | [5, 5, 1]) && is_number(&digits);
    if has_no_check_digit {
        return complete_check_digit(&digits);
    }
    match Upc::parse_lenient(code) {
        Ok(parsed) => Ok(parsed),
        Err(why) => match split_run_together(code) {
            Some((first, second)) => Err(BarcodeError::RunTogether { first, second }),
            None => strip_add_on(code).map(unrepaired).ok_or_else(|| why.into()),
        },
    }
}

/// Adds the check digit to 11 printed digits.
fn complete_check_digit(digits: &str) -> Result<ParsedUpc, BarcodeError> {
    let completed = (0..10).find_map(|check| format!("{digits}{check}").parse::<Upc>().ok());
    match (completed, Upc::parse_lenient(digits)) {
        (Some(completed), Ok(restored)) => {
            Err(BarcodeError::AmbiguousElevenDigits { restored: restored.upc, completed })
        }
        (Some(completed), Err(_)) => Ok(unrepaired(completed)),
        (None, read) => Ok(read?),
    }
}

/// Parses a UPC-A or EAN-13 with an add-on: two or five separate digits, or five adjoining ones.
fn strip_add_on(code: &str) -> Option<Upc> {
    if let Some((main, add_on)) = code.rsplit_once([' ', '-', '+']) {
        let is_add_on = matches!(add_on.len(), 2 | 5) && is_number(add_on);
        let main: String = main.chars().filter(|c| !matches!(c, ' ' | '-' | '+')).collect();
        return (is_add_on && matches!(main.len(), 12 | 13)).then(|| main.parse().ok())?;
    }
    let own = code.len().checked_sub(5).filter(|own| matches!(own, 12 | 13) && is_number(code))?;
    code.get(..own)?.parse().ok()
}

/// Returns true if the text is a date: `2026-11-08`, `08.11.2026`, `20261108`. No record has such an EAN-8: GS1
/// reserves the prefixes 20 to 29 for use inside a shop and assigns none from 19 (GS1 General Specifications, 1.4.3).
fn is_date(code: &str) -> bool {
    let parts: Vec<&str> = code.split(['-', '.', '/', ' ']).collect();
    let part =
        |text: &str, length: usize| if text.len() == length && is_number(text) { text.parse().ok() } else { None };
    let (year, month, day): (Option<u32>, Option<u32>, Option<u32>) = match parts.as_slice() {
        [all] if all.len() == 8 && all.is_ascii() => (part(&all[..4], 4), part(&all[4..6], 2), part(&all[6..], 2)),
        [year, month, day] if year.len() == 4 => (part(year, 4), part(month, 2), part(day, 2)),
        [day, month, year] if year.len() == 4 => {
            let (day, month) = (part(day, 2), part(month, 2));
            let is_american = month.is_some_and(|number| number > 12);
            let (day, month) = if is_american { (month, day) } else { (day, month) };
            (part(year, 4), month, day)
        }
        _ => return false,
    };
    let within = |number: Option<u32>, range: std::ops::RangeInclusive<u32>| number.is_some_and(|n| range.contains(&n));
    within(year, 1900..=2099) && within(month, 1..=12) && within(day, 1..=31)
}
