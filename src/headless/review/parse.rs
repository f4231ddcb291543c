//! Parses an edited review file. Each mistake is reported with its line and excludes only its own item.

use std::collections::HashSet;
use std::ops::Range;

use serde::Serialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use domain::job_spec::JobId;
use domain::review::{FieldError, ReviewInput};
use domain::upc::Upc;
use files::line_number;

/// The line that begins an item.
const ITEM_HEADER: &str = "[[item]]";

/// Quotation marks that people and word processors write around a value.
const QUOTES: [char; 9] = ['"', '\'', '“', '”', '„', '‘', '’', '«', '»'];

/// A parsed review file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReviewFile {
    pub job: Option<JobId>,
    pub entries: Vec<ReviewEntry>,
    pub errors: Vec<ReviewFileError>,
}

/// An item of the review file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewEntry {
    pub upc: Upc,
    pub input: ReviewInput,
    /// First line of the item, from 1.
    pub line: usize,
    /// Line of each field, from 1.
    field_lines: Vec<(String, usize)>,
}

/// A mistake in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ReviewFileError {
    /// Line number, from 1.
    pub line: usize,
    /// The mistake, and what to do.
    pub message: String,
}

impl ReviewEntry {
    /// Creates an error at the line of a field, or at the item's first line if the field is missing.
    pub fn error_for(&self, wrong: &FieldError) -> ReviewFileError {
        let line =
            self.field_lines.iter().find(|(field, _)| *field == wrong.field).map_or(self.line, |(_, line)| *line);
        ReviewFileError { line, message: format!("{}: {wrong}", self.upc) }
    }
}

/// Parses a file. An item with an unreadable line is left out. A file of another kind yields one error and no entries.
pub fn parse_review_file(text: &str) -> ReviewFile {
    let lines = LineIndex(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() && !text.lines().any(|line| line.trim() == ITEM_HEADER || line.starts_with("job")) {
        let message = "this is not a review file: `draft-maker review` writes one, for you to fill in".to_owned();
        return ReviewFile { errors: vec![ReviewFileError { line: 1, message }], ..ReviewFile::default() };
    }
    let unread = errors.iter().map(|error| lines.syntax_error(error)).collect::<Vec<_>>();
    // An unclosed multi-line text may have swallowed whole items.
    if !unread.is_empty() && ["\"\"\"", "'''"].iter().any(|quotes| text.contains(quotes)) {
        return ReviewFile { errors: unread, ..ReviewFile::default() };
    }
    let damaged_items = unread.iter().map(|error| lines.item_start(error.line)).collect::<HashSet<_>>();
    let mut sheet = parse_table(&lines, &table);
    sheet.entries.retain(|entry| !damaged_items.contains(&lines.item_start(entry.line)));
    sheet.errors.retain(|error| !damaged_items.contains(&lines.item_start(error.line)));
    sheet.errors.extend(unread);
    sheet.errors.sort_by_key(|error| error.line);
    sheet
}

fn parse_table(lines: &LineIndex<'_>, table: &Spanned<DeTable<'_>>) -> ReviewFile {
    let mut sheet = ReviewFile::default();
    for (key, value) in table.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("job", DeValue::String(job)) => match job.parse() {
                Ok(job) => sheet.job = Some(job),
                Err(error) => sheet.errors.push(lines.error_at(value.span(), &format!("job: {error}"))),
            },
            ("item", DeValue::Array(items)) => items.iter().for_each(|item| sheet.add_entry(lines, item)),
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
        let (mut answer, mut field_lines, mut upc, before) =
            (ReviewInput::default(), Vec::new(), None, self.errors.len());
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
            field_lines.push((name.to_owned(), lines.line_at(value.span())));
            if let Some(field) = answer.field_mut(name) {
                *field = written;
            } else {
                let message = format!("unknown field {name:?}; use upc, {}", ReviewInput::FIELD_NAMES.join(", "));
                self.errors.push(lines.error_at(key.span(), &message));
            }
        }
        let line = lines.line_at(item.span());
        match upc {
            // One mistake excludes the whole item, because half a decision would create a wrong draft.
            Some(upc) if self.errors.len() == before => {
                self.entries.push(ReviewEntry { upc, input: answer, line, field_lines });
            }
            None if self.errors.len() == before => {
                self.errors.push(ReviewFileError { line, message: "this item has no upc line; restore it".to_owned() });
            }
            Some(_) | None => {}
        }
    }
}

/// Returns the text of a value. Accepts a number without quotes.
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
        line_number(self.0, span.start)
    }

    fn error_at(&self, span: Range<usize>, message: &str) -> ReviewFileError {
        ReviewFileError { line: self.line_at(span), message: message.to_owned() }
    }

    /// Returns the line (from 1) of the header of the item that contains this line; 0 before the first item.
    fn item_start(&self, line: usize) -> usize {
        let headers = self.0.lines().take(line).enumerate().filter(|(_, text)| text.trim() == ITEM_HEADER);
        headers.last().map_or(0, |(index, _)| index + 1)
    }

    /// Describes how to fix an unreadable line. Most such lines lack quotes or have the quotes of a word processor.
    fn syntax_error(&self, error: &toml::de::Error) -> ReviewFileError {
        let line = self.line_at(error.span().unwrap_or_default());
        let text = self.0.lines().nth(line - 1).unwrap_or_default();
        let message = match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() && !value.trim().is_empty() => {
                let value = value.trim().trim_matches(QUOTES);
                format!("write the value between two straight quotes: {} = \"{value}\"", key.trim())
            }
            _ => format!("{}; each line is a name, = and a value in quotes: choose = \"none\"", error.message()),
        };
        ReviewFileError { line, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_quotes_leaves_out_only_its_item() {
        let text = "job = \"batch_20240318_143022_0\"\n\n[[item]]\nupc = \"720642442524\"\nchoose = none\n\n\
                    [[item]]\nupc = \"098787003420\"\nchoose = “1”\n\n[[item]]\nupc = \"093624896326\"\nchoose = \"2\"\n";
        let file = parse_review_file(text);
        let messages = file.errors.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            messages,
            [
                "line 5: write the value between two straight quotes: choose = \"none\"",
                "line 9: write the value between two straight quotes: choose = \"1\"",
            ]
        );
        let entries = file.entries.iter().map(|entry| (entry.upc.to_string(), entry.input.choose.clone()));
        assert_eq!(entries.collect::<Vec<_>>(), [("093624896326".to_owned(), "2".to_owned())]);
        assert_eq!(file.job, "batch_20240318_143022_0".parse().ok());
    }

    #[test]
    fn another_kind_of_file_gets_one_error() {
        let file = parse_review_file("UPC,Qty\n720642442524,1\n");
        assert_eq!(file.errors.len(), 1);
        assert!(file.errors[0].message.contains("not a review file") && file.entries.is_empty(), "{file:?}");
    }
}
