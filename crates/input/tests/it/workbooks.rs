//! Workbooks: .xlsx and .ods files that the tests write like a spreadsheet program.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use domain::list_options::ListOptions;
use input::{InputList, ListError, ListParser, ReadOptions};
use zip::write::SimpleFileOptions;

use super::support::{BLEACH, EAN, NEVERMIND, describe_list};

/// A cell as stored in the file.
enum Cell {
    Text(String),
    /// A number, as written in the file.
    Number(String),
    /// A number with a date format.
    Date(u32),
    /// A formula whose value is not in the file.
    Formula,
    Empty,
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn number(text: &str) -> Cell {
    Cell::Number(text.to_owned())
}

type Rows = Vec<Vec<Cell>>;

fn pack(files: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(*name, options).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

fn xlsx_sheet(rows: &Rows) -> String {
    let mut xml = format!("{XML}<worksheet xmlns=\"{MAIN}\"><sheetData>");
    for (row, cells) in (1..).zip(rows) {
        let _ = write!(xml, "<row r=\"{row}\">");
        for (column, cell) in ('A'..).zip(cells) {
            let place = format!("{column}{row}");
            let _ = match cell {
                Cell::Text(text) => write!(xml, "<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
                Cell::Number(number) => write!(xml, "<c r=\"{place}\"><v>{number}</v></c>"),
                Cell::Date(day) => write!(xml, "<c r=\"{place}\" s=\"1\"><v>{day}</v></c>"),
                Cell::Formula => write!(xml, "<c r=\"{place}\"><f>Z1*1</f><v></v></c>"),
                Cell::Empty => Ok(()),
            };
        }
        xml += "</row>";
    }
    xml + "</sheetData></worksheet>"
}

/// Returns a workbook with these sheets, in Excel's format.
fn xlsx(sheets: &[(&str, Rows)]) -> Vec<u8> {
    xlsx_with_states(sheets, &[])
}

/// Returns a workbook with these sheets. Their states are `hidden`, `veryHidden` or, beyond the end of `states`,
/// `visible`.
fn xlsx_with_states(sheets: &[(&str, Rows)], states: &[&str]) -> Vec<u8> {
    let numbered = || (1..).zip(sheets);
    let states: Vec<&str> = states.iter().copied().chain(std::iter::repeat("visible")).take(sheets.len()).collect();
    let (mut list, mut links) = (String::new(), String::new());
    for (n, (name, _)) in numbered() {
        let state = states[n - 1];
        write!(list, "<sheet name=\"{name}\" sheetId=\"{n}\" state=\"{state}\" r:id=\"rId{n}\"/>").unwrap();
        write!(
            links,
            "<Relationship Id=\"rId{n}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
        )
        .unwrap();
    }
    let types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let mut files = vec![
        (
            "[Content_Types].xml".to_owned(),
            format!(
                "{XML}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{types}.sheet.main+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!("{XML}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{list}</sheets></workbook>"),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\">{links}<Relationship Id=\"rId99\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml".to_owned(),
            format!(
                "{XML}<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
    ];
    files.extend(numbered().map(|(n, (_, rows))| (format!("xl/worksheets/sheet{n}.xml"), xlsx_sheet(rows))));
    pack(&files.iter().map(|(name, content)| (name.as_str(), content.clone())).collect::<Vec<_>>())
}

/// Returns a workbook with these sheets, in LibreOffice's format.
fn ods(sheets: &[(&str, Rows)]) -> Vec<u8> {
    let namespace = "urn:oasis:names:tc:opendocument:xmlns";
    let mut xml = format!(
        "{XML}<office:document-content xmlns:office=\"{namespace}:office:1.0\" xmlns:table=\"{namespace}:table:1.0\" xmlns:text=\"{namespace}:text:1.0\"><office:body><office:spreadsheet>"
    );
    for (name, rows) in sheets {
        let _ = write!(xml, "<table:table table:name=\"{name}\">");
        for cells in rows {
            xml += "<table:table-row>";
            for cell in cells {
                let _ = match cell {
                    Cell::Text(text) => write!(
                        xml,
                        "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
                    ),
                    Cell::Number(number) => write!(
                        xml,
                        "<table:table-cell office:value-type=\"float\" office:value=\"{number}\"><text:p>{number}</text:p></table:table-cell>"
                    ),
                    Cell::Date(_) => write!(
                        xml,
                        "<table:table-cell office:value-type=\"date\" office:date-value=\"2026-11-08\"><text:p>08.11.26</text:p></table:table-cell>"
                    ),
                    Cell::Formula => write!(xml, "<table:table-cell table:formula=\"of:=[.Z1]*1\"/>"),
                    Cell::Empty => write!(xml, "<table:table-cell/>"),
                };
            }
            xml += "</table:table-row>";
        }
        xml += "</table:table>";
    }
    xml += "</office:spreadsheet></office:body></office:document-content>";
    let manifest = format!(
        "{XML}<manifest:manifest xmlns:manifest=\"{namespace}:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/></manifest:manifest>"
    );
    pack(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", xml),
    ])
}

/// Returns rows with codes as text, as a number and in scientific notation, a date, and a row without a code.
fn list_rows() -> Rows {
    vec![
        vec![text("Title"), text("UPC"), text("Bought"), text("Qty")],
        vec![text("Nevermind"), number("720642442524"), Cell::Date(46_334), number("2")],
        vec![text("Bleach"), text(BLEACH), Cell::Date(46_335), number("1")],
        vec![text("London Calling"), number("5.099749994621E12"), Cell::Date(46_336), number("3.0")],
        vec![text("No code"), Cell::Empty, Cell::Date(46_337), number("1")],
    ]
}

fn read(bytes: &[u8], sheet: Option<&str>) -> Result<InputList, ListError> {
    let list = ListOptions { sheet: sheet.map(str::to_owned), ..ListOptions::default() };
    let mut parser = ListParser::with_options(1 << 20, ReadOptions { list, ..ReadOptions::default() });
    bytes.chunks(1_000).try_for_each(|chunk| parser.push(chunk))?;
    parser.finish()
}

fn assert_is_the_list(list: &InputList) {
    let (items, rejected) = describe_list(list);
    let expected = [format!("{NEVERMIND}x2@[2]"), format!("{BLEACH}x1@[3]"), format!("{EAN}x3@[4]")];
    assert_eq!((items, rejected), (expected.to_vec(), vec!["5: \"UPC\" is empty".to_owned()]));
}

#[test]
fn the_first_sheet_with_rows_or_the_chosen_one_is_read() {
    for (kind, book) in [("xlsx", xlsx as fn(&[(&str, Rows)]) -> Vec<u8>), ("ods", ods)] {
        let other = || vec![vec![text("UPC")], vec![text(BLEACH)]];
        let bytes = book(&[("Notes", Vec::new()), ("CDs", list_rows()), ("LPs", other())]);
        let list = read(&bytes, None).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_is_the_list(&list);
        assert!(
            list.reading.to_string().starts_with("Read as a workbook, sheet \"CDs\" of 3: barcodes from \"UPC\""),
            "{}",
            list.reading
        );
        let named = read(&bytes, Some("LPs")).unwrap();
        assert_eq!(describe_list(&named).0, [format!("{BLEACH}x1@[2]")]);
        let error = read(&bytes, Some("Singles")).unwrap_err().to_string();
        assert_eq!(error, "there is no sheet \"Singles\"; the sheets are Notes, CDs, LPs");
    }
}

#[test]
fn a_sheet_without_barcodes_is_skipped() {
    let notes = || vec![vec![text("Stock take of March")], vec![text("Total"), number("3")]];
    let list = read(&xlsx(&[("Read me", notes()), ("CDs", list_rows())]), None).unwrap();
    assert_is_the_list(&list);
    assert!(list.reading.format.contains("sheet \"CDs\" of 2"), "{}", list.reading);
    let error = read(&xlsx(&[("Read me", notes()), ("Sums", notes())]), None).unwrap_err().to_string();
    assert!(error.contains("Line 1, \"Stock take of March"), "{error}");
    // A sheet that was chosen explicitly is not replaced by another one.
    assert!(read(&xlsx(&[("Read me", notes()), ("CDs", list_rows())]), Some("Read me")).is_err());
}

#[test]
fn a_hidden_sheet_is_read_only_if_no_other_is_a_list() {
    let old = || vec![vec![text("UPC"), text("Qty")], vec![text(BLEACH), number("9")]];
    for state in ["hidden", "veryHidden"] {
        let list = read(&xlsx_with_states(&[("Old", old()), ("CDs", list_rows())], &[state]), None).unwrap();
        assert_is_the_list(&list);
        let notice = "\"Old\" has barcodes too and is not read (--sheet \"Old\" reads that sheet)";
        assert_eq!(list.reading.notices, [notice]);
        let named = read(&xlsx_with_states(&[("Old", old()), ("CDs", list_rows())], &[state]), Some("Old")).unwrap();
        assert_eq!(describe_list(&named).0, [format!("{BLEACH}x9@[2]")]);
        let notes = vec![vec![text("Notes")]];
        let only = read(&xlsx_with_states(&[("Old", old()), ("Notes", notes)], &[state]), None).unwrap();
        assert!(only.reading.format.ends_with("sheet \"Old\" of 2, which is hidden"), "{}", only.reading.format);
    }
}

#[test]
fn decimals_of_a_number_are_read_as_decimals() {
    for book in [xlsx as fn(&[(&str, Rows)]) -> Vec<u8>, ods] {
        let prices = ["12.345", "8.991", "9.9", "1299", "0.5", "14.990000000000002"];
        let codes = ["720642442524", "098787003420", "720642460726", "5099749994621", "4988031329207", "075596111324"];
        let rows = codes.iter().zip(prices).map(|(code, price)| vec![text(code), number(price)]);
        let rows: Rows = std::iter::once(vec![text("UPC"), text("Price")]).chain(rows).collect();
        let list = read(&book(&[("CDs", rows)]), None).unwrap();
        let price = |item: &domain::job_spec::InputItem| {
            item.seller.as_ref()?.price.as_ref()?.to_money(iso_currency::Currency::USD)
        };
        let amounts: Vec<_> = list.items.iter().map(|item| price(item).map(domain::money::Money::amount)).collect();
        let expected = ["12.34", "8.99", "9.90", "1299.00", "0.50", "14.99"].map(|amount| Some(amount.to_owned()));
        assert_eq!(amounts, expected);
    }
}

#[test]
fn a_compressed_workbook_is_read_and_a_damaged_one_reported() {
    let bytes = xlsx(&[("CDs", list_rows())]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&bytes).unwrap();
    assert_is_the_list(&read(&encoder.finish().unwrap(), None).unwrap());
    let error = read(&bytes[..bytes.len() / 2], None).unwrap_err().to_string();
    assert!(error.starts_with("the workbook cannot be read ("), "{error}");
}

#[test]
fn dates_and_rounded_numbers_are_not_barcodes() {
    let rows = vec![
        vec![text("Day"), text("Code")],
        vec![Cell::Date(46_334), number("720642000000")],
        vec![Cell::Date(46_335), text("7.20642E+11")],
    ];
    let error = read(&xlsx(&[("CDs", rows)]), None).unwrap_err().to_string();
    assert!(error.contains("no barcode was found in its "), "{error}");
}

#[test]
fn a_formula_without_a_stored_value_is_not_an_empty_cell() {
    let rows = || {
        vec![
            vec![text("UPC"), text("Qty"), text("Note")],
            vec![number(NEVERMIND), number("2"), text("sealed")],
            vec![Cell::Formula, number("1"), Cell::Empty],
            vec![text(BLEACH), Cell::Formula, Cell::Empty],
            vec![number(EAN), number("1"), Cell::Formula],
        ]
    };
    for bytes in [xlsx(&[("Stock", rows())]), ods(&[("Stock", rows())])] {
        let list = read(&bytes, None).unwrap();
        let (items, refused) = describe_list(&list);
        assert_eq!(items, [format!("{NEVERMIND}x2@[2]"), format!("{EAN}x1@[5]")]);
        let advice =
            "formula without a stored value: open the workbook in a spreadsheet program, save it, and read it again";
        assert_eq!(refused, [format!("3: column 1 is a {advice}"), format!("4: the quantity is a {advice}")]);
        assert_eq!(list.items[1].seller, None, "the note is not the text in place of the value");
        assert!(list.reading.notices[0].contains("\"Note\" is not understood"), "{:?}", list.reading.notices);
    }
}
