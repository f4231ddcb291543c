//! Parses barcodes as databases store them: in printed groups, often without the check digit, among matrix numbers.

use super::super::upc::Upc;
use super::parse::{BarcodeError, parse_barcode};

/// Returns the distinct GTINs among the texts that a database stores as barcodes of a release. Skips matrix numbers,
/// which have letters or an invalid check digit.
pub fn parse_database_barcodes(texts: impl IntoIterator<Item = String>) -> Vec<Upc> {
    let mut codes = Vec::new();
    for upc in texts.into_iter().flat_map(|text| parse_database_barcode(&text)) {
        if !codes.contains(&upc) {
            codes.push(upc);
        }
    }
    codes
}

/// Returns every barcode that a text can mean, by the rules for lists. Eleven digits in the groups of a printed UPC
/// have no check digit. If their last digit happens to be a valid check digit, they can mean two barcodes; the scanned
/// one decides.
pub fn parse_database_barcode(text: &str) -> Vec<Upc> {
    match parse_barcode(text) {
        Ok(parsed) => vec![parsed.upc],
        Err(BarcodeError::AmbiguousElevenDigits { restored, completed }) => vec![completed, restored],
        Err(BarcodeError::AmbiguousUpcE { upc_e, ean8 }) => vec![upc_e, ean8],
        Err(_) => read_incomplete(text),
    }
}

/// Completes a code without its check digit, or without its first and last digits: `7 43216 05321`, `25218-6439-4`.
/// Only the printed groups show that digits are missing, so digits without groups are not completed.
fn read_incomplete(text: &str) -> Vec<Upc> {
    let groups = text.trim().trim_end_matches('>').trim_end().split([' ', '-']).collect::<Vec<_>>();
    let digits = groups.concat();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    let lengths = groups.iter().map(|group| group.len()).collect::<Vec<_>>();
    let complete = |start: &str| (0..10).find_map(|check| format!("{start}{digits}{check}").parse::<Upc>().ok());
    match lengths[..] {
        [1, 5 | 6, 5] | [1, 4, 5, 1] | [5, 5, 1] => complete("").into_iter().collect(),
        [5, 5] | [5, 4, 1] => complete("0").into_iter().collect(),
        _ => Vec::new(),
    }
}
