//! Reads the lines of a table with a known layout, and hands on what their rows hold.

use domain::job_spec::RejectedLine;

use super::csv_record::{FieldSplitter, Fields, RecordAssembler};
use super::error::ListError;
use super::layout::TableLayout;
use super::line_form::LineForm;
use super::options::ReadOptions;
use super::row::{AcceptedRow, ParsedRow};
use super::table_row::{RowReader, UnreadTexts};
use super::text::excerpt;

/// What a line was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PushedLine {
    Read,
    /// The names of other columns, by which the rows below are to be read.
    OtherHeader,
}

/// Where the content of rows goes.
pub(super) trait RowSink {
    /// Adds the item of one row.
    fn add_item(&mut self, line: u32, row: AcceptedRow) -> Result<(), ListError>;

    /// Adds a line without a barcode.
    fn add_rejected(&mut self, line: RejectedLine);

    /// Adds a line whose number has the length of a barcode and is none.
    fn add_invalid(&mut self, line: RejectedLine);
}

/// Reads the lines of a table.
#[derive(Clone, Debug)]
pub(super) struct TableRows {
    form: LineForm,
    assembler: RecordAssembler,
    splitter: FieldSplitter,
    reader: RowReader,
}

impl TableRows {
    pub(super) fn new(layout: TableLayout, form: LineForm, options: &ReadOptions) -> Self {
        Self {
            form,
            assembler: RecordAssembler::new(layout.delimiter, layout.header_names.len()),
            splitter: FieldSplitter::new(layout.delimiter),
            reader: RowReader::new(layout, options),
        }
    }

    pub(super) fn form(&self) -> &LineForm {
        &self.form
    }

    pub(super) fn reader(&self) -> &RowReader {
        &self.reader
    }

    /// Returns whether the rows that follow are read alike, whatever stands in those between.
    pub(super) fn is_steady(&self) -> bool {
        self.reader.has_items()
    }

    /// Returns whether the next line begins a record.
    pub(super) fn is_between_records(&self) -> bool {
        self.assembler.is_empty()
    }

    /// Returns a reader of further lines that knows the layout alone.
    pub(super) fn without_history(&self) -> Self {
        let mut rows = self.clone();
        rows.clear();
        rows.take_unread();
        rows
    }

    /// Forgets the lines of an unfinished record.
    pub(super) fn clear(&mut self) {
        self.assembler.clear();
    }

    /// Returns the texts that were not understood, and forgets them.
    pub(super) fn take_unread(&mut self) -> UnreadTexts {
        self.reader.take_unread()
    }

    pub(super) fn add_unread(&mut self, unread: UnreadTexts) {
        self.reader.add_unread(unread);
    }

    /// Reads a line.
    pub(super) fn push_line(
        &mut self,
        number: u32,
        line: &str,
        sink: &mut impl RowSink,
    ) -> Result<PushedLine, ListError> {
        let Self { form, assembler, splitter, reader } = self;
        let mut pushed = PushedLine::Read;
        let mut read_record = |first, record: &str, fields: &Fields<'_>| {
            match reader.read_row(first, record, fields) {
                ParsedRow::OtherHeader if first == number => pushed = PushedLine::OtherHeader,
                row => store_row(first, record, row, sink)?,
            }
            Ok(())
        };
        let line = form.unwrap_line(line);
        match splitter.split_whole(&line).filter(|_| assembler.is_empty()) {
            Some(fields) => read_record(number, &line, &fields)?,
            None => assembler
                .push(number, &line, &mut |first, record| read_record(first, record, &splitter.split(record)))?,
        }
        Ok(pushed)
    }

    /// Reads the lines of an unfinished record at the end of the table.
    pub(super) fn flush(&mut self, sink: &mut impl RowSink) -> Result<(), ListError> {
        let Self { assembler, splitter, reader, .. } = self;
        assembler.flush(&mut |number, record| {
            let fields = splitter.split(record);
            store_row(number, record, reader.read_row(number, record, &fields), sink)
        })
    }
}

/// Hands on the content of a row that begins on the line `number`.
pub(super) fn store_row(number: u32, record: &str, row: ParsedRow, sink: &mut impl RowSink) -> Result<(), ListError> {
    let rejected =
        |reason: String| RejectedLine { line: number, text: excerpt(&record.replace('\u{1f}', ", ")), reason };
    match row {
        ParsedRow::Accepted(row) => sink.add_item(number, row),
        ParsedRow::Several { rows, reasons } => {
            for reason in reasons {
                sink.add_invalid(rejected(reason));
            }
            rows.into_iter().try_for_each(|row| sink.add_item(number, row))
        }
        ParsedRow::Rejected(reason) => {
            sink.add_rejected(rejected(reason));
            Ok(())
        }
        ParsedRow::Invalid(reason) => {
            sink.add_invalid(rejected(reason));
            Ok(())
        }
        ParsedRow::OtherHeader => {
            sink.add_rejected(rejected("it names other columns".to_owned()));
            Ok(())
        }
        ParsedRow::Blank => Ok(()),
    }
}
