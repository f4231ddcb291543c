//! Limits the size of a daily log file. The appender limits only the number of files, and a disk filled by logs would
//! stop the journal.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Writes until the daily limit is reached, then one line that says so, and then nothing until the next day.
pub(super) struct SizeLimitedWriter<W> {
    inner: W,
    max_bytes: u64,
    is_json: bool,
    day: Date,
    written_bytes: u64,
    is_full: bool,
}

/// Returns the current day in UTC, which names the file.
pub(super) fn utc_today() -> Date {
    Timestamp::now().to_zoned_datetime(TimeZone::UTC).date()
}

impl<W> SizeLimitedWriter<W> {
    /// Wraps a writer whose file already contains `written_bytes` bytes of today.
    pub(super) fn new(inner: W, max_bytes: u64, written_bytes: u64, is_json: bool) -> Self {
        // The process that reached the limit has already logged the limit.
        Self { inner, max_bytes, is_json, day: utc_today(), written_bytes, is_full: written_bytes >= max_bytes }
    }

    fn limit_message(&self) -> String {
        let text =
            format!("log.max_file_bytes ({}) is reached; nothing more is logged until tomorrow (UTC)", self.max_bytes);
        if self.is_json {
            let line = serde_json::json!({
                "time": Timestamp::now().to_string(), "level": "WARN", "target": "draft_maker::logging",
                "message": text, "job": null, "upc": null,
            });
            format!("{line}\n")
        } else {
            format!("{}  WARN draft_maker::logging: {text}\n", Timestamp::now())
        }
    }
}

impl<W: Write> Write for SizeLimitedWriter<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let day = utc_today();
        if day != self.day {
            (self.day, self.written_bytes, self.is_full) = (day, 0, false);
        }
        if !self.is_full && self.written_bytes + line.len() as u64 > self.max_bytes {
            self.is_full = true;
            let last = self.limit_message();
            self.inner.write_all(last.as_bytes())?;
            self.written_bytes += last.len() as u64;
        }
        if !self.is_full {
            self.inner.write_all(line)?;
            self.written_bytes += line.len() as u64;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_over_the_limit_is_reported_once_and_dropped() {
        let mut written = Vec::new();
        let mut bounded = SizeLimitedWriter::new(&mut written, 20, 5, false);
        for line in ["ten bytes\n", "ten bytes\n", "ten bytes\n", "x\n"] {
            bounded.write_all(line.as_bytes()).expect("taken");
        }
        let text = String::from_utf8(written).expect("text");
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.starts_with("ten bytes\n") && text.ends_with("until tomorrow (UTC)\n"), "{text}");
    }

    #[test]
    fn the_limit_resets_the_next_day_and_a_full_file_stays_full() {
        let mut written = Vec::new();
        let mut bounded = SizeLimitedWriter::new(&mut written, 20, 20, true);
        bounded.write_all(b"left out\n").expect("taken");
        bounded.day = bounded.day.yesterday().expect("a day before");
        bounded.write_all(b"tomorrow\n").expect("taken");
        assert_eq!(written, b"tomorrow\n");
    }
}
