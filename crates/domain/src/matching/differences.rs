//! What tells pressings apart, the quickest to see on the disc first.

use super::super::release::Release;
use super::compare;
use super::verdict::Match;

/// A field that a person can look at.
struct Field {
    name: &'static str,
    read: fn(&Release) -> Option<String>,
    /// Whether two values say the same.
    same: fn(&str, &str) -> bool,
}

impl Field {
    const fn new(name: &'static str, read: fn(&Release) -> Option<String>) -> Self {
        Self { name, read, same: written_alike }
    }
}

/// The most physical first: Picard's users call catalog numbers the quickest.
const FIELDS: &[Field] = &[
    Field::new("artist", |r| Some(r.artist.as_ref()?.value.to_string())),
    Field::new("title", |r| Some(r.title.as_ref()?.value.clone())),
    Field::new("catalog number", |r| Some(r.catalog_number.as_ref()?.value.clone())),
    Field::new("format", |r| Some(r.format.as_ref()?.value.to_string())),
    Field::new("country", |r| Some(r.country.as_ref()?.value.in_words().to_owned())),
    Field { same: one_says_more, ..Field::new("date", |r| Some(r.date.as_ref()?.value.to_string())) },
    Field::new("label", |r| Some(r.label.as_ref()?.value.clone())),
    Field::new("number of tracks", |r| Some(r.track_count.as_ref()?.value.to_string())),
];

/// One line for each field in which the candidates differ: `catalog number: GED24425 or DGCD 24425`.
pub(super) fn differences(candidates: &[Match]) -> Vec<String> {
    let releases = candidates.iter().map(|candidate| &candidate.release).collect::<Vec<_>>();
    let differing = FIELDS.iter().filter_map(|field| {
        let values = distinct(&releases, field);
        let known = values.iter().flatten().count();
        (values.len() > 1 && known > 0).then(|| {
            let said = values.into_iter().map(|value| value.unwrap_or_else(|| "not known".to_owned()));
            format!("{}: {}", field.name, said.collect::<Vec<_>>().join(" or "))
        })
    });
    differing.collect()
}

/// One field of several candidates, as a person compares them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `catalog number`.
    pub field: &'static str,
    /// One for each candidate, in their order; `None` where it is not known.
    pub values: Vec<Option<String>>,
    /// How many different values are known.
    pub known: usize,
    /// Whether it tells any two apart, be it only because one of them is not known.
    pub differs: bool,
}

/// The candidates field by field, the quickest to see on the disc first. Fields that nobody knows are left out.
pub fn side_by_side(candidates: &[&Match]) -> Vec<Row> {
    let releases = candidates.iter().map(|candidate| &candidate.release).collect::<Vec<_>>();
    let rows = FIELDS.iter().map(|field| {
        let values = releases.iter().map(|release| (field.read)(release)).collect();
        let distinct = distinct(&releases, field);
        let known = distinct.iter().flatten().count();
        Row { field: field.name, values, known, differs: distinct.len() > 1 }
    });
    rows.filter(|row| row.known > 0).collect()
}

/// True where no field holds two different known values.
pub(super) fn indistinguishable(releases: &[Release]) -> bool {
    let releases = releases.iter().collect::<Vec<_>>();
    FIELDS.iter().all(|field| distinct(&releases, field).iter().flatten().count() < 2)
}

fn distinct(releases: &[&Release], field: &Field) -> Vec<Option<String>> {
    let mut values: Vec<Option<String>> = Vec::new();
    for value in releases.iter().map(|release| (field.read)(release)) {
        let is_seen = |seen: &Option<String>| match (seen, &value) {
            (Some(seen), Some(value)) => (field.same)(seen, value),
            (seen, value) => seen == value,
        };
        if !values.iter().any(is_seen) {
            values.push(value);
        }
    }
    values
}

fn written_alike(a: &str, b: &str) -> bool {
    written(a) == written(b)
}

/// `1991` and `1991-09-24` are no difference that one could see.
fn one_says_more(a: &str, b: &str) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// Without the ways in which services write the same thing.
fn written(value: &str) -> String {
    let folded = compare::folded(value);
    if folded.is_empty() { value.to_owned() } else { compare::bare_number(&folded) }
}
