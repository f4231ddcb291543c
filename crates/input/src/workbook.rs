//! Reads a sheet of a workbook: .xlsx, .xls, .xlsb or .ods.

use std::io::Cursor;
use std::sync::Arc;

use calamine::{Data, Range, Reader as _, open_workbook_auto_from_rs};

use super::csv_record::FIELD_SEPARATOR;
use super::error::ListError;
use super::table_parser::TableParser;

/// Largest whole number that a floating-point cell holds exactly.
const MAX_EXACT_NUMBER: f64 = 9_007_199_254_740_992.0;

/// Reads the named sheet, or the first one that is not empty, and returns the number of its rows.
///
/// # Errors
/// Returns a [`ListError`] if the bytes are no workbook or if it has no such sheet.
pub(super) fn read_workbook(bytes: Vec<u8>, sheet: Option<&str>, rows: &mut TableParser) -> Result<u64, ListError> {
    let damaged = |why: &dyn std::fmt::Display| ListError::DamagedWorkbook { why: why.to_string() };
    let mut workbook =
        open_workbook_auto_from_rs(Cursor::new(Arc::<[u8]>::from(bytes))).map_err(|error| damaged(&error))?;
    let names = workbook.sheet_names();
    let wanted: Vec<String> = match sheet {
        Some(name) if names.iter().any(|known| known == name) => vec![name.to_owned()],
        Some(name) => return Err(ListError::NoSuchSheet { name: name.to_owned(), sheets: names.join(", ") }),
        None => names.clone(),
    };
    for name in wanted {
        let range = workbook.worksheet_range(&name).map_err(|error| damaged(&error))?;
        if !range.is_empty() {
            let others = if names.len() > 1 { format!(" of {}", names.len()) } else { String::new() };
            rows.set_format(format!("a workbook, sheet {name:?}{others}"), FIELD_SEPARATOR);
            return push_rows(&range, rows);
        }
    }
    Err(ListError::NoContent)
}

fn push_rows(range: &Range<Data>, rows: &mut TableParser) -> Result<u64, ListError> {
    let first = range.start().map_or(0, |(row, _)| row);
    let mut line = String::new();
    let mut count = u64::from(first);
    for (number, cells) in (first + 1..).zip(range.rows()) {
        line.clear();
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                line.push(char::from(FIELD_SEPARATOR));
            }
            line.push_str(&cell_text(cell));
        }
        rows.push_line(number, &line)?;
        count += 1;
    }
    Ok(count)
}

/// Returns the text of a cell. A whole number has no decimals and no exponent, whatever the format of its cell shows.
fn cell_text(cell: &Data) -> String {
    match cell {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below the largest exact number")]
        Data::Float(number) if number.fract() == 0.0 && number.abs() < MAX_EXACT_NUMBER => (*number as i64).to_string(),
        other => other.to_string().replace([char::from(FIELD_SEPARATOR), '\n', '\r', '"'], " "),
    }
}
