//! Prepares external text for a listing: normalized, on one line, and cut between words and graphemes.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::sanitize::collect_line;

/// Sanitizes a text like [`sanitize_line`](super::sanitize::sanitize_line), and composes its accents (Unicode
/// normalization form C).
pub fn clean_text(text: &str) -> String {
    if is_clean_ascii(text) {
        return text.to_owned();
    }
    collect_line(text.nfc())
}

/// Returns true for a text that [`clean_text`] returns unchanged. This is the most frequent case.
fn is_clean_ascii(text: &str) -> bool {
    let is_spaced = !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ");
    is_spaced && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Cleans a text like [`clean_text`], and removes angle brackets, for titles and item specifics, where markup is not
/// escaped. Between letters or digits, an angle bracket becomes a hyphen: `86>98` becomes `86-98`.
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

/// Returns the text with its first letter in upper case.
pub fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Returns the length in UTF-16 code units. eBay's documents do not define "characters"; of the usual counts
/// (graphemes, code points, UTF-16 units), this one is never smaller than the others.
pub fn utf16_len(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// Returns the longest prefix of `text` with at most `max_units` UTF-16 units that ends after a word.
///
/// A word is cut only if the prefix would otherwise contain no complete word; a grapheme is never cut. An unclosed
/// bracket or quotation mark is also removed.
pub fn cut_at_word(text: &str, max_units: usize) -> &str {
    let end = longest_prefix(text, max_units);
    if end == text.len() {
        return text;
    }
    trim_loose_end(&text[..last_word_end(text, end).unwrap_or(end)])
}

/// Separators between the phrases of a title.
const PHRASE_SEPARATORS: [&str; 4] = [": ", "; ", " / ", " - "];

/// Minimum share of a cut text that the phrases before the last separator have, as a divisor.
const MIN_PHRASE_SHARE: usize = 3;

/// Cuts a text like [`cut_at_word`], but at the end of a phrase if that keeps a third of it: `Schindler's List` instead
/// of `Schindler's List: Original Motion Picture`.
pub(crate) fn cut_at_phrase(text: &str, max_units: usize) -> &str {
    let cut = cut_at_word(text, max_units);
    if cut.len() == text.len() {
        return cut;
    }
    let end = PHRASE_SEPARATORS.iter().filter_map(|separator| cut.rfind(separator)).max();
    end.filter(|end| end * MIN_PHRASE_SHARE >= cut.len()).map_or(cut, |end| trim_loose_end(&cut[..end]))
}

/// Returns the end of the graphemes that fit, in bytes.
fn longest_prefix(text: &str, max_units: usize) -> usize {
    // A character never has more UTF-16 units than bytes.
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

/// Returns the last end of a word at or before `end`: a space, or a word boundary of UAX #29 if spaces are rare
/// (Japanese, Chinese).
fn last_word_end(text: &str, end: usize) -> Option<usize> {
    let space = text.grapheme_indices(true).rfind(|(at, grapheme)| *at <= end && *grapheme == " ").map(|(at, _)| at);
    let boundary = || text.split_word_bound_indices().map(|(at, _)| at).rfind(|at| (1..=end).contains(at));
    space.filter(|at| at * 2 >= end).or_else(boundary)
}

/// Graphemes with which a title must not end. Compared as graphemes, because a combining mark may be attached.
const LOOSE_TITLE_ENDS: [&str; 10] = [" ", ",", ";", ":", "-", "/", "&", "+", "(", "["];

fn trim_loose_end(text: &str) -> &str {
    let open = [("(", ")"), ("[", "]")].into_iter().filter_map(|(open, close)| {
        let unclosed = text.matches(open).count() > text.matches(close).count();
        let last = text.grapheme_indices(true).rfind(|(_, grapheme)| *grapheme == open);
        last.map(|(at, _)| at).filter(|at| unclosed && *at > 0)
    });
    // Also an unclosed quotation mark.
    let quote = text.rfind('"').filter(|at| *at > 0 && text.matches('"').count() % 2 == 1);
    let text = &text[..open.chain(quote).min().unwrap_or(text.len())];
    let tight = text.grapheme_indices(true).rev().find(|(_, grapheme)| !LOOSE_TITLE_ENDS.contains(grapheme));
    tight.map_or_else(|| text.trim_end(), |(at, grapheme)| &text[..at + grapheme.len()])
}

/// Returns true for a character that starts a cell which a spreadsheet may run as a formula (OWASP, "CSV Injection").
/// Includes full-width forms, which some spreadsheets convert.
pub fn is_formula_start(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠')
}
