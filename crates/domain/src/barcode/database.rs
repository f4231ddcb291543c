//! Barcodes as a database keeps them: the printed groups, often without the check digit, among matrix numbers.

use super::super::upc::Upc;
use super::parse::parse_barcode;

/// Returns the GTINs among the texts that a database keeps as the barcodes of one release, each once. Matrix numbers have letters or fail the check digit.
pub fn parse_database_barcodes(texts: impl IntoIterator<Item = String>) -> Vec<Upc> {
    let mut codes = Vec::new();
    for upc in texts.into_iter().filter_map(|text| parse_database_barcode(&text)) {
        if !codes.contains(&upc) {
            codes.push(upc);
        }
    }
    codes
}

fn parse_database_barcode(text: &str) -> Option<Upc> {
    let plain = || text.parse::<Upc>().ok();
    // With the signs that some editors copy from the sleeve: `5 024900 001498 >`.
    complete_check_digit(text).or_else(plain).or_else(|| parse_barcode(text).ok().map(|parsed| parsed.upc))
}

/// Adds a missing check digit. Many codes are printed and entered without it: `7 43216 05321`. The groups show a UPC-A
/// (1, 5, 5) or an EAN-13 (1, 6, 5), so the last digit can be computed; digits without groups prove nothing.
fn complete_check_digit(text: &str) -> Option<Upc> {
    let groups = text.split([' ', '-']).collect::<Vec<_>>();
    let lengths = groups.iter().map(|group| group.len()).collect::<Vec<_>>();
    let digits = groups.concat();
    let is_incomplete = matches!(lengths[..], [1, 5 | 6, 5]) && digits.bytes().all(|b| b.is_ascii_digit());
    (0..10).filter(|_| is_incomplete).find_map(|check| format!("{digits}{check}").parse().ok())
}
