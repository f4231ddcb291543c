//! Words that others wrote, made fit to be shown: in a title, a file, a terminal.
//!
//! Anyone may edit the music databases, so a name can hold an escape sequence for a terminal, a mark that turns
//! the rest of the line around, or ten thousand characters.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The text with its accents composed, on one line, single spaces between the words, and nothing in it that
/// cannot be seen: no control characters, no marks that change the direction of what follows (Unicode Technical
/// Report 36, "Bidirectional Text Spoofing"), no zero-width spaces. The joiners of emoji and of Persian stay.
pub fn clean_text(text: &str) -> String {
    let visible = text.nfc().filter_map(|character| match character {
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() || is_invisible(c) => None,
        c => Some(c),
    });
    visible.collect::<String>().split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// As [`clean`], and without angle brackets, for places where markup is not escaped: titles and item specifics.
pub fn plain_text(text: &str) -> String {
    clean_text(&text.replace(['<', '>'], ""))
}

/// The length as eBay may count it: in UTF-16 code units. Its documents say "characters" and not which; of the
/// usual ways to count (graphemes, code points, UTF-16 units) this one never counts less than the others.
pub fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The longest beginning of `text` that has at most `most` [`units`] and ends with a word. Inside a word it is
/// cut only where there is no end of a word at all, and inside a grapheme never. A bracket that would stay open
/// goes with what is cut off.
pub fn cut_at_word(text: &str, most: usize) -> &str {
    let room = longest_prefix(text, most);
    if room == text.len() {
        return text;
    }
    let stored = &text[..last_word_end(text, room).unwrap_or(room)];
    trim_loose_end(stored)
}

/// Where the graphemes that fit end, in bytes.
fn longest_prefix(text: &str, most: usize) -> usize {
    let mut used = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        used += utf16_len(grapheme);
        if used > most {
            return start;
        }
    }
    text.len()
}

/// The last end of a word at or before `room`: a space, or where spaces are rare (Japanese, Chinese) the word
/// boundaries of UAX #29.
fn last_word_end(text: &str, room: usize) -> Option<usize> {
    let space = text.grapheme_indices(true).rfind(|(at, grapheme)| *at <= room && *grapheme == " ").map(|(at, _)| at);
    let boundary = || text.split_word_bound_indices().map(|(at, _)| at).rfind(|at| (1..=room).contains(at));
    space.filter(|at| at * 2 >= room).or_else(boundary)
}

/// What a title does not end with: each as a grapheme of its own, since a mark may be joined to what follows it.
const LOOSE_TITLE_ENDS: [&str; 10] = [" ", ",", ";", ":", "-", "/", "&", "+", "(", "["];

fn trim_loose_end(text: &str) -> &str {
    let open = [("(", ")"), ("[", "]")].into_iter().filter_map(|(open, close)| {
        let unclosed = text.matches(open).count() > text.matches(close).count();
        let last = text.grapheme_indices(true).rfind(|(_, grapheme)| *grapheme == open);
        last.map(|(at, _)| at).filter(|at| unclosed && *at > 0)
    });
    let text = &text[..open.min().unwrap_or(text.len())];
    let tight = text.grapheme_indices(true).rev().find(|(_, grapheme)| !LOOSE_TITLE_ENDS.contains(grapheme));
    tight.map_or_else(|| text.trim_end(), |(at, grapheme)| &text[..at + grapheme.len()])
}

/// Characters of no width that are not [`char::is_control`]: soft hyphen, directions, zero-width spaces, line
/// separators, annotations, tags, non-characters.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e007f}')
}
