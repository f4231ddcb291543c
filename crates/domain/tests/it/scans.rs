//! What scanners type, and which part of it is a barcode.

use domain::barcode::BarcodeError;
use domain::scan::{ScanTerms, TermsCommand, join_terms, parse_scan, split_terms};
use domain::seller_data::MediaGrade;
use domain::upc::{ParseUpcError, Upc};
use proptest::prelude::*;

fn read(typed: &str) -> String {
    parse_scan(typed).unwrap_or_else(|why| panic!("{typed:?}: {why}")).to_string()
}

#[test]
fn characters_around_a_code_are_ignored() {
    for typed in [
        "720642442524",
        "720642442524\r\n",
        "\t720642442524",
        "]E0720642442524",
        "]E00720642442524",
        "]C0720642442524\r",
    ] {
        assert_eq!(read(typed), "720642442524", "{typed:?}");
    }
    assert_eq!(read("]C10100720642442524"), "720642442524", "GS1-128");
    assert_eq!(read("]d2010072064244252410ABC"), "720642442524", "GS1 DataMatrix, with a batch number behind it");
    assert_eq!(read("(01)00720642442524"), "720642442524");
    assert_eq!(read("4006381333931"), "4006381333931");
    assert_eq!(read("\u{2}4006381333931\u{3}"), "4006381333931");
    assert_eq!(read("4006381333931 12"), "4006381333931", "an add-on of two");
    assert_eq!(read("72064244252412345"), "720642442524", "an add-on of five");
    assert_eq!(read("01686187702612345"), "016861877026", "an add-on after a barcode that begins with 01");
    assert_eq!(read("]d20100720642442524172612311012"), "720642442524", "with a date and a batch number behind it");
}

/// Examples from GS1 General Specifications 5.2.2.4.2, and a real UPC-E.
#[test]
fn a_upc_e_is_expanded() {
    let all = [
        ("04252614", "042100005264"),
        ("01234565", "012345000065"),
        ("06543217", "065100004327"),
        ("]E004252614", "042100005264"),
    ];
    for (short, long) in all {
        assert_eq!(read(short), long);
    }
    assert_eq!(read("96385074"), "96385074", "an EAN-8");
    assert_eq!(parse_scan("425261"), Err(BarcodeError::ShortUpcE(6)));
}

#[test]
fn invalid_input_is_rejected_with_a_reason() {
    assert_eq!(parse_scan(" \r"), Err(BarcodeError::Empty));
    assert_eq!(parse_scan("]E0"), Err(BarcodeError::Empty));
    assert_eq!(parse_scan("720642442525"), Err(ParseUpcError::CheckDigit { expected: 4, found: 5 }.into()));
    assert_eq!(parse_scan("https://example.org"), Err(ParseUpcError::InvalidCharacter('h').into()));
    assert_eq!(parse_scan(&"7".repeat(200)), Err(BarcodeError::TooLong(200)));
}

proptest! {
    #[test]
    fn no_input_causes_a_panic(typed in ".{0,200}") {
        let _ = parse_scan(&typed);
    }

    #[test]
    fn no_scan_like_input_causes_a_panic(typed in "(\\]?[A-Za-z][0-9])?[0-9 ()\u{7f}]{0,20}[\r\n\t]*") {
        if let Ok(upc) = parse_scan(&typed) {
            prop_assert_eq!(parse_scan(&upc.ean13()), Ok(upc));
        }
    }

    #[test]
    fn every_code_is_read_in_every_notation(number in 10_000_000_u64..100_000_000_000, notation in 0_usize..5) {
        let upc: Upc = (0..10).find_map(|check| format!("{number:011}{check}").parse().ok()).unwrap();
        let typed = match notation {
            0 => upc.to_string(),
            1 => format!("]E0{}", upc.ean13()),
            2 => format!("]C1010{}", upc.ean13()),
            3 => format!("\u{2}{}\r\n", upc.ean13()),
            _ => format!("]C0{}\t", upc.upc_a().unwrap()),
        };
        prop_assert_eq!(parse_scan(&typed), Ok(upc), "{}", typed);
    }
}

#[test]
fn commands_without_their_terms_are_recognized() {
    for (text, is_incomplete) in
        [("last", true), ("LOC", true), ("720642442524 VG location ", true), ("last VG", false), ("loc Box 1", false)]
    {
        assert_eq!(TermsCommand::is_incomplete(text), is_incomplete, "{text}");
    }
}

#[test]
fn terms_beside_scans_are_parsed() {
    let next = |commands: &[&str]| {
        let mut terms = ScanTerms::default();
        for command in commands {
            assert!(terms.apply_command(command), "{command}");
        }
        terms
    };
    let both = next(&["vg+/VG"]);
    assert_eq!(
        (both.copy.media_grade, both.copy.sleeve_grade),
        (Some(MediaGrade::VeryGoodPlus), Some(MediaGrade::VeryGood))
    );
    for (commands, summary) in [
        (&["NoGrade"][..], ""),
        (&["GRADE Near Mint"], "NM"),
        (&["VG+", "obi", "no-booklet", "loc Box 14"], "VG+ obi no-booklet loc Box 14"),
        (&["VG+ obi LOC Box 14", "G", "noparts"], "G loc Box 14"),
        (&["location A 3", "VG", "noloc"], "VG"),
        (&["sealed"], "sealed"),
        (&["versiegelt"], "sealed"),
        (&["sous blister"], "sealed"),
        (&["未開封"], "sealed"),
    ] {
        assert_eq!(next(commands).summary(), summary, "{commands:?}");
    }
    for other in ["720642442524", "VG++/x", "", "grade", "loc", "last VG", "obi 720642442524"] {
        assert!(!ScanTerms::default().apply_command(other), "{other}");
        assert_eq!(TermsCommand::parse(other), None, "{other}");
    }
    for (code, barcode, terms) in [
        ("720642442524 VG+/VG", "720642442524", "VG+/VG"),
        ("7 20642 44252 4 sealed", "7 20642 44252 4", "sealed"),
        ("7 20642 44252 4", "7 20642 44252 4", ""),
        ("720642442524 no-obi G loc Shelf 2", "720642442524", "G no-obi loc Shelf 2"),
        ("720642442524 near mint obi", "720642442524", "NM obi"),
        ("720642442524 still sealed", "720642442524", "sealed"),
        ("720642442524 loc Box VG", "720642442524", "loc Box VG"),
    ] {
        let (found, command) = split_terms(code);
        let found_terms = command.applied_to(ScanTerms::default());
        assert_eq!((found, found_terms.summary().as_str()), (barcode, terms), "{code}");
        let joined = join_terms(found, &found_terms);
        assert_eq!(split_terms(&joined).1.applied_to(ScanTerms::default()), found_terms, "{joined}");
    }
}

#[test]
fn a_correction_changes_the_terms_that_it_names() {
    let mut terms = ScanTerms::default();
    assert!(terms.apply_command("VG+ loc Box 1"));
    let own = split_terms("720642442524 nograde").1.applied_to(terms.clone());
    assert_eq!(own.summary(), "loc Box 1");
    assert!(terms.apply_command("VG+/VG obi"));
    let corrected = TermsCommand::parse_correction("Last G").unwrap().applied_to(terms);
    assert_eq!(corrected.summary(), "G obi loc Box 1");
    assert_eq!(TermsCommand::parse_correction("last 720642442524"), None);
    for (text, part) in [
        ("last VGG", Some("VGG")),
        ("LAST", Some("")),
        ("last VGG loc 2", Some("VGG")),
        ("last VG", None),
        ("VGG", None),
    ] {
        assert_eq!(TermsCommand::invalid_correction(text), part, "{text}");
    }
}
