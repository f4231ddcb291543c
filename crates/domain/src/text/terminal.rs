//! Prepares text for a terminal: without control characters, and aligned even if characters are two cells wide.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::sanitize::{is_unsafe, sanitize};

/// Removes characters that a terminal would execute instead of displaying. Line breaks and tabs become spaces.
pub fn strip_terminal_controls(text: &str) -> Cow<'_, str> {
    sanitize(text)
}

/// Escapes unsafe characters in a line of JSON. serde_json escapes only characters below U+0020. The others can occur
/// only in strings, where an escape such as `\u009b` has the same meaning.
pub fn escape_json_controls(json: String) -> String {
    if !json.chars().any(is_unsafe) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        if is_unsafe(c) {
            // JSON escapes a character above U+FFFF as two UTF-16 units (RFC 8259, section 7).
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Returns `text` in exactly `width` cells: padded with spaces, or cut between graphemes and marked with `…`.
pub fn fit_to_width(text: &str, width: usize) -> String {
    let text_width = text.width();
    if text_width <= width {
        return format!("{text}{}", " ".repeat(width - text_width));
    }
    let mut prefix = String::new();
    let mut cells = 0;
    for grapheme in text.graphemes(true) {
        let grapheme_width = grapheme.width();
        if cells + grapheme_width + 1 > width {
            break;
        }
        prefix.push_str(grapheme);
        cells += grapheme_width;
    }
    format!("{prefix}…{}", " ".repeat(width.saturating_sub(cells + 1)))
}

/// Quotes a word for a POSIX shell.
pub fn quote_for_shell(word: &str) -> String {
    let word = strip_terminal_controls(word);
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
