//! The operator's decision about an item: the pressing, corrected fields, and the price.
//!
//! ```text
//! (Verdict, Decision) ──apply_to──> Verdict::Matched, from which the item continues to its price, cover and draft
//! ```
//!
//! Applying a decision needs no provider request, because the verdict contains the candidates.

use std::fmt;
use std::num::NonZeroU32;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::clearable_field::ClearableField;
use super::condition::Condition;
use super::copy_description::CopyDescription;
use super::inventory_facts::CopyParts;
use super::job_spec::JobId;
use super::lot::LotEdit;
use super::matching::{Match, MatchAspect, MatchReason, Verdict};
use super::money::Money;
use super::provenance::{Alternative, Sourced};
use super::release::{ArtistCredit, Carrier, Country, Format, PartialDate, Release, ReleaseId};
use super::seller_data::MediaGrade;
use super::upc::Upc;

pub use super::provider::SELLER;

/// The operator's decision about an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    #[serde(flatten)]
    pub choice: ReviewChoice,
    #[serde(default, skip_serializing_if = "Corrections::is_empty")]
    pub corrections: Corrections,
    /// Fields set by earlier decisions that this decision clears.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cleared: Vec<ClearableField>,
    /// Price of one copy, which replaces the estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// True if the price must be estimated again because the condition or grade changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new_price: bool,
    /// True for an edit, which changes an item outside a review, before or after its draft is created.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[serde(rename = "edit")]
    pub is_edit: bool,
    /// Origin of the decision, if it repeats a decision about the same row of the same list in an earlier batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<DecisionOrigin>,
}

/// Job and time of the decision that is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionOrigin {
    pub job: JobId,
    pub at: Timestamp,
}

impl fmt::Display for DecisionOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.at.strftime("%Y-%m-%d %H:%M"), self.job)
    }
}

/// The pressing that the operator chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "choice", rename_all = "snake_case")]
pub enum ReviewChoice {
    /// Accept the release that was found, with corrections.
    #[serde(rename = "go_on")]
    Accept,
    /// Choose one of the candidates.
    #[serde(rename = "pressing")]
    Candidate(CandidateRef),
    /// Skip the item: no candidate is right, or the item is not wanted.
    #[serde(rename = "nothing")]
    Skip { why: String },
    /// Undo the previous decision or edit. The item then waits for review again; after an edit, its draft is composed
    /// again.
    #[serde(rename = "undo")]
    Undo {
        /// Whether the item had a price before the undone decision.
        has_price: bool,
        /// Whether the item had a cover before the undone decision.
        has_cover: bool,
        /// Price that the item had before the undone decision.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        earlier_price: Option<Money>,
    },
}

/// The chosen candidate, with data that identifies it in this batch and later ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CandidateRef {
    /// Number of the candidate, from 1.
    pub number: u32,
    /// IDs of the candidate at the providers.
    pub ids: Vec<ReleaseId>,
    pub artist: Option<String>,
    pub title: Option<String>,
    pub format: Option<String>,
    /// Match score in percent.
    pub score: u8,
}

/// Fields that the operator corrected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Corrections {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<PartialDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_grade: Option<MediaGrade>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleeve_grade: Option<MediaGrade>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Box<str>>,
    /// Parts of the copy that are present or missing.
    #[serde(skip_serializing_if = "CopyParts::is_empty")]
    pub parts: CopyParts,
    /// Edits of the listing: title, quantity and lot.
    #[serde(flatten)]
    pub listing: ListingEdits,
}

/// Values of a listing that the operator sets, instead of the ones that Draft Maker composes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListingEdits {
    /// The complete title, at most 80 UTF-16 units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "listing_title")]
    pub title: Option<String>,
    /// Number of copies, instead of the one in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<NonZeroU32>,
    /// Lot in which the item is sold, instead of the one in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotEdit>,
}

impl ListingEdits {
    /// Returns these edits, completed with earlier ones.
    #[must_use]
    pub fn or(&self, earlier: Self) -> Self {
        let lot = self.lot.clone().or(earlier.lot);
        Self { title: self.title.clone().or(earlier.title), quantity: self.quantity.or(earlier.quantity), lot }
    }

    /// Returns true if nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Corrections {
    /// Returns true if no field is corrected.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the corrections that describe the copies.
    pub fn copy_description(&self) -> CopyDescription {
        let copy = CopyDescription::new(self.condition, self.media_grade, self.sleeve_grade, self.note.clone());
        CopyDescription { parts: self.parts, ..copy }
    }

    /// Formats the corrected fields with their values: `title Bleach, condition very good`.
    fn summary(&self) -> String {
        fn named<T: fmt::Display>(name: &str, value: Option<&T>) -> Option<String> {
            value.map(|value| format!("{name} {value}"))
        }
        let copy = self.copy_description();
        let fields = [
            named("artist", self.artist.as_ref()),
            named("title", self.title.as_ref()),
            named("label", self.label.as_ref()),
            named("catalog number", self.catalog_number.as_ref()),
            named("date", self.date.as_ref()),
            named("country", self.country.as_ref()),
            named("format", self.format.as_ref()),
            (!copy.is_empty()).then(|| copy.summary()),
            self.listing.title.as_ref().map(|title| format!("listing title {title:?}")),
            named("quantity", self.listing.quantity.as_ref()),
            named("lot", self.listing.lot.as_ref()),
        ];
        fields.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Returns true if the corrections describe a different pressing, for which price and cover must be looked up.
    fn changes_pressing(&self) -> bool {
        self.artist.is_some() || self.title.is_some() || self.format.is_some()
    }

    /// Applies the corrections to a release. The previous values are kept as alternatives with their sources.
    pub fn apply_to(&self, release: &mut Release) {
        correct_field(&mut release.artist, self.artist.clone().map(ArtistCredit::from_name));
        correct_field(&mut release.title, self.title.clone());
        correct_field(&mut release.label, self.label.clone());
        correct_field(&mut release.catalog_number, self.catalog_number.clone());
        correct_field(&mut release.date, self.date);
        correct_field(&mut release.country, self.country.clone());
        correct_field(&mut release.format, self.format.clone());
    }
}

fn correct_field<T: PartialEq>(field: &mut Option<Sourced<T>>, given: Option<T>) {
    let Some(given) = given else { return };
    let mut right = Sourced::new(given, SELLER);
    if let Some(before) = field.take() {
        let reported = Alternative { value: before.value, source: before.source };
        let all = std::iter::once(reported).chain(before.alternatives);
        right.alternatives =
            all.filter(|reported| reported.value != right.value && reported.source != SELLER).collect();
    }
    *field = Some(right);
}

impl CandidateRef {
    /// Creates the reference to candidate `number` (from 1).
    pub fn from_match(number: u32, candidate: &Match) -> Self {
        let release = &candidate.release;
        Self {
            number,
            ids: release.ids.clone(),
            artist: release.artist.as_ref().map(|artist| artist.value.to_string()),
            title: release.title.as_ref().map(|title| title.value.clone()),
            format: release.format.as_ref().map(|format| format.value.to_string()),
            score: candidate.score_percent(),
        }
    }

    /// Returns the index (from 0) of the same pressing in `candidates`.
    pub(crate) fn index_among(&self, candidates: &[&Match]) -> Option<usize> {
        let shares = |one: &Match| one.release.ids.iter().any(|id| self.ids.contains(id));
        let index = (self.number as usize).checked_sub(1).filter(|index| *index < candidates.len());
        let same = |index: &usize| {
            let ids = &candidates[*index].release.ids;
            *ids == self.ids || ids.iter().any(|id| self.ids.contains(id))
        };
        index.filter(same).or_else(|| candidates.iter().position(|one| shares(one)))
    }
}

impl Decision {
    /// Returns the decision to accept the release that was found.
    pub fn accept() -> Self {
        let choice = ReviewChoice::Accept;
        Self {
            choice,
            corrections: Corrections::default(),
            cleared: Vec::new(),
            price: None,
            new_price: false,
            is_edit: false,
            repeats: None,
        }
    }

    /// Returns true if the decision undoes the previous one.
    pub const fn is_undo(&self) -> bool {
        matches!(self.choice, ReviewChoice::Undo { .. })
    }

    /// Returns true if the decision changes the lot of the item, or whether it is sold in one.
    pub fn changes_lot(&self) -> bool {
        self.corrections.listing.lot.is_some() || self.cleared.contains(&ClearableField::Lot)
    }

    /// Returns true if the decision undoes a review decision, so that the item waits for review again.
    pub const fn reopens_review(&self) -> bool {
        self.is_undo() && !self.is_edit
    }

    /// Returns true if the decision selects a different pressing, for which price and cover must be looked up again.
    pub(crate) fn changes_pressing(&self) -> bool {
        matches!(self.choice, ReviewChoice::Candidate(_)) || self.corrections.changes_pressing()
    }

    /// Returns true if the price must be estimated again: for a different pressing, condition or grade.
    pub(crate) fn needs_new_price(&self) -> bool {
        self.changes_pressing() || self.new_price
    }

    /// Returns true if the cover must be chosen again: for a different pressing, or for a different condition, which
    /// decides whether the listing may show a cover.
    pub(crate) fn needs_new_cover(&self) -> bool {
        self.changes_pressing()
            || self.corrections.condition.is_some()
            || self.cleared.contains(&ClearableField::Condition)
    }

    /// Returns a summary of the decision, on one line.
    pub fn summary(&self) -> String {
        let choice = match &self.choice {
            ReviewChoice::Accept => "accepted as found".to_owned(),
            ReviewChoice::Candidate(chosen) => format!("candidate {}", chosen.number),
            ReviewChoice::Skip { why } => format!("skipped: {why}"),
            ReviewChoice::Undo { .. } if self.is_edit => return "the last edit was undone".to_owned(),
            ReviewChoice::Undo { .. } => return "the last decision was undone".to_owned(),
        };
        let choice = if self.is_edit { "edited".to_owned() } else { choice };
        let corrected = (!self.corrections.is_empty()).then(|| self.corrections.summary());
        let cleared = self.cleared.iter().map(|field| field.to_string().replace('_', " ")).collect::<Vec<_>>();
        let cleared = (!cleared.is_empty()).then(|| format!("{} cleared", cleared.join(" and ")));
        let price = self.price.map(|price| format!("price {price}"));
        let repeated = self.repeats.as_ref().map(|origin| format!("as you decided on {origin}"));
        [Some(choice), corrected, cleared, price, repeated].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Returns a note about an applied decision of an earlier batch; `None` if the decision was made in this batch.
    pub fn repeat_note(&self) -> Option<String> {
        let origin = self.repeats.as_ref()?;
        let summary = Self { repeats: None, ..self.clone() }.summary();
        let (noun, summary) = match summary.strip_prefix("edited, ") {
            Some(changes) if self.is_edit => ("edit", changes),
            _ => ("decision", summary.as_str()),
        };
        Some(format!("your {noun} of {origin} was applied ({summary})"))
    }

    /// Returns why the item is skipped; `None` if it is not.
    pub fn skip_reason(&self) -> Option<&str> {
        match &self.choice {
            ReviewChoice::Skip { why } => Some(why),
            ReviewChoice::Accept | ReviewChoice::Candidate(_) | ReviewChoice::Undo { .. } => None,
        }
    }

    /// Returns the verdict after this decision. `asked` is the reviewed verdict with all candidates. `stands` is the
    /// current verdict after earlier decisions.
    pub fn apply_to(&self, upc: Upc, asked: Option<&Verdict>, stands: Option<Verdict>) -> Option<Verdict> {
        let candidates = asked.map(Verdict::candidates).unwrap_or_default();
        let found = match &self.choice {
            ReviewChoice::Skip { .. } | ReviewChoice::Undo { .. } => return stands,
            ReviewChoice::Candidate(chosen) => chosen.index_among(&candidates).map(|index| candidates[index].clone()),
            ReviewChoice::Accept => match &stands {
                Some(Verdict::Matched { best_match: found, .. }) => Some((**found).clone()),
                Some(Verdict::Ambiguous { candidates, .. }) if candidates.len() == 1 => candidates.first().cloned(),
                Some(Verdict::Unknown { .. }) | None => Some(unknown_release(upc)),
                Some(Verdict::Ambiguous { .. }) => None,
            },
        };
        let Some(mut found) = found else { return stands };
        let next = candidates.into_iter().find(|other| other.release.ids != found.release.ids);
        if self.corrections.format.as_ref().is_some_and(|format| !is_download(Some(format)))
            && is_download(found.release.format.as_ref().map(|format| &format.value))
        {
            found = found.into_physical_copy(upc);
        }
        self.corrections.apply_to(&mut found.release);
        if !found.reasons.iter().any(|reason| reason.aspect == MatchAspect::Decision) {
            found.reasons.insert(0, decision_reason());
        }
        Some(Verdict::Matched { runner_up: next.cloned().map(Box::new), best_match: Box::new(found) })
    }
}

/// Returns true for the format of a digital download.
fn is_download(format: Option<&Format>) -> bool {
    format.and_then(Format::main_carrier) == Some(Carrier::Digital)
}

fn decision_reason() -> MatchReason {
    let message = "you decided about this item".to_owned();
    MatchReason { aspect: MatchAspect::Decision, weight: 0.0, distance: 0.0, description: message }
}

/// Returns a match for an item that no database has. Only the operator's corrections describe it.
fn unknown_release(upc: Upc) -> Match {
    let release = Release { barcode: Some(Sourced::new(upc, SELLER)), ..Release::default() };
    Match { release, entries: Vec::new(), score: 1.0, reasons: Vec::new() }
}
