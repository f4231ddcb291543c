//! Lines as a person sees them: decoded, without what does not show, and short where they are quoted.

use std::borrow::Cow;

use domain::text::sanitize::{is_unsafe, sanitize};
use encoding_rs::{SHIFT_JIS, WINDOWS_1252};

/// Decodes lines one by one, because lists are pasted together from several exports.
#[derive(Debug, Default)]
pub(super) struct LineDecoder {
    /// Whether an earlier line was Shift-JIS.
    is_japanese: bool,
}

impl LineDecoder {
    /// Returns one line as text: UTF-8 if it is valid UTF-8, Shift-JIS if that gives Japanese letters, and else Windows-1252,
    /// which fits every byte.
    pub(super) fn decode<'a>(&mut self, line: &'a [u8]) -> Cow<'a, str> {
        let line = line.strip_prefix(b"\xFF\xFE").unwrap_or(line);
        match std::str::from_utf8(line) {
            Ok(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
            Err(_) => self.decode_legacy(line),
        }
    }

    fn decode_legacy<'a>(&mut self, line: &'a [u8]) -> Cow<'a, str> {
        let japanese = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(line);
        match japanese.filter(|text| self.is_japanese || has_kana(text)) {
            Some(text) => {
                self.is_japanese = true;
                text
            }
            None => WINDOWS_1252.decode_without_bom_handling(line).0,
        }
    }
}

/// Full-width kana, which few lines in another encoding contain by chance.
fn has_kana(text: &str) -> bool {
    text.chars().any(|c| ('\u{3041}'..='\u{30fe}').contains(&c))
}

/// Returns whether a line of free text is blank or a comment.
pub(super) fn is_blank(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with('#') || is_empty(text)
}

/// Returns whether a line shows nothing.
pub(super) fn is_empty(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || is_removed(c))
}

/// Without the characters that do not show and that copying from web pages, serial scanners and old DOS programs
/// leaves behind; all kinds of blanks become a space.
pub(super) fn strip_invisible(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.bytes().all(|b| (b' '..=b'~').contains(&b) || b == b'\t') {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().filter(|c| !is_removed(*c)).map(|c| if c.is_whitespace() { ' ' } else { c });
    Cow::Owned(shown.collect::<String>().trim().to_owned())
}

/// The first 60 characters, fit for a terminal and for a line of a report.
pub(super) fn excerpt(text: &str) -> String {
    sanitize(text.trim()).trim().chars().take(60).collect()
}

/// The joiners show nothing in a barcode or a number.
fn is_removed(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}') || (c != '\t' && !is_separator(c) && is_unsafe(c))
}

/// White space that [`is_unsafe`] covers; `strip_invisible` makes a space of it.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}
