//! Barcodes of test items.

use domain::upc::Upc;

/// Returns the barcode of an album that many tests use: "Nevermind" by Nirvana.
pub fn nevermind_upc() -> Upc {
    "720642442524".parse().expect("a UPC")
}

/// Appends the check digit to the digits of a barcode.
pub fn with_check_digit(digits: &str) -> String {
    let weights = [3, 1].into_iter().cycle();
    let sum: u32 = digits.bytes().rev().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Returns the UPC-A with these first eleven digits.
pub fn upc_a(first_digits: u64) -> Upc {
    upc_a_text(first_digits).parse().expect("a valid check digit")
}

/// Returns the twelve digits of the UPC-A with these first eleven digits.
pub fn upc_a_text(first_digits: u64) -> String {
    with_check_digit(&format!("{first_digits:011}"))
}
