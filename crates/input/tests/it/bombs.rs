//! Small files that unpack to something huge. They are refused before that takes memory.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use input::{InputList, ListError, ListParser};
use zip::write::SimpleFileOptions;

/// As much as a list may unpack to in these tests.
const LIMIT: u64 = 32 << 20;

fn read(bytes: &[u8]) -> Result<InputList, ListError> {
    let mut parser = ListParser::new(LIMIT);
    bytes.chunks(1 << 16).try_for_each(|chunk| parser.push(chunk))?;
    parser.finish()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// An archive with these files, compressed. A content is written this many times.
fn archive(files: &[(&str, &str, usize)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, times) in files {
        // The first file of an OpenDocument workbook names its type, and is not compressed.
        let is_type = *name == "mimetype";
        let method = if is_type { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method);
        archive.start_file(*name, options).unwrap();
        for _ in 0..*times {
            archive.write_all(content.as_bytes()).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// A workbook of Excel whose only sheet has these rows; `padding` is written into another part.
fn xlsx(rows: &str, strings: &str, padding: (&str, usize)) -> Vec<u8> {
    let link = |id: u8, kind: &str, target: &str| {
        format!(r#"<Relationship Id="r{id}" Type="{RELATIONS}/{kind}" Target="{target}"/>"#)
    };
    let links = |text: &str| format!(r#"<Relationships xmlns="{PACKAGE}">{text}</Relationships>"#);
    let sheet = format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#);
    let book = format!(
        r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="CDs" sheetId="1" r:id="r1"/></sheets></workbook>"#
    );
    let parts = link(1, "worksheet", "worksheets/sheet1.xml") + &link(2, "sharedStrings", "sharedStrings.xml");
    archive(&[
        ("[Content_Types].xml", "<Types/>", 1),
        ("_rels/.rels", &links(&link(1, "officeDocument", "xl/workbook.xml")), 1),
        ("xl/workbook.xml", &book, 1),
        ("xl/_rels/workbook.xml.rels", &links(&parts), 1),
        ("xl/worksheets/sheet1.xml", &sheet, 1),
        ("xl/sharedStrings.xml", &format!(r#"<sst xmlns="{MAIN}">{strings}</sst>"#), 1),
        ("xl/theme/theme1.xml", padding.0, padding.1),
    ])
}

fn ods(rows: &str) -> Vec<u8> {
    let namespace = "urn:oasis:names:tc:opendocument:xmlns";
    let content = format!(
        r#"<office:document-content xmlns:office="{namespace}:office:1.0" xmlns:table="{namespace}:table:1.0" xmlns:text="{namespace}:text:1.0"><office:body><office:spreadsheet><table:table table:name="CDs">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    let media_type = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = format!(
        r#"<manifest:manifest xmlns:manifest="{namespace}:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{media_type}"/></manifest:manifest>"#
    );
    archive(&[("mimetype", media_type, 1), ("META-INF/manifest.xml", &manifest, 1), ("content.xml", &content, 1)])
}

fn refusal(bytes: &[u8]) -> String {
    assert!(bytes.len() < 1 << 20, "a bomb is small: {} bytes", bytes.len());
    read(bytes).unwrap_err().to_string()
}

const CODE_CELL: &str = r#"<c r="A1"><v>720642442524</v></c>"#;

#[test]
fn a_gzip_file_that_unpacks_to_much_is_refused() {
    // Long lines, which are read fast.
    let lines = format!("#{}\n", " ".repeat(1_000)).repeat(50_000);
    let bomb = gzip(lines.as_bytes());
    assert!(refusal(&bomb).contains("more than 33.5 MB"), "{}", refusal(&bomb));
    assert!(refusal(&gzip(&bomb)).contains("more than 33.5 MB"));
}

/// A file can unpack to itself, so the depth has a bound.
#[test]
fn gzip_within_gzip_ends() {
    let list = b"720642442524\n";
    assert_eq!(read(&gzip(&gzip(list))).unwrap().items.len(), 1);
    let mut nested = list.to_vec();
    for _ in 0..60 {
        nested = gzip(&nested);
    }
    assert!(refusal(&nested).contains("gzip within gzip"), "{}", refusal(&nested));
}

#[test]
fn a_workbook_whose_parts_unpack_to_much_is_refused() {
    let row = format!(r#"<row r="1">{CODE_CELL}</row>"#);
    assert_eq!(read(&xlsx(&row, "", ("<a/>", 1))).unwrap().items.len(), 1);
    let text = refusal(&xlsx(&row, "", (&" ".repeat(1 << 20), 40)));
    assert!(text.contains("unpacks to more than 33.5 MB"), "{text}");
}

#[test]
fn two_cells_far_from_each_other_take_no_memory() {
    for place in ["XFD1048576", "A4294967295", "ZZZ9999999"] {
        let rows = format!(r#"<row r="1">{CODE_CELL}<c r="{place}"><v>1</v></c></row>"#);
        let text = refusal(&xlsx(&rows, "", ("<a/>", 1)));
        assert!(text.contains("cells or values") || text.contains("cannot be read"), "{place}: {text}");
    }
}

/// Many cells can share one long text.
#[test]
fn a_text_that_many_cells_share_counts_for_each() {
    let cells = (1..=2_000).map(|row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#));
    let strings = format!("<si><t>{}</t></si>", "x".repeat(30_000));
    let text = refusal(&xlsx(&cells.collect::<String>(), &strings, ("<a/>", 1)));
    assert!(text.contains("unpacks to more than"), "{text}");
}

/// Returns a record of an .xls workbook ([MS-XLS] 2.1.4).
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
}

/// Returns an .xls workbook with one sheet of these records, which as many entries name.
fn xls(strings: &[u8], records: &[u8], entries: u32) -> Vec<u8> {
    let beginning = |kind: u8| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let end = record(0x000a, &[]);
    let sheet_entry = |start: u32, number: u32| {
        let name = format!("{number:04}");
        record(0x0085, &[&start.to_le_bytes()[..], &[0, 0, 4, 0], name.as_bytes()].concat())
    };
    let globals = |start| {
        let sheets: Vec<u8> = (0..entries).flat_map(|number| sheet_entry(start, number)).collect();
        [beginning(5), sheets, record(0x00fc, &[&[0; 8][..], strings].concat()), end.clone()].concat()
    };
    let start = u32::try_from(globals(0).len()).unwrap();
    let stream = [globals(start), beginning(16), records.to_vec(), end.clone()].concat();
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    file.create_stream("Workbook").unwrap().write_all(&stream).unwrap();
    file.into_inner().into_inner()
}

/// Returns a number in a cell of an .xls workbook.
fn number_cell(row: u16, column: u16, number: f64) -> Vec<u8> {
    let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
    record(0x0203, &[place, number.to_le_bytes().to_vec()].concat())
}

#[test]
fn an_old_workbook_with_cells_far_from_each_other_takes_no_memory() {
    let code = number_cell(0, 0, 720_642_442_524.0);
    assert_eq!(read(&xls(&[], &code, 1)).unwrap().items.len(), 1);
    let dimensions = |rows: u32, columns: u16| {
        let size = [&[0; 4][..], &rows.to_le_bytes(), &[0; 2], &columns.to_le_bytes(), &[0; 2]].concat();
        record(0x0200, &size)
    };
    let chart = [record(0x0809, &[0; 16]), record(0x000a, &[])].concat();
    for (name, records, entries) in [
        ("far", number_cell(65_535, 65_535, 1.0), 1),
        ("many sheets", number_cell(65_535, 255, 1.0), 400),
        ("behind a chart", [chart, number_cell(65_535, 65_535, 1.0)].concat(), 1),
        ("stated rows", dimensions(u32::MAX, 256), 1),
        ("stated columns", dimensions(1, u16::MAX), 1),
    ] {
        let text = refusal(&xls(&[], &[code.clone(), records].concat(), entries));
        assert!(text.contains("16777216 cells or values"), "{name}: {text}");
    }
    assert_eq!(read(&xls(&[], &[dimensions(65_536, 256), code].concat(), 1)).unwrap().items.len(), 1);
}

#[test]
fn a_text_that_many_cells_of_an_old_workbook_share_counts_for_each() {
    let strings = [&[3, 0, 0][..], b"UPC", &8_000_u16.to_le_bytes(), &[0], &[b'x'; 8_000]].concat();
    let shared = |row: u16, index: u32| {
        let place = [row.to_le_bytes(), [0; 2], [0; 2]].concat();
        record(0x00fd, &[place, index.to_le_bytes().to_vec()].concat())
    };
    let list = [shared(0, 0), number_cell(1, 0, 720_642_442_524.0)].concat();
    assert_eq!(read(&xls(&strings, &list, 1)).unwrap().items.len(), 1);
    let rows: Vec<u8> = (2..6_000).flat_map(|row| shared(row, 1)).collect();
    let text = refusal(&xls(&strings, &[list, rows].concat(), 1));
    assert!(text.contains("unpacks to more than"), "{text}");
}

fn cell(attributes: &str, text: &str) -> String {
    format!(r#"<table:table-cell {attributes} office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
}

fn row(attributes: &str, cells: &str) -> String {
    format!("<table:table-row {attributes}>{cells}</table:table-row>")
}

#[test]
fn repeated_cells_of_an_opendocument_sheet_are_counted_before_they_are_repeated() {
    let (columns, rows) = (r#"table:number-columns-repeated="16384""#, r#"table:number-rows-repeated="1000000""#);
    let code = row("", &cell("", "720642442524"));
    let some_columns = cell(r#"table:number-columns-repeated="64""#, "1");
    for (name, rest) in [
        ("wide rows", row("", &cell(columns, "1")).repeat(3_000)),
        ("repeated rows", row(rows, &some_columns)),
        ("wide and deep", row("", &cell(columns, "1")) + &row(rows, &cell("", "1"))),
        ("long text", row(r#"table:number-rows-repeated="1000""#, &cell("", &"x".repeat(100_000)))),
        ("spaces", row("", &cell("", r#"<text:s text:c="99999999999"/>"#))),
        ("endless spaces", row("", &cell("", r#"<text:s text:c="99999999999999999999999"/>"#))),
    ] {
        let text = refusal(&ods(&(code.clone() + &rest)));
        assert!(text.contains("cells or values") || text.contains("unpacks to more than"), "{name}: {text}");
    }
    // What every spreadsheet of LibreOffice ends with is no bomb.
    let end = row(rows, &format!("<table:table-cell {columns}/>"));
    assert_eq!(read(&ods(&(code + &end))).unwrap().items.len(), 1);
}

#[test]
fn json_of_many_values_is_refused() {
    let mut parser = ListParser::new(64 << 20);
    let values = "0,".repeat(1 << 20);
    parser.push(b"[\"720642442524\",").unwrap();
    for _ in 0..17 {
        parser.push(values.as_bytes()).unwrap();
    }
    parser.push(b"0]").unwrap();
    let text = parser.finish().unwrap_err().to_string();
    assert!(text.contains("16777216 cells or values"), "{text}");
}

/// One object per row, each with a field of its own, is a table of as many columns as rows.
#[test]
fn json_with_a_column_for_each_row_is_refused() {
    let rows = (0..5_000).map(|row| format!(r#"{{"upc":"720642442524","{row}":1}}"#)).collect::<Vec<_>>();
    assert_eq!(read(format!("[{}]", rows[..100].join(",")).as_bytes()).unwrap().items.len(), 1);
    let text = refusal(format!("[{}]", rows.join(",")).as_bytes());
    assert!(text.contains("16777216 cells or values"), "{text}");
}

/// Each variant of a product has the fields of the product.
#[test]
fn json_with_a_long_text_for_each_variant_is_refused() {
    let product = |variants: usize| {
        let variants = vec![r#"{"upc":"720642442524"}"#; variants].join(",");
        format!(r#"[{{"body":"{}","variants":[{variants}]}}]"#, "x".repeat(100_000))
    };
    assert_eq!(read(product(100).as_bytes()).unwrap().items[0].copies, 100);
    let text = refusal(product(400).as_bytes());
    assert!(text.contains("unpacks to more than 33.5 MB"), "{text}");
}

/// A run of NUL bytes within a gzip stream can be a thousand times as long when unpacked. NUL bytes are held until more
/// bytes follow, because they may be padding.
#[test]
fn nul_bytes_of_a_gzip_file_count_before_the_stream_is_found_damaged() {
    let packed = gzip(&vec![b'\n'; 3 << 20]);
    let runs = packed.split(|byte| *byte != 0);
    let longest = runs.max_by_key(|run| run.len()).unwrap();
    let start = packed.windows(longest.len()).position(|window| window == longest).unwrap();
    let more = [&packed[..start + longest.len()], &vec![0; 100_000]].concat();
    assert!(refusal(&more).contains("gzip"), "at the end, few of them are read: {}", refusal(&more));
    let damaged = [&more[..], &[0xff; 100]].concat();
    assert!(refusal(&damaged).contains("more than 33.5 MB"), "within: {}", refusal(&damaged));
}
