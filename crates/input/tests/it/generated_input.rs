//! Property tests: any list, any text, any bytes.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::support::in_chunks;
use domain::job_spec::InputItem;
use input::InputList;
use testing::barcodes::upc_a_text;

/// A way to write a list.
#[derive(Clone, Debug)]
struct GeneratedFormat {
    delimiter: Option<char>,
    header: bool,
    end: &'static str,
    spelling: u8,
    encoding: u8,
    comments: bool,
}

fn any_format() -> impl Strategy<Value = GeneratedFormat> {
    let delimiter = prop::sample::select(vec![None, Some(','), Some(';'), Some('\t')]);
    let end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    (delimiter, any::<bool>(), end, 0..5_u8, 0..4_u8, any::<bool>()).prop_map(
        |(delimiter, header, end, spelling, encoding, comments)| GeneratedFormat {
            delimiter,
            header,
            end,
            spelling,
            encoding,
            comments,
        },
    )
}

fn write_code(code: &str, format: &GeneratedFormat) -> String {
    match format.spelling {
        0 => code.to_owned(),
        1 => format!("0{code}"),
        2 => format!("{} {} {} {}", &code[..1], &code[1..6], &code[6..11], &code[11..]),
        3 => format!("\"{code}\""),
        _ => format!("{}-{}", &code[..6], &code[6..]),
    }
}

/// Writes codes and quantities in a format. Quantities need a second column.
fn write_list(codes: &[(String, u32)], format: &GeneratedFormat) -> Vec<u8> {
    let mut text = String::new();
    if format.comments {
        text += &["# a list", format.end, format.end].concat();
    }
    if format.header {
        text += &["UPC", "Qty", "Title"].join(&format.delimiter.map_or("/".into(), |d| d.to_string()));
        text.truncate(if format.delimiter.is_some() { text.len() } else { text.find("UPC").unwrap() + 3 });
        text += format.end;
    }
    for (code, copies) in codes {
        text += &write_code(code, format);
        if let Some(d) = format.delimiter {
            write!(text, "{d}{copies}{d}\"A {d} title, ünïcode\"").unwrap();
        }
        text += format.end;
    }
    match format.encoding {
        0 => text.into_bytes(),
        1 => format!("\u{feff}{text}").into_bytes(),
        2 => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
        _ => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
    }
}

fn items(list: InputList) -> Vec<(String, u32)> {
    list.items.into_iter().map(|InputItem { upc, copies, .. }| (upc.upc_a().unwrap(), copies)).collect()
}

proptest! {
    #[test]
    fn any_list_in_any_format_gives_the_same_items(
        numbers in prop::collection::btree_map(1_000_000_000..99_999_999_999_u64, 1..900_u32, 2..120),
        format in any_format(),
        size in 1..5000_usize,
    ) {
        let codes: Vec<_> = numbers.into_iter().map(|(number, copies)| (upc_a_text(number), copies)).collect();
        let bytes = write_list(&codes, &format);
        let list = in_chunks(&bytes, size).map_err(|problem| TestCaseError::fail(problem.to_string()))?;
        prop_assert_eq!(list.rejected_count, 0, "{:?}", list.rejected);
        // A column is a quantity only because of its name.
        let wanted: Vec<_> = match format.delimiter {
            Some(_) if format.header => codes,
            _ => codes.into_iter().map(|(code, _)| (code, 1)).collect(),
        };
        prop_assert_eq!(items(list), wanted);
    }

    #[test]
    fn any_bytes_give_a_list_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..6000), size in 1..5000_usize) {
        let _ = in_chunks(&bytes, size);
    }

    #[test]
    fn every_line_of_any_text_is_accounted_for(text in "([0-9]{11,13}|[a-z#\",;\t\r\n ]){0,200}") {
        // A line with several numbers may have both items and rejected codes. No line number exceeds the line count.
        if let Ok(list) = in_chunks(text.as_bytes(), 64) {
            let items = list.items.iter().flat_map(|item| item.lines.iter().copied());
            let last = items.chain(list.rejected.iter().map(|line| line.line)).max();
            prop_assert!(last.is_none_or(|last| u64::from(last) <= list.line_count));
            prop_assert_eq!(list.reading.skipped, list.rejected_count);
        }
    }
}
