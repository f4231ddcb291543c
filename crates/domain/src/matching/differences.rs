//! Fields in which candidates differ, the quickest to check on the disc first.

use super::super::release::Release;
use super::compare;
use super::verdict::Match;

/// A field that the operator can check.
struct CandidateField {
    name: &'static str,
    read: fn(&Release) -> Option<String>,
    /// Compares two values; spellings of the same value are equal.
    is_same: fn(&str, &str) -> bool,
}

impl CandidateField {
    const fn new(name: &'static str, read: fn(&Release) -> Option<String>) -> Self {
        Self { name, read, is_same: is_same_spelling }
    }
}

/// Compared fields, in the order of display.
const CANDIDATE_FIELDS: &[CandidateField] = &[
    CandidateField::new("artist", |r| Some(r.artist.as_ref()?.value.to_string())),
    CandidateField::new("title", |r| Some(r.title.as_ref()?.value.clone())),
    CandidateField::new("catalog number", |r| Some(r.catalog_number.as_ref()?.value.clone())),
    CandidateField::new("format", |r| Some(r.format.as_ref()?.value.to_string())),
    CandidateField::new("country", |r| Some(r.country.as_ref()?.value.display_name().to_owned())),
    CandidateField {
        is_same: is_prefix_of_other,
        ..CandidateField::new("date", |r| Some(r.date.as_ref()?.value.to_string()))
    },
    CandidateField::new("label", |r| Some(r.label.as_ref()?.value.clone())),
    CandidateField::new("number of tracks", |r| Some(r.track_count.as_ref()?.value.to_string())),
];

/// Returns one line for each field in which the candidates differ: `catalog number: GED24425 or DGCD 24425`.
pub(super) fn describe_differences(candidates: &[Match]) -> Vec<String> {
    let releases = candidates.iter().map(|candidate| &candidate.release).collect::<Vec<_>>();
    let differing = CANDIDATE_FIELDS.iter().filter_map(|field| {
        let values = distinct_values(&releases, field);
        let known = values.iter().flatten().count();
        (values.len() > 1 && known > 0).then(|| {
            let text = values.into_iter().map(|value| value.unwrap_or_else(|| "not known".to_owned()));
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
    /// Number of different known values.
    pub known: usize,
    /// True if any two candidates differ; a known and an unknown value differ.
    pub differs: bool,
}

/// Compares the candidates field by field, the quickest to check on the disc first. Fields that no candidate has are
/// left out.
pub fn compare_candidates(candidates: &[&Match]) -> Vec<DifferenceRow> {
    let releases = candidates.iter().map(|candidate| &candidate.release).collect::<Vec<_>>();
    let rows = CANDIDATE_FIELDS.iter().map(|field| {
        let values = releases.iter().map(|release| (field.read)(release)).collect();
        let distinct = distinct_values(&releases, field);
        let known = distinct.iter().flatten().count();
        DifferenceRow { field: field.name, values, known, differs: distinct.len() > 1 }
    });
    rows.filter(|row| row.known > 0).collect()
}

/// True if no field has two different known values.
pub(super) fn are_equivalent(releases: &[Release]) -> bool {
    let releases = releases.iter().collect::<Vec<_>>();
    CANDIDATE_FIELDS.iter().all(|field| distinct_values(&releases, field).iter().flatten().count() < 2)
}

fn distinct_values(releases: &[&Release], field: &CandidateField) -> Vec<Option<String>> {
    let mut values: Vec<Option<String>> = Vec::new();
    for value in releases.iter().map(|release| (field.read)(release)) {
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
