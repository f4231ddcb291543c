//! The first lines of a list, split with one delimiter.

use domain::barcode::KeyboardLayout;

use super::code_field::CodeField;
use super::column_stats::{self, ColumnStats};
use super::csv_record::{FieldSplitter, RecordAssembler};
use super::error::ListError;
use super::header::{ColumnRole, is_same_name};
use super::text::is_empty;

/// One record of the sample.
#[derive(Debug)]
pub(super) struct SampleRow {
    pub(super) line: u32,
    /// Exact text of the record.
    pub(super) record: String,
    pub(super) fields: Vec<String>,
}

#[derive(Debug)]
pub(super) struct SampleTable {
    pub(super) delimiter: u8,
    pub(super) rows: Vec<SampleRow>,
    /// Index of the header row.
    pub(super) header: Option<usize>,
    pub(super) columns: Vec<ColumnStats>,
}

/// Characters that may separate fields.
pub(super) const DELIMITERS: &[u8] = b"\t;,|^~";

/// Number of rows that are searched for a header; titles and dates of a report may precede it.
const HEADER_SEARCH_ROWS: usize = 90;

/// Maximum length of a column name in bytes.
const MAX_NAME_BYTES: usize = 240;

impl SampleTable {
    pub(super) fn from_lines(sample: &[(u32, String)], delimiter: u8) -> Self {
        let mut splitter = FieldSplitter::new(delimiter);
        let width = sample.first().map_or(0, |(_, line)| splitter.split(line).len());
        let mut assembler = RecordAssembler::new(delimiter, width);
        let mut rows = Vec::new();
        let mut each = |line: u32, record: &str| -> Result<(), ListError> {
            if !is_empty(record) {
                let fields = splitter.split(record);
                let fields = (0..fields.len()).map(|at| fields.get(at).to_owned()).collect();
                rows.push(SampleRow { line, record: record.to_owned(), fields });
            }
            Ok(())
        };
        // The callback never fails, so these calls do not fail either.
        let pushed = sample.iter().try_for_each(|(number, line)| assembler.push(*number, line, &mut each));
        let _ = pushed.and_then(|()| assembler.flush(&mut each));
        let header = find_header(&rows);
        if let Some(at) = header {
            let is_other = |row: &SampleRow| names_other_columns(&row.fields, &rows[at].fields);
            let end = rows.iter().skip(at + 1).position(is_other).map_or(rows.len(), |below| at + 1 + below);
            rows.truncate(end);
        }
        let body = rows.iter().skip(header.map_or(0, |at| at + 1));
        let columns = column_stats::count_columns(body.map(|row| row.fields.as_slice()));
        Self { delimiter, rows, header, columns }
    }

    /// Returns the rows below the header.
    pub(super) fn body(&self) -> &[SampleRow] {
        &self.rows[self.header.map_or(0, |at| at + 1)..]
    }

    /// Returns the column names; empty without a header.
    pub(super) fn names(&self) -> &[String] {
        self.header.map_or(&[], |at| &self.rows[at].fields)
    }

    /// Returns whether most rows have several fields. If a line names the columns, one row is enough, because a footer
    /// may be longer than the table.
    pub(super) fn is_wide(&self) -> bool {
        let wide = self.body().iter().filter(|row| row.fields.len() > 1).count();
        let is_most = wide * 2 >= self.body().len();
        (is_most || wide > 0 && self.has_exact_names()) && self.columns.len().max(self.names().len()) > 1
    }

    /// Returns whether the header has exactly the name of a barcode column and another known name.
    fn has_exact_names(&self) -> bool {
        let roles: Vec<ColumnRole> = self.names().iter().map(|name| ColumnRole::from_name(name)).collect();
        let is_other = |role: &ColumnRole| !matches!(role, ColumnRole::Unknown | ColumnRole::Code);
        roles.contains(&ColumnRole::Code) && roles.iter().any(is_other)
    }
}

fn has_code(fields: &[String]) -> bool {
    fields.iter().any(|field| matches!(CodeField::from_text(field), CodeField::Code(_)))
}

/// Returns the index of the header: the row before the first barcode that fits best.
fn find_header(rows: &[SampleRow]) -> Option<usize> {
    let above: Vec<&SampleRow> =
        rows.iter().take(HEADER_SEARCH_ROWS).take_while(|row| !has_code(&row.fields)).collect();
    let scores = above.iter().map(|row| score_names(&row.fields)).enumerate();
    let best = scores.max_by_key(|(at, score)| (*score, *at)).filter(|(_, score)| *score >= 2);
    best.map(|(at, _)| at).or_else(|| find_unnamed_header(rows, above.len()))
}

/// Returns whether a row below the header `names` is another header, as in two concatenated exports.
pub(super) fn names_other_columns(fields: &[String], names: &[String]) -> bool {
    let filled: Vec<&String> = fields.iter().filter(|field| !is_empty(field)).collect();
    let is_number =
        |field: &&String| field.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' '));
    if filled.len() < 2 || filled.iter().any(is_number) || filled.iter().any(|field| field.len() > MAX_NAME_BYTES) {
        return false;
    }
    let roles: Vec<ColumnRole> = filled.iter().map(|field| ColumnRole::from_name(field)).collect();
    let known = roles.iter().filter(|role| **role != ColumnRole::Unknown).count();
    let names_code = roles.iter().any(|role| role.is_code());
    let is_header =
        if names_code { known >= 2 && known * 2 >= filled.len() } else { known >= 3 && known == filled.len() };
    let is_same = fields.len() == names.len() && fields.iter().zip(names).all(|(one, other)| is_same_name(one, other));
    is_header && !is_same && !has_code(fields)
}

/// Returns the delimiter of a line that names columns, one of them with barcodes.
pub(super) fn delimiter_of_names(line: &str) -> Option<u8> {
    let used = DELIMITERS.iter().filter(|delimiter| line.as_bytes().contains(delimiter));
    used.copied().find(|delimiter| {
        let fields = line.split(char::from(*delimiter)).map(|field| field.trim_matches([' ', '"']).to_owned());
        let fields: Vec<String> = fields.collect();
        names_other_columns(&fields, &[]) && fields.iter().any(|field| ColumnRole::from_name(field).is_code())
    })
}

/// Returns the index of the line that begins a second table, whose delimiter differs from that of the first one.
pub(super) fn find_second_table(lines: &[(u32, String)]) -> Option<usize> {
    let mut headers = lines.iter().enumerate().filter_map(|(at, (_, line))| Some((at, delimiter_of_names(line)?)));
    let (_, first) = headers.next()?;
    headers.find(|(_, delimiter)| *delimiter != first).map(|(at, _)| at)
}

/// Rates a row as a header: names of barcode columns score highest, followed by those of quantities.
fn score_names(fields: &[String]) -> usize {
    let roles = fields.iter().map(|field| match ColumnRole::from_name(field) {
        ColumnRole::Code => 5,
        ColumnRole::CodeAmongWords => 4,
        ColumnRole::Quantity => 2,
        ColumnRole::Item(_) => 1,
        ColumnRole::Unknown => 0,
    });
    let score: usize = roles.sum();
    // A single field may be the title of a report, unless it names the only column.
    if fields.len() > 1 || score == 5 { score } else { 0 }
}

/// Returns the first row as the header if it consists of words above rows of the same width, whatever the words are.
fn find_unnamed_header(rows: &[SampleRow], above: usize) -> Option<usize> {
    let (first, next) = (rows.first()?, rows.get(1)?);
    let is_word = |field: &String| {
        !field.contains(|c: char| c.is_ascii_digit()) && KeyboardLayout::detect_in_line(field).is_none()
    };
    let is_filled = first.fields.iter().filter(|field| !is_empty(field)).count() * 2 > first.fields.len();
    let names = above > 0 && first.fields.len() > 1 && first.fields.len() == next.fields.len();
    (names && is_filled && first.fields.iter().all(is_word)).then_some(0)
}
