//! Decodes lines, removes invisible characters, and shortens excerpts.

use std::borrow::Cow;

use domain::text::sanitize::{is_unsafe, sanitize};
use encoding_rs::WINDOWS_1252;

use super::encoding::{OldEncoding, detect_encoding};

/// Text in place of a cell of a workbook that has a formula and no value.
pub(super) const NO_STORED_VALUE: &str = "formula without a stored value";

/// What to do about formulas without a stored value.
pub(super) const STORE_VALUES_ADVICE: &str = "open the workbook in a spreadsheet program, save it, and read it again";

/// Decodes lines one by one, because lists may be concatenated from several exports.
#[derive(Debug, Default)]
pub(super) struct LineDecoder {
    /// Encoding of lines that are not UTF-8, once it is detected.
    legacy: Option<OldEncoding>,
    /// The first lines that are not UTF-8, from which the encoding was detected.
    evidence: Vec<Vec<u8>>,
}

/// Maximum number of non-UTF-8 lines used to detect their encoding.
const MAX_EVIDENCE_LINES: usize = 100;

impl LineDecoder {
    /// Detects the encoding from all these lines together, so that column names and rows are decoded in the same way.
    pub(super) fn detect_encoding(&mut self, lines: &[(u32, Vec<u8>)]) {
        let legacy = lines.iter().map(|(_, line)| line).filter(|line| std::str::from_utf8(line).is_err());
        self.evidence = legacy.take(MAX_EVIDENCE_LINES).cloned().collect();
        self.legacy = self.judge_evidence();
    }

    /// Decodes a line: as UTF-8 if it is valid, otherwise in the detected encoding.
    pub(super) fn decode<'a>(&mut self, line: &'a [u8]) -> Cow<'a, str> {
        let line = line.strip_prefix(b"\xFF\xFE").unwrap_or(line);
        match std::str::from_utf8(line) {
            Ok(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
            Err(_) => self.decode_legacy(line),
        }
    }

    /// Returns the name of the encoding of the non-UTF-8 lines: `windows-1252`.
    pub(super) fn legacy_name(&self) -> Option<&'static str> {
        self.legacy.map(OldEncoding::name)
    }

    fn decode_legacy<'a>(&mut self, line: &'a [u8]) -> Cow<'a, str> {
        if self.evidence.len() < MAX_EVIDENCE_LINES && !self.evidence.iter().any(|known| known == line) {
            self.evidence.push(line.to_owned());
            self.legacy = self.judge_evidence();
        }
        let text = self.legacy.and_then(|encoding| encoding.decode(line));
        text.unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(line).0)
    }

    fn judge_evidence(&self) -> Option<OldEncoding> {
        let lines: Vec<&[u8]> = self.evidence.iter().map(Vec::as_slice).collect();
        (!lines.is_empty()).then(|| detect_encoding(&lines))
    }
}

/// Returns whether a line of free text is blank or a comment.
pub(super) fn is_blank(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with('#') || is_empty(text)
}

/// Returns whether a line has no visible character.
pub(super) fn is_empty(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || is_removed(c))
}

/// Returns whether a text has only printable ASCII characters and tabs.
#[expect(clippy::needless_bitwise_bool, reason = "an early end would compare one byte at a time")]
pub(super) fn is_plain_ascii(text: &str) -> bool {
    text.bytes().fold(true, |is_plain, byte| is_plain & (matches!(byte, b' '..=b'~') | (byte == b'\t')))
}

/// Removes invisible characters, which are left by copying from web pages, serial scanners and old DOS programs.
/// Replaces every kind of blank with a space.
pub(super) fn strip_invisible(text: &str) -> Cow<'_, str> {
    if is_plain_ascii(text) {
        return Cow::Borrowed(text.trim_ascii());
    }
    let text = text.trim();
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' if shown.ends_with(' ') => {}
            _ if character.is_whitespace() => shown.push(' '),
            _ if is_removed(character) => {}
            _ => shown.push(character),
        }
    }
    Cow::Owned(shown.trim().to_owned())
}

/// Returns the first 60 characters, sanitized for a terminal and for a line of a report.
pub(super) fn excerpt(text: &str) -> String {
    sanitize(text.trim()).trim().chars().take(60).collect()
}

/// Returns whether a character is removed. Joiners are invisible in a barcode or a number.
fn is_removed(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}') || (c != '\t' && !is_separator(c) && is_unsafe(c))
}

/// Returns whether a character is white space that [`is_unsafe`] covers; `strip_invisible` replaces it with a space.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}
