//! Barcodes: GS1 check digits, and how scanners and spreadsheets change barcodes.

use domain::upc::{ParseUpcError, ParsedUpc, Upc};
use proptest::prelude::*;

/// Computes the check digit by GS1 General Specifications 7.9, from the left over 13 padded digits.
fn check_digit(digits: &str) -> u8 {
    let padded = format!("{digits:0>13}");
    let sum: u32 =
        padded.bytes().enumerate().map(|(at, d)| u32::from(d - b'0') * if at % 2 == 0 { 3 } else { 1 }).sum();
    u8::try_from((10 - sum % 10) % 10).unwrap()
}

fn with_check_digit(digits: &str) -> String {
    format!("{digits}{}", check_digit(digits))
}

#[test]
fn codes_of_real_releases_are_valid() {
    for code in ["720642442524", "889853650729", "5012394144777", "4988005560865", "00720642442524", "96385074"] {
        code.parse::<Upc>().unwrap_or_else(|error| panic!("{code}: {error}"));
    }
}

#[test]
fn a_code_is_the_same_number_in_every_notation() {
    let upc: Upc = "720642442524".parse().unwrap();
    let spellings = [
        "0720642442524",
        "00720642442524",
        " 7 20642 44252 4 ",
        "7-20642-44252-4",
        "=\"720642442524\"",
        "'720642442524",
        "720642442524.0",
        "720642442524.00",
        "\"720642442524\"",
        "7\u{a0}20642\u{2011}44252\u{2013}4",
        "720642442524\r",
    ];
    for text in spellings {
        assert_eq!(Upc::parse_lenient(text), Ok(ParsedUpc { upc, zeros_restored: 0 }), "{text:?}");
    }
    assert_eq!(upc.to_string(), "720642442524");
    assert_eq!(upc.ean13(), "0720642442524");
    assert_eq!(upc.database_forms(), ["720642442524", "0720642442524"]);
}

#[test]
fn an_ean_has_no_short_form_and_an_ean_8_has_three() {
    let ean: Upc = "5012394144777".parse().unwrap();
    assert_eq!((ean.to_string().as_str(), ean.upc_a()), ("5012394144777", None));
    assert_eq!(ean.database_forms(), ["5012394144777"]);
    let small: Upc = "96385074".parse().unwrap();
    assert_eq!(small.to_string(), "96385074");
    assert_eq!(small.database_forms(), ["96385074", "000096385074", "0000096385074"]);
}

#[test]
fn lost_zeros_are_restored_if_the_check_digit_proves_them() {
    // 098787083422 has lost one leading zero, 007464422321 two.
    let eleven = Upc::parse_lenient("98787083422").unwrap();
    assert_eq!((eleven.upc.to_string().as_str(), eleven.zeros_restored), ("098787083422", 1));
    let ten = Upc::parse_lenient(&with_check_digit("746442232")).unwrap();
    assert_eq!((ten.upc.to_string().len(), ten.zeros_restored), (12, 2));
    assert!(matches!(Upc::parse_lenient("98787083423"), Err(ParseUpcError::CheckDigit { expected: 2, found: 3 })));
}

#[test]
fn invalid_codes_are_rejected_with_a_reason() {
    let output = |text: &str| text.parse::<Upc>().unwrap_err().to_string();
    assert_eq!(output(""), "no digits");
    assert_eq!(output(" - "), "no digits");
    assert_eq!(output("CD 720642442524"), "a barcode has digits only, not 'C'");
    assert_eq!(output("720642442525"), "wrong check digit: 5, expected 4 (mistyped or mis-scanned?)");
    assert_eq!(output("1234567"), "7 digits: a UPC has 12, an EAN 8 or 13, a GTIN 14");
    assert_eq!(output("10720642442521"), "a GTIN-14 that begins with 1 is a carton of several items, not the item");
    assert_eq!(output("000000000000"), "only zeros");
    let rounded = "a spreadsheet has rounded it and the digits are lost: format the column as text";
    assert_eq!(output("7.20642E+11"), rounded);
    assert_eq!(output("7,20642E+11"), rounded);
    assert_eq!(output("720642442524.5"), "a barcode has digits only, not '.'");
    assert_eq!(output("７２０６４２４４２５２４"), "a barcode has digits only, not '７'", "digits of another script");
}

proptest! {
    #[test]
    fn every_valid_code_is_parsed_from_each_notation(digits in "[0-9]{12}") {
        prop_assume!(digits.bytes().any(|digit| digit != b'0'));
        let code = with_check_digit(&digits);
        let upc = code.parse::<Upc>().unwrap();
        prop_assert_eq!(upc.ean13(), code);
        for spelling in upc.database_forms() {
            prop_assert_eq!(spelling.parse::<Upc>().unwrap(), upc);
        }
        prop_assert_eq!(upc.to_string().parse::<Upc>().unwrap(), upc);
        prop_assert_eq!(serde_json::from_str::<Upc>(&serde_json::to_string(&upc).unwrap()).unwrap(), upc);
    }

    #[test]
    fn one_wrong_digit_is_always_detected(digits in "[1-9][0-9]{11}", place in 0..13_usize, by in 1..10_u8) {
        let mut code = with_check_digit(&digits).into_bytes();
        code[place] = b'0' + (code[place] - b'0' + by) % 10;
        let wrong = String::from_utf8(code).unwrap();
        prop_assert!(wrong.parse::<Upc>().is_err(), "{}", wrong);
    }

    #[test]
    fn no_text_causes_a_panic_and_every_accepted_one_is_a_code(text in "\\PC{0,30}") {
        if let Ok(scanned) = Upc::parse_lenient(&text) {
            let code = scanned.upc.ean13();
            prop_assert_eq!(with_check_digit(&code[..12]), code);
        }
    }
}

proptest! {
    #[test]
    fn plain_digits_are_parsed_like_other_codes(text in "[0-9]{12,13}|[0-9 ]{12}", is_valid in any::<bool>()) {
        let text = if is_valid && !text.contains(' ') { with_check_digit(&text[..text.len() - 1]) } else { text };
        let plain = Some(&text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let parsed = plain.and_then(|text| Upc::parse_lenient(text).ok()).map(|parsed| parsed.upc);
        prop_assert_eq!(Upc::from_plain_digits(&text), parsed);
    }
}
