//! Parses the lines of a table with a known layout, and passes the content of its rows to a sink.

use domain::job_spec::RejectedLine;

use super::csv_record::{FieldSplitter, Fields, RecordAssembler};
use super::error::ListError;
use super::layout::TableLayout;
use super::line_form::LineForm;
use super::row::{AcceptedRow, ParsedRow};
use super::settings::ReadOptions;
use super::table_row::{RowReader, UnreadTexts};
use super::text::excerpt;

/// Result of pushing a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PushedLine {
    Read,
    /// The line is another header, which applies to the following rows.
    OtherHeader,
}

/// Receives the content of rows.
pub(super) trait RowSink {
    fn add_item(&mut self, line: u32, row: AcceptedRow) -> Result<(), ListError>;

    /// Adds a line without a barcode.
    fn add_rejected(&mut self, line: RejectedLine);

    /// Adds a line with a number that has the length of a barcode but is not one.
    fn add_invalid(&mut self, line: RejectedLine);
}

/// Parser of the lines of a table.
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

    /// Returns whether the way of parsing no longer depends on earlier rows.
    pub(super) fn is_steady(&self) -> bool {
        self.reader.has_items()
    }

    /// Returns whether the next line begins a record.
    pub(super) fn is_between_records(&self) -> bool {
        self.assembler.is_empty()
    }

    /// Returns a parser for further lines that has only the layout.
    pub(super) fn without_history(&self) -> Self {
        let mut rows = self.clone();
        rows.clear();
        rows.take_unread();
        rows
    }

    /// Discards the lines of an unfinished record.
    pub(super) fn clear(&mut self) {
        self.assembler.clear();
    }

    /// Returns the texts that could not be parsed, and clears them.
    pub(super) fn take_unread(&mut self) -> UnreadTexts {
        self.reader.take_unread()
    }

    pub(super) fn add_unread(&mut self, unread: UnreadTexts) {
        self.reader.add_unread(unread);
    }

    /// Parses a line.
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

    /// Parses the lines of an unfinished record at the end of the table.
    pub(super) fn flush(&mut self, sink: &mut impl RowSink) -> Result<(), ListError> {
        let Self { assembler, splitter, reader, .. } = self;
        assembler.flush(&mut |number, record| {
            let fields = splitter.split(record);
            store_row(number, record, reader.read_row(number, record, &fields), sink)
        })
    }
}

/// Passes the content of a row that begins on line `number` to the sink.
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
        ParsedRow::Quantity(_) => {
            sink.add_rejected(rejected("it states a quantity without a barcode".to_owned()));
            Ok(())
        }
        ParsedRow::Blank => Ok(()),
    }
}
