//! Fields in which candidates differ, the quickest to check on the disc first.

use super::super::listing::country_name;
use super::super::provider_release::ProviderRelease;
use super::super::release::{Country, Release};
use super::super::release_status::ReleaseStatus;
use super::super::site::Site;
use super::compare;
use super::verdict::Match;

/// A pressing in the comparison: its merged fields and the entries that they come from.
#[derive(Clone, Copy)]
pub(super) struct ComparedPressing<'a> {
    pub(super) release: &'a Release,
    pub(super) entries: &'a [ProviderRelease],
}

/// A field that the operator can check.
struct CandidateField {
    name: &'static str,
    read: fn(&Release) -> Option<String>,
    /// Compares two values; spellings of the same value are equal.
    is_same: fn(&str, &str) -> bool,
    empty: EmptyValue,
}

/// What an empty field means beside a filled one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EmptyValue {
    /// Nobody entered it: a date, a country. It is shown.
    Unknown,
    /// Nobody entered it, and few entries have it: the packaging. It is not shown.
    Unstated,
    /// There is no such mark, if the same provider fills it in the other entry: `Red` beside an entry without a color.
    Absent,
    /// It is the usual value, which some providers do not write: the status of an official release.
    Usual,
}

impl CandidateField {
    const fn new(name: &'static str, read: fn(&Release) -> Option<String>) -> Self {
        Self { name, read, is_same: is_same_spelling, empty: EmptyValue::Unknown }
    }

    const fn often_empty(name: &'static str, read: fn(&Release) -> Option<String>) -> Self {
        Self { empty: EmptyValue::Unstated, ..Self::new(name, read) }
    }

    /// What an empty value means.
    const fn empty_text(&self) -> &'static str {
        match self.empty {
            EmptyValue::Absent => "none",
            EmptyValue::Usual => "official",
            EmptyValue::Unknown | EmptyValue::Unstated => "not known",
        }
    }

    const fn of_edition(name: &'static str, read: fn(&Release) -> Option<String>) -> Self {
        Self { empty: EmptyValue::Absent, ..Self::new(name, read) }
    }
}

/// Compared fields, in the order of display.
const CANDIDATE_FIELDS: &[CandidateField] = &[
    CandidateField::new("artist", |r| Some(r.artist.as_ref()?.value.to_string())),
    CandidateField::new("title", |r| Some(r.title.as_ref()?.value.clone())),
    CandidateField::new("catalog number", |r| Some(r.catalog_number.as_ref()?.value.clone())),
    CandidateField::new("format", |r| Some(r.format.as_ref()?.value.to_string())),
    CandidateField::often_empty("size", |r| {
        let sizes = r.format.as_ref()?.value.media.iter().filter_map(|medium| Some(format!("{}\"", medium.inches?)));
        Some(sizes.collect::<Vec<_>>().join(" + ")).filter(|sizes| !sizes.is_empty())
    }),
    CandidateField {
        empty: EmptyValue::Usual,
        ..CandidateField::new("status", |r| {
            Some(r.status.as_ref()?.value).filter(|status| *status != ReleaseStatus::Official).map(|s| s.to_string())
        })
    },
    CandidateField::of_edition("version", |r| Some(r.disambiguation.as_ref()?.value.clone())),
    CandidateField::of_edition("edition", |r| Some(r.edition.as_ref()?.value.join(", "))),
    CandidateField::of_edition("color", |r| Some(r.color.as_ref()?.value.clone())),
    CandidateField::of_edition("format details", |r| Some(r.format_notes.as_ref()?.value.join(", "))),
    CandidateField::often_empty("type", |r| {
        r.types.as_ref()?.value.iter().find(|kind| kind.is_length()).map(ToString::to_string)
    }),
    CandidateField::often_empty("speed", |r| Some(r.speeds.as_ref()?.value.join(", "))),
    CandidateField::often_empty("packaging", |r| Some(r.packaging.as_ref()?.value.clone())),
    CandidateField::new("country", |r| Some(display_country(&r.country.as_ref()?.value))),
    CandidateField {
        is_same: is_prefix_of_other,
        ..CandidateField::new("date", |r| Some(r.date.as_ref()?.value.to_string()))
    },
    CandidateField::new("label", |r| Some(r.label.as_ref()?.value.clone())),
    CandidateField::new("number of tracks", |r| Some(r.track_count.as_ref()?.value.to_string())),
];

/// Returns the name of a country that the databases know by a code, as titles have it: `UK` for `GB`, `Japan` for `JP`.
fn display_country(country: &Country) -> String {
    let code = country.to_code();
    let name = country_name::title_country(&code.0, Site::default()).filter(|_| code.0.len() == 2);
    name.unwrap_or_else(|| country.display_name()).to_owned()
}

/// Returns one line for each field in which the candidates differ: `catalog number: GED24425 or DGCD 24425`.
pub(super) fn describe_differences(candidates: &[Match]) -> Vec<String> {
    let pressings = candidates.iter().map(compared).collect::<Vec<_>>();
    let differing = CANDIDATE_FIELDS.iter().filter_map(|field| {
        let values = distinct_values(&pressings, field);
        let known = values.iter().flatten().count();
        let is_shown = field.empty != EmptyValue::Unstated || !are_same(&pressings, field);
        (values.len() > 1 && known > 0 && is_shown).then(|| {
            let text = values.into_iter().map(|value| value.unwrap_or_else(|| field.empty_text().to_owned()));
            format!("{}: {}", field.name, text.collect::<Vec<_>>().join(" or "))
        })
    });
    differing.collect()
}

/// One field of several candidates, side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferenceRow {
    /// `catalog number`.
    pub field: &'static str,
    /// One value per candidate, in their order; `None` if it is not known.
    pub values: Vec<Option<String>>,
    /// Number of different values. `None` is one of them where it means that the pressing has no such mark.
    pub known: usize,
    /// True if any two candidates differ; a known and an unknown value differ.
    pub differs: bool,
}

/// Compares the candidates field by field, the quickest to check on the disc first. Fields that no candidate has are
/// left out.
pub fn compare_candidates(candidates: &[&Match]) -> Vec<DifferenceRow> {
    let pressings = candidates.iter().map(|candidate| compared(candidate)).collect::<Vec<_>>();
    let rows = CANDIDATE_FIELDS.iter().map(|field| {
        let values = pressings.iter().map(|pressing| (field.read)(pressing.release)).collect::<Vec<_>>();
        let distinct = distinct_values(&pressings, field);
        let has_empty = distinct.iter().any(Option::is_none) && !are_same(&pressings, field);
        let known = distinct.iter().flatten().count();
        let known = if known > 0 && has_empty && matches!(field.empty, EmptyValue::Absent | EmptyValue::Usual) {
            known + 1
        } else {
            known
        };
        DifferenceRow { field: field.name, values, known, differs: distinct.len() > 1 }
    });
    rows.filter(|row| row.known > 0).collect()
}

/// Returns true if the candidates are alike in all that the databases say.
pub(super) fn are_equivalent(pressings: &[ComparedPressing<'_>]) -> bool {
    CANDIDATE_FIELDS.iter().all(|field| are_same(pressings, field))
}

fn compared(candidate: &Match) -> ComparedPressing<'_> {
    ComparedPressing { release: &candidate.release, entries: &candidate.entries }
}

/// Returns true if no two pressings differ in the field.
fn are_same(pressings: &[ComparedPressing<'_>], field: &CandidateField) -> bool {
    let differ =
        |a: &ComparedPressing<'_>, b: &ComparedPressing<'_>| match ((field.read)(a.release), (field.read)(b.release)) {
            (Some(a), Some(b)) => !(field.is_same)(&a, &b),
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => match field.empty {
                EmptyValue::Usual => true,
                EmptyValue::Absent => shares_provider(a, b),
                EmptyValue::Unknown | EmptyValue::Unstated => false,
            },
        };
    pressings.iter().enumerate().all(|(place, a)| pressings[place + 1..].iter().all(|b| !differ(a, b)))
}

/// Returns true if one provider has an entry for each: it has two because they are two.
fn shares_provider(a: &ComparedPressing<'_>, b: &ComparedPressing<'_>) -> bool {
    a.entries.iter().any(|one| b.entries.iter().any(|other| one.id.provider == other.id.provider))
}

fn distinct_values(pressings: &[ComparedPressing<'_>], field: &CandidateField) -> Vec<Option<String>> {
    let mut values: Vec<Option<String>> = Vec::new();
    for value in pressings.iter().map(|pressing| (field.read)(pressing.release)) {
        let is_seen = |seen: &Option<String>| match (seen, &value) {
            (Some(seen), Some(value)) => (field.is_same)(seen, value),
            (seen, value) => seen == value,
        };
        if !values.iter().any(is_seen) {
            values.push(value);
        }
    }
    values
}

fn is_same_spelling(a: &str, b: &str) -> bool {
    normalize_spelling(a) == normalize_spelling(b)
}

/// True if one value is the beginning of the other: `1991` and `1991-09-24` do not contradict.
fn is_prefix_of_other(a: &str, b: &str) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// Returns the value without the differences between the services' spellings.
fn normalize_spelling(value: &str) -> String {
    let folded = compare::normalize_text(value);
    if folded.is_empty() { value.to_owned() } else { compare::normalize_catalog_number(&folded) }
}
