//! Text of others, made safe and fit for a terminal: nothing in it that a terminal would obey, and columns that line
//! up also where a character is two cells wide.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Removes what a terminal would obey instead of showing: control characters (C0, DEL and C1, which begin escape
/// sequences) and the marks that turn the direction of writing. Line breaks and tabs become spaces.
pub fn strip_terminal_controls(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_terminal_control) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' => Some(' '),
        c if is_terminal_control(c) => None,
        c => Some(c),
    });
    Cow::Owned(shown.collect())
}

fn is_terminal_control(c: char) -> bool {
    // Unicode Standard Annex 9: embeddings, overrides, isolates and marks of the bidirectional algorithm.
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = matches!(c, '\u{2028}' | '\u{2029}');
    c.is_control() || turns || breaks
}

/// One line of JSON in which nothing is left that a terminal would obey. serde_json escapes the characters below
/// U+0020; DEL and C1 it leaves, and they can only stand in a text, where `\u009b` says the same.
pub fn escape_json_controls(json: String) -> String {
    if !json.chars().any(is_terminal_control) {
        return json;
    }
    let mut cleaned = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        if is_terminal_control(c) {
            let _ = write!(cleaned, "\\u{:04x}", u32::from(c));
        } else {
            cleaned.push(c);
        }
    }
    cleaned
}

/// `text` in exactly `width` cells: filled with spaces, or cut between two characters and marked with `…`.
pub fn fit_to_width(text: &str, width: usize) -> String {
    let taken = text.width();
    if taken <= width {
        return format!("{text}{}", " ".repeat(width - taken));
    }
    let mut stored = String::new();
    let mut cells = 0;
    for character in text.graphemes(true) {
        let wide = character.width();
        if cells + wide + 1 > width {
            break;
        }
        stored.push_str(character);
        cells += wide;
    }
    format!("{stored}…{}", " ".repeat(width.saturating_sub(cells + 1)))
}
