//! Sanitizes external text for terminals, logs, result files and listings. All output uses these rules.
//!
//! Anyone can edit the music databases, and lists are pasted from web pages. A name can contain an escape sequence for
//! a terminal, a mark that reverses the rest of the line, or invisible characters.

use std::borrow::Cow;

/// Returns true for an invisible character that [`char::is_control`] does not cover: marks, embeddings, overrides and
/// isolates of the bidirectional algorithm (Unicode Standard Annex 9; Unicode Technical Report 36, "Bidirectional Text
/// Spoofing"), line and paragraph separators, zero-width spaces, soft hyphens, annotations, tags, noncharacters.
///
/// Returns false for the joiners U+200C and U+200D, which emoji and Persian need.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Returns true for a character that no output may contain: a control character (C0, DEL, C1) or an invisible one.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// Removes unsafe characters from a text. Unsafe white space (line breaks, tabs) becomes a space.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter_map(sanitize_char).collect())
}

/// Returns the text on one line: without unsafe characters, with single spaces between words and none at the ends.
pub fn sanitize_line(text: &str) -> String {
    collect_line(text.chars())
}

/// Does the same as [`sanitize_line`] for an iterator of characters.
pub(super) fn collect_line(characters: impl Iterator<Item = char>) -> String {
    let mut line = String::new();
    let mut pending_space = false;
    for c in characters.filter_map(sanitize_char) {
        if c.is_whitespace() {
            pending_space = !line.is_empty();
            continue;
        }
        if std::mem::take(&mut pending_space) {
            line.push(' ');
        }
        line.push(c);
    }
    line
}

fn sanitize_char(c: char) -> Option<char> {
    match c {
        c if is_unsafe(c) => c.is_whitespace().then_some(' '),
        c => Some(c),
    }
}
