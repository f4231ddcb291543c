//! Completion of typed text, as in a shell: first as far as all candidates agree, then one candidate after the other.

use std::ops::Range;

/// The candidates for the end of a text, and the one that was last inserted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Completion {
    /// The unchanged start of the text, to which a candidate is appended.
    prefix: String,
    candidates: Vec<String>,
    selected: Option<usize>,
}

impl Completion {
    /// Creates a completion. `prefix` is the start of the text, which stays; each of `candidates` can replace the rest.
    pub(crate) fn new(prefix: impl Into<String>, candidates: Vec<String>) -> Self {
        Self { prefix: prefix.into(), candidates, selected: None }
    }

    pub(crate) fn candidates(&self) -> &[String] {
        &self.candidates
    }

    /// Returns the index of the candidate that was last inserted.
    pub(crate) fn selected(&self) -> Option<usize> {
        self.selected
    }

    /// Returns the text extended by what all candidates have in common; `None` if that adds nothing.
    pub(crate) fn extend(&self, text: &str) -> Option<String> {
        let extended = format!("{}{}", self.prefix, common_prefix(&self.candidates)?);
        (extended.len() > text.len()).then_some(extended)
    }

    /// Selects the next or previous candidate, wrapping around at the ends, and returns the completed text. `None` if
    /// there are no candidates.
    pub(crate) fn cycle(&mut self, forward: bool) -> Option<String> {
        let count = self.candidates.len();
        let selected = match (self.selected, forward) {
            _ if count == 0 => return None,
            (None, true) => 0,
            (None, false) => count - 1,
            (Some(selected), true) => (selected + 1) % count,
            (Some(selected), false) => (selected + count - 1) % count,
        };
        self.selected = Some(selected);
        Some(format!("{}{}", self.prefix, self.candidates[selected]))
    }

    /// Returns the range of candidates around the selected one to show if at most `max_shown` fit.
    pub(crate) fn visible_range(&self, max_shown: usize) -> Range<usize> {
        let count = self.candidates.len();
        let first =
            self.selected.unwrap_or_default().saturating_sub(max_shown / 2).min(count.saturating_sub(max_shown));
        first..count.min(first + max_shown)
    }
}

/// Returns the longest common prefix; `None` if there are no candidates.
fn common_prefix(candidates: &[String]) -> Option<&str> {
    let (first, others) = candidates.split_first()?;
    let ends = first.char_indices().map(|(at, character)| at + character.len_utf8());
    let is_shared = |end: &usize| others.iter().all(|other| other.starts_with(&first[..*end]));
    Some(&first[..ends.take_while(is_shared).last().unwrap_or(0)])
}
