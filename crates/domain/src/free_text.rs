//! Splits free texts of databases into words, and finds phrases with the words around them.

/// Maximum number of words in a phrase, such as `ultimate hi quality cd`.
const MAX_PHRASE_WORDS: usize = 4;

/// Words that negate the phrase after them: `non-explicit`, `w/o obi`.
const NEGATIONS: [&str; 8] = ["no", "non", "not", "un", "without", "o", "missing", "lacks"];

/// Words that negate the phrase before them: `OBI missing`.
const NEGATIONS_BEHIND: [&str; 5] = ["missing", "lacking", "absent", "less", "lost"];

/// Words that separate a phrase from an object after it, which the phrase then does not describe: `etched in sleeve`.
const JOINTS: [&str; 12] = ["and", "at", "by", "for", "from", "in", "of", "on", "to", "w", "with", "without"];

/// Names that contain a comma, in lower case, and without it.
const NAMES_WITH_COMMA: [(&str, &str); 1] = [("vinyl me, please", "vinyl me please")];

/// A free text, split at commas and brackets into parts of lower-case words.
#[derive(Clone, Debug)]
pub(super) struct FreeText {
    parts: Vec<Vec<String>>,
}

impl FreeText {
    pub(super) fn new(text: &str) -> Self {
        let lower = NAMES_WITH_COMMA.iter().fold(text.to_lowercase(), |text, (name, plain)| text.replace(name, plain));
        let parts = lower.split([',', ';', '|', '(', ')', '[', ']', ':', '\n']);
        Self { parts: parts.map(split_words).filter(|words| !words.is_empty()).collect() }
    }

    /// Returns all phrases of one to four words in the text, including negated ones.
    pub(super) fn phrases(&self) -> impl Iterator<Item = Phrase<'_>> {
        self.parts.iter().flat_map(|part| {
            let ends = |start: usize| start + 1..=part.len().min(start + MAX_PHRASE_WORDS);
            (0..part.len()).flat_map(move |start| ends(start).map(move |end| Phrase::new(part, start, end)))
        })
    }

    /// Returns true if the text contains this word.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.parts.iter().flatten().any(|known| known == word)
    }

    /// Returns the word before the first occurrence of `word`.
    pub(super) fn word_before(&self, word: &str) -> Option<&str> {
        let find = |part: &'_ Vec<String>| part.iter().position(|known| known == word);
        let (part, at) = self.parts.iter().find_map(|part| Some((part, find(part)?)))?;
        part[..at].last().map(String::as_str)
    }

    /// Returns the words of each part between commas and brackets.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[String]> {
        self.parts.iter().map(Vec::as_slice)
    }
}

/// Splits a text into lower-case words without punctuation: `collector's` becomes `collectors`.
fn split_words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '\u{2019}'));
    words.map(squeeze).filter(|word| !word.is_empty()).collect()
}

/// Returns a text in lower case without spaces and punctuation. Maps `SHM-CD`, `SHM CD` and `SHMCD` to the same text.
pub(super) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Consecutive words with the words around them in the same part of a text.
#[derive(Clone, Debug)]
pub(super) struct Phrase<'a> {
    /// The words of the phrase, concatenated.
    pub squeezed: String,
    pub before: &'a [String],
    pub behind: &'a [String],
}

impl<'a> Phrase<'a> {
    fn new(part: &'a [String], start: usize, end: usize) -> Self {
        Self { squeezed: part[start..end].concat(), before: &part[..start], behind: &part[end..] }
    }

    /// Returns the words without a version number at the end: `XRCD24` becomes `xrcd`.
    pub(super) fn without_version(&self) -> &str {
        self.squeezed.trim_end_matches(|c: char| c.is_ascii_digit())
    }

    /// Returns true if the phrase is a whole part of the text.
    pub(super) fn is_whole_part(&self) -> bool {
        self.before.is_empty() && self.behind.is_empty()
    }

    /// Returns true if a word before or after the phrase negates it.
    pub(super) fn is_denied(&self) -> bool {
        let mut before = self.before.iter().rev().map(String::as_str);
        let last = before.find(|word| !matches!(*word, "a" | "an" | "the"));
        let next = self.next();
        let is_without = || next == "not" && self.behind.get(1).is_some_and(|word| word.ends_with("ed"));
        last.is_some_and(|last| NEGATIONS.contains(&last)) || NEGATIONS_BEHIND.contains(&next) || is_without()
    }

    /// Returns the word after the phrase; empty at the end of the part.
    pub(super) fn next(&self) -> &str {
        self.behind.first().map(String::as_str).unwrap_or_default()
    }

    /// Returns the word before the phrase; empty at the start of the part.
    pub(super) fn previous(&self) -> &str {
        self.before.last().map(String::as_str).unwrap_or_default()
    }

    /// Returns true if the phrase describes one of these objects: `Acetate Outer Sleeve` describes a sleeve.
    pub(super) fn describes(&self, things: &[&str]) -> bool {
        let near = self.behind.iter().take(2).map(String::as_str);
        let mut near = near.take_while(|word| !JOINTS.contains(word));
        near.any(|word| things.contains(&word))
    }
}
