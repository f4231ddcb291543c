//! Text of others as a listing shows it: composed, on one line, and cut between words and graphemes.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::sanitize::collect_line;

/// Returns the text as [`sanitize_line`](super::sanitize::sanitize_line) does, with its accents composed (Unicode
/// normalization form C).
pub fn clean_text(text: &str) -> String {
    if is_clean_ascii(text) {
        return text.to_owned();
    }
    collect_line(text.nfc())
}

/// Returns true for a text that [`clean_text`] leaves as it is, as most texts are.
fn is_clean_ascii(text: &str) -> bool {
    let is_spaced = !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ");
    is_spaced && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Returns the text as [`clean_text`] does, without angle brackets: for titles and item specifics, where markup is not
/// escaped. Between letters or digits they become a hyphen: `86>98` is `86-98`.
pub fn plain_text(text: &str) -> String {
    if !text.contains(['<', '>']) {
        return clean_text(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !matches!(c, '<' | '>') {
            plain.push(c);
        } else if plain.ends_with(char::is_alphanumeric) && chars.peek().is_some_and(|next| next.is_alphanumeric()) {
            plain.push('-');
        }
    }
    clean_text(&plain)
}

/// Returns the length in UTF-16 code units. eBay's documents say "characters" without defining them; of the usual ways
/// to count (graphemes, code points, UTF-16 units) this one never counts less than the others.
pub fn utf16_len(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// Returns the longest prefix of `text` that has at most `max_units` UTF-16 units and ends with a word.
///
/// A word is cut only if the prefix would hold no whole word, a grapheme never. A bracket that would stay open is cut
/// off as well.
pub fn cut_at_word(text: &str, max_units: usize) -> &str {
    let end = longest_prefix(text, max_units);
    if end == text.len() {
        return text;
    }
    trim_loose_end(&text[..last_word_end(text, end).unwrap_or(end)])
}

/// Returns the end, in bytes, of the graphemes that fit.
fn longest_prefix(text: &str, max_units: usize) -> usize {
    // A character has at most as many UTF-16 units as bytes.
    if text.len() <= max_units {
        return text.len();
    }
    let mut used = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        used += utf16_len(grapheme);
        if used > max_units {
            return start;
        }
    }
    text.len()
}

/// Returns the last end of a word at or before `end`: a space, or the word boundaries of UAX #29 if spaces are rare
/// (Japanese, Chinese).
fn last_word_end(text: &str, end: usize) -> Option<usize> {
    let space = text.grapheme_indices(true).rfind(|(at, grapheme)| *at <= end && *grapheme == " ").map(|(at, _)| at);
    let boundary = || text.split_word_bound_indices().map(|(at, _)| at).rfind(|at| (1..=end).contains(at));
    space.filter(|at| at * 2 >= end).or_else(boundary)
}

/// Graphemes that a title does not end with. They are compared as graphemes, since a mark may be joined to a character.
const LOOSE_TITLE_ENDS: [&str; 10] = [" ", ",", ";", ":", "-", "/", "&", "+", "(", "["];

fn trim_loose_end(text: &str) -> &str {
    let open = [("(", ")"), ("[", "]")].into_iter().filter_map(|(open, close)| {
        let unclosed = text.matches(open).count() > text.matches(close).count();
        let last = text.grapheme_indices(true).rfind(|(_, grapheme)| *grapheme == open);
        last.map(|(at, _)| at).filter(|at| unclosed && *at > 0)
    });
    // A quotation mark that would stay open, too.
    let quote = text.rfind('"').filter(|at| *at > 0 && text.matches('"').count() % 2 == 1);
    let text = &text[..open.chain(quote).min().unwrap_or(text.len())];
    let tight = text.grapheme_indices(true).rev().find(|(_, grapheme)| !LOOSE_TITLE_ENDS.contains(grapheme));
    tight.map_or_else(|| text.trim_end(), |(at, grapheme)| &text[..at + grapheme.len()])
}

/// Returns true for a character with which a cell begins that a spreadsheet may run as a formula (OWASP, "CSV Injection").
/// Full-width forms count too, since some spreadsheets take them for the narrow ones.
pub fn is_formula_start(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠')
}
