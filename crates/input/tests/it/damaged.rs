//! Lists with damaged parts: every code and every line becomes an item or a rejected line with its reason.

use std::io::Write as _;

use domain::seller_data::SellerData;
use input::{InputList, ListError};

use super::support::{BLEACH, EAN, IN_UTERO, NEVERMIND, describe_list, list_of};

/// An EAN-13 with a wrong check digit.
const BAD_EAN: &str = "4988031329208";
/// A UPC-A with a wrong check digit.
const BAD_UPC: &str = "720642442525";

fn read(bytes: impl AsRef<[u8]>) -> InputList {
    let bytes = bytes.as_ref();
    list_of(bytes).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
}

fn quantities(list: &InputList) -> Vec<(String, u32)> {
    list.items.iter().map(|item| (item.upc.to_string(), item.copies)).collect()
}

fn seller(list: &InputList) -> Vec<SellerData> {
    list.items.iter().map(|item| item.seller.as_deref().cloned().unwrap_or_default()).collect()
}

#[test]
fn a_first_line_with_a_number_is_not_a_header() {
    for first in [
        format!("UPC: {BAD_UPC}"),
        "EAN 49880313292".to_owned(),
        format!("EAN-13 {BAD_EAN}"),
        "ISBN 0-306-40615-3".to_owned(),
        "Barcode 12345 missing".to_owned(),
        format!("Barcode {BAD_UPC} Nevermind"),
    ] {
        let list = read(format!("{first}\n{NEVERMIND}\n{BLEACH}\n"));
        assert_eq!((list.items.len(), list.rejected_count, list.rejected[0].line), (2, 1, 1), "{first}");
    }
    for first in [format!("UPC: {BAD_UPC};Nirvana;2"), format!("EAN {BAD_EAN};Nirvana;2")] {
        let list = read(format!("{first}\n{NEVERMIND};a;1\n{BLEACH};b;3\n"));
        assert_eq!((list.items.len(), list.rejected_count, list.rejected[0].line), (2, 1, 1), "{first}");
    }
    for header in ["UPC", "EAN-13", "UPC-12 / EAN-13", "GTIN (8-14)", "Barcode 1"] {
        let list = read(format!("{header}\n{NEVERMIND}\n{BLEACH}\n"));
        assert_eq!((list.items.len(), list.rejected_count), (2, 0), "{header}");
    }
}

#[test]
fn an_invalid_code_beside_a_valid_one_is_reported() {
    for line in [
        format!("{BAD_UPC} {IN_UTERO}"),
        format!("{IN_UTERO},{BAD_EAN}"),
        format!("{IN_UTERO} / {BAD_UPC}"),
        format!("{BAD_EAN} Nirvana - In Utero {IN_UTERO}"),
    ] {
        let list = read(format!("{NEVERMIND}\n{line}\nBleach {BLEACH}\n"));
        assert_eq!((list.items.len(), list.rejected_count), (3, 1), "{line}");
        assert!(list.rejected[0].reason.contains("check digit"), "{line}: {:?}", list.rejected);
        assert_eq!(list.rejected[0].line, 2, "{line}");
    }
    let list = read(format!("{NEVERMIND}\n{BAD_UPC} 2x {IN_UTERO}\n"));
    assert_eq!((quantities(&list)[1].1, list.rejected_count), (2, 1));
}

#[test]
fn json_in_other_encodings_keeps_its_quantities() {
    let text = format!("[{{\"upc\":\"{NEVERMIND}\",\"qty\":2,\"title\":\"Café\"}},{{\"upc\":\"{BLEACH}\",\"qty\":3}}]");
    let lines = text.replace("},{", "}\n{").replace(['[', ']'], "");
    for text in [text, lines] {
        let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
        let utf16 = |mark: &str| format!("{mark}{text}").encode_utf16().collect::<Vec<u16>>();
        let files: Vec<(&str, Vec<u8>)> = vec![
            ("UTF-8", text.clone().into_bytes()),
            ("with a byte order mark", format!("\u{feff}{text}").into_bytes()),
            ("UTF-16", utf16("\u{feff}").into_iter().flat_map(u16::to_le_bytes).collect()),
            ("UTF-16, big-endian", utf16("\u{feff}").into_iter().flat_map(u16::to_be_bytes).collect()),
            ("UTF-16 without a mark", utf16("").into_iter().flat_map(u16::to_le_bytes).collect()),
            ("Latin-1", latin.into_owned()),
            ("NULs at its end", [text.as_bytes(), &[0; 64]].concat()),
        ];
        for (name, bytes) in files {
            let list = read(&bytes);
            assert_eq!(quantities(&list), [(NEVERMIND.to_owned(), 2), (BLEACH.to_owned(), 3)], "{name}");
            assert_eq!(seller(&list)[0].title.as_deref(), Some("Café"), "{name}");
            assert!(list.reading.format.starts_with("JSON"), "{name}: {}", list.reading);
        }
    }
}

#[test]
fn damaged_json_is_read_as_far_as_it_is_valid_or_rejected() {
    let object = |code: &str, qty: u32| format!("{{\"upc\": \"{code}\", \"qty\": {qty}}}");
    let both = [(NEVERMIND.to_owned(), 2), (BLEACH.to_owned(), 3)];
    let (one, other) = (object(NEVERMIND, 2), object(BLEACH, 3));
    for text in [format!("[{one},{other},]"), format!("[\n{one},\n{other}\n,\n]\n"), format!("{one},\n{other},\n")] {
        assert_eq!(quantities(&read(&text)), both, "{text}");
    }
    let list = read(format!("{one}\nERROR timeout\n{other}\n{{\"upc\": \"{EAN}\", \"qt"));
    assert_eq!(quantities(&list), both);
    assert_eq!(describe_list(&list).1, ["2: it is not a line of JSON", "4: the line of JSON is incomplete"]);
    for text in [
        format!("[\n  {one},\n  {{\"upc\": \"{BLEACH}\", \"q"),
        format!("[{one} {other}]"),
        format!("{{\"items\": [{one},\n{other}"),
    ] {
        let error = list_of(text.as_bytes()).unwrap_err();
        assert!(matches!(error, ListError::DamagedJson { .. }), "{text}: {error}");
        assert!(error.to_string().starts_with("it is damaged JSON, at line "), "{error}");
    }
    // This text only begins like JSON.
    assert_eq!(read(format!("[1] {NEVERMIND} Nevermind\n[2] {BLEACH} Bleach\n")).items.len(), 2);
}

#[test]
fn nul_bytes_between_and_after_records_are_ignored() {
    let codes = [NEVERMIND, BLEACH, IN_UTERO];
    let padded: Vec<u8> = codes.iter().flat_map(|code| [code.as_bytes(), &[0; 12], b"\r\n"].concat()).collect();
    let separated: Vec<u8> = codes.iter().flat_map(|code| [code.as_bytes(), &[0]].concat()).collect();
    for bytes in [padded, separated] {
        let list = read(&bytes);
        assert_eq!(quantities(&list), codes.map(|code| (code.to_owned(), 1)));
        assert_eq!(list.rejected_count, 0);
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(format!("{NEVERMIND}\n{BLEACH}\n").as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    for zeros in [0, 1, 512, 5_000] {
        assert_eq!(read([packed.as_slice(), &vec![0; zeros]].concat()).items.len(), 2, "{zeros}");
    }
    assert!(matches!(list_of(&packed[..packed.len() - 5]), Err(ListError::DamagedGzip)));
}

#[test]
fn column_names_below_a_long_report_are_found() {
    let lines = (1..=60).fold(String::new(), |lines, number| format!("{lines}line {number} of the report\n"));
    let list = read(format!("{lines}UPC;Qty\n{NEVERMIND};2\n{BLEACH};1\n"));
    assert_eq!(quantities(&list), [(NEVERMIND.to_owned(), 2), (BLEACH.to_owned(), 1)]);
}

#[test]
fn a_quoted_note_may_contain_a_barcode() {
    let text = format!(
        "UPC,Note,Qty\n{NEVERMIND},\"in a box with\n{BLEACH}\",2\n{IN_UTERO},\"say \"\"hi\"\"\n{EAN}, too\",3\n"
    );
    let list = read(&text);
    assert_eq!(describe_list(&list).0, [format!("{NEVERMIND}x2@[2]"), format!("{IN_UTERO}x3@[4]")]);
    assert_eq!(seller(&list)[0].note(), Some(format!("in a box with {BLEACH}").as_str()));
    // Unbalanced quotes do not join rows.
    let text = format!("UPC,Note,Qty\n{NEVERMIND},\"good,2\n{BLEACH},7\" single,3\n{IN_UTERO},c,1\n");
    assert_eq!(read(&text).items.len(), 3);
}

#[test]
fn texts_keep_their_words_and_quotes() {
    let list = read(format!("UPC,Notes,Title\r\n{NEVERMIND},\"light scuffs\r\nno booklet\",\"12\"\" Mix\"\r\n"));
    let data = &seller(&list)[0];
    assert_eq!((data.note(), data.title.as_deref()), (Some("light scuffs no booklet"), Some("12\" Mix")));
    let json = format!(
        "[{{\"upc\":\"{NEVERMIND}\",\"notes\":\"light scuffs\\nno booklet\",\"title\":\"\\\"Heroes\\\" 12\\\" Mix\"}}]"
    );
    let data = &seller(&read(json))[0];
    assert_eq!((data.note(), data.title.as_deref()), (Some("light scuffs no booklet"), Some("\"Heroes\" 12\" Mix")));
}
