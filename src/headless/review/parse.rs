//! Parses an edited review file. Each mistake is reported with its line and excludes only its own item.

use std::ops::Range;

use serde::Serialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use domain::job_spec::JobId;
use domain::review::{FieldError, ReviewInput};
use domain::upc::Upc;

/// A parsed review file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReviewFile {
    pub job: Option<JobId>,
    pub entries: Vec<ReviewEntry>,
    pub errors: Vec<ReviewFileError>,
}

/// One item of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewEntry {
    pub upc: Upc,
    pub input: ReviewInput,
    /// First line, from 1.
    pub line: usize,
    /// Line of each field.
    field_lines: Vec<(String, usize)>,
}

/// A mistake in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ReviewFileError {
    /// Line, from 1.
    pub line: usize,
    /// What was found, and what to do.
    pub message: String,
}

impl ReviewEntry {
    /// Creates an error at the line of a field, or at the block's first line if the field is missing.
    pub fn error_for(&self, wrong: &FieldError) -> ReviewFileError {
        let line =
            self.field_lines.iter().find(|(field, _)| *field == wrong.field).map_or(self.line, |(_, line)| *line);
        ReviewFileError { line, message: format!("{}: {wrong}", self.upc) }
    }
}

/// Parses a file. A file that is not TOML has errors and no entries.
pub fn parse_review_file(text: &str) -> ReviewFile {
    let lines = LineIndex(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let unread = errors.iter().map(|error| lines.error_at(error.span().unwrap_or_default(), error.message()));
        return ReviewFile { errors: unread.collect(), ..ReviewFile::default() };
    }
    let mut sheet = ReviewFile::default();
    for (key, value) in table.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("job", DeValue::String(job)) => match job.parse() {
                Ok(job) => sheet.job = Some(job),
                Err(error) => sheet.errors.push(lines.error_at(value.span(), &format!("job: {error}"))),
            },
            ("item", DeValue::Array(items)) => items.iter().for_each(|item| sheet.add_entry(&lines, item)),
            (name, _) => {
                let message = format!("unknown key {name:?}; use job and [[item]]");
                sheet.errors.push(lines.error_at(key.span(), &message));
            }
        }
    }
    sheet
}

impl ReviewFile {
    fn add_entry(&mut self, lines: &LineIndex<'_>, item: &Spanned<DeValue<'_>>) {
        let DeValue::Table(table) = item.get_ref() else {
            return self.errors.push(lines.error_at(item.span(), "write each item under [[item]]"));
        };
        let (mut answer, mut places, mut upc, before) = (ReviewInput::default(), Vec::new(), None, self.errors.len());
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let Some(written) = scalar_text(value.get_ref()) else {
                let message = format!("{name} must be a text in quotes");
                self.errors.push(lines.error_at(value.span(), &message));
                continue;
            };
            if name == "upc" {
                match written.parse::<Upc>() {
                    Ok(read) => upc = Some(read),
                    Err(error) => {
                        let message = format!("upc is {written:?}: {error}; restore the barcode");
                        self.errors.push(lines.error_at(value.span(), &message));
                    }
                }
                continue;
            }
            places.push((name.to_owned(), lines.line_at(value.span())));
            if let Some(field) = answer.field_mut(name) {
                *field = written;
            } else {
                let message = format!("unknown field {name:?}; use upc, {}", ReviewInput::FIELD_NAMES.join(", "));
                self.errors.push(lines.error_at(key.span(), &message));
            }
        }
        let line = lines.line_at(item.span());
        match upc {
            // One mistake excludes the whole item: half a decision would make a wrong draft.
            Some(upc) if self.errors.len() == before => {
                self.entries.push(ReviewEntry { upc, input: answer, line, field_lines: places });
            }
            None if self.errors.len() == before => {
                self.errors.push(ReviewFileError { line, message: "this item has no upc line; restore it".to_owned() });
            }
            Some(_) | None => {}
        }
    }
}

/// Returns the text of a value. A number without quotes is accepted.
fn scalar_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// Maps byte offsets to lines.
struct LineIndex<'a>(&'a str);

impl LineIndex<'_> {
    fn line_at(&self, span: Range<usize>) -> usize {
        let before = &self.0[..self.0.floor_char_boundary(span.start)];
        1 + before.matches('\n').count()
    }

    fn error_at(&self, span: Range<usize>, message: &str) -> ReviewFileError {
        ReviewFileError { line: self.line_at(span), message: message.to_owned() }
    }
}
