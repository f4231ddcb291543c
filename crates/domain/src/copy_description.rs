//! What the seller states about the copies of an item: condition, grades, note and parts.
//!
//! ```text
//! review decision > row of the list > batch default
//! ```

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::inventory_facts::CopyParts;
use super::seller_data::{MediaGrade, SellerData};
use super::text::display::{clean_text, cut_at_word};

/// eBay's limit for the condition description, in UTF-16 units (Inventory API, `conditionDescription`).
pub(crate) const MAX_CONDITION_TEXT_UNITS: usize = 1000;

/// Condition, grades, note and parts of the copies of an item. `None` means not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CopyDescription {
    /// eBay condition that the seller states; see [`Self::effective_condition`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Grade of the disc, record or tape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_grade: Option<MediaGrade>,
    /// Grade of the sleeve, booklet or inlay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleeve_grade: Option<MediaGrade>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Box<str>>,
    /// Parts of the copy that are present or missing.
    #[serde(skip_serializing_if = "CopyParts::is_empty")]
    pub parts: CopyParts,
}

impl CopyDescription {
    /// Describes copies by their condition, grades and note.
    pub(crate) fn new(
        condition: Option<Condition>,
        media_grade: Option<MediaGrade>,
        sleeve_grade: Option<MediaGrade>,
        note: Option<Box<str>>,
    ) -> Self {
        Self { condition, media_grade, sleeve_grade, note, parts: CopyParts::default() }
    }

    /// Returns the stated condition, or else the condition of the media grade.
    pub fn effective_condition(&self) -> Option<Condition> {
        self.condition.or(self.media_grade.map(MediaGrade::to_condition))
    }

    /// Returns this description, completed with the batch defaults. If the copy states a condition or a media grade, it
    /// takes neither from the defaults, because they could contradict each other.
    #[must_use]
    pub fn with_defaults(self, defaults: Self) -> Self {
        let (condition, media_grade) = match (self.condition, self.media_grade) {
            (None, None) => (defaults.condition, defaults.media_grade),
            own => own,
        };
        let sleeve_grade = defaults.sleeve_grade.filter(|_| self.condition != Some(Condition::New));
        Self {
            condition,
            media_grade,
            sleeve_grade: self.sleeve_grade.or(sleeve_grade),
            note: self.note.or(defaults.note),
            parts: self.parts.or(defaults.parts),
        }
    }

    /// Returns these batch defaults for a copy that the list marks as used: without the condition "new".
    #[must_use]
    pub(crate) fn for_used_copy(self) -> Self {
        Self { condition: self.condition.filter(|condition| *condition != Condition::New), ..self }
    }

    /// Returns this description with a later statement about the same copy applied. A new media grade replaces the
    /// condition; a new condition removes a media grade that implies a different condition.
    #[must_use]
    pub fn corrected_by(self, later: &Self) -> Self {
        let condition = if later.media_grade.is_some() { None } else { self.condition };
        Self {
            condition: later.condition.or(condition),
            media_grade: later
                .media_grade
                .or(self.media_grade.filter(|grade| later.condition.is_none_or(|new| grade.to_condition() == new)))
                .filter(|_| later.condition != Some(Condition::New)),
            sleeve_grade: later.sleeve_grade.or(self.sleeve_grade),
            note: later.note.clone().or(self.note),
            parts: later.parts.or(self.parts),
        }
    }

    /// Returns eBay's condition description: `Media: Very Good Plus (VG+). Sleeve: Very Good (VG). Light scuffs.`
    /// `None` if neither grades, parts nor a note are stated.
    pub fn condition_text(&self) -> Option<String> {
        self.condition_text_with(|word| word)
    }

    /// Returns [`Self::condition_text`] in another language. `translate` gets `Media`, `Sleeve` and the words of
    /// [`CopyParts::sentence_with`].
    pub(crate) fn condition_text_with(&self, translate: impl Fn(&'static str) -> &'static str) -> Option<String> {
        let text = self.full_text_with(translate);
        (!text.is_empty()).then(|| cut_at_word(&text, MAX_CONDITION_TEXT_UNITS).to_owned())
    }

    /// Returns true if [`Self::condition_text`] in another language is cut to eBay's limit.
    pub(crate) fn is_text_cut_with(&self, translate: impl Fn(&'static str) -> &'static str) -> bool {
        let text = self.full_text_with(translate);
        cut_at_word(&text, MAX_CONDITION_TEXT_UNITS).len() < text.len()
    }

    fn full_text_with(&self, translate: impl Fn(&'static str) -> &'static str) -> String {
        let graded = |word, grade: Option<MediaGrade>| grade.map(|grade| format!("{}: {grade}.", translate(word)));
        let (media, sleeve) = (graded("Media", self.media_grade), graded("Sleeve", self.sleeve_grade));
        let note = self.note.as_deref().map(clean_text).filter(|note| !note.is_empty());
        let parts = [media, sleeve, self.parts.sentence_with(&translate), note].into_iter().flatten();
        parts.collect::<Vec<_>>().join(" ")
    }

    /// Returns the note on one line, cut to eBay's limit; `None` if it has no visible text.
    pub fn clean_note(&self) -> Option<String> {
        let note = clean_text(self.note.as_deref()?);
        (!note.is_empty()).then(|| cut_at_word(&note, MAX_CONDITION_TEXT_UNITS).to_owned())
    }

    /// Returns an error message if condition and media grade contradict each other: only an unopened item is new, and
    /// its media have no wear.
    pub fn contradiction(&self) -> Option<String> {
        let grade = self.media_grade.filter(|grade| *grade > MediaGrade::NearMint)?;
        (self.condition == Some(Condition::New))
            .then(|| format!("the condition is new, but the media grade is {grade}: correct one of them"))
    }

    /// Returns true if nothing is stated.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Formats `condition very good, media Very Good Plus (VG+), sleeve Very Good (VG), note "scratch on side B"`.
    pub fn summary(&self) -> String {
        let parts = [
            self.condition.map(|condition| format!("condition {}", condition.words())),
            self.media_grade.map(|grade| format!("media {grade}")),
            self.sleeve_grade.map(|grade| format!("sleeve {grade}")),
            (!self.parts.is_empty()).then(|| self.parts.to_string()),
            self.clean_note().map(|note| format!("note {:?}", cut_at_word(&note, 60))),
        ];
        let stated = parts.into_iter().flatten().collect::<Vec<_>>();
        if stated.is_empty() { "no condition stated".to_owned() } else { stated.join(", ") }
    }
}

impl From<Option<Condition>> for CopyDescription {
    fn from(condition: Option<Condition>) -> Self {
        Self { condition, ..Self::default() }
    }
}

impl From<CopyDescription> for SellerData {
    fn from(copy: CopyDescription) -> Self {
        let CopyDescription { condition, media_grade, sleeve_grade, note, parts } = copy;
        let mut data = Self::default().with_note_and_location(note, None);
        (data.condition, data.media_grade, data.sleeve_grade) = (condition, media_grade, sleeve_grade);
        data.parts = parts;
        data
    }
}

impl From<&SellerData> for CopyDescription {
    fn from(data: &SellerData) -> Self {
        Self {
            condition: data.condition,
            media_grade: data.media_grade,
            sleeve_grade: data.sleeve_grade,
            note: data.note().map(Into::into),
            parts: data.parts,
        }
    }
}
