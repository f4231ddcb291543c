//! What tells pressings apart, the quickest to see on the disc first.

use super::super::release::Release;
use super::compare;
use super::verdict::Match;

/// How a field of a release reads.
type Reading = fn(&Release) -> Option<String>;

/// Fields that a person can look at, the most physical first: Picard's users call catalog numbers the quickest.
const FIELDS: &[(&str, Reading)] = &[
    ("artist", |r| Some(r.artist.as_ref()?.value.to_string())),
    ("title", |r| Some(r.title.as_ref()?.value.clone())),
    ("catalog number", |r| Some(r.catalog_number.as_ref()?.value.clone())),
    ("format", |r| Some(r.format.as_ref()?.value.to_string())),
    ("country", |r| Some(r.country.as_ref()?.value.in_words().to_owned())),
    ("date", |r| Some(r.date.as_ref()?.value.to_string())),
    ("label", |r| Some(r.label.as_ref()?.value.clone())),
    ("number of tracks", |r| Some(r.tracks.as_ref()?.value.len().to_string())),
];

/// One line for each field in which the candidates differ: `catalog number: GED24425 or DGCD 24425`.
pub(super) fn differences(candidates: &[Match]) -> Vec<String> {
    let releases = candidates.iter().map(|candidate| &candidate.release).collect::<Vec<_>>();
    let differing = FIELDS.iter().filter_map(|(name, read)| {
        let values = distinct(&releases, *read);
        let known = values.iter().flatten().count();
        (values.len() > 1 && known > 0).then(|| {
            let said = values.into_iter().map(|value| value.unwrap_or_else(|| "not known".to_owned()));
            format!("{name}: {}", said.collect::<Vec<_>>().join(" or "))
        })
    });
    differing.collect()
}

/// True where no field holds two different known values.
pub(super) fn indistinguishable(releases: &[Release]) -> bool {
    let releases = releases.iter().collect::<Vec<_>>();
    FIELDS.iter().all(|(_, read)| distinct(&releases, *read).iter().flatten().count() < 2)
}

fn distinct(releases: &[&Release], read: Reading) -> Vec<Option<String>> {
    let mut values: Vec<Option<String>> = Vec::new();
    for value in releases.iter().map(|release| read(release)) {
        let form = |value: &Option<String>| value.as_deref().map(written);
        if !values.iter().any(|seen| form(seen) == form(&value)) {
            values.push(value);
        }
    }
    values
}

/// Without the ways in which services write the same thing.
fn written(value: &str) -> String {
    let folded = compare::folded(value);
    if folded.is_empty() { value.to_owned() } else { compare::bare_number(&folded) }
}
