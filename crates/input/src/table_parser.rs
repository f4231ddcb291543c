//! The lines of a list, from the first ones, which tell how it is laid out, to the last.

use super::csv_record::{FieldSplitter, RecordAssembler};
use super::dialect::Dialect;
use super::error::ListError;
use super::line_parser::{self, ParsedRow};
use super::list::{InputList, InputListBuilder};
use super::text::{decode_line, excerpt};
use domain::job_spec::RejectedLine;

/// Takes lines one by one and keeps what they hold.
#[derive(Debug, Default)]
pub(super) struct TableParser {
    builder: InputListBuilder,
    sample: Vec<(u32, String)>,
    /// Lines of the sample that hold something.
    content_lines: usize,
    record_parser: Option<RecordParser>,
}

/// How the rest is read once the layout is known.
#[derive(Debug)]
struct RecordParser {
    dialect: Dialect,
    assembler: RecordAssembler,
    splitter: FieldSplitter,
}

/// As many lines that hold something decide on the layout.
const MIN_SAMPLE_CONTENT_LINES: usize = 50;
/// Blank lines and comments in front of the first code are no reason to hold a whole file in memory.
const MAX_SAMPLE_LINES: usize = 1_000;

impl TableParser {
    pub(super) fn push_line(&mut self, number: u32, line: &[u8]) -> Result<(), ListError> {
        let text = decode_line(line);
        if let Some(columns) = &mut self.record_parser {
            return columns.push_line(number, &text, &mut self.builder);
        }
        if line_parser::is_blank(&text) && self.content_lines == 0 {
            return Ok(());
        }
        self.content_lines += usize::from(!line_parser::is_blank(&text));
        self.sample.push((number, text.into_owned()));
        if self.content_lines < MIN_SAMPLE_CONTENT_LINES && self.sample.len() < MAX_SAMPLE_LINES {
            Ok(())
        } else {
            self.decide_dialect()
        }
    }

    /// No more lines come; there were `lines` of them in `size` bytes.
    pub(super) fn finish(mut self, lines: u64, size: u64) -> Result<InputList, ListError> {
        if self.record_parser.is_none() {
            self.decide_dialect()?;
        }
        if let Some(mut columns) = self.record_parser {
            columns.flush(&mut self.builder)?;
        }
        self.builder.build(lines, size)
    }

    /// Decides on the layout and reads the sample again, this time for what it holds.
    fn decide_dialect(&mut self) -> Result<(), ListError> {
        let mut sample = std::mem::take(&mut self.sample);
        let announced = sample.first().and_then(|(_, line)| announced_delimiter(line));
        if announced.is_some() {
            sample.remove(0);
        }
        let layout = Dialect::from_sample(&sample, announced)?;
        let delimiter = layout.delimiter.unwrap_or(b',');
        let columns = RecordParser {
            dialect: layout,
            assembler: RecordAssembler::new(delimiter),
            splitter: FieldSplitter::new(delimiter),
        };
        let columns = self.record_parser.insert(columns);
        sample.iter().try_for_each(|(number, line)| columns.push_line(*number, line, &mut self.builder))
    }
}

/// Excel's own first line, which names the delimiter: `sep=;`.
fn announced_delimiter(line: &str) -> Option<u8> {
    match line.trim_end_matches([' ', '"']).trim_start_matches('"').strip_prefix("sep=")?.as_bytes() {
        [delimiter] => Some(*delimiter),
        _ => None,
    }
}

impl RecordParser {
    fn push_line(&mut self, number: u32, line: &str, tally: &mut InputListBuilder) -> Result<(), ListError> {
        let Self { dialect: layout, assembler: records, splitter: fields } = self;
        if layout.delimiter.is_none() {
            return store_row(number, line, layout, line_parser::parse_line(line), tally);
        }
        records.push(number, line, &mut |number, record| {
            store_row(number, record, layout, parse_record(record, layout, fields), tally)
        })
    }

    fn flush(&mut self, tally: &mut InputListBuilder) -> Result<(), ListError> {
        let Self { dialect: layout, assembler: records, splitter: fields } = self;
        records
            .flush(&mut |number, record| store_row(number, record, layout, parse_record(record, layout, fields), tally))
    }
}

fn parse_record(record: &str, layout: &Dialect, fields: &mut FieldSplitter) -> ParsedRow {
    if line_parser::is_blank(record) {
        ParsedRow::Blank
    } else {
        line_parser::parse_fields(fields.split(record), layout)
    }
}

fn store_row(
    number: u32,
    record: &str,
    layout: &Dialect,
    row: ParsedRow,
    tally: &mut InputListBuilder,
) -> Result<(), ListError> {
    match row {
        ParsedRow::Accepted(scanned, copies) => tally.add_item(number, scanned, copies),
        ParsedRow::Rejected(_) if layout.header_record.as_deref() == Some(record) => Ok(()),
        ParsedRow::Rejected(reason) => {
            tally.add_rejected(RejectedLine { line: number, text: excerpt(record), reason });
            Ok(())
        }
        ParsedRow::Blank => Ok(()),
    }
}
