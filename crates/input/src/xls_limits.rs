//! Bounds a workbook of Excel 97 (.xls) before its cells take memory. calamine makes a range of every sheet, from the
//! first to the last cell, and two cells can be far from each other.

use std::io::{Cursor, Read as _};
use std::path::PathBuf;

use cfb::CompoundFile;

use super::error::ListError;
use super::workbook_limits::MAX_CELLS;

/// First bytes of a compound file ([MS-CFB] 2.2).
const COMPOUND_FILE_MAGIC: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Names of the stream with the sheets, since Excel 97 and before.
const WORKBOOK_STREAMS: [&str; 2] = ["Workbook", "Book"];

// Types of records ([MS-XLS] 2.3.2).
const BEGINNING: u16 = 0x0809;
const EOF: u16 = 0x000a;
const CONTINUE: u16 = 0x003c;
const BOUND_SHEET: u16 = 0x0085;
const SHARED_STRINGS: u16 = 0x00fc;
const DIMENSIONS: u16 = 0x0200;
const SHARED_STRING_CELL: u16 = 0x00fd;
const NUMBERS: u16 = 0x00bd;
/// Cells with their row and column first: a formula, blank, number, label, formatted label, truth value or error, and a
/// compressed number.
const CELLS: [u16; 7] = [0x0006, 0x0201, 0x0203, 0x0204, 0x00d6, 0x0205, 0x027e];

/// Maximum columns of a sheet of Excel 97.
const MAX_COLUMNS: u64 = 256;

/// Bytes before a string's characters: their number and the flags.
const STRING_HEADER_BYTES: usize = 3;

/// Checks that the sheets of an .xls workbook have at most [`MAX_CELLS`] cells, and that their texts have at most `limit`
/// bytes. Other files pass.
///
/// # Errors
/// Returns [`ListError::TooManyCells`], [`ListError::UnpackedTooLarge`] or, if the file cannot be read,
/// [`ListError::DamagedWorkbook`].
pub(super) fn check_xls(bytes: &[u8], limit: u64) -> Result<(), ListError> {
    if !bytes.starts_with(COMPOUND_FILE_MAGIC) {
        return Ok(());
    }
    let damaged = |error: std::io::Error| ListError::DamagedWorkbook { why: error.to_string() };
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    // calamine takes the first stream of this name in any folder, and says what a file without one is.
    let is_workbook = |name: &str| WORKBOOK_STREAMS.iter().any(|known| known.eq_ignore_ascii_case(name));
    let entries = file.walk().filter(|entry| entry.is_stream() && is_workbook(entry.name()));
    let paths: Vec<PathBuf> = entries.map(|entry| entry.path().to_owned()).collect();
    for path in paths {
        let mut stream = Vec::new();
        file.open_stream(path).and_then(|mut content| content.read_to_end(&mut stream)).map_err(damaged)?;
        check_stream(&stream, limit)?;
    }
    Ok(())
}

fn check_stream(stream: &[u8], limit: u64) -> Result<(), ListError> {
    let mut size = WorkbookSize { limit, ..WorkbookSize::default() };
    let mut sheets = Vec::new();
    let globals = Records(stream).take_while(|record| record.kind != EOF).collect::<Vec<_>>();
    for (at, record) in globals.iter().enumerate() {
        match record.kind {
            SHARED_STRINGS => {
                let rest = globals[at + 1..].iter().take_while(|next| next.kind == CONTINUE);
                let parts = std::iter::once(record.data.get(8..).unwrap_or_default()).chain(rest.map(|next| next.data));
                size.shared = shared_string_lengths(&parts.collect::<Vec<_>>());
            }
            BOUND_SHEET => sheets.extend(read_u32(record.data, 0)),
            _ => {}
        }
    }
    sheets.into_iter().try_for_each(|start| size.add_sheet(stream.get(start as usize..).unwrap_or_default()))
}

/// A record: its type and its content.
#[derive(Clone, Copy)]
struct Record<'a> {
    kind: u16,
    data: &'a [u8],
}

/// The records of a part of the workbook.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let kind = read_u16(self.0, 0)?;
        let length = read_u16(self.0, 2)? as usize;
        let data = self.0.get(4..4 + length)?;
        self.0 = &self.0[4 + length..];
        Some(Record { kind, data })
    }
}

fn read_u16(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn read_u32(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

/// Returns the number of bytes of each shared string. `parts` are the content of the record and of its continuations.
fn shared_string_lengths(parts: &[&[u8]]) -> Vec<u64> {
    let (mut lengths, mut at) = (Vec::new(), 0);
    let mut rest = parts.first().copied().unwrap_or_default();
    loop {
        while rest.is_empty() {
            at += 1;
            let Some(part) = parts.get(at) else { return lengths };
            rest = part;
        }
        let (Some(characters), Some(flags)) = (read_u16(rest, 0), rest.get(2).copied()) else { return lengths };
        rest = &rest[STRING_HEADER_BYTES..];
        let mut extra = 0;
        if flags & 8 != 0 {
            extra += usize::from(read_u16(rest, 0).unwrap_or_default()) * 4;
            rest = rest.get(2..).unwrap_or_default();
        }
        if flags & 4 != 0 {
            extra += read_u32(rest, 0).unwrap_or_default() as usize;
            rest = rest.get(4..).unwrap_or_default();
        }
        let (mut left, mut width, mut bytes) = (usize::from(characters), usize::from(flags & 1) + 1, 0);
        loop {
            let read = left.min(rest.len() / width);
            rest = &rest[read * width..];
            (left, bytes) = (left - read, bytes + read * width);
            if left == 0 {
                break;
            }
            at += 1;
            let Some((flags, characters)) = parts.get(at).and_then(|part| part.split_first()) else { return lengths };
            (width, rest) = (usize::from(flags & 1) + 1, characters);
        }
        lengths.push(bytes as u64);
        // Formatting and phonetic text, which also continue in the next record.
        while extra > rest.len() {
            extra -= rest.len();
            at += 1;
            let Some(part) = parts.get(at) else { return lengths };
            rest = part;
        }
        rest = &rest[extra..];
    }
}

/// What the sheets become in memory.
#[derive(Default)]
struct WorkbookSize {
    limit: u64,
    /// Number of bytes of each shared string.
    shared: Vec<u64>,
    cells: u64,
    text_bytes: u64,
}

impl WorkbookSize {
    fn add_sheet(&mut self, sheet: &[u8]) -> Result<(), ListError> {
        let mut rows: Option<(u64, u64)> = None;
        let (mut columns, mut depth) = (0_u64, 0_u32);
        for Record { kind, data } in Records(sheet) {
            // A chart in the sheet has a beginning and an end too.
            match kind {
                BEGINNING => depth += 1,
                EOF => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                break;
            }
            let (Some(row), Some(column)) = (read_u16(data, 0), read_u16(data, 2)) else { continue };
            let last_column = match kind {
                DIMENSIONS => {
                    Self::check_dimensions(data)?;
                    continue;
                }
                NUMBERS => data.len().checked_sub(2).and_then(|at| read_u16(data, at)).unwrap_or(column),
                SHARED_STRING_CELL => {
                    let index = read_u32(data, 6).unwrap_or_default() as usize;
                    self.text_bytes = self.text_bytes.saturating_add(self.shared.get(index).copied().unwrap_or(0));
                    column
                }
                kind if CELLS.contains(&kind) => column,
                _ => continue,
            };
            let row = u64::from(row);
            rows = Some(rows.map_or((row, row), |(first, last)| (first.min(row), last.max(row))));
            columns = columns.max(u64::from(column.max(last_column)) + 1);
        }
        self.cells += rows.map_or(0, |(first, last)| last - first + 1) * columns;
        self.check()
    }

    /// Checks the size that the sheet states, for which calamine reserves memory.
    fn check_dimensions(data: &[u8]) -> Result<(), ListError> {
        let (first, last) = match data.len() {
            10 => (read_u16(data, 0).map(u64::from), read_u16(data, 2).map(u64::from)),
            _ => (read_u32(data, 0).map(u64::from), read_u32(data, 4).map(u64::from)),
        };
        let rows = last.unwrap_or_default().saturating_sub(first.unwrap_or_default());
        let end = if data.len() == 10 { 6 } else { 10 };
        let columns = read_u16(data, end).map_or(0, u64::from);
        let is_reversed = last != Some(0) && last < first;
        if is_reversed || rows.saturating_mul(columns) > MAX_CELLS || columns > MAX_COLUMNS {
            return Err(ListError::TooManyCells { limit: MAX_CELLS });
        }
        Ok(())
    }

    fn check(&self) -> Result<(), ListError> {
        if self.cells > MAX_CELLS {
            return Err(ListError::TooManyCells { limit: MAX_CELLS });
        }
        if self.text_bytes > self.limit {
            return Err(ListError::UnpackedTooLarge { limit: self.limit });
        }
        Ok(())
    }
}
