//! Splits the file of releases into lines. The last line has no line end.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use memchr::{memchr, memmem};
use serde::Deserialize;

use super::super::format::{DamagedRecord, DumpFormat, INVALID_UTF8, ScannedRecord, SplitError};
use super::super::record_buffer::RecordBuffer;
use super::record::MusicBrainzRecord;

/// Maximum bytes of a release. A box set with the relationships of all its recordings has several MB.
const MAX_LINE_BYTES: usize = 64 * 1024 * 1024;

/// A field that only releases have, and no other dumps such as artists, labels or recordings.
const RELEASE_FIELD: &[u8] = b"\"barcode\"";

/// Part of the URL of a Discogs page.
const DISCOGS_LINK: &[u8] = b"discogs.com/";

/// Splits the dump into lines.
#[derive(Debug, Default)]
pub(crate) struct MusicBrainzFormat {
    buffer: RecordBuffer,
    /// Number of lines that were returned or dropped.
    lines: u64,
}

/// The part of a line that is parsed if the record is not kept.
#[derive(Deserialize)]
struct ScannedLine {
    id: String,
}

impl DumpFormat for MusicBrainzFormat {
    type Record = MusicBrainzRecord;

    fn push_block(&mut self, block: &[u8]) -> Result<(), SplitError> {
        self.buffer.push_block(block);
        if self.lines == 0
            && let Some(end) = memchr(b'\n', self.buffer.rest())
        {
            check_first_line(&self.buffer.rest()[..end])?;
        }
        Ok(())
    }

    fn next_text(&mut self) -> Option<String> {
        while let Some(record) = self.buffer.next_record(b"\n") {
            self.lines += 1;
            let line = record.bytes.trim_ascii_end();
            if record.is_rest || line.is_empty() {
                continue;
            }
            match String::from_utf8(line.to_vec()) {
                Ok(text) => return Some(text),
                Err(_) => self.buffer.report_damaged(Some(format!("line {}", self.lines)), INVALID_UTF8),
            }
        }
        let next_line = self.lines + 1;
        self.buffer.drop_oversized(MAX_LINE_BYTES, |_| Some(format!("line {next_line}")));
        None
    }

    fn take_damaged(&mut self) -> Vec<DamagedRecord> {
        self.buffer.take_damaged()
    }

    fn finish(&mut self) -> Result<Option<String>, SplitError> {
        let rest = self.buffer.rest().trim_ascii();
        if rest.is_empty() {
            return if self.lines == 0 { Err(SplitError::Empty) } else { Ok(None) };
        }
        if self.lines == 0 {
            check_first_line(rest)?;
        }
        let text = String::from_utf8_lossy(rest).into_owned();
        let is_utf8 = std::str::from_utf8(rest).is_ok();
        // The dump has no end marker, so the last line must be complete JSON.
        serde_json::from_str::<serde::de::IgnoredAny>(&text).map_err(|_| SplitError::Truncated)?;
        self.lines += 1;
        if !is_utf8 {
            self.buffer.report_damaged(Some(format!("line {}", self.lines)), INVALID_UTF8);
        }
        Ok(Some(text).filter(|_| is_utf8))
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
