//! What the operator states about scans: grades, parts and location. `VG+ no-obi loc Box 14` alone, typed or as a command
//! barcode, applies to the following scans; `720642442524 VG+/VG` is a scan with its own grades; `last VG` corrects the
//! last scan.

use compact_str::CompactString;

use super::super::copy_description::CopyDescription;
use super::super::inventory_facts::CopyParts;
use super::super::seller_data::{ItemField, MediaGrade, SellerData};
use super::super::text::display::clean_text;

/// Command that ends the grading of the following scans.
const NO_GRADE: &str = "nograde";

/// Command after which nothing is stated about parts of the following scans.
const NO_PARTS: &str = "noparts";

/// Command that ends the location of the following scans.
const NO_LOCATION: &str = "noloc";

/// Optional word before the grades in a command barcode: `GRADE VG+/VG`.
const GRADE_COMMAND: &str = "grade";

/// Words before a location, which extends to the end of the text: `LOC Box 14`.
const LOCATION_COMMANDS: [&str; 2] = ["loc", "location"];

/// Word before the terms that correct the last scan: `last VG`.
const CORRECTION_COMMAND: &str = "last";

/// Maximum number of words in the name of a grade.
const MAX_GRADE_WORDS: usize = 3;

/// Maximum number of characters in a location.
const MAX_LOCATION_CHARS: usize = 60;

/// Terms of scans. Empty fields state nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanTerms {
    /// Grades and parts.
    pub copy: CopyDescription,
    /// Where the copies are stored.
    pub location: Option<CompactString>,
}

impl ScanTerms {
    /// Changes the terms of the following scans by a command: grades replace the grades, a location replaces the
    /// location, and each part is set on its own. Returns false and changes nothing if the text is not a command.
    pub fn apply_command(&mut self, text: &str) -> bool {
        let Some(command) = TermsCommand::parse(text) else { return false };
        *self = command.applied_to(std::mem::take(self));
        true
    }

    /// Returns true if nothing is stated.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Formats the terms for the operator: `VG+/VG no-obi loc Box 14`.
    pub fn summary(&self) -> String {
        let mut words = Vec::new();
        let media = self.copy.media_grade.map(MediaGrade::as_str);
        let media = media.map(|grade| if self.copy.condition.is_some() { "sealed" } else { grade });
        let sleeve = self.copy.sleeve_grade.map(|grade| format!("/{}", grade.as_str())).unwrap_or_default();
        words.extend(media.map(|media| format!("{media}{sleeve}")));
        let CopyParts { obi, booklet, case } = self.copy.parts;
        for (name, is_there) in [("obi", obi), ("booklet", booklet), ("case", case)] {
            words.extend(is_there.map(|is_there| if is_there { name.to_owned() } else { format!("no-{name}") }));
        }
        words.extend(self.location.as_ref().map(|location| format!("loc {location}")));
        words.join(" ")
    }
}

impl From<ScanTerms> for SellerData {
    fn from(ScanTerms { copy, location }: ScanTerms) -> Self {
        let note = copy.note.clone();
        Self::from(copy).with_note_and_location(note, location)
    }
}

impl From<&SellerData> for ScanTerms {
    fn from(data: &SellerData) -> Self {
        Self { copy: CopyDescription::from(data), location: data.location().map(Into::into) }
    }
}

/// The terms in a command; `None` leaves a term as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsCommand {
    grades: Option<CopyDescription>,
    /// True if earlier statements about parts end.
    clears_parts: bool,
    parts: CopyParts,
    location: LocationCommand,
}

/// What a command does to the location.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum LocationCommand {
    #[default]
    Keep,
    Clear,
    Set(CompactString),
}

impl LocationCommand {
    fn from_text(location: Option<CompactString>) -> Self {
        location.map_or(Self::Keep, Self::Set)
    }

    fn applied_to(self, location: Option<CompactString>) -> Option<CompactString> {
        match self {
            Self::Keep => location,
            Self::Clear => None,
            Self::Set(location) => Some(location),
        }
    }
}

impl TermsCommand {
    /// Parses a text that consists of terms only. Returns `None` for other texts.
    pub fn parse(text: &str) -> Option<Self> {
        let (words, location) = split_location(text.trim());
        let mut command = Self { location: LocationCommand::from_text(location), ..Self::default() };
        let words = match words.split_once(char::is_whitespace) {
            Some((first, grade)) if first.eq_ignore_ascii_case(GRADE_COMMAND) => grade.trim(),
            _ => words,
        };
        // The name of a grade can have several words.
        if let Some(grades) = parse_grades(words) {
            command.grades = Some(grades);
            return Some(command);
        }
        let is_command = words.split_whitespace().all(|word| command.add_word(word));
        is_command.then_some(command).filter(|command| *command != Self::default())
    }

    /// Parses a correction of the last scan: `last VG`. Returns `None` for other texts.
    pub fn parse_correction(text: &str) -> Option<Self> {
        let (first, terms) = text.trim().split_once(char::is_whitespace)?;
        Self::parse(terms).filter(|_| first.eq_ignore_ascii_case(CORRECTION_COMMAND))
    }

    /// Returns the part of a correction that is not a term: `VGG` of `last VGG`, and an empty text for `last` alone.
    /// Returns `None` for a valid correction and for texts that are not one.
    pub fn invalid_correction(text: &str) -> Option<&str> {
        let (first, terms) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
        let is_invalid = first.eq_ignore_ascii_case(CORRECTION_COMMAND) && Self::parse(terms).is_none();
        is_invalid.then(|| split_terms(terms).0)
    }

    /// Returns true for a command whose terms are missing: `last`, or a scan that ends with `loc`.
    pub fn is_incomplete(text: &str) -> bool {
        let last_word = text.split_whitespace().next_back().unwrap_or_default();
        let is_location = LOCATION_COMMANDS.iter().any(|command| last_word.eq_ignore_ascii_case(command));
        is_location || text.trim().eq_ignore_ascii_case(CORRECTION_COMMAND)
    }

    /// Returns the terms after this command.
    #[must_use]
    pub fn applied_to(self, terms: ScanTerms) -> ScanTerms {
        let ScanTerms { copy, location } = terms;
        let parts = if self.clears_parts { CopyParts::default() } else { copy.parts };
        let copy = self.grades.map_or(copy.clone(), |grades| CopyDescription { note: copy.note, ..grades });
        ScanTerms {
            copy: CopyDescription { parts: self.parts.or(parts), ..copy },
            location: self.location.applied_to(location),
        }
    }

    /// Adds one word. Returns false if it is not a term.
    fn add_word(&mut self, word: &str) -> bool {
        let lower = word.to_lowercase();
        let (part, is_there) = match lower.strip_prefix("no-").or_else(|| lower.strip_prefix("no")) {
            Some(part) => (part, false),
            None => (lower.as_str(), true),
        };
        match (lower.as_str(), part) {
            (NO_PARTS, _) => self.clears_parts = true,
            (NO_LOCATION, _) => self.location = LocationCommand::Clear,
            (_, "obi") => self.parts.obi = Some(is_there),
            (_, "booklet") => self.parts.booklet = Some(is_there),
            (_, "case") => self.parts.case = Some(is_there),
            _ => match parse_grades(word) {
                Some(grades) => self.grades = Some(grades),
                None => return false,
            },
        }
        true
    }
}

/// Splits the terms from the end of a scan. A text without terms is returned unchanged, with an empty command.
pub fn split_terms(code: &str) -> (&str, TermsCommand) {
    let (mut barcode, location) = split_location(code.trim());
    let mut command = TermsCommand { location: LocationCommand::from_text(location), ..TermsCommand::default() };
    while let Some((before, more)) = split_last_term(barcode) {
        command.grades = command.grades.or(more.grades);
        command.parts = command.parts.or(more.parts);
        barcode = before.trim_end();
    }
    (barcode, command)
}

/// Splits the last term from a text. The name of a grade can have several words: `near mint`.
fn split_last_term(text: &str) -> Option<(&str, TermsCommand)> {
    let starts = text.char_indices().rev().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let starts = starts.take(MAX_GRADE_WORDS).collect::<Vec<_>>();
    let named = starts.iter().skip(1).rev().find_map(|at| Some((*at, parse_grades(text[*at..].trim())?)));
    if let Some((at, grades)) = named {
        return Some((&text[..at], TermsCommand { grades: Some(grades), ..TermsCommand::default() }));
    }
    let (before, word) = text.split_at(*starts.first()?);
    let mut command = TermsCommand::default();
    command.add_word(word.trim()).then_some((before, command))
}

/// Formats a scan with terms, the inverse of [`split_terms`].
pub fn join_terms(code: &str, terms: &ScanTerms) -> String {
    let summary = terms.summary();
    if summary.is_empty() { code.to_owned() } else { format!("{code} {summary}") }
}

/// Splits a location from the end of a text.
fn split_location(text: &str) -> (&str, Option<CompactString>) {
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let end = at + word.len();
        if LOCATION_COMMANDS.iter().any(|command| word.trim().eq_ignore_ascii_case(command)) {
            let location = clean_text(&text[end..]).chars().take(MAX_LOCATION_CHARS).collect::<CompactString>();
            if !location.is_empty() {
                return (text[..at].trim_end(), Some(location));
            }
        }
        at = end;
    }
    (text, None)
}

/// Parses grades of the media, or of media and sleeve: `VG+`, `VG+/VG`, `sealed`. `nograde` returns an empty
/// description. Returns `None` for other texts.
fn parse_grades(text: &str) -> Option<CopyDescription> {
    if text.eq_ignore_ascii_case(NO_GRADE) {
        return Some(CopyDescription::default());
    }
    let (media, sleeve) = text.split_once('/').map_or((text, None), |(media, sleeve)| (media, Some(sleeve)));
    MediaGrade::from_text(media)?;
    let mut data = SellerData::default();
    data.set_field(ItemField::MediaGrade, media).ok()?;
    if let Some(sleeve) = sleeve {
        data.set_field(ItemField::SleeveGrade, sleeve).ok()?;
    }
    Some(CopyDescription::from(&data))
}
