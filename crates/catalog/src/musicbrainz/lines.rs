//! Splits the file of releases into lines. The last line has no line end.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use memchr::{memchr, memmem};
use serde::Deserialize;

use super::super::format::{DamagedRecord, DumpFormat, ScannedRecord, SplitError};
use super::record::MusicBrainzRecord;

/// Maximum bytes of a release. A box set with the relationships of all its recordings has several MB.
const MAX_LINE_BYTES: usize = 64 * 1024 * 1024;

/// A field that only releases have, and no other dumps such as artists, labels or recordings.
const RELEASE_FIELD: &[u8] = b"\"barcode\"";

/// Part of the URL of a Discogs page.
const DISCOGS_LINK: &[u8] = b"discogs.com/";

/// Buffers blocks of the dump and returns the lines in them.
#[derive(Debug, Default)]
pub(crate) struct MusicBrainzFormat {
    buffer: Vec<u8>,
    /// Start of the data that has not been returned yet.
    start: usize,
    /// There is no line end between `start` and this position.
    scanned: usize,
    /// Number of lines that were returned or dropped.
    lines: u64,
    /// True if the beginning of an oversized line was dropped and its end has not been found yet.
    is_dropping: bool,
    damaged: Vec<DamagedRecord>,
}

/// The part of a line that is parsed if the record is not kept.
#[derive(Deserialize)]
struct ScannedLine {
    id: String,
}

impl DumpFormat for MusicBrainzFormat {
    type Record = MusicBrainzRecord;

    fn push_block(&mut self, block: &[u8]) -> Result<(), SplitError> {
        self.buffer.drain(..self.start);
        self.scanned -= self.start;
        self.start = 0;
        self.buffer.extend_from_slice(block);
        if self.lines == 0
            && let Some(end) = memchr(b'\n', &self.buffer)
        {
            check_first_line(&self.buffer[..end])?;
        }
        Ok(())
    }

    fn next_text(&mut self) -> Option<String> {
        loop {
            let Some(offset) = memchr(b'\n', &self.buffer[self.scanned..]) else {
                self.scanned = self.buffer.len();
                self.drop_oversized();
                return None;
            };
            let line = self.start..self.scanned + offset;
            (self.start, self.scanned) = (line.end + 1, line.end + 1);
            self.lines += 1;
            let is_rest = std::mem::take(&mut self.is_dropping);
            let line = &self.buffer[line];
            if !is_rest && !line.trim_ascii().is_empty() {
                return Some(String::from_utf8_lossy(line).into_owned());
            }
        }
    }

    fn take_damaged(&mut self) -> Vec<DamagedRecord> {
        std::mem::take(&mut self.damaged)
    }

    fn finish(&mut self) -> Result<Option<String>, SplitError> {
        let rest = self.buffer[self.start..].trim_ascii();
        if rest.is_empty() {
            return if self.lines == 0 { Err(SplitError::Empty) } else { Ok(None) };
        }
        if self.lines == 0 {
            check_first_line(rest)?;
        }
        let text = String::from_utf8_lossy(rest).into_owned();
        // The dump has no end marker, so the last line must be complete JSON.
        serde_json::from_str::<serde::de::IgnoredAny>(&text).map_err(|_| SplitError::Truncated)?;
        self.lines += 1;
        Ok(Some(text))
    }

    fn scan(&self, text: &str) -> Result<ScannedRecord<MusicBrainzRecord>, String> {
        let read_number = |id: &str| read_mbid(id).ok_or_else(|| format!("the id is {id:?}"));
        let has_link = memmem::find(text.as_bytes(), DISCOGS_LINK).is_some();
        if !has_link && !may_have_barcode(text) {
            let line = serde_json::from_str::<ScannedLine>(text).map_err(|error| error.to_string())?;
            return Ok(ScannedRecord { number: read_number(&line.id)?, has_key: false, record: None });
        }
        let record = self.parse(text)?;
        let has_barcode = record.barcode.as_ref().is_some_and(|barcode| !barcode.trim().is_empty());
        Ok(ScannedRecord { number: read_number(&record.id)?, has_key: has_barcode || has_link, record: Some(record) })
    }

    fn parse(&self, text: &str) -> Result<MusicBrainzRecord, String> {
        MusicBrainzRecord::from_line(text)
    }

    fn describe(&self, _: &str) -> Option<String> {
        Some(format!("line {}", self.lines))
    }
}

impl MusicBrainzFormat {
    fn drop_oversized(&mut self) {
        if self.buffer.len() - self.start > MAX_LINE_BYTES {
            if !std::mem::replace(&mut self.is_dropping, true) {
                let name = Some(format!("line {}", self.lines + 1));
                self.damaged.push(DamagedRecord { name, reason: format!("larger than {MAX_LINE_BYTES} bytes") });
            }
            self.start = self.scanned;
        }
    }
}

fn check_first_line(line: &[u8]) -> Result<(), SplitError> {
    if memmem::find(line, RELEASE_FIELD).is_some() {
        return Ok(());
    }
    let beginning = String::from_utf8_lossy(&line[..line.len().min(160)]);
    let beginning = beginning.chars().take(40).collect::<String>();
    Err(SplitError::NotReleases(format!("its first line has no barcode field: {beginning}…")))
}

/// Returns false if every barcode in the line is null or empty. Such a line need not be parsed completely.
fn may_have_barcode(line: &str) -> bool {
    let is_empty = |value: &str| value.starts_with("null") || value.starts_with("\"\"");
    memmem::find_iter(line.as_bytes(), RELEASE_FIELD).any(|offset| {
        let rest = line[offset + RELEASE_FIELD.len()..].trim_start().strip_prefix(':');
        rest.is_some_and(|value| !is_empty(value.trim_start()))
    })
}

/// Returns a number for an MBID, a 64-bit hash, which is unique enough for the 5 million releases of a dump.
fn read_mbid(id: &str) -> Option<u64> {
    let digits = id.bytes().filter(|byte| *byte != b'-');
    let is_mbid = id.len() == 36 && digits.clone().all(|byte| byte.is_ascii_hexdigit()) && digits.count() == 32;
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    is_mbid.then(|| hasher.finish())
}
