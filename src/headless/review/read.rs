//! Reads the file back. Every mistake is named with its line, and keeps nothing but its own item from being obeyed.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use domain::batch::JobId;
use domain::review::{Answer, Wrong};
use domain::upc::Upc;

/// A file that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    pub job: Option<JobId>,
    pub blocks: Vec<Block>,
    pub mistakes: Vec<Mistake>,
}

/// One item of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub upc: Upc,
    pub answer: Answer,
    /// Where it begins, from 1.
    pub line: usize,
    /// Where its fields stand.
    lines: Vec<(String, usize)>,
}

/// Something in the file that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {words}")]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    /// What was found and what to do.
    pub words: String,
}

impl Block {
    /// What is wrong with a field, at its line; of a field that is not there, at the block's.
    pub fn mistake(&self, wrong: &Wrong) -> Mistake {
        let line = self.lines.iter().find(|(field, _)| *field == wrong.field).map_or(self.line, |(_, line)| *line);
        Mistake { line, words: format!("{}: {wrong}", self.upc) }
    }
}

/// Reads a file. A file that is no TOML has mistakes and no blocks.
pub fn read(text: &str) -> Sheet {
    let lines = Lines(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let unread = errors.iter().map(|error| lines.mistake(error.span().unwrap_or_default(), error.message()));
        return Sheet { mistakes: unread.collect(), ..Sheet::default() };
    }
    let mut sheet = Sheet::default();
    for (key, value) in table.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("job", DeValue::String(job)) => match job.parse() {
                Ok(job) => sheet.job = Some(job),
                Err(error) => sheet.mistakes.push(lines.mistake(value.span(), &format!("job: {error}"))),
            },
            ("item", DeValue::Array(items)) => items.iter().for_each(|item| sheet.take(&lines, item)),
            (name, _) => {
                let words = format!("{name:?} means nothing here: there are job and [[item]]");
                sheet.mistakes.push(lines.mistake(key.span(), &words));
            }
        }
    }
    sheet
}

impl Sheet {
    fn take(&mut self, lines: &Lines<'_>, item: &Spanned<DeValue<'_>>) {
        let DeValue::Table(table) = item.get_ref() else {
            return self.mistakes.push(lines.mistake(item.span(), "an item is written under [[item]]"));
        };
        let (mut answer, mut places, mut upc, before) = (Answer::default(), Vec::new(), None, self.mistakes.len());
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let Some(written) = plain(value.get_ref()) else {
                let words = format!("{name} has to be a text in quotes");
                self.mistakes.push(lines.mistake(value.span(), &words));
                continue;
            };
            if name == "upc" {
                match written.parse::<Upc>() {
                    Ok(read) => upc = Some(read),
                    Err(error) => {
                        let words = format!("upc is {written:?}: {error}; write it as it was");
                        self.mistakes.push(lines.mistake(value.span(), &words));
                    }
                }
                continue;
            }
            places.push((name.to_owned(), lines.of(value.span())));
            if let Some(field) = answer.field(name) {
                *field = written;
            } else {
                let words = format!("{name:?} is no field: there are upc, {}", Answer::FIELDS.join(", "));
                self.mistakes.push(lines.mistake(key.span(), &words));
            }
        }
        let line = lines.of(item.span());
        match upc {
            // One mistake keeps the whole item waiting: half an answer would make a wrong draft.
            Some(upc) if self.mistakes.len() == before => self.blocks.push(Block { upc, answer, line, lines: places }),
            None if self.mistakes.len() == before => {
                self.mistakes.push(Mistake { line, words: "an item without its upc: write upc = \"…\"".to_owned() });
            }
            Some(_) | None => {}
        }
    }
}

/// A number without quotes is what a person means by it.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// The lines of the file, to say where something stands.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn of(&self, span: Range<usize>) -> usize {
        let before = &self.0[..self.0.floor_char_boundary(span.start)];
        1 + before.matches('\n').count()
    }

    fn mistake(&self, span: Range<usize>, words: &str) -> Mistake {
        Mistake { line: self.of(span), words: words.to_owned() }
    }
}
