//! `batch_results_STAMP.json`, written piece by piece: the totals a key to a line, then an entry to a line (so that
//! `grep` finds an item whole), then the summary.

use std::io::{self, Write};

use super::entry::ResultEntry;
use super::totals::{Summary, Totals};

/// How the results file of a job begins. No other job's begins so: the job's name and the millisecond in which it
/// began stand first. It tells an earlier report of the same job from somebody else's file.
///
/// # Errors
/// None that can happen: both are plain texts.
pub fn format_opening(totals: &Totals) -> io::Result<String> {
    let job = serde_json::to_string(&totals.job_id)?;
    let start = serde_json::to_string(&totals.start_time)?;
    Ok(format!("{{\n  \"job_id\": {job},\n  \"start_time\": {start},\n"))
}

/// How it is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsonLayout {
    /// For people and `grep`.
    #[default]
    LinePerEntry,
    /// Without a blank that is not needed.
    Compact,
}

/// A results file under way.
pub struct JsonReport<W: Write> {
    out: W,
    layout: JsonLayout,
    entry_count: u64,
}

impl<W: Write> JsonReport<W> {
    /// Writes the totals.
    ///
    /// # Errors
    /// Whatever `out` cannot take.
    pub fn new(out: W, totals: &Totals) -> io::Result<Self> {
        Self::with_layout(out, totals, JsonLayout::LinePerEntry)
    }

    /// The same in another layout.
    ///
    /// # Errors
    /// As [`JsonReport::begin`].
    pub fn with_layout(mut out: W, totals: &Totals, layout: JsonLayout) -> io::Result<Self> {
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
    /// As [`JsonReport::begin`].
    pub fn write_entry(&mut self, entry: &ResultEntry) -> io::Result<()> {
        let comma = if self.entry_count == 0 { "" } else { "," };
        let space = if self.layout == JsonLayout::LinePerEntry { "\n    " } else { "" };
        write!(self.out, "{comma}{space}")?;
        self.entry_count += 1;
        serde_json::to_writer(&mut self.out, entry)?;
        Ok(())
    }

    /// Writes the summary and gives the writer back.
    ///
    /// # Errors
    /// As [`JsonReport::begin`].
    pub fn finish(mut self, summary: &Summary) -> io::Result<W> {
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
