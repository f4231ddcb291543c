//! Merges the releases of one pressing: each field comes from the most trusted provider that states it, with the
//! providers that agree and the differing values of the others.

use super::super::provenance::{Alternative, Sourced};
use super::super::provider_release::ProviderRelease;
use super::super::release::{Country, Format, PartialDate, Release, Track};
use super::compare;
use super::pressing::Pressing;

/// Returns the merged release of a pressing.
pub(super) fn merge_pressing(pressing: &Pressing) -> Release {
    let (releases, witnesses) = (&pressing.entries, &pressing.supporting_entries);
    // Supporting releases know the album and not the pressing: their label, date and barcode are those of a download.
    let of_album = releases.iter().chain(witnesses).chain(&pressing.contradicting_entries).collect::<Vec<_>>();
    let of_pressing = releases.iter().collect::<Vec<_>>();
    let of_music = releases.iter().chain(witnesses).collect::<Vec<_>>();
    Release {
        artist: merge_field(
            &of_album,
            |e| e.artist.clone(),
            |a, b| compare::artist_distance(a, b) < MAX_SAME_TEXT_DISTANCE,
        ),
        title: merge_field(
            &of_album,
            |e| e.title.clone(),
            |a, b| compare::title_distance(a, b) < MAX_SAME_TEXT_DISTANCE,
        ),
        label: merge_field(
            &of_pressing,
            |e| e.labels.iter().find_map(|l| l.name.clone()),
            |a, b| compare::normalize_text(a) == compare::normalize_text(b),
        ),
        catalog_number: merge_field(
            &of_pressing,
            |e| e.labels.iter().find_map(|l| l.catalog_number.clone()),
            |a, b| compare::normalize_catalog_number(a) == compare::normalize_catalog_number(b),
        ),
        date: merge_field(&of_pressing, |e| e.date, |a, b| a.agrees_with(*b))
            .map(|date| most_precise_date(date, &of_pressing)),
        country: merge_field(&of_pressing, |e| e.country.as_ref().map(Country::to_code), |a, b| a == b),
        format: merge_format(&of_pressing),
        tracks: merge_tracks(&of_music),
        track_count: merge_field(&of_music, count_tracks, |a, b| a == b),
        genres: merge_field(&of_music, |e| non_empty_list(&e.genres), |a, b| a == b),
        styles: merge_field(&of_music, |e| non_empty_list(&e.styles), |a, b| a == b),
        barcode: merge_field(&of_pressing, |e| e.barcodes.first().copied(), |a, b| a == b),
        ids: of_music.iter().map(|release| release.id.clone()).collect(),
    }
}

/// Maximum distance of two spellings of the same text.
const MAX_SAME_TEXT_DISTANCE: f32 = 0.02;

/// Returns the first value with the providers that agree and the values of those that do not.
fn merge_field<T>(
    releases: &[&ProviderRelease],
    read: impl Fn(&ProviderRelease) -> Option<T>,
    same: impl Fn(&T, &T) -> bool,
) -> Option<Sourced<T>> {
    let mut known = releases.iter().filter_map(|release| read(release).map(|value| (value, release.source())));
    let (value, source) = known.next()?;
    let mut merged = Sourced::new(value, source);
    for (value, source) in known {
        if same(&merged.value, &value) {
            if source != merged.source && !merged.agreed.contains(&source) {
                merged.agreed.push(source);
            }
        } else {
            merged.alternatives.push(Alternative { value, source });
        }
    }
    Some(merged)
}

/// Returns the most precise of the dates that agree, with its provider as the source.
fn most_precise_date(mut date: Sourced<PartialDate>, releases: &[&ProviderRelease]) -> Sourced<PartialDate> {
    for release in releases {
        let fuller = |other: PartialDate| {
            other.agrees_with(date.value) && other.to_string().len() > date.value.to_string().len()
        };
        if let Some(exact) = release.date.filter(|other| fuller(*other)) {
            let before = std::mem::replace(&mut date.source, release.source());
            date.agreed.retain(|provider| *provider != release.id.provider);
            date.agreed.insert(0, before);
            date.value = exact;
        }
    }
    date
}

/// Returns the first format with media; it is a box set if any provider says so.
fn merge_format(releases: &[&ProviderRelease]) -> Option<Sourced<Format>> {
    let read = |release: &ProviderRelease| release.format.clone().filter(|format| !format.media.is_empty());
    let mut merged = merge_field(releases, read, |a, b| compare::format_distance(a, b) == 0.0)?;
    merged.value.box_set |= releases.iter().filter_map(|e| e.format.as_ref()).any(|format| format.box_set);
    if merged.value.media.iter().all(|medium| medium.inches.is_none()) {
        let known = releases.iter().filter_map(|e| e.format.as_ref()).flat_map(|f| &f.media).find_map(|m| m.inches);
        merged.value.media.iter_mut().for_each(|medium| {
            medium.inches = known.filter(|_| medium.carrier == super::super::release::Carrier::Vinyl);
        });
    }
    Some(merged)
}

/// Returns the first track list. Lists differ if their lengths differ; other spellings of a track do not count.
fn merge_tracks(releases: &[&ProviderRelease]) -> Option<Sourced<Vec<Track>>> {
    let read = |release: &ProviderRelease| (!release.tracks.is_empty()).then(|| release.tracks.clone());
    merge_field(releases, read, |a, b| a.len() == b.len())
}

/// The tracks that are listed, or else the number that stands in their place.
fn count_tracks(release: &ProviderRelease) -> Option<u16> {
    let listed = u16::try_from(release.tracks.len()).ok().filter(|count| *count > 0);
    listed.or(release.track_count).filter(|count| *count > 0)
}

fn non_empty_list(values: &[String]) -> Option<Vec<String>> {
    (!values.is_empty()).then(|| values.to_vec())
}
