//! How a list is laid out, decided from its first lines: what parts the columns, which one holds the codes, which
//! one the quantities.
//!
//! A header that names the column decides; without one, the column that holds codes does. Where two columns could
//! be meant, nobody guesses.

use super::column::{self, Column, code_in};
use super::error::Problem;
use super::header::{Says, says_code, says_quantity};
use super::record::{Fields, Records};
use super::row;
use super::text::before_comment;

/// Where in a line the code and the quantity stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// What parts the columns; `None` where a line is a code and perhaps a quantity.
    pub(super) delimiter: Option<u8>,
    pub(super) code: usize,
    pub(super) quantity: Option<usize>,
    /// The record that names the columns, word for word: files that were pasted together repeat it.
    pub(super) header: Option<String>,
}

const DELIMITERS: &[u8] = b"\t;,|";
/// A title or two may stand above the header.
const HEADER_WITHIN: usize = 5;

/// The sample under one delimiter.
struct Table {
    delimiter: u8,
    /// The records word for word, and cut.
    texts: Vec<String>,
    rows: Vec<Vec<String>>,
    header: Option<usize>,
    columns: Vec<Column>,
}

impl Layout {
    /// Decides from the first lines of a list, and from the delimiter that it announces if it does.
    pub(super) fn of(sample: &[(u32, String)], announced: Option<u8>) -> Result<Self, Problem> {
        if let Some(delimiter) = announced {
            return Table::cut(sample, delimiter).layout();
        }
        let plain = sample.iter().filter(|(_, line)| row::plain(line).is_taken()).count();
        let tables = DELIMITERS
            .iter()
            .filter(|d| sample.iter().any(|(_, line)| before_comment(line).0.as_bytes().contains(d)))
            .map(|delimiter| Table::cut(sample, *delimiter));
        match tables.max_by_key(Table::fitness) {
            Some(table) if table.fitness().0 >= plain => table.layout(),
            _ => Ok(Self::plain(sample)),
        }
    }

    fn plain(sample: &[(u32, String)]) -> Self {
        let named = |line: &&String| says_code(line) > Says::No && code_in(line).is_err();
        Self { header: sample.first().map(|(_, line)| line).filter(named).cloned(), ..Self::default() }
    }
}

impl Table {
    fn cut(sample: &[(u32, String)], delimiter: u8) -> Self {
        let (mut records, mut fields) = (Records::new(delimiter), Fields::new(delimiter));
        let (mut texts, mut rows) = (Vec::new(), Vec::new());
        let mut each = |_: u32, record: &str| -> Result<(), Problem> {
            if !row::is_nothing(record) {
                texts.push(record.to_owned());
                rows.push(row::without_comment(fields.of(record)).into_iter().map(str::to_owned).collect::<Vec<_>>());
            }
            Ok(())
        };
        // `each` refuses nothing, so neither do these.
        let pushed = sample.iter().try_for_each(|(number, line)| records.push(*number, line, &mut each));
        let _ = pushed.and_then(|()| records.end(&mut each));
        let header = header_of(&rows);
        let columns = column::count(&rows[header.map_or(0, |at| at + 1)..]);
        Self { delimiter, texts, rows, header, columns }
    }

    /// How well the delimiter fits: codes found, a header that names them, columns.
    fn fitness(&self) -> (usize, bool, usize) {
        let codes = self.columns.iter().map(|c| c.codes).max().unwrap_or(0);
        (codes, self.header.is_some(), self.columns.len())
    }

    fn layout(&self) -> Result<Layout, Problem> {
        let code = match self.header {
            Some(at) => self.one_of(&named(&self.rows[at], says_code), "codes", "UPC")?.unwrap_or(0),
            None => self.code_by_content()?,
        };
        let header = self.header.or_else(|| self.unnamed_header(code));
        let quantity = match header {
            Some(at) => self.one_of(&named(&self.rows[at], says_quantity), "quantities", "Quantity")?,
            None => self.one_of(&self.quantities_by_content(code), "quantities", "Quantity")?,
        };
        let header = header.map(|at| self.texts[at].clone());
        Ok(Layout { delimiter: Some(self.delimiter), code, quantity, header })
    }

    /// The only one of `columns`, or the first where the others repeat it.
    fn one_of(&self, columns: &[usize], what: &'static str, example: &'static str) -> Result<Option<usize>, Problem> {
        match columns {
            [] => Ok(None),
            [first, rest @ ..] if rest.iter().all(|other| self.repeats(*first, *other)) => Ok(Some(*first)),
            several => Err(Problem::Ambiguous { what, names: self.names(several), example }),
        }
    }

    fn body(&self) -> &[Vec<String>] {
        &self.rows[self.header.map_or(0, |at| at + 1)..]
    }

    /// The same item in two spellings, such as UPC-A and EAN-13.
    fn repeats(&self, first: usize, other: usize) -> bool {
        let field = |row: &[String], at: usize| row.get(at).map_or("", |f| f.trim()).to_owned();
        self.body().iter().all(|row| {
            let (first, other) = (field(row, first), field(row, other));
            other.is_empty() || first == other || (code_in(&first).is_ok() && code_in(&first) == code_in(&other))
        })
    }

    fn names(&self, columns: &[usize]) -> String {
        let name = |at: &usize| match self.header.and_then(|header| self.rows[header].get(*at)) {
            Some(name) => format!("{:?}", name.trim()),
            None => (at + 1).to_string(),
        };
        columns.iter().map(name).collect::<Vec<_>>().join(" and ")
    }

    fn code_by_content(&self) -> Result<usize, Problem> {
        let most = self.columns.iter().map(|c| c.codes).max().unwrap_or(0);
        // A stray number can have a right check digit by chance, one in ten; a column of codes has them throughout.
        let holds = |c: &Column| c.codes > 0 && c.codes * 2 >= c.filled && c.codes * 4 >= most;
        let columns = self.columns.iter().enumerate();
        let strong: Vec<usize> = columns.clone().filter(|(_, c)| holds(c)).map(|(at, _)| at).collect();
        let nearest = || columns.rev().max_by_key(|(_, c)| c.codes + c.nearly).map_or(0, |(at, _)| at);
        Ok(self.one_of(&strong, "codes", "UPC")?.unwrap_or_else(nearest))
    }

    /// A first line of words above a column of codes, whatever the words are.
    fn unnamed_header(&self, code: usize) -> Option<usize> {
        let words = |field: &String| !field.contains(|c: char| c.is_ascii_digit());
        let first = self.rows.first()?;
        let as_wide = self.rows.get(1).is_some_and(|row| row.len() == first.len());
        let names = as_wide && first.iter().all(words) && first.get(code).is_some_and(|f| !f.trim().is_empty());
        (names && self.columns.get(code)?.codes > 0).then_some(0)
    }

    fn quantities_by_content(&self, code: usize) -> Vec<usize> {
        let fits = |column: &Column| match self.columns.len() {
            2 => column.could_be_quantities(),
            _ => column.looks_like_quantities(),
        };
        let others = self.columns.iter().enumerate().filter(|(at, _)| *at != code);
        others.filter(|(_, column)| fits(column)).map(|(at, _)| at).collect()
    }
}

/// The first record that names a column of codes, where no codes stand in or above it.
fn header_of(rows: &[Vec<String>]) -> Option<usize> {
    let above = rows.iter().take(HEADER_WITHIN).take_while(|row| row.iter().all(|f| code_in(f).is_err()));
    above.enumerate().find(|(_, row)| !named(row, says_code).is_empty()).map(|(at, _)| at)
}

/// The columns whose names say it most clearly.
fn named(names: &[String], says: fn(&str) -> Says) -> Vec<usize> {
    let clearest = names.iter().map(|name| says(name)).max().unwrap_or(Says::No);
    let columns = names.iter().enumerate().filter(|(_, name)| clearest > Says::No && says(name) == clearest);
    columns.map(|(at, _)| at).collect()
}
