//! One release from several entries: each field from the most trusted who knows it, with those who agree and what
//! the others say instead.

use super::super::entry::Entry;
use super::super::release::{Country, Format, PartialDate, Release, Track};
use super::super::sourced::{Said, Sourced};
use super::compare;
use super::pressing::Pressing;

/// Merges what is known of a pressing.
pub(super) fn merge(pressing: &Pressing) -> Release {
    let (entries, witnesses) = (&pressing.entries, &pressing.witnesses);
    // Witnesses know the album and not the pressing: their label, date and barcode are those of a download.
    let of_album = entries.iter().chain(witnesses).chain(&pressing.contradicting).collect::<Vec<_>>();
    let of_pressing = entries.iter().collect::<Vec<_>>();
    let of_music = entries.iter().chain(witnesses).collect::<Vec<_>>();
    Release {
        artist: field(&of_album, |e| e.artist.clone(), |a, b| compare::artists(a, b) < SAME),
        title: field(&of_album, |e| e.title.clone(), |a, b| compare::titles(a, b) < SAME),
        label: field(
            &of_pressing,
            |e| e.labels.iter().find_map(|l| l.name.clone()),
            |a, b| compare::folded(a) == compare::folded(b),
        ),
        catalog_number: field(
            &of_pressing,
            |e| e.labels.iter().find_map(|l| l.catalog_number.clone()),
            |a, b| compare::bare_number(a) == compare::bare_number(b),
        ),
        date: field(&of_pressing, |e| e.date, |a, b| a.agrees_with(*b)).map(|date| exactest(date, &of_pressing)),
        country: field(&of_pressing, |e| e.country.as_ref().map(Country::coded), |a, b| a == b),
        format: format(&of_pressing),
        tracks: tracks(&of_music),
        track_count: field(&of_music, track_count, |a, b| a == b),
        genres: field(&of_music, |e| listed(&e.genres), |a, b| a == b),
        styles: field(&of_music, |e| listed(&e.styles), |a, b| a == b),
        barcode: field(&of_pressing, |e| e.barcodes.first().copied(), |a, b| a == b),
        ids: of_music.iter().map(|entry| entry.id.clone()).collect(),
    }
}

/// Below this distance two spellings are the same words.
const SAME: f32 = 0.02;

/// The first value, who agrees with it, and who does not.
fn field<T>(
    entries: &[&Entry],
    read: impl Fn(&Entry) -> Option<T>,
    same: impl Fn(&T, &T) -> bool,
) -> Option<Sourced<T>> {
    let mut known = entries.iter().filter_map(|entry| read(entry).map(|value| (value, entry.id.provider.clone())));
    let (value, source) = known.next()?;
    let mut merged = Sourced::new(value, source);
    for (value, source) in known {
        if same(&merged.value, &value) {
            if source != merged.source && !merged.agreed.contains(&source) {
                merged.agreed.push(source);
            }
        } else {
            merged.alternatives.push(Said { value, source });
        }
    }
    Some(merged)
}

/// Of dates that agree the one that says most, under the name of who says it.
fn exactest(mut date: Sourced<PartialDate>, entries: &[&Entry]) -> Sourced<PartialDate> {
    for entry in entries {
        let fuller = |other: PartialDate| {
            other.agrees_with(date.value) && other.to_string().len() > date.value.to_string().len()
        };
        if let Some(exact) = entry.date.filter(|other| fuller(*other)) {
            let before = std::mem::replace(&mut date.source, entry.id.provider.clone());
            date.agreed.retain(|provider| *provider != entry.id.provider);
            date.agreed.insert(0, before);
            date.value = exact;
        }
    }
    date
}

/// The first format that names a carrier; "box set" counts where anybody says it.
fn format(entries: &[&Entry]) -> Option<Sourced<Format>> {
    let read = |entry: &Entry| entry.format.clone().filter(|format| !format.media.is_empty());
    let mut merged = field(entries, read, |a, b| compare::formats(a, b) == 0.0)?;
    merged.value.box_set |= entries.iter().filter_map(|e| e.format.as_ref()).any(|format| format.box_set);
    if merged.value.media.iter().all(|medium| medium.inches.is_none()) {
        let known = entries.iter().filter_map(|e| e.format.as_ref()).flat_map(|f| &f.media).find_map(|m| m.inches);
        merged.value.media.iter_mut().for_each(|medium| {
            medium.inches = known.filter(|_| medium.carrier == super::super::release::Carrier::Vinyl);
        });
    }
    Some(merged)
}

/// Another spelling of a track is no other track list: lists differ where their lengths do.
fn tracks(entries: &[&Entry]) -> Option<Sourced<Vec<Track>>> {
    let read = |entry: &Entry| (!entry.tracks.is_empty()).then(|| entry.tracks.clone());
    field(entries, read, |a, b| a.len() == b.len())
}

/// The tracks that are listed, or else the number that stands in their place.
fn track_count(entry: &Entry) -> Option<u16> {
    let listed = u16::try_from(entry.tracks.len()).ok().filter(|count| *count > 0);
    listed.or(entry.track_count).filter(|count| *count > 0)
}

fn listed(values: &[String]) -> Option<Vec<String>> {
    (!values.is_empty()).then(|| values.to_vec())
}
