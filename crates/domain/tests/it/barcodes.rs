//! Barcodes as users, scanners, spreadsheets and databases write them.

use domain::barcode::{BarcodeError, KeyboardLayout, find_barcodes, normalize_text, parse_barcode};
use domain::upc::{ParseUpcError, Upc};

fn read(text: &str) -> String {
    parse_barcode(text).unwrap_or_else(|why| panic!("{text:?}: {why}")).upc.to_string()
}

/// Returns the only code in a line of text; `None` if there is none or several.
fn only_code(text: &str) -> Option<String> {
    let found = find_barcodes(&normalize_text(text));
    let codes: Vec<_> = found.iter().filter_map(|found| found.result.as_ref().ok()).collect();
    (codes.len() == 1).then(|| codes[0].upc.to_string())
}

#[test]
fn text_around_a_code_is_ignored() {
    for text in [
        "]E00720642442524",
        "*720642442524*",
        "(01)00720642442524",
        "(01) 00720642442524",
        "0100720642442524",
        "(01)00720642442524(21)ABC123",
        "A720642442524",
        "c720642442524",
        "d0720642442524",
        "F0720642442524",
        "7 20642 44252 4 >",
        "“720642442524”",
        "’720642442524",
        "=\"720642442524\"",
        "720642442524.00",
        "７２０６４２４４２５２４",
        "٧٢٠٦٤٢٤٤٢٥٢٤",
        "۷۲۰۶۴۲۴۴۲۵۲۴",
        "720642442524 05",
        "720642442524+05",
        "720642442524-05",
        "720642442524 12345",
        "72064244252412345",
    ] {
        assert_eq!(read(text), "720642442524", "{text:?}");
    }
    assert_eq!(read("T4988031329207"), "4988031329207");
    assert_eq!(read("T4988 031 329 207"), "4988031329207");
    assert_eq!(read("5 024900 001498 >").len(), 13);
}

#[test]
fn printed_groups_without_a_check_digit_are_completed() {
    assert_eq!(read("0 7464-37680-2"), "074643768023");
    assert_eq!(read("07464-37680-2"), "074643768023");
    assert_eq!(read("0 74643 76802"), "074643768023");
    // The same digits without groups may be a misread barcode.
    assert!(parse_barcode("07464376802").is_err());
    // A wrong check digit is not corrected.
    assert!(matches!(
        parse_barcode("0 74643 76802 1"),
        Err(BarcodeError::InvalidCode(ParseUpcError::CheckDigit { .. }))
    ));
}

#[test]
fn eight_ambiguous_digits_are_rejected() {
    assert_eq!(read("04252614"), "042100005264", "only a UPC-E");
    assert_eq!(read("96385074"), "96385074", "only an EAN-8");
    assert!(matches!(parse_barcode("01234565"), Err(BarcodeError::AmbiguousUpcE { .. })));
    assert_eq!(read("]E001234565"), "012345000065", "the scanner says which");
    assert_eq!(read("]E401234565"), "01234565");
}

#[test]
fn codes_that_run_together_are_named() {
    let why = "two barcodes without a separator, 016861877026 and 016861877026: put each on its own line";
    assert_eq!(parse_barcode("016861877026016861877026").unwrap_err().to_string(), why);
    let why = "two barcodes without a separator, 720642442524 and 098787003420: put each on its own line";
    assert_eq!(parse_barcode("720642442524098787003420").unwrap_err().to_string(), why);
    let found = find_barcodes("Nirvana 720642442524098787003420");
    assert_eq!(found[0].result.as_ref().unwrap_err().to_string(), why);
    assert!(find_barcodes("Nirvana 720642442525098787003420").is_empty(), "a wrong check digit");
}

#[test]
fn dates_are_not_codes() {
    for text in ["2026-11-08", "20261108", "08.11.2026", "2026 11 08"] {
        assert_eq!(parse_barcode(text), Err(BarcodeError::Date), "{text}");
    }
}

#[test]
fn a_wrong_keyboard_layout_is_reported() {
    let upc: Upc = "720642442524".parse().unwrap();
    let french = BarcodeError::KeyboardLayout { layout: KeyboardLayout::French, upc };
    assert_eq!(parse_barcode("èéà-'é''é(é'"), Err(french.clone()));
    assert!(french.to_string().contains("French (AZERTY) keyboard layout"));
    let czech = BarcodeError::KeyboardLayout { layout: KeyboardLayout::Czech, upc };
    assert_eq!(parse_barcode("ýěéžčěččěřěč"), Err(czech));
    for (typed, name) in [
        ("72ö642442524", "Hungarian"),
        ("+«*@(«((«)«(", "French (bépo)"),
        ("ึ/จุภ/ภภ/ถ/ภ", "Thai"),
        ("/\"=&¤\"¤¤\"%\"¤", "shifted Nordic"),
        ("&\")^$\"$$\"%\"$", "shifted British"),
    ] {
        let why = parse_barcode(typed).unwrap_err().to_string();
        assert!(why.contains(&format!("{name} keyboard layout, so the digits of 720642442524")), "{typed}: {why}");
    }
}

#[test]
fn a_code_is_found_beside_other_text() {
    for text in [
        "720642442524 - Nevermind",
        "Nevermind (1991) 720642442524",
        "1. 720642442524",
        "UPC: 720642442524",
        "UPC#720642442524",
        "Barcode (Text): 7 20642 44252 4",
        "EAN-13: 0720642442524",
        "]E0720642442524 x",
        "2x 720642442524",
        "720642442524x2",
        "A720642442524 Nirvana",
        "(720642442524)",
    ] {
        assert_eq!(only_code(text).as_deref(), Some("720642442524"), "{text}");
    }
    for text in ["Tel. 030 12345670", "DM0720642442524", "2026-11-08", "price 12.99", "96385074", "DGC-24425"] {
        assert_eq!(only_code(text), None, "{text}");
    }
}
