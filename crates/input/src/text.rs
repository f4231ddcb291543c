//! Lines as a person sees them: decoded, without what does not show, and short where they are quoted.

use std::borrow::Cow;

use domain::text::sanitize::{is_unsafe, sanitize};
use encoding_rs::WINDOWS_1252;

/// One line as text. It is UTF-8 where it is valid UTF-8, and Windows-1252 otherwise, which fits every byte.
/// Decided line by line, because lists are pasted together from several exports.
pub(super) fn decode_line(line: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(line).0,
    }
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

/// The part before `#`, and whether there is one: what follows it is a comment.
pub(super) fn split_comment(text: &str) -> (&str, bool) {
    text.split_once('#').map_or((text, false), |(before, _)| (before, true))
}

/// The joiners show nothing in a barcode or a number.
fn is_removed(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}') || (c != '\t' && !is_separator(c) && is_unsafe(c))
}

/// White space that [`is_unsafe`] covers; `strip_invisible` makes a space of it.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}
