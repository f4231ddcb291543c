//! Parses one scan as the scanner sent it.

use super::super::barcode::{BarcodeError, parse_barcode};
use super::super::upc::Upc;

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
