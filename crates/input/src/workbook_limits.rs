//! Bounds a workbook before its cells take memory: a file of some kilobytes can unpack to any number of bytes and cells.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::error::ListError;

/// Maximum cells of a sheet, with the empty ones between others: a full sheet of 16 columns. They take about a gigabyte.
pub(super) const MAX_CELLS: u64 = 1 << 24;

/// Maximum rows and columns of a sheet, in every format.
const MAX_ROWS: u64 = 1 << 20;
const MAX_COLUMNS: u64 = 1 << 14;

/// The file of an OpenDocument workbook that has the cells.
const OPEN_DOCUMENT_CONTENT: &str = "content.xml";

/// Checks that the parts of a workbook unpack to at most `limit` bytes, and that the repeated cells of an OpenDocument
/// workbook are not too many. A file that is no archive, or a damaged one, passes: its reader says what is wrong.
///
/// # Errors
/// Returns [`ListError::UnpackedTooLarge`] or [`ListError::TooManyCells`].
pub(super) fn check_workbook(bytes: &[u8], limit: u64) -> Result<(), ListError> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Ok(()) };
    let mut left = limit;
    for index in 0..archive.len() {
        let Ok(file) = archive.by_index(index) else { continue };
        let name = file.name().unwrap_or_default().into_owned();
        // Pictures in the sheets are not read.
        if ![".xml", ".rels", ".bin"].iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let is_content = name == OPEN_DOCUMENT_CONTENT;
        let mut part = BufReader::new(file.take(left.saturating_add(1)));
        if is_content {
            CellCounter::new(limit).count(&mut part)?;
        }
        // What is damaged is counted up to the damage.
        io::copy(&mut part, &mut io::sink()).ok();
        let unread = part.get_ref().limit();
        if unread == 0 {
            return Err(ListError::UnpackedTooLarge { limit });
        }
        left = unread - 1;
    }
    Ok(())
}

/// Counts what the cells of an OpenDocument workbook become when each is repeated as often as its attributes say.
struct CellCounter {
    max_text_bytes: u64,
    cells: u64,
    text_bytes: u64,
    table: TableSize,
    row: RowSize,
}

/// The size of a table, up to its last cell that is not empty.
#[derive(Default)]
struct TableSize {
    rows: u64,
    rows_with_cells: u64,
    columns: u64,
}

#[derive(Default)]
struct RowSize {
    repeats: u64,
    /// Columns up to the last cell that is not empty, and the empty ones after it.
    columns: u64,
    empty_columns: u64,
    text_bytes: u64,
    /// How often the cell stands in the row that is being read.
    cell_repeats: u64,
}

impl CellCounter {
    fn new(max_text_bytes: u64) -> Self {
        Self { max_text_bytes, cells: 0, text_bytes: 0, table: TableSize::default(), row: RowSize::default() }
    }

    /// Counts until the end, or until the XML is damaged.
    fn count(mut self, content: &mut impl BufRead) -> Result<(), ListError> {
        let mut reader = Reader::from_reader(content);
        reader.config_mut().check_end_names = false;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Eof) | Err(_) => return self.check(),
                Ok(Event::Start(element)) => self.begin_element(&element),
                Ok(Event::Empty(element)) => {
                    self.begin_element(&element);
                    self.end_element(element.name().as_ref());
                }
                Ok(Event::End(element)) => self.end_element(element.name().as_ref()),
                Ok(Event::Text(text)) => self.add_text(text.len() as u64),
                Ok(_) => {}
            }
            self.check()?;
        }
    }

    fn begin_element(&mut self, element: &BytesStart<'_>) {
        match element.name().as_ref() {
            "table:table" => self.table = TableSize::default(),
            "table:table-row" => {
                let repeats = repeats_of(element, "table:number-rows-repeated").min(MAX_ROWS);
                self.row = RowSize { repeats, ..RowSize::default() };
            }
            "table:table-cell" | "table:covered-table-cell" => self.begin_cell(element),
            "text:s" => self.add_text(repeats_of(element, "text:c")),
            _ => {}
        }
    }

    fn begin_cell(&mut self, cell: &BytesStart<'_>) {
        let repeats = repeats_of(cell, "table:number-columns-repeated").min(MAX_COLUMNS);
        let row = &mut self.row;
        row.cell_repeats = repeats;
        if cell.contains("office:") || cell.contains("table:formula") {
            row.columns = (row.columns + row.empty_columns + repeats).min(MAX_COLUMNS);
            row.empty_columns = 0;
            self.add_text(cell.len() as u64);
        } else {
            row.empty_columns += repeats;
        }
    }

    fn end_element(&mut self, name: &str) {
        match name {
            "table:table-row" => {
                let row = std::mem::take(&mut self.row);
                self.table.rows = (self.table.rows + row.repeats).min(MAX_ROWS);
                if row.columns > 0 {
                    self.table.rows_with_cells = self.table.rows;
                    self.table.columns = self.table.columns.max(row.columns);
                    // A row is kept once before it is repeated.
                    self.cells += row.columns;
                    self.text_bytes = self.text_bytes.saturating_add(row.text_bytes.saturating_mul(row.repeats));
                }
            }
            "table:table" => {
                let table = std::mem::take(&mut self.table);
                self.cells += table.rows_with_cells * table.columns;
            }
            _ => {}
        }
    }

    fn add_text(&mut self, bytes: u64) {
        let row = &mut self.row;
        row.text_bytes = row.text_bytes.saturating_add(bytes.saturating_mul(row.cell_repeats.max(1)));
    }

    fn check(&self) -> Result<(), ListError> {
        let cells = self.cells + self.table.rows_with_cells * self.table.columns;
        // The rows as they are written, and as they are repeated.
        if cells > 2 * MAX_CELLS {
            return Err(ListError::TooManyCells { limit: MAX_CELLS });
        }
        if self.text_bytes.saturating_add(self.row.text_bytes) > self.max_text_bytes {
            return Err(ListError::UnpackedTooLarge { limit: self.max_text_bytes });
        }
        Ok(())
    }
}

/// Returns the number in an attribute; 1 without it.
fn repeats_of(element: &BytesStart<'_>, name: &str) -> u64 {
    let attribute = element.try_get_attribute(name).ok().flatten();
    // A number that is too large to be read is the largest one.
    attribute.map_or(1, |attribute| attribute.value.trim().parse().unwrap_or(u64::MAX))
}
