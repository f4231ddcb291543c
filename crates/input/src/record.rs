//! Lines of a CSV become records: a quoted field may hold line breaks, and a forgotten quote must not swallow the file.

use std::collections::VecDeque;

use super::column::code_in;
use super::error::Problem;

/// Gathers the lines of one record until its quotes are closed.
#[derive(Debug)]
pub(super) struct Records {
    delimiter: u8,
    waiting: VecDeque<(u32, String)>,
    open: bool,
}

/// A quote that is not closed within so many lines was never meant as one.
const MOST_LINES: usize = 100;

type Each<'a> = &'a mut dyn FnMut(u32, &str) -> Result<(), Problem>;

impl Records {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, waiting: VecDeque::new(), open: false }
    }

    /// Hands every record that this line finishes to `each`, with the number of its first line.
    pub(super) fn push(&mut self, number: u32, line: &str, each: Each<'_>) -> Result<(), Problem> {
        self.open = is_open_after(self.open, line, self.delimiter);
        if !self.open && self.waiting.is_empty() {
            return each(number, line);
        }
        self.waiting.push_back((number, line.to_owned()));
        match self.open {
            false => self.close(each),
            true if self.waiting.len() < MOST_LINES => Ok(()),
            true => self.give_up(each),
        }
    }

    /// The quotes are closed: the lines are one record. Unless several of them hold a code: then a stray quote has
    /// glued records together, and a code would be lost without a word.
    fn close(&mut self, each: Each<'_>) -> Result<(), Problem> {
        let lines: Vec<(u32, String)> = self.waiting.drain(..).collect();
        let holds_code = |line: &str| line.split(char::from(self.delimiter)).any(|field| code_in(field).is_ok());
        if lines.iter().filter(|(_, line)| holds_code(line)).count() > 1 {
            return lines.iter().try_for_each(|(number, line)| each(*number, line));
        }
        let first = lines.first().map_or(0, |(number, _)| *number);
        each(first, &lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n"))
    }

    /// No more lines come.
    pub(super) fn end(&mut self, each: Each<'_>) -> Result<(), Problem> {
        while !self.waiting.is_empty() {
            self.give_up(each)?;
        }
        Ok(())
    }

    /// The first line that waits stands alone, whatever its quotes say, and the others begin anew.
    fn give_up(&mut self, each: Each<'_>) -> Result<(), Problem> {
        self.open = false;
        let mut lines = std::mem::take(&mut self.waiting);
        if let Some((number, line)) = lines.pop_front() {
            each(number, &line)?;
        }
        lines.into_iter().try_for_each(|(number, line)| self.push(number, &line, each))
    }
}

/// Whether a quoted field goes on past this line. RFC 4180: a field is quoted if its first character is a quote,
/// and two quotes in it stand for one.
fn is_open_after(open: bool, line: &str, delimiter: u8) -> bool {
    #[derive(PartialEq)]
    enum At {
        FieldStart,
        Plain,
        Quoted,
        QuoteInQuoted,
    }
    let start = if open { At::Quoted } else { At::FieldStart };
    let end = line.bytes().fold(start, |at, byte| match (at, byte) {
        (At::Quoted, b'"') => At::QuoteInQuoted,
        (At::FieldStart | At::QuoteInQuoted, b'"') | (At::Quoted, _) => At::Quoted,
        (_, byte) if byte == delimiter => At::FieldStart,
        _ => At::Plain,
    });
    end == At::Quoted
}

/// Cuts a record into its fields; its buffers serve all records of a file.
#[derive(Debug)]
pub(super) struct Fields {
    reader: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Fields {
    pub(super) fn new(delimiter: u8) -> Self {
        let reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, text: Vec::new(), ends: Vec::new() }
    }

    /// The fields of one record, without their quotes.
    pub(super) fn of(&mut self, record: &str) -> Vec<&str> {
        self.text.resize(record.len() + 1, 0);
        // Every byte could be a delimiter, and the last field has none.
        self.ends.resize(record.len() + 2, 0);
        self.reader.reset();
        let (_, _, written, ended) = self.reader.read_record(record.as_bytes(), &mut self.text, &mut self.ends);
        // An empty input tells the reader that the record ends here.
        let (_, _, _, last) = self.reader.read_record(&[], &mut self.text[written..], &mut self.ends[ended..]);
        let mut from = 0;
        let ends = self.ends[..ended + last].iter();
        ends.map(|end| std::str::from_utf8(&self.text[std::mem::replace(&mut from, *end)..*end]).unwrap_or_default())
            .collect()
    }
}
