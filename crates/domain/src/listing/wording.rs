//! Converts texts of databases into the characters and words that sellers and buyers type.

use super::super::text::display::{capitalized, clean_text, plain_text};

/// Typographic characters with their keyboard equivalents.
const KEYBOARD_FORMS: &[(char, &str)] = &[
    ('\u{2018}', "'"),
    ('\u{2019}', "'"),
    ('\u{201a}', "'"),
    ('\u{201b}', "'"),
    ('\u{2032}', "'"),
    ('\u{00b4}', "'"),
    ('\u{201c}', "\""),
    ('\u{201d}', "\""),
    ('\u{201e}', "\""),
    ('\u{2033}', "\""),
    ('\u{2026}', "..."),
    ('\u{2010}', "-"),
    ('\u{2011}', "-"),
    ('\u{2012}', "-"),
    ('\u{2013}', "-"),
    ('\u{2014}', "-"),
    ('\u{2015}', "-"),
    ('\u{2212}', "-"),
    ('\u{00d7}', "x"),
    ('\u{2044}', "/"),
    ('\u{00a0}', " "),
    ('\u{2009}', " "),
    ('\u{202f}', " "),
];

/// Returns a text in keyboard characters: buyers type `Don't`, and a search for it does not find `Don’t`.
pub(super) fn keyboard_text(text: &str) -> String {
    if text.is_ascii() {
        return clean_text(text);
    }
    let mut typed = String::with_capacity(text.len());
    for c in text.chars() {
        match KEYBOARD_FORMS.iter().find(|(form, _)| *form == c) {
            Some((_, form)) => typed.push_str(form),
            None => typed.push(c),
        }
    }
    clean_text(&typed)
}

/// Names that MusicBrainz puts in brackets although they are real names
/// (musicbrainz.org/doc/Style/Unknown_and_untitled/Special_purpose_artist).
const BRACKETED_NAMES: [&str; 3] = ["disney", "traditional", "theatre"];

/// Bracketed words that do not name an artist. MusicBrainz writes them in lower case.
const NOBODY_WORDS: [&str; 12] = [
    "anonymous",
    "artist",
    "chimes",
    "christmas",
    "data",
    "dialogue",
    "effects",
    "instruction",
    "music",
    "nature",
    "sounds",
    "unknown",
];

/// Returns the name of an artist; `None` for a bracketed placeholder such as `[unknown]` or `[language instruction]`.
pub(super) fn artist_name(text: &str) -> Option<String> {
    let text = keyboard_text(text);
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_nobody = |inner: &str| inner.split(' ').any(|word| NOBODY_WORDS.contains(&word.to_lowercase().as_str()));
    let name = match inner {
        Some(inner) if BRACKETED_NAMES.contains(&inner.to_lowercase().as_str()) => capitalized(inner),
        Some(inner) if is_nobody(inner) => return None,
        _ => text,
    };
    (!plain_text(&name).is_empty()).then_some(name)
}

/// Returns the title of a release: `[untitled]` becomes `Untitled`. `None` for `[unknown]` and for texts without
/// visible characters.
pub(super) fn release_title(text: &str) -> Option<String> {
    let text = keyboard_text(text);
    let title = match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) if inner.eq_ignore_ascii_case("unknown") => return None,
        Some(inner) if !inner.contains(['[', ']']) => capitalized(inner),
        _ => text,
    };
    (!plain_text(&title).is_empty()).then_some(title)
}

/// Returns true if `text` contains the words of `phrase` consecutively, ignoring case.
pub(super) fn contains_words(text: &str, phrase: &str) -> bool {
    let padded = |text: &str| {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
        format!(" {} ", words.collect::<Vec<_>>().join(" "))
    };
    padded(text).contains(&padded(phrase))
}
