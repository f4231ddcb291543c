//! Exports the rows of a table to a CSV or JSON file. The file extension selects the format.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::csv::escape_formula;
use domain::item::Item;
use domain::money::Money;
use files::{AtomicFile, CreateError, folder_of};

/// Why a table was not exported.
#[derive(Debug, thiserror::Error)]
pub enum TableExportError {
    #[error("{0} already exists")]
    AlreadyExists(String),
    #[error("{0}: use a name that ends in .csv or .json")]
    UnknownFormat(String),
    #[error("{path}: {}", files::describe_io_error(error))]
    Io { path: String, error: io::Error },
}

/// A row of the exported table.
#[derive(Serialize)]
struct TableExportRow<'a> {
    upc: String,
    copies: u32,
    /// Final status, `paused` or `unfinished`.
    state: &'static str,
    artist: Option<&'a str>,
    title: Option<&'a str>,
    format: Option<&'a str>,
    price: Option<String>,
    currency: Option<&'static str>,
    match_percent: Option<u8>,
    error: Option<&'a str>,
    location: Option<String>,
    grade: Option<String>,
}

impl<'a> TableExportRow<'a> {
    fn from_item(item: &'a Item) -> Self {
        let state = match item.status {
            Some(status) => status.as_str(),
            None if item.paused => "paused",
            None => "unfinished",
        };
        Self {
            upc: item.upc.to_string(),
            copies: item.copies,
            state,
            artist: item.artist.as_deref(),
            title: item.title.as_deref(),
            format: item.format.as_deref(),
            price: item.price.map(Money::amount),
            currency: item.price.map(|price| price.currency.code()),
            match_percent: item.score,
            error: item.error.as_deref(),
            location: item.terms.as_ref().and_then(|terms| terms.location()),
            grade: item.terms.as_ref().and_then(|terms| terms.grade()),
        }
    }
}

/// Exports items to `path` atomically. Replaces an existing file only if `replace` is true.
///
/// # Errors
/// Returns [`TableExportError`] for another extension, for an existing file, or if the file cannot be written.
pub fn export_table<'a>(
    path: &Path,
    items: impl Iterator<Item = &'a Item>,
    replace: bool,
) -> Result<(), TableExportError> {
    let name = path.display().to_string();
    let has_extension = |wanted: &str| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(wanted));
    if !has_extension("csv") && !has_extension("json") {
        return Err(TableExportError::UnknownFormat(name));
    }
    let failed = |error| TableExportError::Io { path: name.clone(), error };
    let folder = folder_of(path);
    let mut file = AtomicFile::create_in(folder, ".draft-maker-", "").map_err(failed)?;
    let written =
        if has_extension("csv") { write_csv_rows(&mut file, items) } else { write_json_rows(&mut file, items) };
    let complete = written.and_then(|()| file.finish()).map_err(failed)?;
    let created = if replace { complete.replace(path).map_err(CreateError::Io) } else { complete.create(path) };
    created.map_err(|error| match error {
        CreateError::AlreadyExists(_) => TableExportError::AlreadyExists(name.clone()),
        CreateError::Io(error) => failed(error),
    })
}

const TABLE_EXPORT_HEADER: [&str; 12] =
    ["UPC", "Copies", "State", "Artist", "Title", "Format", "Price", "Currency", "Match", "Error", "Location", "Grade"];

fn write_csv_rows<'a>(out: impl Write, items: impl Iterator<Item = &'a Item>) -> io::Result<()> {
    let mut csv = ::csv::Writer::from_writer(out);
    csv.write_record(TABLE_EXPORT_HEADER)?;
    for row in items.map(TableExportRow::from_item) {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let cells = [
            row.upc,
            row.copies.to_string(),
            row.state.to_owned(),
            text(row.artist),
            text(row.title),
            text(row.format),
            row.price.unwrap_or_default(),
            text(row.currency),
            row.match_percent.map(|score| score.to_string()).unwrap_or_default(),
            text(row.error),
            text(row.location.as_deref()),
            text(row.grade.as_deref()),
        ];
        csv.write_record(cells.map(|cell| escape_formula(&cell)))?;
    }
    csv.flush()
}

fn write_json_rows<'a>(mut out: impl Write, items: impl Iterator<Item = &'a Item>) -> io::Result<()> {
    let rows = items.map(TableExportRow::from_item).collect::<Vec<_>>();
    serde_json::to_writer_pretty(&mut out, &rows)?;
    out.write_all(b"\n")?;
    out.flush()
}
