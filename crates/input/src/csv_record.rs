//! Assembles CSV records from lines. A quoted field may contain line breaks; a forgotten quote must not swallow the file.

use std::collections::VecDeque;

use super::error::ListError;
use super::field::parse_code;

/// Collects the lines of one record until its quotes are closed.
#[derive(Debug)]
pub(super) struct RecordAssembler {
    delimiter: u8,
    pending_lines: VecDeque<(u32, String)>,
    in_quotes: bool,
}

/// Maximum lines of a quoted field. A quote that stays open longer is taken for a plain character.
const MAX_QUOTED_LINES: usize = 100;

type RecordCallback<'a> = &'a mut dyn FnMut(u32, &str) -> Result<(), ListError>;

impl RecordAssembler {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, pending_lines: VecDeque::new(), in_quotes: false }
    }

    /// Adds a line and passes every record that it completes to `each`, with the number of its first line.
    pub(super) fn push(&mut self, number: u32, line: &str, each: RecordCallback<'_>) -> Result<(), ListError> {
        self.in_quotes = is_quoted_after(self.in_quotes, line, self.delimiter);
        if !self.in_quotes && self.pending_lines.is_empty() {
            return each(number, line);
        }
        self.pending_lines.push_back((number, line.to_owned()));
        match self.in_quotes {
            false => self.emit_record(each),
            true if self.pending_lines.len() < MAX_QUOTED_LINES => Ok(()),
            true => self.emit_first_line(each),
        }
    }

    /// Passes the pending lines on as one record, now that its quotes are closed. If several of the lines contain a code, a
    /// stray quote joined records; they are then passed on one by one, so that no code is lost.
    fn emit_record(&mut self, each: RecordCallback<'_>) -> Result<(), ListError> {
        let lines: Vec<(u32, String)> = self.pending_lines.drain(..).collect();
        let holds_code = |line: &str| line.split(char::from(self.delimiter)).any(|field| parse_code(field).is_ok());
        if lines.iter().filter(|(_, line)| holds_code(line)).count() > 1 {
            return lines.iter().try_for_each(|(number, line)| each(*number, line));
        }
        let first = lines.first().map_or(0, |(number, _)| *number);
        each(first, &lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n"))
    }

    /// Passes on what is pending, since no more lines follow.
    pub(super) fn flush(&mut self, each: RecordCallback<'_>) -> Result<(), ListError> {
        while !self.pending_lines.is_empty() {
            self.emit_first_line(each)?;
        }
        Ok(())
    }

    /// Passes the first pending line on as a record, whatever its quotes say, and adds the others again.
    fn emit_first_line(&mut self, each: RecordCallback<'_>) -> Result<(), ListError> {
        self.in_quotes = false;
        let mut lines = std::mem::take(&mut self.pending_lines);
        if let Some((number, line)) = lines.pop_front() {
            each(number, &line)?;
        }
        lines.into_iter().try_for_each(|(number, line)| self.push(number, &line, each))
    }
}

/// Returns whether a quoted field continues after this line. By RFC 4180 a field is quoted if its first character is a
/// quote, and two quotes in it stand for one.
fn is_quoted_after(open: bool, line: &str, delimiter: u8) -> bool {
    #[derive(PartialEq)]
    enum QuoteState {
        FieldStart,
        Plain,
        Quoted,
        QuoteInQuoted,
    }
    let start = if open { QuoteState::Quoted } else { QuoteState::FieldStart };
    let end = line.bytes().fold(start, |at, byte| match (at, byte) {
        (QuoteState::Quoted, b'"') => QuoteState::QuoteInQuoted,
        (QuoteState::FieldStart | QuoteState::QuoteInQuoted, b'"') | (QuoteState::Quoted, _) => QuoteState::Quoted,
        (_, byte) if byte == delimiter => QuoteState::FieldStart,
        _ => QuoteState::Plain,
    });
    end == QuoteState::Quoted
}

/// Splits records into fields, reusing its buffers for all records of a file.
#[derive(Debug)]
pub(super) struct FieldSplitter {
    reader: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl FieldSplitter {
    pub(super) fn new(delimiter: u8) -> Self {
        let reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, text: Vec::new(), ends: Vec::new() }
    }

    /// Returns the fields of one record, without their quotes.
    pub(super) fn split(&mut self, record: &str) -> Vec<&str> {
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
