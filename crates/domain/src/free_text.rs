//! Free texts of the databases, taken apart: where in a text some words stand, and what stands before and behind them.

/// Maximum number of words in a phrase: `ultimate hi quality cd`.
const MAX_PHRASE_WORDS: usize = 4;

/// Words before a phrase that deny it: `non-explicit`, `w/o obi`.
const NEGATIONS: [&str; 8] = ["no", "non", "not", "un", "without", "o", "missing", "lacks"];

/// Words behind a phrase that deny it: `OBI missing`.
const NEGATIONS_BEHIND: [&str; 5] = ["missing", "lacking", "absent", "less", "lost"];

/// Words that join a phrase to another thing, so that the thing behind them is not what the phrase describes: `etched in
/// sleeve`.
const JOINTS: [&str; 12] = ["and", "at", "by", "for", "from", "in", "of", "on", "to", "w", "with", "without"];

/// A free text as its parts between commas and brackets, each as words in lower case.
#[derive(Clone, Debug)]
pub(super) struct FreeText {
    parts: Vec<Vec<String>>,
}

impl FreeText {
    pub(super) fn new(text: &str) -> Self {
        let lower = text.to_lowercase();
        let parts = lower.split([',', ';', '|', '(', ')', '[', ']', ':', '\n']);
        Self { parts: parts.map(split_words).filter(|words| !words.is_empty()).collect() }
    }

    /// Returns the phrases of the text, of one to four words each; also those that are denied.
    pub(super) fn phrases(&self) -> impl Iterator<Item = Phrase<'_>> {
        self.parts.iter().flat_map(|part| {
            let ends = |start: usize| start + 1..=part.len().min(start + MAX_PHRASE_WORDS);
            (0..part.len()).flat_map(move |start| ends(start).map(move |end| Phrase::new(part, start, end)))
        })
    }

    /// Returns true if the text has this word.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.parts.iter().flatten().any(|known| known == word)
    }

    /// Returns the word before the first `word`.
    pub(super) fn word_before(&self, word: &str) -> Option<&str> {
        let find = |part: &'_ Vec<String>| part.iter().position(|known| known == word);
        let (part, at) = self.parts.iter().find_map(|part| Some((part, find(part)?)))?;
        part[..at].last().map(String::as_str)
    }

    /// Returns the parts between commas and brackets, each as its words.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[String]> {
        self.parts.iter().map(Vec::as_slice)
    }
}

/// Returns the words of a text in lower case, without signs: `collector's` is `collectors`.
fn split_words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '\u{2019}'));
    words.map(squeeze).filter(|word| !word.is_empty()).collect()
}

/// Returns a text in lower case without spaces and signs, in which the spellings `SHM-CD`, `SHM CD` and `SHMCD` are one.
pub(super) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Some words in a row, with what stands around them in the same part of a text.
#[derive(Clone, Debug)]
pub(super) struct Phrase<'a> {
    /// The words without spaces.
    pub squeezed: String,
    pub before: &'a [String],
    pub behind: &'a [String],
}

impl<'a> Phrase<'a> {
    fn new(part: &'a [String], start: usize, end: usize) -> Self {
        Self { squeezed: part[start..end].concat(), before: &part[..start], behind: &part[end..] }
    }

    /// Returns the words without the version number behind them: `XRCD24` is `xrcd`.
    pub(super) fn without_version(&self) -> &str {
        self.squeezed.trim_end_matches(|c: char| c.is_ascii_digit())
    }

    /// Returns true if the phrase is a part of the text as a whole.
    pub(super) fn is_whole_part(&self) -> bool {
        self.before.is_empty() && self.behind.is_empty()
    }

    /// Returns true if a word before or behind the phrase says that it does not apply.
    pub(super) fn is_denied(&self) -> bool {
        let mut before = self.before.iter().rev().map(String::as_str);
        let last = before.find(|word| !matches!(*word, "a" | "an" | "the"));
        let next = self.next();
        let is_without = || next == "not" && self.behind.get(1).is_some_and(|word| word.ends_with("ed"));
        last.is_some_and(|last| NEGATIONS.contains(&last)) || NEGATIONS_BEHIND.contains(&next) || is_without()
    }

    /// Returns the next word; empty at the end of the part.
    pub(super) fn next(&self) -> &str {
        self.behind.first().map(String::as_str).unwrap_or_default()
    }

    /// Returns the word before the phrase; empty at the start of the part.
    pub(super) fn previous(&self) -> &str {
        self.before.last().map(String::as_str).unwrap_or_default()
    }

    /// Returns true if the phrase describes one of these things: `Acetate Outer Sleeve` describes a sleeve.
    pub(super) fn describes(&self, things: &[&str]) -> bool {
        let near = self.behind.iter().take(2).map(String::as_str);
        let mut near = near.take_while(|word| !JOINTS.contains(word));
        near.any(|word| things.contains(&word))
    }
}
