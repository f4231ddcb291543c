//! Parses the lines of a list: the first lines determine the layout, then each line becomes a row.
//!
//! `TableParser` collects the first lines as a sample, detects the layout, and then parses each line with it. A header
//! with other columns ends a part of the list, and the next part gets its own layout.

use domain::job_spec::RejectedLine;
use domain::list_reading::{DescribedColumn, ListReading};

use super::error::ListError;
use super::known_exports::recognize_export;
use super::layout::{Layout, TableLayout, detect_layout};
use super::line_form::LineForm;
use super::list::{InputList, InputListBuilder};
use super::multi_source::join_reading;
use super::sample::find_second_table;
use super::settings::ReadOptions;
use super::table_block::{BlockParser, BlockRows};
use super::table_row::RowReader;
use super::table_rows::{PushedLine, RowSink as _, TableRows};
use super::text::{LineDecoder, excerpt, is_blank, is_empty};
use super::text_rows::TextRows;

/// Parses a list line by line into an [`InputList`].
#[derive(Debug, Default)]
pub(super) struct TableParser {
    options: ReadOptions,
    builder: InputListBuilder,
    decoder: LineDecoder,
    sample: Vec<(u32, Vec<u8>)>,
    /// Number of lines in the sample that are neither blank nor comments.
    content_lines: usize,
    row_parser: Option<RowParser>,
    /// Name of the format if the lines do not reveal it, such as the sheet of a workbook.
    format: Option<String>,
    delimiter: Option<u8>,
    origin: Option<&'static str>,
    /// Report about the parts above a second header.
    earlier: ListReading,
    /// Number of parts above a second header.
    earlier_parts: usize,
}

/// Parser of rows, once the layout is known.
#[derive(Debug)]
enum RowParser {
    Text(TextRows),
    Table(Box<TableRows>),
}

/// Number of lines with content that determine the layout.
const MIN_SAMPLE_CONTENT_LINES: usize = 100;
/// Maximum number of parts with their own header that are described.
const MAX_DESCRIBED_PARTS: usize = 20;
/// Maximum number of lines in the sample, so that blank lines and comments do not fill the memory.
const MAX_SAMPLE_LINES: usize = 1_000;

impl TableParser {
    pub(super) fn new(options: ReadOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Sets the format and the delimiter of the following lines, for a source that is not text.
    pub(super) fn set_format(&mut self, format: String, delimiter: u8) {
        (self.format, self.delimiter) = (Some(format), Some(delimiter));
    }

    /// Adds a line that is not a row, with the reason.
    pub(super) fn reject_line(&mut self, number: u32, text: &str, reason: String) {
        self.builder.add_rejected(RejectedLine { line: number, text: excerpt(text), reason });
    }

    /// Adds a line that is already decoded.
    pub(super) fn push_line(&mut self, number: u32, text: &str) -> Result<(), ListError> {
        self.push_bytes(number, text.as_bytes())
    }

    /// Adds a line.
    pub(super) fn push_bytes(&mut self, number: u32, line: &[u8]) -> Result<(), ListError> {
        let Some(rows) = &mut self.row_parser else { return self.push_sample_line(number, line) };
        match rows.push_line(number, &self.decoder.decode(line), &mut self.builder)? {
            PushedLine::Read => Ok(()),
            PushedLine::OtherHeader => self.begin_part(&[(number, line.to_owned())]),
        }
    }

    /// Returns a parser for blocks of the following lines; `None` if rows still depend on each other.
    pub(super) fn block_parser(&self) -> Option<BlockParser> {
        match &self.row_parser {
            Some(RowParser::Table(rows)) if rows.is_steady() => {
                Some(BlockParser::new(rows.without_history(), self.earlier_parts))
            }
            _ => None,
        }
    }

    /// Returns whether the next lines would be parsed like the lines of a block: with the same columns, and outside a
    /// record.
    pub(super) fn can_add_block(&self, block: &BlockRows) -> bool {
        let is_between = matches!(&self.row_parser, Some(RowParser::Table(rows)) if rows.is_between_records());
        is_between && block.earlier_parts == self.earlier_parts
    }

    /// Reserves memory for a list of `total` bytes, of which `read` were read.
    pub(super) fn reserve(&mut self, read: u64, total: u64) {
        let items = (self.builder.item_count() as u64).saturating_mul(total) / read.max(1);
        // Reserve a little more, so that longer rows at the beginning do not double the memory.
        self.builder.reserve(usize::try_from(items + items / 16).unwrap_or(usize::MAX));
    }

    pub(super) fn add_block(&mut self, block: &mut BlockRows) -> Result<(), ListError> {
        for (line, is_invalid) in block.rejected.drain(..) {
            if is_invalid { self.builder.add_invalid(line) } else { self.builder.add_rejected(line) }
        }
        if let Some(RowParser::Table(rows)) = &mut self.row_parser {
            rows.add_unread(std::mem::take(&mut block.unread));
        }
        self.builder.add_items(&mut block.items)
    }

    /// Starts a new part of the list. `lines` begin with a header with other columns.
    fn begin_part(&mut self, lines: &[(u32, Vec<u8>)]) -> Result<(), ListError> {
        let first = lines.first().map_or(0, |(number, _)| *number);
        if let Some(rows) = self.row_parser.take()
            && self.earlier_parts < MAX_DESCRIBED_PARTS
        {
            join_reading(&mut self.earlier, rows.describe(self.format.clone()));
            self.earlier.notices.push(format!("line {first} names the columns of the rows below it"));
        }
        self.earlier_parts += 1;
        self.content_lines = 0;
        lines.iter().try_for_each(|(number, line)| self.push_bytes(*number, line))
    }

    fn push_sample_line(&mut self, number: u32, line: &[u8]) -> Result<(), ListError> {
        let text = String::from_utf8_lossy(line);
        if is_empty(&text) && self.content_lines == 0 {
            return Ok(());
        }
        self.content_lines += usize::from(!is_blank(&text));
        self.sample.push((number, line.to_owned()));
        if self.content_lines < MIN_SAMPLE_CONTENT_LINES && self.sample.len() < MAX_SAMPLE_LINES {
            Ok(())
        } else {
            self.decide_layout()
        }
    }

    /// Ends a list of `lines` lines and `size` bytes, and returns it.
    pub(super) fn finish(mut self, lines: u64, size: u64) -> Result<InputList, ListError> {
        // The sample may contain several parts, each with its own header.
        while self.row_parser.is_none() {
            self.decide_layout()?;
        }
        let mut reading = ListReading::default();
        if let Some(mut rows) = self.row_parser {
            rows.flush(&mut self.builder)?;
            reading = self.earlier;
            join_reading(&mut reading, rows.describe(self.format));
            if let Some(encoding) = self.decoder.legacy_name() {
                reading.format = format!("{} ({encoding})", reading.format);
            }
        }
        self.builder.build(lines, size, reading, self.origin)
    }

    /// Detects the layout from the sample and parses the sample with it.
    fn decide_layout(&mut self) -> Result<(), ListError> {
        let mut raw = std::mem::take(&mut self.sample);
        if self.earlier_parts == 0 {
            self.decoder.detect_encoding(&raw);
        }
        let decoded = raw.iter().map(|(number, line)| (*number, self.decoder.decode(line).into_owned()));
        let mut sample: Vec<(u32, String)> = decoded.collect();
        let announced = sample.first().and_then(|(_, line)| announced_delimiter(line));
        if announced.is_some() {
            sample.remove(0);
            raw.remove(0);
        }
        self.origin = self.origin.or_else(|| recognize_export(&sample));
        let form = if self.delimiter.is_some() { LineForm::Plain } else { LineForm::detect(&sample) };
        let lines: Vec<_> =
            sample.iter().map(|(number, line)| (*number, form.unwrap_line(line).into_owned())).collect();
        let delimiter = self.delimiter.or(announced).or_else(|| form.delimiter());
        let end = if delimiter.is_none() { find_second_table(&lines) } else { None };
        let rows = match detect_layout(&lines[..end.unwrap_or(lines.len())], delimiter, &self.options)? {
            Layout::Text { header, numbers } => RowParser::Text(TextRows::new(header, numbers)),
            Layout::Table(layout) => {
                self.builder.set_tracks(layout.lists_tracks);
                RowParser::for_table(*layout, form, &self.options)
            }
        };
        let rows = self.row_parser.insert(rows);
        for (at, (number, line)) in sample.iter().enumerate() {
            if rows.push_line(*number, line, &mut self.builder)? == PushedLine::OtherHeader {
                return self.begin_part(&raw.split_off(at));
            }
        }
        Ok(())
    }
}

/// Returns the delimiter declared by Excel's special first line: `sep=;`.
fn announced_delimiter(line: &str) -> Option<u8> {
    match line.trim_end_matches([' ', '"']).trim_start_matches('"').strip_prefix("sep=")?.as_bytes() {
        [delimiter] => Some(*delimiter),
        _ => None,
    }
}

impl RowParser {
    fn for_table(layout: TableLayout, form: LineForm, options: &ReadOptions) -> Self {
        Self::Table(Box::new(TableRows::new(layout, form, options)))
    }

    fn push_line(&mut self, number: u32, line: &str, builder: &mut InputListBuilder) -> Result<PushedLine, ListError> {
        match self {
            Self::Text(rows) => rows.push_line(number, line, builder).map(|()| PushedLine::Read),
            Self::Table(rows) => rows.push_line(number, line, builder),
        }
    }

    fn flush(&mut self, builder: &mut InputListBuilder) -> Result<(), ListError> {
        match self {
            Self::Text(rows) => rows.flush(builder),
            Self::Table(rows) => rows.flush(builder),
        }
    }

    /// Describes the layout. The counts are added later.
    fn describe(&self, format: Option<String>) -> ListReading {
        match self {
            Self::Text(rows) => rows.describe(format),
            Self::Table(rows) => {
                let name = || rows.form().name().map_or_else(|| name_format(&rows.reader().layout), str::to_owned);
                describe_table(rows.reader(), format.unwrap_or_else(name))
            }
        }
    }
}

fn name_format(layout: &TableLayout) -> String {
    match layout.delimiter {
        b',' => "CSV".to_owned(),
        b';' => "CSV with semicolons".to_owned(),
        b'\t' => "text with tabs".to_owned(),
        b'|' => "text with bars".to_owned(),
        other => format!("text with {:?}", char::from(other)),
    }
}

fn describe_table(reader: &RowReader, format: String) -> ListReading {
    let layout = &reader.layout;
    let name = |at: &usize| layout.names.get(*at).cloned().unwrap_or_else(|| format!("column {}", at + 1));
    let names = |columns: &[usize]| columns.iter().map(name).collect::<Vec<String>>();
    let items = layout.item_columns.iter();
    ListReading {
        format,
        barcode_columns: names(&[layout.code_columns.as_slice(), &layout.fallback_columns].concat()),
        quantity_column: Some(names(&layout.quantity_columns).join(" or ")).filter(|columns| !columns.is_empty()),
        item_columns: items.map(|(field, at)| DescribedColumn { field: *field, column: name(at) }).collect(),
        ignored_columns: names(&layout.ignored_columns),
        columns: layout.choices.clone(),
        notices: [layout.notices.clone(), reader.notices()].concat(),
        ..ListReading::default()
    }
}
