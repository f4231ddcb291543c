//! Reads a sheet of a workbook: .xlsx, .xls, .xlsb or .ods.

use std::io::{Cursor, Read, Seek};
use std::sync::Arc;

use calamine::{
    Cell, Data, DataRef, DataType as _, Range, Reader as _, Sheet, SheetType, SheetVisible, Sheets, XlsxError,
    open_workbook_auto_from_rs,
};

use super::code_field::CodeField;
use super::csv_record::FIELD_SEPARATOR;
use super::error::ListError;
use super::list::InputList;
use super::quantity::with_certain_decimals;
use super::settings::ReadOptions;
use super::table_parser::TableParser;
use super::text::NO_STORED_VALUE;
use super::workbook_limits::{MAX_CELLS, check_workbook};
use super::xls_limits::check_xls;

/// Largest integer up to which a floating-point cell is exact.
const MAX_EXACT_NUMBER: f64 = 9_007_199_254_740_992.0;

/// Number of rows that are searched for a barcode, to report that a sheet has some.
const MAX_SEARCHED_ROWS: usize = 200;

/// Reads the named sheet, or the first one with barcodes, because a workbook may begin with notes or a summary. Hidden
/// sheets come last.
/// The file has `size` bytes and may unpack to `limit`.
///
/// # Errors
/// Returns a [`ListError`] if the bytes are not a workbook or the named sheet does not exist. If no sheet has barcodes,
/// returns the error of the first sheet.
pub(super) fn read_workbook(
    bytes: Vec<u8>,
    (size, limit): (u64, u64),
    options: &ReadOptions,
) -> Result<InputList, ListError> {
    check_workbook(&bytes, limit)?;
    check_xls(&bytes, limit)?;
    let mut workbook =
        open_workbook_auto_from_rs(Cursor::new(Arc::<[u8]>::from(bytes))).map_err(|error| to_list_error(&error))?;
    let sheets = sheets_in_order(workbook.sheets_metadata());
    let names: Vec<String> = workbook.sheet_names();
    let wanted: Vec<(String, bool)> = match options.list.sheet.as_deref() {
        Some(name) if names.iter().any(|known| known == name) => vec![(name.to_owned(), false)],
        Some(name) => return Err(ListError::NoSuchSheet { name: name.to_owned(), sheets: names.join(", ") }),
        None => sheets,
    };
    let mut first_error = None;
    let mut left = wanted.iter();
    while let Some((name, is_hidden)) = left.next() {
        let range = read_range(&mut workbook, name, limit)?;
        if range.is_empty() {
            continue;
        }
        let others = if names.len() > 1 { format!(" of {}", names.len()) } else { String::new() };
        let hidden = if *is_hidden { ", which is hidden" } else { "" };
        let mut rows = TableParser::new(options.clone());
        rows.set_format(format!("a workbook, sheet {name:?}{others}{hidden}"), FIELD_SEPARATOR);
        let read = match push_rows(&range, &mut rows) {
            Ok(count) => rows.finish(count, size),
            Err(error) => Err(error),
        };
        match read {
            Err(error) if is_other_sheet(&error) => first_error = first_error.or(Some(error)),
            Err(error) => return Err(error),
            Ok(mut list) => {
                let holds_codes =
                    |name: &str| read_range(&mut workbook, name, limit).is_ok_and(|range| holds_codes(&range));
                list.reading.notices.extend(other_sheets_notice(left.map(|(name, _)| name.as_str()), holds_codes));
                return Ok(list);
            }
        }
    }
    Err(first_error.unwrap_or(ListError::NoContent))
}

fn to_list_error(why: &dyn std::fmt::Display) -> ListError {
    ListError::DamagedWorkbook { why: why.to_string() }
}

/// Reads the cells of a sheet. Two cells far from each other would make a range of any size, so what calamine does not bound
/// is bounded here.
fn read_range<R: Read + Seek>(workbook: &mut Sheets<R>, name: &str, limit: u64) -> Result<Range<Data>, ListError> {
    match workbook {
        Sheets::Xlsx(workbook) => {
            let mut cells = match workbook.worksheet_cells_reader(name) {
                Err(XlsxError::NotAWorksheet(_)) => return Ok(Range::empty()),
                cells => cells.map_err(|error| to_list_error(&error))?,
            };
            bounded_range(limit, || {
                let cell = cells.next_cell_with_formula_metadata().map_err(|error| to_list_error(&error))?;
                Ok(cell.map(|cell| match (cell.value, cell.formula) {
                    (DataRef::Empty, Some(_)) => Cell::new(cell.pos, DataRef::SharedString(NO_STORED_VALUE)),
                    (value, _) => Cell::new(cell.pos, value),
                }))
            })
        }
        Sheets::Xlsb(workbook) => {
            let mut cells = workbook.worksheet_cells_reader(name).map_err(|error| to_list_error(&error))?;
            bounded_range(limit, || cells.next_cell().map_err(|error| to_list_error(&error)))
        }
        Sheets::Ods(workbook) => {
            let range = workbook.worksheet_range(name).map_err(|error| to_list_error(&error))?;
            let formulas = workbook.worksheet_formula(name).map_err(|error| to_list_error(&error))?;
            Ok(mark_formulas_without_value(range, &formulas))
        }
        Sheets::Xls(workbook) => workbook.worksheet_range(name).map_err(|error| to_list_error(&error)),
    }
}

/// Writes [`NO_STORED_VALUE`] into the cells that have a formula and no value: the program that wrote the file did not
/// calculate it.
fn mark_formulas_without_value(range: Range<Data>, formulas: &Range<String>) -> Range<Data> {
    let (Some(start), Some(end)) = (formulas.start(), formulas.end()) else { return range };
    let is_formula = |(_, _, formula): &(usize, usize, &String)| !formula.is_empty();
    let position =
        |row: usize, column: usize| Some((u32::try_from(row).ok()? + start.0, u32::try_from(column).ok()? + start.1));
    let without_value = formulas.used_cells().filter(is_formula).filter_map(|(row, column, _)| position(row, column));
    let without_value = without_value.filter(|at| range.get_value(*at).is_none_or(|value| *value == Data::Empty));
    let without_value: Vec<(u32, u32)> = without_value.collect();
    if without_value.is_empty() {
        return range;
    }
    let first = range.start().map_or(start, |first| (first.0.min(start.0), first.1.min(start.1)));
    let last = range.end().map_or(end, |last| (last.0.max(end.0), last.1.max(end.1)));
    let mut marked = range.range(first, last);
    for at in without_value {
        marked.set_value(at, Data::String(NO_STORED_VALUE.to_owned()));
    }
    marked
}

/// Collects the cells that `next` returns. Texts that many cells share count for each of them.
fn bounded_range<'a>(
    limit: u64,
    mut next: impl FnMut() -> Result<Option<Cell<DataRef<'a>>>, ListError>,
) -> Result<Range<Data>, ListError> {
    let (mut cells, mut text_bytes) = (Vec::new(), 0);
    let (mut first, mut last) = ((u32::MAX, u32::MAX), (0, 0));
    while let Some(cell) = next()? {
        let (row, column) = cell.get_position();
        let value = match cell.get_value() {
            DataRef::Empty => continue,
            value => Data::from(value.clone()),
        };
        text_bytes += value.get_string().map_or(0, str::len) as u64;
        first = (row.min(first.0), column.min(first.1));
        last = (row.max(last.0), column.max(last.1));
        let area = (u64::from(last.0 - first.0) + 1).saturating_mul(u64::from(last.1 - first.1) + 1);
        if area > MAX_CELLS || cells.len() as u64 > MAX_CELLS {
            return Err(ListError::TooManyCells { limit: MAX_CELLS });
        }
        if text_bytes > limit {
            return Err(ListError::UnpackedTooLarge { limit });
        }
        cells.push(Cell::new((row, column), value));
    }
    Ok(Range::from_sparse(cells))
}

/// Returns the names of the sheets with cells, and whether each is hidden. Visible sheets come first.
fn sheets_in_order(sheets: &[Sheet]) -> Vec<(String, bool)> {
    let tables = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let mut named: Vec<(String, bool)> =
        tables.map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).collect();
    named.sort_by_key(|(_, is_hidden)| *is_hidden);
    named
}

/// Returns a notice about sheets with barcodes that are not read.
fn other_sheets_notice<'a>(
    names: impl Iterator<Item = &'a str>,
    mut holds_codes: impl FnMut(&str) -> bool,
) -> Option<String> {
    let others: Vec<String> = names.filter(|name| holds_codes(name)).map(|name| format!("{name:?}")).collect();
    let first = others.first()?;
    let (has, is) = if others.len() == 1 { ("has", "is") } else { ("have", "are") };
    Some(format!("{} {has} barcodes too and {is} not read (--sheet {first} reads that sheet)", others.join(" and ")))
}

/// Returns whether a sheet has a barcode in its first rows.
fn holds_codes(range: &Range<Data>) -> bool {
    let is_code = |cell: &Data| matches!(CodeField::from_text(&cell_text(cell)), CodeField::Code(_));
    range.rows().take(MAX_SEARCHED_ROWS).any(|cells| cells.iter().any(is_code))
}

/// Returns whether the error suggests that another sheet of the workbook is the list.
fn is_other_sheet(error: &ListError) -> bool {
    matches!(
        error,
        ListError::NoUpc { .. }
            | ListError::NoBarcodes { .. }
            | ListError::NoContent
            | ListError::NoSuchColumn { .. }
            | ListError::NoColumns
    )
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

/// Returns the text of a cell. An integer has no decimals and no exponent, whatever number format its cell has.
fn cell_text(cell: &Data) -> String {
    match cell {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below the largest exact number")]
        Data::Float(number) if number.fract() == 0.0 && number.abs() < MAX_EXACT_NUMBER => (*number as i64).to_string(),
        Data::Float(number) => with_certain_decimals(number.to_string()),
        other => other.to_string().replace([char::from(FIELD_SEPARATOR), '\n', '\r'], " "),
    }
}
