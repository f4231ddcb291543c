//! Writes `batch_results_STAMP.json` item by item: the totals with one key per line, then one entry per line (so that
//! `grep` finds a whole item), then the summary.

use std::io::{self, Write};

use super::entry::ResultEntry;
use super::totals::{Summary, Totals};

/// Returns the first bytes of a job's results file: its ID and start time. They are unique to the job, and distinguish
/// an earlier report of this job from the file of another run.
///
/// # Errors
/// Returns the serializer's error, which cannot happen for these types.
pub(crate) fn format_opening(totals: &Totals) -> io::Result<String> {
    let job = serde_json::to_string(&totals.job_id)?;
    let start = serde_json::to_string(&totals.start_time)?;
    Ok(format!("{{\n  \"job_id\": {job},\n  \"start_time\": {start},\n"))
}

/// Layout of the JSON text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsonLayout {
    /// One entry per line.
    #[default]
    LinePerEntry,
    /// Without optional whitespace.
    Compact,
}

/// Writer for the results file.
pub(crate) struct JsonReport<W: Write> {
    out: W,
    layout: JsonLayout,
    entry_count: u64,
}

impl<W: Write> JsonReport<W> {
    /// Creates the writer and writes the totals, in the layout of the result files.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub(crate) fn new(out: W, totals: &Totals) -> io::Result<Self> {
        Self::with_layout(out, totals, JsonLayout::LinePerEntry)
    }

    /// Creates the writer and writes the totals in this layout.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub(crate) fn with_layout(mut out: W, totals: &Totals, layout: JsonLayout) -> io::Result<Self> {
        if layout == JsonLayout::Compact {
            let head = serde_json::to_string(totals)?;
            write!(out, "{},\"results\":[", head.strip_suffix('}').unwrap_or(&head))?;
        } else {
            let head = serde_json::to_string_pretty(totals)?;
            write!(out, "{},\n  \"results\": [", head.strip_suffix("\n}").unwrap_or(&head))?;
        }
        Ok(Self { out, layout, entry_count: 0 })
    }

    /// Writes one item.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub(crate) fn write_entry(&mut self, entry: &ResultEntry) -> io::Result<()> {
        let comma = if self.entry_count == 0 { "" } else { "," };
        let space = if self.layout == JsonLayout::LinePerEntry { "\n    " } else { "" };
        write!(self.out, "{comma}{space}")?;
        self.entry_count += 1;
        serde_json::to_writer(&mut self.out, entry)?;
        Ok(())
    }

    /// Writes the summary and returns the inner writer.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub(crate) fn finish(mut self, summary: &Summary) -> io::Result<W> {
        if self.layout == JsonLayout::Compact {
            write!(self.out, "],\"summary\":{}}}", serde_json::to_string(summary)?)?;
        } else {
            let summary = serde_json::to_string_pretty(summary)?.replace('\n', "\n  ");
            let close = if self.entry_count == 0 { "" } else { "\n  " };
            write!(self.out, "{close}],\n  \"summary\": {summary}\n}}\n")?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
