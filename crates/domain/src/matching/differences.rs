//! Finds the fields in which candidates differ, starting with the ones that are easiest to check on the disc.

use super::super::edition;
use super::super::money::Money;
use super::super::pricing::{MatchBasis, SampleKind};
use super::super::provider_release::ProviderRelease;
use super::super::release::{LabelCredit, Release};
use super::super::release_status::{ReleaseConcern, ReleaseStatus};
use super::compare;
use super::fold_text::fold_text;
use super::verdict::Match;

/// A pressing to compare: its merged fields, and the entries that they come from.
#[derive(Clone, Copy)]
pub(super) struct ComparedPressing<'a> {
    pub(super) release: &'a Release,
    pub(super) entries: &'a [ProviderRelease],
}

/// A field that the operator can check.
struct CandidateField {
    name: &'static str,
    read: fn(&ComparedPressing<'_>) -> Option<String>,
    /// Compares two values. Different spellings of a value are equal.
    is_same: fn(&str, &str) -> bool,
    empty: EmptyValue,
    /// True if the field is shown only if it distinguishes candidates.
    is_minor: bool,
}

/// Meaning of an empty field next to a filled one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EmptyValue {
    /// Nobody entered the value, such as a date or a country. The field is shown.
    Unknown,
    /// Nobody entered the value, and few entries have one, such as the packaging. The field is not shown.
    Unstated,
    /// The pressing does not have the feature, if the same provider states it in the other entry: `Red` and no color.
    Absent,
    /// The usual value, which some providers omit: the status of an official release.
    Usual,
}

impl CandidateField {
    const fn new(name: &'static str, read: fn(&ComparedPressing<'_>) -> Option<String>) -> Self {
        Self { name, read, is_same: is_same_spelling, empty: EmptyValue::Unknown, is_minor: false }
    }

    const fn minor(self) -> Self {
        Self { is_minor: true, ..self }
    }

    const fn often_empty(name: &'static str, read: fn(&ComparedPressing<'_>) -> Option<String>) -> Self {
        Self { empty: EmptyValue::Unstated, ..Self::new(name, read) }
    }

    /// Returns the text for an empty value.
    const fn empty_text(&self) -> &'static str {
        match self.empty {
            EmptyValue::Absent => "none",
            EmptyValue::Usual => "official",
            EmptyValue::Unknown | EmptyValue::Unstated => "not known",
        }
    }

    const fn from_edition(name: &'static str, read: fn(&ComparedPressing<'_>) -> Option<String>) -> Self {
        Self { empty: EmptyValue::Absent, ..Self::new(name, read) }
    }
}

/// Compared fields, in display order.
const CANDIDATE_FIELDS: &[CandidateField] = &[
    CandidateField::new("artist", |p| Some(p.release.artist.as_ref()?.value.to_string())),
    CandidateField::new("title", |p| Some(p.release.title.as_ref()?.value.clone())),
    CandidateField::new("catalog number", |p| Some(p.release.catalog_number.as_ref()?.value.clone())),
    CandidateField::new("format", |p| Some(p.release.format.as_ref()?.value.to_string())),
    CandidateField::often_empty("size", |p| {
        let sizes =
            p.release.format.as_ref()?.value.media.iter().filter_map(|medium| Some(format!("{}\"", medium.inches?)));
        Some(sizes.collect::<Vec<_>>().join(" + ")).filter(|sizes| !sizes.is_empty())
    }),
    CandidateField {
        empty: EmptyValue::Usual,
        ..CandidateField::new("status", |p| {
            Some(p.release.status.as_ref()?.value)
                .filter(|status| *status != ReleaseStatus::Official)
                .map(|s| s.to_string())
        })
    },
    CandidateField::from_edition("version", |p| Some(p.release.disambiguation.as_ref()?.value.clone())),
    CandidateField { is_same: is_same_edition, ..CandidateField::from_edition("edition", edition_and_sound) },
    CandidateField::from_edition("color", |p| Some(p.release.color.as_ref()?.value.clone())),
    CandidateField::from_edition("format details", |p| Some(p.release.format_notes.as_ref()?.value.join(", "))),
    CandidateField::often_empty("type", |p| {
        p.release.types.as_ref()?.value.iter().find(|kind| kind.is_length()).map(ToString::to_string)
    }),
    CandidateField::often_empty("speed", |p| Some(p.release.speeds.as_ref()?.value.join(", "))),
    CandidateField::often_empty("packaging", |p| Some(p.release.packaging.as_ref()?.value.clone())),
    CandidateField::new("country", |p| Some(compare::display_country(&p.release.country.as_ref()?.value))),
    CandidateField {
        is_same: is_prefix_of_other,
        ..CandidateField::new("date", |p| Some(p.release.date.as_ref()?.value.to_string()))
    },
    CandidateField::new("label", |p| Some(p.release.label.as_ref()?.value.clone())),
    CandidateField::new("number of tracks", |p| Some(p.release.track_count.as_ref()?.value.to_string())),
    CandidateField {
        is_same: are_same_lengths,
        ..CandidateField::often_empty("run times", |p| track_lengths(p.release))
    }
    .minor(),
    CandidateField::from_edition("track versions", |p| track_versions(p.release)).minor(),
    CandidateField::from_edition("recordable disc", |p| {
        let is_recordable = p.release.concerns.iter().any(|concern| concern.value == ReleaseConcern::Recordable);
        is_recordable.then(|| "recordable (CD-R, DVD-R)".to_owned())
    })
    .minor(),
    CandidateField::from_edition("further labels", further_labels).minor(),
    CandidateField::from_edition("series", |p| Some(p.release.series.as_ref()?.value.join(", "))).minor(),
    // Entries that differ only in data that is not compared, such as the pressing plant, usually differ in price.
    CandidateField { is_same: are_near_prices, ..CandidateField::often_empty("lowest price", lowest_asking_price) }
        .minor(),
];

/// Returns the lowest asking price of this pressing: `8.00 USD`.
fn lowest_asking_price(pressing: &ComparedPressing<'_>) -> Option<String> {
    let samples = pressing.entries.iter().flat_map(|entry| &entry.samples);
    let asks = samples.filter(|sample| sample.kind == SampleKind::Asked && sample.basis == MatchBasis::ThisBarcode);
    asks.map(|sample| sample.price).min_by_key(|price| price.minor).map(|price| price.to_string())
}

/// Maximum ratio of prices of one pressing. Copies differ in price by condition, but rarely by more.
const MAX_PRICE_FACTOR: i64 = 3;

/// Returns true unless one price is far higher than the other. Prices in different currencies are considered near.
fn are_near_prices(a: &str, b: &str) -> bool {
    let parse = |text: &str| {
        let (amount, currency) = text.split_once(' ')?;
        Money::parse(amount, currency).ok()
    };
    let (Some(a), Some(b)) = (parse(a), parse(b)) else { return a == b };
    let (low, high) = (a.minor.min(b.minor), a.minor.max(b.minor));
    a.currency != b.currency || high <= low.saturating_mul(MAX_PRICE_FACTOR)
}

/// Maximum difference between two playing times of a track, in seconds.
const MAX_LENGTH_DIFFERENCE_SECS: u32 = 10;

/// Returns the playing times of the tracks: `3:05, 4:10`; `None` if one is unknown.
fn track_lengths(release: &Release) -> Option<String> {
    let lengths = release.tracks.as_ref()?.value.iter().map(|track| {
        let seconds = track.length_ms.filter(|ms| *ms > 0)? / 1_000;
        Some(format!("{}:{:02}", seconds / 60, seconds % 60))
    });
    lengths.collect::<Option<Vec<_>>>().map(|lengths| lengths.join(", "))
}

/// Returns true if no track is much longer in one list than in the other. Ignores extra tracks, which the number of
/// tracks shows.
fn are_same_lengths(a: &str, b: &str) -> bool {
    let seconds = |length: &str| {
        let (minutes, seconds) = length.split_once(':')?;
        Some(minutes.parse::<u32>().ok()? * 60 + seconds.parse::<u32>().ok()?)
    };
    let (a, b) = (a.split(", ").map(seconds), b.split(", ").map(seconds));
    a.zip(b).all(|lengths| matches!(lengths, (Some(a), Some(b)) if a.abs_diff(b) <= MAX_LENGTH_DIFFERENCE_SECS))
}

/// Returns the words with which track titles mark explicit or clean versions; `None` if there are none.
fn track_versions(release: &Release) -> Option<String> {
    let titles = release.tracks.iter().flat_map(|tracks| &tracks.value).map(|track| track.title.as_str());
    let in_brackets = titles.filter_map(|title| title.split_once(['(', '[']).map(|(_, version)| version));
    let mut versions = edition::edition_words(in_brackets);
    versions.retain(|word| matches!(word.as_str(), "Explicit" | "Clean"));
    (!versions.is_empty()).then(|| versions.join(", "))
}

/// The usual sound, which is not an edition word.
const STEREO: &str = "Stereo";

/// Returns the edition words, and `Stereo` if the format states it: the other pressing may be mono.
fn edition_and_sound(pressing: &ComparedPressing<'_>) -> Option<String> {
    let words = pressing.release.edition.as_ref()?.value.iter().map(String::as_str);
    let described = pressing.release.descriptions.iter().flat_map(|texts| &texts.value);
    let stereo = described.map(String::as_str).find(|text| *text == STEREO);
    let words = words.collect::<Vec<_>>();
    (!words.is_empty()).then(|| words.into_iter().chain(stereo).collect::<Vec<_>>().join(", "))
}

/// Compares edition words. `Stereo` counts only next to `Mono`, because not every entry states it.
fn is_same_edition(a: &str, b: &str) -> bool {
    let is_mono = [a, b].iter().any(|text| text.split(", ").any(|word| word == "Mono"));
    let words = |text: &str| {
        let words = text.split(", ").filter(|word| is_mono || *word != STEREO);
        words.collect::<Vec<_>>().join(", ")
    };
    is_same_spelling(&words(a), &words(b))
}

/// Maximum distance of two spellings of a label.
const MAX_SAME_LABEL_DISTANCE: f32 = 0.4;

/// Returns the label credits other than the one in the listing, sorted.
fn further_labels(pressing: &ComparedPressing<'_>) -> Option<String> {
    let shown = |credit: &LabelCredit| {
        [&credit.name, &credit.catalog_number].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
    };
    let first = [LabelCredit {
        name: pressing.release.label.as_ref().map(|label| label.value.clone()),
        catalog_number: pressing.release.catalog_number.as_ref().map(|number| number.value.clone()),
    }];
    let is_other = |credit: &&LabelCredit| {
        let credit = std::slice::from_ref(*credit);
        compare::catalog_number_distance(credit, &first) == Some(1.0)
            || compare::label_distance(credit, &first).is_some_and(|distance| distance > MAX_SAME_LABEL_DISTANCE)
    };
    let credits = pressing.entries.iter().flat_map(|entry| &entry.labels).filter(is_other);
    let mut labels = credits.map(shown).collect::<Vec<_>>();
    labels.sort();
    labels.dedup_by_key(|label| normalize_spelling(label));
    (!labels.is_empty()).then(|| labels.join(", "))
}

/// Returns one line per field in which the candidates differ: `catalog number: GED24425 or DGCD 24425`. Includes minor
/// fields only if no other field differs.
pub(super) fn describe_differences(candidates: &[Match]) -> Vec<String> {
    let pressings = candidates.iter().map(to_compared_pressing).collect::<Vec<_>>();
    let describe = |field: &CandidateField| {
        let values = distinct_values(&pressings, field);
        let known = values.iter().flatten().count();
        let is_always_shown = field.empty != EmptyValue::Unstated && !field.is_minor;
        let is_shown = is_always_shown || !are_same(&pressings, field);
        (values.len() > 1 && known > 0 && is_shown).then(|| {
            let text = values.into_iter().map(|value| value.unwrap_or_else(|| field.empty_text().to_owned()));
            format!("{}: {}", field.name, text.collect::<Vec<_>>().join(" or "))
        })
    };
    let (minor, major): (Vec<_>, Vec<_>) = CANDIDATE_FIELDS.iter().partition(|field| field.is_minor);
    let differing = major.into_iter().filter_map(describe).collect::<Vec<_>>();
    if differing.is_empty() { minor.into_iter().filter_map(describe).collect() } else { differing }
}

/// One field of several candidates, for comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferenceRow {
    /// Name of the field, such as `catalog number`.
    pub field: &'static str,
    /// One value per candidate, in their order; `None` if unknown.
    pub values: Vec<Option<String>>,
    /// Number of distinct values. Counts `None` if it means that the pressing does not have the feature.
    pub known: usize,
    /// True if any two candidates differ. A known value differs from an unknown one.
    pub differs: bool,
}

/// Compares the candidates field by field, starting with the fields that are easiest to check on the disc. Omits fields
/// that no candidate has.
pub(crate) fn compare_candidates(candidates: &[&Match]) -> Vec<DifferenceRow> {
    let pressings = candidates.iter().map(|candidate| to_compared_pressing(candidate)).collect::<Vec<_>>();
    let shown = CANDIDATE_FIELDS.iter().filter(|field| !field.is_minor || !are_same(&pressings, field));
    let rows = shown.map(|field| {
        let values = pressings.iter().map(|pressing| (field.read)(pressing)).collect::<Vec<_>>();
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

/// Returns true if the candidates are alike in all compared fields.
pub(super) fn are_equivalent(pressings: &[ComparedPressing<'_>]) -> bool {
    CANDIDATE_FIELDS.iter().all(|field| are_same(pressings, field))
}

fn to_compared_pressing(candidate: &Match) -> ComparedPressing<'_> {
    ComparedPressing { release: &candidate.release, entries: &candidate.entries }
}

/// Returns true if no two pressings differ in the field.
fn are_same(pressings: &[ComparedPressing<'_>], field: &CandidateField) -> bool {
    let differ = |a: &ComparedPressing<'_>, b: &ComparedPressing<'_>| match ((field.read)(a), (field.read)(b)) {
        (Some(a), Some(b)) => !(field.is_same)(&a, &b),
        (None, None) => false,
        (Some(_), None) | (None, Some(_)) => match field.empty {
            EmptyValue::Usual => true,
            EmptyValue::Absent => shares_provider(a, b),
            EmptyValue::Unknown | EmptyValue::Unstated => false,
        },
    };
    pressings.iter().enumerate().all(|(index, a)| pressings[index + 1..].iter().all(|b| !differ(a, b)))
}

/// Returns true if one provider has an entry for each pressing, so that it considers them different.
fn shares_provider(a: &ComparedPressing<'_>, b: &ComparedPressing<'_>) -> bool {
    a.entries.iter().any(|one| b.entries.iter().any(|other| one.id.provider == other.id.provider))
}

fn distinct_values(pressings: &[ComparedPressing<'_>], field: &CandidateField) -> Vec<Option<String>> {
    let mut values: Vec<Option<String>> = Vec::new();
    for value in pressings.iter().map(|pressing| (field.read)(pressing)) {
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

/// Returns true if one value is a prefix of the other: `1991` and `1991-09-24` do not contradict each other.
fn is_prefix_of_other(a: &str, b: &str) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// Returns the value without differences in spelling between the providers.
fn normalize_spelling(value: &str) -> String {
    let folded = fold_text(value);
    if folded.is_empty() { value.to_owned() } else { compare::normalize_catalog_number(&folded) }
}
