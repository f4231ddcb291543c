//! Detects the dialect of a list from its first lines: the delimiter, the code column, the quantity column.
//!
//! A header that names the column decides; without one, the column with codes in it does. If two columns could be meant, the
//! list is refused with both names instead of a guess.

use super::column_stats::{self, ColumnStats};
use super::csv_record::{FieldSplitter, RecordAssembler};
use super::error::ListError;
use super::field::{is_blank, parse_code, strip_comment};
use super::header::{HeaderMatch, match_code_header, match_quantity_header};
use super::line_parser;
use super::text::split_comment;

/// Where a line has its code and its quantity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Delimiter of the columns; `None` if a line is a code and perhaps a quantity.
    pub(super) delimiter: Option<u8>,
    pub(super) code_column: usize,
    pub(super) quantity_column: Option<usize>,
    /// The record that names the columns, word for word. Files that were pasted together repeat it.
    pub(super) header_record: Option<String>,
}

const DELIMITERS: &[u8] = b"\t;,|";
/// Number of rows in which the header is looked for; a title or two may precede it.
const HEADER_SEARCH_LINES: usize = 5;

/// The sample, split by one delimiter.
struct SampleTable {
    delimiter: u8,
    /// The records word for word; `rows` has the same ones split into fields.
    records: Vec<String>,
    rows: Vec<Vec<String>>,
    header_row: Option<usize>,
    columns: Vec<ColumnStats>,
}

impl Dialect {
    /// Detects the dialect from the first lines of a list, and from the delimiter that it announces, if any.
    ///
    /// # Errors
    /// Returns [`ListError::AmbiguousColumns`] if two different columns could hold the codes or the quantities.
    pub(super) fn from_sample(sample: &[(u32, String)], announced: Option<u8>) -> Result<Self, ListError> {
        if let Some(delimiter) = announced {
            return SampleTable::from_lines(sample, delimiter).detect_dialect();
        }
        let plain = sample.iter().filter(|(_, line)| line_parser::parse_line(line).is_accepted()).count();
        let tables = DELIMITERS
            .iter()
            .filter(|d| sample.iter().any(|(_, line)| split_comment(line).0.as_bytes().contains(d)))
            .map(|delimiter| SampleTable::from_lines(sample, *delimiter));
        match tables.max_by_key(SampleTable::fitness_score) {
            Some(table) if table.fitness_score().0 >= plain => table.detect_dialect(),
            _ => Ok(Self::without_columns(sample)),
        }
    }

    fn without_columns(sample: &[(u32, String)]) -> Self {
        let named = |line: &&String| match_code_header(line) > HeaderMatch::NoMatch && parse_code(line).is_err();
        Self { header_record: sample.first().map(|(_, line)| line).filter(named).cloned(), ..Self::default() }
    }
}

impl SampleTable {
    fn from_lines(sample: &[(u32, String)], delimiter: u8) -> Self {
        let (mut assembler, mut splitter) = (RecordAssembler::new(delimiter), FieldSplitter::new(delimiter));
        let (mut records, mut rows) = (Vec::new(), Vec::new());
        let mut each = |_: u32, record: &str| -> Result<(), ListError> {
            if !is_blank(record) {
                records.push(record.to_owned());
                rows.push(strip_comment(splitter.split(record)).into_iter().map(str::to_owned).collect::<Vec<_>>());
            }
            Ok(())
        };
        // `each` never fails, so these do not either.
        let pushed = sample.iter().try_for_each(|(number, line)| assembler.push(*number, line, &mut each));
        let _ = pushed.and_then(|()| assembler.flush(&mut each));
        let header_row = find_header(&rows);
        let columns = column_stats::count_columns(&rows[header_row.map_or(0, |at| at + 1)..]);
        Self { delimiter, records, rows, header_row, columns }
    }

    /// Rates how well the delimiter fits: codes found, whether a header names them, number of columns.
    fn fitness_score(&self) -> (usize, bool, usize) {
        let codes = self.columns.iter().map(|c| c.codes).max().unwrap_or(0);
        (codes, self.header_row.is_some(), self.columns.len())
    }

    fn detect_dialect(&self) -> Result<Dialect, ListError> {
        let code = match self.header_row {
            Some(at) => {
                self.single_column(&best_named_columns(&self.rows[at], match_code_header), "codes", "UPC")?.unwrap_or(0)
            }
            None => self.code_column_by_content()?,
        };
        let header = self.header_row.or_else(|| self.find_unnamed_header(code));
        let quantity = match header {
            Some(at) => self.single_column(
                &best_named_columns(&self.rows[at], match_quantity_header),
                "quantities",
                "Quantity",
            )?,
            None => self.single_column(&self.quantity_columns_by_content(code), "quantities", "Quantity")?,
        };
        let header = header.map(|at| self.records[at].clone());
        Ok(Dialect {
            delimiter: Some(self.delimiter),
            code_column: code,
            quantity_column: quantity,
            header_record: header,
        })
    }

    /// Returns the only one of `columns`, or the first if the others repeat it.
    fn single_column(
        &self,
        columns: &[usize],
        what: &'static str,
        example: &'static str,
    ) -> Result<Option<usize>, ListError> {
        match columns {
            [] => Ok(None),
            [first, rest @ ..] if rest.iter().all(|other| self.is_duplicate_column(*first, *other)) => Ok(Some(*first)),
            several => Err(ListError::AmbiguousColumns { what, names: self.column_names(several), example }),
        }
    }

    fn body_rows(&self) -> &[Vec<String>] {
        &self.rows[self.header_row.map_or(0, |at| at + 1)..]
    }

    /// Returns whether both columns hold the same items in every row, perhaps spelled as UPC-A and EAN-13.
    fn is_duplicate_column(&self, first: usize, other: usize) -> bool {
        let field = |row: &[String], at: usize| row.get(at).map_or("", |f| f.trim()).to_owned();
        self.body_rows().iter().all(|row| {
            let (first, other) = (field(row, first), field(row, other));
            other.is_empty()
                || first == other
                || (parse_code(&first).is_ok() && parse_code(&first) == parse_code(&other))
        })
    }

    fn column_names(&self, columns: &[usize]) -> String {
        let name = |at: &usize| match self.header_row.and_then(|header| self.rows[header].get(*at)) {
            Some(name) => format!("{:?}", name.trim()),
            None => (at + 1).to_string(),
        };
        columns.iter().map(name).collect::<Vec<_>>().join(" and ")
    }

    fn code_column_by_content(&self) -> Result<usize, ListError> {
        let most = self.columns.iter().map(|c| c.codes).max().unwrap_or(0);
        // A stray number can have a right check digit by chance, one in ten; a column of codes has them throughout.
        let holds = |c: &ColumnStats| c.codes > 0 && c.codes * 2 >= c.filled && c.codes * 4 >= most;
        let columns = self.columns.iter().enumerate();
        let strong: Vec<usize> = columns.clone().filter(|(_, c)| holds(c)).map(|(at, _)| at).collect();
        let nearest = || columns.rev().max_by_key(|(_, c)| c.codes + c.damaged_codes).map_or(0, |(at, _)| at);
        Ok(self.single_column(&strong, "codes", "UPC")?.unwrap_or_else(nearest))
    }

    /// Returns the first row if it is a row of words above a column of codes, whatever the words are.
    fn find_unnamed_header(&self, code: usize) -> Option<usize> {
        let message = |field: &String| !field.contains(|c: char| c.is_ascii_digit());
        let first = self.rows.first()?;
        let as_wide = self.rows.get(1).is_some_and(|row| row.len() == first.len());
        let names = as_wide && first.iter().all(message) && first.get(code).is_some_and(|f| !f.trim().is_empty());
        (names && self.columns.get(code)?.codes > 0).then_some(0)
    }

    fn quantity_columns_by_content(&self, code: usize) -> Vec<usize> {
        let fits = |column: &ColumnStats| match self.columns.len() {
            2 => column.could_be_quantities(),
            _ => column.looks_like_quantities(),
        };
        let others = self.columns.iter().enumerate().filter(|(at, _)| *at != code);
        others.filter(|(_, column)| fits(column)).map(|(at, _)| at).collect()
    }
}

/// Returns the first row that names a code column and has no code in it or above it.
fn find_header(rows: &[Vec<String>]) -> Option<usize> {
    let above = rows.iter().take(HEADER_SEARCH_LINES).take_while(|row| row.iter().all(|f| parse_code(f).is_err()));
    above.enumerate().find(|(_, row)| !best_named_columns(row, match_code_header).is_empty()).map(|(at, _)| at)
}

/// Returns the columns whose names match best.
fn best_named_columns(names: &[String], says: fn(&str) -> HeaderMatch) -> Vec<usize> {
    let clearest = names.iter().map(|name| says(name)).max().unwrap_or(HeaderMatch::NoMatch);
    let columns =
        names.iter().enumerate().filter(|(_, name)| clearest > HeaderMatch::NoMatch && says(name) == clearest);
    columns.map(|(at, _)| at).collect()
}
