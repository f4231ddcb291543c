//! Parses one scan as the scanner sent it.

use super::super::barcode::{BarcodeError, parse_barcode};
use super::super::media_grade::GRADE_NAMES;
use super::super::upc::Upc;

/// Maximum number of characters of a text that may be a mistyped grade.
const MAX_GRADE_CHARS: usize = 20;

/// Parses one scan. Eight digits that could be a UPC-E or an EAN-8 are a UPC-E if they begin with 0, because GS1
/// assigns no such EAN-8 to products.
///
/// # Errors
/// Returns the first problem as a [`BarcodeError`].
pub fn parse_scan(typed: &str) -> Result<Upc, BarcodeError> {
    match parse_barcode(typed) {
        Ok(parsed) => Ok(parsed.upc),
        Err(BarcodeError::AmbiguousUpcE { upc_e, ean8 }) => {
            Ok(if ean8.to_string().starts_with('0') { upc_e } else { ean8 })
        }
        Err(error) => Err(error),
    }
}

/// Why a scan is not a barcode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScan {
    #[error(transparent)]
    Barcode(BarcodeError),
    /// A short text without digits.
    #[error("neither a barcode nor a grade ({GRADE_NAMES})")]
    Word,
}

/// Parses one scan like [`parse_scan`].
///
/// # Errors
/// Returns [`InvalidScan`]. A short text without digits may be a mistyped grade, so its message names the grades.
pub fn parse_scan_or_describe(typed: &str) -> Result<Upc, InvalidScan> {
    let is_word = !typed.trim().is_empty() && !typed.contains(|c: char| c.is_numeric());
    let is_word = is_word && typed.trim().chars().count() <= MAX_GRADE_CHARS;
    parse_scan(typed).map_err(|error| if is_word { InvalidScan::Word } else { InvalidScan::Barcode(error) })
}
