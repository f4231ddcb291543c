//! Long lists, which several threads read. A list in UTF-16 is read by one thread, so the same text in UTF-16 gives the
//! expected result.

use std::fmt::Write as _;

use input::{InputList, ListParser};

use super::support::NEVERMIND;
use testing::barcodes::upc_a_text;

/// Enough rows that other threads read most of them.
const ROWS: u64 = 16_000;
const MAX_BYTES: u64 = 64 << 20;

fn read(bytes: &[u8], chunk: usize) -> InputList {
    let mut parser = ListParser::new(MAX_BYTES);
    bytes.chunks(chunk).for_each(|bytes| parser.push(bytes).unwrap());
    InputList { size: 0, ..parser.finish().unwrap() }
}

fn assert_reads_as_one_thread_does(text: &str) -> InputList {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let expected = read(&wide, 1 << 19);
    let list = read(text.as_bytes(), 100_001);
    assert_eq!(list.items.len(), expected.items.len());
    assert_eq!(list.rejected, expected.rejected);
    assert_eq!(list.reading, expected.reading);
    assert!(list == expected, "an item differs");
    expected
}

/// Returns rows with a header; `other` may replace a row.
fn table_with(other: impl Fn(u64) -> Option<String>, end: &str) -> String {
    let mut text = format!("SKU,Artist,Title,UPC,Price,Qty,Condition{end}");
    for number in 0..ROWS {
        let code = upc_a_text(10_000_000_000 + number * 7);
        let row = || format!("A-{number},Artist {number},\"Title, the {number}th\",{code},9.99,1,Used");
        write!(text, "{}{end}", other(number).unwrap_or_else(row)).unwrap();
    }
    text
}

#[test]
fn rows_of_all_threads_are_in_order() {
    let list = assert_reads_as_one_thread_does(&table_with(|_| None, "\n"));
    assert_eq!((list.items.len() as u64, list.line_count), (ROWS, ROWS + 1));
    assert!(list.items.iter().zip(2..).all(|(item, line)| item.lines[..] == [line]));
    assert_reads_as_one_thread_does(&table_with(|_| None, "\r\n"));
}

#[test]
fn skipped_and_repeated_rows_and_unclear_texts_keep_their_lines() {
    let list = assert_reads_as_one_thread_does(&table_with(
        |number| match number % 50 {
            3 => Some(format!("x,,,{NEVERMIND},cheap {number},2,Used")),
            7 => Some("y,,,720642442525,1.00,1,New".to_owned()),
            11 => Some("z,,,,,0,".to_owned()),
            13 => Some(String::new()),
            17 => Some("SKU,Artist,Title,UPC,Price,Qty,Condition".to_owned()),
            19 => Some("\"a\",\"b \"\"c\"\"\",d,098787003420,1.00,1,New".to_owned()),
            _ => None,
        },
        "\n",
    ));
    let beyond_limit = ROWS / 50 - 101;
    assert_eq!(list.rejected_count, ROWS / 50 * 2 + beyond_limit, "the price of each repeated row is another text");
}

/// The first rows of a barcode may be in one block.
#[test]
fn rows_of_one_barcode_are_one_item_within_a_block() {
    let code = |number: u64| upc_a_text(20_000_000_000 + number / 3 * 7);
    let list = assert_reads_as_one_thread_does(&table_with(
        |number| Some(format!("A-{number},,,{},9.99,2,Used", code(number))),
        "\n",
    ));
    assert_eq!(list.items.len() as u64, ROWS.div_ceil(3));
    assert!(list.items.iter().rev().skip(1).all(|item| item.copies == 6 && item.lines.len() == 3));
}

#[test]
fn quoted_line_breaks_and_open_quotes_do_not_depend_on_blocks() {
    for every in [40, 1_500] {
        let quoted = |number: u64| {
            let code = upc_a_text(10_000_000_000 + number * 7);
            (number % every == 1)
                .then(|| format!("q,\"An\n{} artist\",\"with\n\na break\",{code},1.00,1,New", "x".repeat(60)))
        };
        assert_reads_as_one_thread_does(&table_with(quoted, "\n"));
        let open = |number: u64| {
            let code = upc_a_text(10_000_000_000 + number * 7);
            (number % every == 1).then(|| format!("o,\"An artist,title,{code},1.00,1,New"))
        };
        assert_reads_as_one_thread_does(&table_with(open, "\n"));
    }
}

#[test]
fn other_line_ends_marks_and_headers_in_the_middle_are_read() {
    let at = |place: u64, row: &'static str| move |number: u64| (number == place).then(|| row.to_owned());
    assert_reads_as_one_thread_does(&table_with(
        at(12_000, "r,,,720642442524,1.00,1,New\rs,,,098787003420,2.00,1,New"),
        "\n",
    ));
    assert_reads_as_one_thread_does(&table_with(at(12_000, "\u{feff}r,,,720642442524,1.00,1,New"), "\n"));
    let list = assert_reads_as_one_thread_does(&table_with(at(12_000, "Barcode,Stock\n720642442524,3"), "\n"));
    assert!(
        list.reading.notices.iter().any(|notice| notice.contains("line 12002 names the columns")),
        "{:?}",
        list.reading
    );
    assert_reads_as_one_thread_does(&table_with(at(ROWS - 1, "r,,,720642442524,1.00,1,\"New"), "\n"));
}

/// A line in an older encoding, and a line longer than any row.
#[test]
fn unusual_lines_in_the_middle_are_read_or_named() {
    let text = table_with(|number| (number == 12_000).then(|| format!("M?tley,,,{NEVERMIND},1.00,1,New")), "\n");
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'?' { 0xF6 } else { byte }).collect();
    let list = read(&bytes, 1 << 19);
    assert_eq!((list.items.len() as u64, list.rejected_count), (ROWS, 0));
    let sku = list.items[12_000].seller.as_ref().and_then(|data| data.sku.clone());
    assert_eq!(sku.as_deref(), Some("Mötley"));
    let long = table_with(|number| (number == 12_000).then(|| "x".repeat(3 << 20)), "\n");
    let mut parser = ListParser::new(MAX_BYTES);
    let error = long.as_bytes().chunks(1 << 19).try_for_each(|bytes| parser.push(bytes)).unwrap_err();
    assert!(error.to_string().starts_with("line 12002 is longer than"), "{error}");
}
