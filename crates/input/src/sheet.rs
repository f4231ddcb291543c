//! The lines of a list, from the first ones, which tell how it is laid out, to the last.

use super::error::Problem;
use super::layout::Layout;
use super::list::{List, Tally};
use super::record::{Fields, Records};
use super::row::{self, Row};
use super::text::{decoded, excerpt};
use domain::batch::BadLine;

/// Takes lines one by one and keeps what they hold.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    tally: Tally,
    sample: Vec<(u32, String)>,
    /// Lines of the sample that hold something.
    telling: usize,
    columns: Option<Columns>,
}

/// How the rest is read once the layout is known.
#[derive(Debug)]
struct Columns {
    layout: Layout,
    records: Records,
    fields: Fields,
}

/// As many lines that hold something decide on the layout.
const SAMPLE: usize = 50;
/// Blank lines and comments in front of the first code are no reason to hold a whole file in memory.
const SAMPLE_LINES: usize = 1_000;

impl Sheet {
    pub(super) fn line(&mut self, number: u32, line: &[u8]) -> Result<(), Problem> {
        let text = decoded(line);
        if let Some(columns) = &mut self.columns {
            return columns.line(number, &text, &mut self.tally);
        }
        if row::is_nothing(&text) && self.telling == 0 {
            return Ok(());
        }
        self.telling += usize::from(!row::is_nothing(&text));
        self.sample.push((number, text.into_owned()));
        if self.telling < SAMPLE && self.sample.len() < SAMPLE_LINES { Ok(()) } else { self.settle() }
    }

    /// No more lines come; there were `lines` of them in `size` bytes.
    pub(super) fn finish(mut self, lines: u64, size: u64) -> Result<List, Problem> {
        if self.columns.is_none() {
            self.settle()?;
        }
        if let Some(mut columns) = self.columns {
            columns.end(&mut self.tally)?;
        }
        self.tally.finish(lines, size)
    }

    /// Decides on the layout and reads the sample again, this time for what it holds.
    fn settle(&mut self) -> Result<(), Problem> {
        let mut sample = std::mem::take(&mut self.sample);
        let announced = sample.first().and_then(|(_, line)| announced(line));
        if announced.is_some() {
            sample.remove(0);
        }
        let layout = Layout::of(&sample, announced)?;
        let delimiter = layout.delimiter.unwrap_or(b',');
        let columns = Columns { layout, records: Records::new(delimiter), fields: Fields::new(delimiter) };
        let columns = self.columns.insert(columns);
        sample.iter().try_for_each(|(number, line)| columns.line(*number, line, &mut self.tally))
    }
}

/// Excel's own first line, which names the delimiter: `sep=;`.
fn announced(line: &str) -> Option<u8> {
    match line.trim_end_matches([' ', '"']).trim_start_matches('"').strip_prefix("sep=")?.as_bytes() {
        [delimiter] => Some(*delimiter),
        _ => None,
    }
}

impl Columns {
    fn line(&mut self, number: u32, line: &str, tally: &mut Tally) -> Result<(), Problem> {
        let Self { layout, records, fields } = self;
        if layout.delimiter.is_none() {
            return keep(number, line, layout, row::plain(line), tally);
        }
        records
            .push(number, line, &mut |number, record| keep(number, record, layout, cut(record, layout, fields), tally))
    }

    fn end(&mut self, tally: &mut Tally) -> Result<(), Problem> {
        let Self { layout, records, fields } = self;
        records.end(&mut |number, record| keep(number, record, layout, cut(record, layout, fields), tally))
    }
}

fn cut(record: &str, layout: &Layout, fields: &mut Fields) -> Row {
    if row::is_nothing(record) { Row::Nothing } else { row::in_columns(fields.of(record), layout) }
}

fn keep(number: u32, record: &str, layout: &Layout, row: Row, tally: &mut Tally) -> Result<(), Problem> {
    match row {
        Row::Taken(scanned, copies) => tally.take(number, scanned, copies),
        Row::Refused(_) if layout.header.as_deref() == Some(record) => Ok(()),
        Row::Refused(reason) => {
            tally.refuse(BadLine { line: number, text: excerpt(record), reason });
            Ok(())
        }
        Row::Nothing => Ok(()),
    }
}
