//! Lists that are entirely unusable, and their error messages.

use input::ListParser;

use super::support::{BLEACH, NEVERMIND, list_of};

fn assert_error(bytes: impl AsRef<[u8]>, message: &str) {
    let problem = list_of(bytes.as_ref()).expect_err(message).to_string();
    assert!(problem.contains(message), "{problem:?} does not say {message:?}");
}

#[test]
fn empty_lists_are_rejected() {
    assert_error("", "the file is empty");
    assert_error("# nothing\n\n   \n", "only blank lines, comments or a header");
    assert_error("\u{feff}", "only blank lines, comments or a header");
    assert_error("UPC,Qty\n", "only blank lines, comments or a header");
    assert_error("UPC\n\nAbbey Road\n1234\n", "no barcode was found in its 2 lines. Line 3, \"Abbey Road\"");
}

#[test]
fn files_that_are_not_lists_are_rejected() {
    for (start, what) in [
        (&b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml"[..], "the workbook cannot be read"),
        (b"PK\x03\x04\0\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "the workbook cannot be read"),
        (b"PK\x03\x04\x14\0list.txt", "a zip archive"),
        (b"PK\x03\x04\x14\0[Content_Types].xml\0word/document.xml", "a word processor's document (.docx, .odt)"),
        (
            b"PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.text",
            "a word processor's document (.docx, .odt)",
        ),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "the workbook cannot be read"),
        (b"\x1F\x8B\x08\0", "gzip-compressed and damaged or cut off"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1A\n", "a picture (PNG)"),
        (b"\xFF\xD8\xFF\xE0", "a picture (JPEG)"),
        (b"\0\0\0\x18ftypheic", "a picture (HEIC) or a video"),
        (b"{\"url\":\"https://docs.google.com/open?id=1\",\"doc_id\":\"1\"}", "a link to a web page"),
        (
            b"[InternetShortcut]\r\nURL=https://shop.example/720642442524\r\n",
            "a link to a web page, not a list: open it",
        ),
        (b"\xFF\xFE\0\0U\0\0\0", "text in UTF-32"),
        (b"<!DOCTYPE html><title>Sign in</title>", "a web page or XML, not a list: export the table as CSV"),
        (
            b"<!-- saved -->\n<HTML><TABLE><TR><TD>720642442524</TD></TR></TABLE></HTML>",
            "a table saved as a web page or XML, not a list: open it in a spreadsheet program",
        ),
        (b"<?xml version=\"1.0\"?>\n<Workbook><Worksheet>", "a table saved as a web page or XML"),
        (b"<\0t\0a\0b\0l\0e\0>\0<\0/\0t\0r\0>\0", "a table saved as a web page or XML"),
        (b"ID;PWXL;N;E\nC;Y1;X1;K\"UPC\"\n", "a table in SYLK (.slk), not a list: open it in a spreadsheet program"),
        (b"TABLE\r\n0,1\r\n\"EXCEL\"\r\n", "a table in DIF"),
        (b"MIME-Version: 1.0\nContent-Type: text/html\n\n720642442524\n", "a web archive"),
        (b"{\\rtf1\\ansi 720642442524\\par}", "a word processor's document (.rtf)"),
        (b"\xEF\xBB\xBF\n{\\rtf1\\ansi\n720642442524\\par\n}", "a word processor's document (.rtf)"),
        (b"ISA*00*          *00*", "an EDI message (X12), not a list: ask your supplier for a CSV file"),
        (b"UNB+UNOC:3+", "an EDI message (EDIFACT)"),
        (b"\0\0\0\0\0\0\0\0", "a binary file"),
        (b"720642442524\n\x01\0\0\0\x07", "a binary file"),
    ] {
        assert_error(start, what);
    }
    assert_error(b"PK\x03\x04xl/workbook.xml", "save it as CSV");
}

#[test]
fn lists_of_other_numbers_are_named() {
    for (text, what) in [
        ("B000003TA4\nB000003TA5\nB00004T9UF\n", "a list of ASINs, the item numbers of Amazon"),
        (
            "https://www.discogs.com/release/367084-Nevermind\nhttps://www.discogs.com/master/13814\n",
            "a list of Discogs addresses",
        ),
        ("https://www.ebay.com/itm/257482271743\n", "a list of eBay listings"),
        ("Title,ISRC,Qty\nT,USGF19942501,1\n", "a list of recordings with ISRCs"),
        ("#\tTrack Title\tArtist\tBPM\n1\tX\tY\t124.00\n", "a playlist of DJ software"),
        ("order-id\tsku\tfnsku\trequested-quantity\nR1\tS1\tX000ABC\t2\n", "an Amazon removal order report"),
    ] {
        assert_error(text, &format!("this looks like {what}"));
    }
}

#[test]
fn endless_lines_are_rejected() {
    assert_error("7".repeat(1_040_000), "no barcode was found in its only line");
    let mut parser = ListParser::new(1 << 30);
    let error = parser.push("7".repeat(1_100_000).as_bytes()).unwrap_err().to_string();
    assert!(error.contains("line 1 is longer than 1.0 MB"), "{error}");
}

#[test]
fn two_possible_columns_need_a_choice() {
    let rows = format!("{NEVERMIND},{BLEACH}\n{BLEACH},{NEVERMIND}\n");
    // The columns contain only codes, so all columns are read.
    assert_eq!(list_of(rows.as_bytes()).unwrap().reading.copies, 4);
    assert_error(
        format!("UPC,EAN\n{rows}"),
        "two different barcodes, 720642442524 in \"UPC\" and 098787003420 in \"EAN\"",
    );
    assert_error(
        format!("UPC,Stock,Qty\n{NEVERMIND},2,3\n{BLEACH},1,4\n"),
        "columns \"Stock\" and \"Qty\" contain quantities that differ or belong to different shops: choose one with \
         --quantity-column",
    );
    // A header that names one of the columns decides.
    assert_eq!(list_of(format!("UPC,Other\n{rows}").as_bytes()).unwrap().items.len(), 2);
}
