//! Assembles CSV records from lines and splits them into fields. A quoted field may contain line breaks; a missing
//! quote must not swallow the rest of the file.
//!
//! `RecordAssembler` joins lines to records, and `FieldSplitter` splits a record into `Fields`.

use std::borrow::Cow;
use std::collections::VecDeque;

use domain::barcode::parse_barcode;

use super::error::ListError;
use super::text::{is_plain_ascii, strip_invisible};

/// Collects the lines of a record until its quotes are closed.
#[derive(Clone, Debug)]
pub(super) struct RecordAssembler {
    delimiter: u8,
    /// Number of fields per record; 0 if unknown.
    width: usize,
    pending_lines: VecDeque<(u32, String)>,
    in_quotes: bool,
}

/// Field separator for rows from a source that is not plain text or that was already split. No field contains it.
pub(super) const FIELD_SEPARATOR: u8 = 0x1f;

/// Maximum number of lines in a quoted field. A quote that stays open longer is read as a plain character.
const MAX_QUOTED_LINES: usize = 100;

type RecordCallback<'a> = &'a mut dyn FnMut(u32, &str) -> Result<(), ListError>;

impl RecordAssembler {
    /// Creates an assembler for records of `width` fields; 0 if the number is unknown.
    pub(super) fn new(delimiter: u8, width: usize) -> Self {
        Self { delimiter, width, pending_lines: VecDeque::new(), in_quotes: false }
    }

    /// Returns whether there is no unfinished record.
    pub(super) fn is_empty(&self) -> bool {
        self.pending_lines.is_empty()
    }

    /// Discards the lines of an unfinished record.
    pub(super) fn clear(&mut self) {
        self.pending_lines.clear();
        self.in_quotes = false;
    }

    /// Adds a line. Passes every completed record to `each`, with the number of its first line.
    pub(super) fn push(&mut self, number: u32, line: &str, each: RecordCallback<'_>) -> Result<(), ListError> {
        let is_whole = || self.delimiter == FIELD_SEPARATOR || memchr::memchr(b'"', line.as_bytes()).is_none();
        if !self.in_quotes && self.pending_lines.is_empty() && is_whole() {
            return each(number, line);
        }
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

    /// Passes the pending lines to `each` as one record, because its quotes are closed. If several lines contain a code
    /// and they are not one record of the right width, a stray quote has joined several records. Then the lines are
    /// passed one by one, so that no code is lost.
    fn emit_record(&mut self, each: RecordCallback<'_>) -> Result<(), ListError> {
        let lines: Vec<(u32, String)> = self.pending_lines.drain(..).collect();
        let joined = lines.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n");
        let is_record = self.width > 1 && count_quoted_fields(&joined, self.delimiter) == Some(self.width);
        let holds_code = |line: &str| line.split(char::from(self.delimiter)).any(|field| parse_barcode(field).is_ok());
        if !is_record && lines.iter().filter(|(_, line)| holds_code(line)).count() > 1 {
            return lines.iter().try_for_each(|(number, line)| each(*number, line));
        }
        let first = lines.first().map_or(0, |(number, _)| *number);
        each(first, &joined)
    }

    /// Passes the pending lines to `each` at the end of the list.
    pub(super) fn flush(&mut self, each: RecordCallback<'_>) -> Result<(), ListError> {
        while !self.pending_lines.is_empty() {
            self.emit_first_line(each)?;
        }
        Ok(())
    }

    /// Passes the first pending line to `each` as a record, ignoring its quotes, and adds the remaining lines again.
    fn emit_first_line(&mut self, each: RecordCallback<'_>) -> Result<(), ListError> {
        self.in_quotes = false;
        let mut lines = std::mem::take(&mut self.pending_lines);
        if let Some((number, line)) = lines.pop_front() {
            each(number, &line)?;
        }
        lines.into_iter().try_for_each(|(number, line)| self.push(number, &line, each))
    }
}

/// Returns the number of fields of a correctly quoted record, in which a quoted field ends before a delimiter or the
/// end.
fn count_quoted_fields(record: &str, delimiter: u8) -> Option<usize> {
    let bytes = record.as_bytes();
    let (mut fields, mut quoted, mut at) = (1, false, 0);
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match (*byte, quoted) {
            (b'"', true) if next == Some(&b'"') => at += 1,
            (b'"', true) if next.is_none_or(|next| *next == delimiter) => quoted = false,
            (b'"', true) => return None,
            (b'"', false) => quoted = at == 0 || bytes[at - 1] == delimiter,
            (byte, false) if byte == delimiter => fields += 1,
            _ => {}
        }
        at += 1;
    }
    (!quoted).then_some(fields)
}

/// Returns whether a quoted field continues after this line. According to RFC 4180, a field is quoted if it begins with
/// a quote, and two quotes inside it mean one.
fn is_quoted_after(open: bool, line: &str, delimiter: u8) -> bool {
    let bytes = line.as_bytes();
    let (mut quoted, mut at) = (open, 0);
    while let Some(found) = memchr::memchr(b'"', &bytes[at..]) {
        let quote = at + found;
        at = quote + 1;
        match quoted {
            true if bytes.get(at) == Some(&b'"') => at += 1,
            true => quoted = false,
            false => quoted = quote == 0 || bytes[quote - 1] == delimiter,
        }
    }
    quoted
}

/// Fields of one record, without their quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    text: &'a str,
    ranges: &'a [(usize, usize)],
    /// Whether no field has an invisible character.
    is_plain: bool,
}

impl<'a> Fields<'a> {
    fn new(text: &'a str, ranges: &'a [(usize, usize)]) -> Self {
        Self { text, ranges, is_plain: is_plain_ascii(text) }
    }

    /// Returns the number of fields.
    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Returns a field, or an empty text if the record has fewer fields.
    #[inline]
    pub(super) fn get(&self, at: usize) -> &'a str {
        self.ranges.get(at).and_then(|(start, end)| self.text.get(*start..*end)).unwrap_or_default()
    }

    /// Returns a field without invisible characters.
    pub(super) fn visible(&self, at: usize) -> Cow<'a, str> {
        let text = self.get(at);
        if self.is_plain { Cow::Borrowed(text.trim_ascii()) } else { strip_invisible(text) }
    }

    /// Returns all fields.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a str> + '_ {
        (0..self.len()).map(|at| self.get(at))
    }
}

/// Splits records into fields. Reuses its buffers for all records of a file.
#[derive(Debug)]
pub(super) struct FieldSplitter {
    delimiter: u8,
    reader: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    ranges: Vec<(usize, usize)>,
}

impl Clone for FieldSplitter {
    /// Creates a new splitter for the same delimiter, because a cloned reader of `csv_core` 0.1 reads every record as
    /// empty.
    fn clone(&self) -> Self {
        Self::new(self.delimiter)
    }
}

impl FieldSplitter {
    pub(super) fn new(delimiter: u8) -> Self {
        let reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { delimiter, reader, text: Vec::new(), ends: Vec::new(), ranges: Vec::new() }
    }

    /// Splits a line that is a complete record whose fields are unchanged apart from the quotes around them. Most lines
    /// are. Returns `None` for other lines.
    pub(super) fn split_whole<'a>(&'a mut self, line: &'a str) -> Option<Fields<'a>> {
        // In a record that was already split, quotes are plain characters.
        let is_split = if self.delimiter == FIELD_SEPARATOR {
            self.split_plainly(line.as_bytes());
            true
        } else {
            self.split_in_place(line.as_bytes())
        };
        is_split.then_some(Fields::new(line, &self.ranges))
    }

    /// Splits one record, which may have an unclosed quote.
    pub(super) fn split<'a>(&'a mut self, record: &'a str) -> Fields<'a> {
        if self.split_whole(record).is_some() {
            return Fields::new(record, &self.ranges);
        }
        if is_quoted_after(false, record, self.delimiter) {
            self.split_plainly(record.as_bytes());
            return Fields::new(record, &self.ranges);
        }
        self.ranges.clear();
        self.split_by_copying(record)
    }

    /// Splits a record at every delimiter; quotes are plain characters.
    fn split_plainly(&mut self, record: &[u8]) {
        self.ranges.clear();
        let mut start = 0;
        for end in memchr::memchr_iter(self.delimiter, record) {
            self.ranges.push((start, end));
            start = end + 1;
        }
        self.ranges.push((start, record.len()));
    }

    /// Splits a record without doubled quotes and without text between a closing quote and the delimiter. Returns false
    /// for any other record.
    fn split_in_place(&mut self, record: &[u8]) -> bool {
        self.ranges.clear();
        let (mut start, mut quoted) = (0, false);
        // Fields are so short that searching for each delimiter would be slower.
        for (at, byte) in record.iter().enumerate() {
            if *byte != self.delimiter && *byte != b'"' {
                continue;
            }
            match (*byte == b'"', quoted) {
                (true, true) if record.get(at + 1).is_none_or(|next| *next == self.delimiter) => quoted = false,
                (true, true) => return false,
                (true, false) => quoted = at == start,
                (false, true) => {}
                (false, false) => {
                    self.ranges.push(without_quotes(record, start, at));
                    start = at + 1;
                }
            }
        }
        self.ranges.push(without_quotes(record, start, record.len()));
        !quoted
    }

    fn split_by_copying(&mut self, record: &str) -> Fields<'_> {
        self.text.resize(record.len() + 1, 0);
        // Every byte may be a delimiter, and the last field has none.
        self.ends.resize(record.len() + 2, 0);
        self.reader.reset();
        let (_, _, written, ended) = self.reader.read_record(record.as_bytes(), &mut self.text, &mut self.ends);
        // An empty input marks the end of the record.
        let (_, _, _, last) = self.reader.read_record(&[], &mut self.text[written..], &mut self.ends[ended..]);
        let mut start = 0;
        for end in &self.ends[..ended + last] {
            self.ranges.push((start, *end));
            start = *end;
        }
        let text = std::str::from_utf8(&self.text[..start]).unwrap_or_default();
        Fields::new(text, &self.ranges)
    }
}

/// Returns the range of a field without its quotes.
fn without_quotes(record: &[u8], start: usize, end: usize) -> (usize, usize) {
    let is_quoted = end - start >= 2 && record[start] == b'"';
    if is_quoted { (start + 1, end - 1) } else { (start, end) }
}
