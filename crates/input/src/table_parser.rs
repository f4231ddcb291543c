//! Parses the lines of a list: the first ones decide the dialect, then every line becomes a row.

use super::csv_record::{FieldSplitter, RecordAssembler};
use super::dialect::Dialect;
use super::error::ListError;
use super::field::is_blank;
use super::line_parser::{self, ParsedRow};
use super::list::{InputList, InputListBuilder};
use super::text::{decode_line, excerpt};
use domain::job_spec::RejectedLine;

/// Parses lines one by one into an [`InputList`].
#[derive(Debug, Default)]
pub(super) struct TableParser {
    builder: InputListBuilder,
    sample: Vec<(u32, String)>,
    /// Lines of the sample that are neither blank nor comments.
    content_lines: usize,
    record_parser: Option<RecordParser>,
}

/// Parses records once the dialect is known.
#[derive(Debug)]
struct RecordParser {
    dialect: Dialect,
    assembler: RecordAssembler,
    splitter: FieldSplitter,
}

/// Number of lines with content that decide the dialect.
const MIN_SAMPLE_CONTENT_LINES: usize = 50;
/// Maximum lines of the sample, so that blank lines and comments do not fill the memory.
const MAX_SAMPLE_LINES: usize = 1_000;

impl TableParser {
    pub(super) fn push_line(&mut self, number: u32, line: &[u8]) -> Result<(), ListError> {
        let text = decode_line(line);
        if let Some(columns) = &mut self.record_parser {
            return columns.push_line(number, &text, &mut self.builder);
        }
        if is_blank(&text) && self.content_lines == 0 {
            return Ok(());
        }
        self.content_lines += usize::from(!is_blank(&text));
        self.sample.push((number, text.into_owned()));
        if self.content_lines < MIN_SAMPLE_CONTENT_LINES && self.sample.len() < MAX_SAMPLE_LINES {
            Ok(())
        } else {
            self.decide_dialect()
        }
    }

    /// Ends the list of `lines` lines and `size` bytes.
    pub(super) fn finish(mut self, lines: u64, size: u64) -> Result<InputList, ListError> {
        if self.record_parser.is_none() {
            self.decide_dialect()?;
        }
        if let Some(mut columns) = self.record_parser {
            columns.flush(&mut self.builder)?;
        }
        self.builder.build(lines, size)
    }

    /// Detects the dialect from the sample and parses the sample with it.
    fn decide_dialect(&mut self) -> Result<(), ListError> {
        let mut sample = std::mem::take(&mut self.sample);
        let announced = sample.first().and_then(|(_, line)| announced_delimiter(line));
        if announced.is_some() {
            sample.remove(0);
        }
        let dialect = Dialect::from_sample(&sample, announced)?;
        let delimiter = dialect.delimiter.unwrap_or(b',');
        let columns = RecordParser {
            dialect,
            assembler: RecordAssembler::new(delimiter),
            splitter: FieldSplitter::new(delimiter),
        };
        let columns = self.record_parser.insert(columns);
        sample.iter().try_for_each(|(number, line)| columns.push_line(*number, line, &mut self.builder))
    }
}

/// Returns the delimiter that Excel's own first line names: `sep=;`.
fn announced_delimiter(line: &str) -> Option<u8> {
    match line.trim_end_matches([' ', '"']).trim_start_matches('"').strip_prefix("sep=")?.as_bytes() {
        [delimiter] => Some(*delimiter),
        _ => None,
    }
}

impl RecordParser {
    fn push_line(&mut self, number: u32, line: &str, builder: &mut InputListBuilder) -> Result<(), ListError> {
        let Self { dialect, assembler, splitter } = self;
        if dialect.delimiter.is_none() {
            return store_row(number, line, dialect, line_parser::parse_line(line), builder);
        }
        assembler.push(number, line, &mut |number, record| {
            store_row(number, record, dialect, parse_record(record, dialect, splitter), builder)
        })
    }

    fn flush(&mut self, builder: &mut InputListBuilder) -> Result<(), ListError> {
        let Self { dialect, assembler, splitter } = self;
        assembler.flush(&mut |number, record| {
            store_row(number, record, dialect, parse_record(record, dialect, splitter), builder)
        })
    }
}

fn parse_record(record: &str, dialect: &Dialect, fields: &mut FieldSplitter) -> ParsedRow {
    if is_blank(record) {
        ParsedRow::Blank
    } else {
        line_parser::parse_fields(fields.split(record), dialect.code_column, dialect.quantity_column)
    }
}

fn store_row(
    number: u32,
    record: &str,
    dialect: &Dialect,
    row: ParsedRow,
    builder: &mut InputListBuilder,
) -> Result<(), ListError> {
    match row {
        ParsedRow::Accepted(scanned, copies) => builder.add_item(number, scanned, copies),
        ParsedRow::Rejected(_) if dialect.header_record.as_deref() == Some(record) => Ok(()),
        ParsedRow::Rejected(reason) => {
            builder.add_rejected(RejectedLine { line: number, text: excerpt(record), reason });
            Ok(())
        }
        ParsedRow::Blank => Ok(()),
    }
}
