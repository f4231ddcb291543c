//! Merges the entries of a pressing: each field comes from the most trusted provider that states it, with the providers
//! that agree and the differing values of the others.

use super::super::provenance::Sourced;
use super::super::provider::SELLER;
use super::super::provider_release::ProviderRelease;
use super::super::release::{Carrier, Country, Format, LabelCredit, Medium, PartialDate, Release, Track};
use super::super::release_status::ReleaseConcern;
use super::super::upc::Upc;
use super::compare;
use super::fold_text::fold_text;
use super::merge_edition::merge_edition;
use super::merge_field::merge_field;
use super::pressing::Pressing;
use super::prints;

/// Returns the merged release of a pressing. Its barcode is the scanned one, even if the entries have others.
pub(super) fn merge_pressing(upc: Upc, pressing: &Pressing) -> Release {
    let mut merged = merge_fields(upc, pressing);
    merge_edition(&mut merged, &pressing.entries, &pressing.aliases);
    merged.concerns = super::concerns::find_concerns(upc, &pressing.entries);
    merged.checks = super::contradictions::find_contradictions(&pressing.entries);
    let source = pressing.entries.first().filter(|_| !merged.checks.is_empty()).map(ProviderRelease::source);
    merged.concerns.extend(source.map(|source| Sourced::new(ReleaseConcern::Contradiction, source)));
    merged
}

fn merge_fields(upc: Upc, pressing: &Pressing) -> Release {
    let (releases, witnesses) = (&pressing.entries, &pressing.supporting_entries);
    // Supporting entries describe the album, not the pressing. Their label, date and barcode belong to a download.
    let of_pressing = releases.iter().collect::<Vec<_>>();
    // The catalog number belongs to a label, so both come from one credit if a credit has both.
    let mut by_label = of_pressing.clone();
    by_label.sort_by_key(|entry| !entry.labels.iter().any(is_complete_credit));
    let of_music = releases.iter().chain(witnesses).collect::<Vec<_>>();
    Release {
        artist: merge_album_field(
            pressing,
            |e| e.artist.clone(),
            |a, b| compare::artist_distance(a, b) < MAX_SAME_TEXT_DISTANCE,
        ),
        title: merge_album_field(
            pressing,
            |e| e.title.clone(),
            |a, b| compare::title_distance(a, b) < MAX_SAME_TEXT_DISTANCE,
        ),
        label: merge_field(&by_label, |e| label_credit(e, |l| l.name.clone()), |a, b| fold_text(a) == fold_text(b)),
        catalog_number: merge_field(
            &by_label,
            |e| label_credit(e, |l| l.catalog_number.clone()),
            |a, b| compare::normalize_catalog_number(a) == compare::normalize_catalog_number(b),
        ),
        date: merge_field(&order_by_date(&of_pressing), |e| e.date, |a, b| a.agrees_with(*b))
            .map(|date| most_precise_date(date, &of_pressing)),
        country: merge_field(&of_pressing, |e| e.country.as_ref().map(Country::to_code), |a, b| a == b),
        format: merge_format(&of_pressing),
        tracks: merge_tracks(&of_music),
        track_count: merge_field(&of_music, count_tracks, |a, b| a == b),
        genres: merge_field(&of_music, |e| non_empty_list(&e.genres), |a, b| a == b),
        styles: merge_field(&of_music, |e| non_empty_list(&e.styles), |a, b| a == b),
        barcode: merge_field(&of_pressing, |e| e.barcodes.contains(&upc).then_some(upc), |a, b| a == b)
            .or_else(|| (!upc.is_substitute()).then(|| Sourced::new(upc, SELLER))),
        ids: of_music.iter().map(|release| release.id.clone()).collect(),
        ..Release::default()
    }
}

/// Merges a field of the album. Entries for another album with the same barcode are only compared with its value.
fn merge_album_field<T>(
    pressing: &Pressing,
    read: impl Fn(&ProviderRelease) -> Option<T>,
    same: impl Fn(&T, &T) -> bool,
) -> Option<Sourced<T>> {
    let of_album = pressing.entries.iter().chain(&pressing.supporting_entries);
    let is_stated = of_album.clone().any(|entry| read(entry).is_some());
    let compared = of_album.chain(pressing.contradicting_entries.iter().filter(|_| is_stated)).collect::<Vec<_>>();
    merge_field(&compared, read, same)
}

/// Returns the entries with the one first that says `Reissue`, if another states an earlier year, which is the original's.
fn order_by_date<'a>(entries: &[&'a ProviderRelease]) -> Vec<&'a ProviderRelease> {
    let mut ordered = entries.to_vec();
    ordered.sort_by_key(|entry| !entries.iter().any(|other| prints::is_later_reissue(entry, other)));
    ordered
}

fn is_complete_credit(credit: &LabelCredit) -> bool {
    credit.name.is_some() && credit.catalog_number.is_some()
}

/// Returns a value from the first label credit that has both name and number, or else from the first one that has it.
fn label_credit(entry: &ProviderRelease, read: impl Fn(&LabelCredit) -> Option<String>) -> Option<String> {
    let complete = entry.labels.iter().find(|credit| is_complete_credit(credit));
    complete.and_then(&read).or_else(|| entry.labels.iter().find_map(&read))
}

/// Maximum distance of two spellings of a text.
const MAX_SAME_TEXT_DISTANCE: f32 = 0.02;

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

/// Returns the first format with media, with the wording of all providers that state the same media: `12" Vinyl` and
/// `Vinyl, LP, Album` become `12" Vinyl, LP, Album`. It is a box set if any provider says so.
fn merge_format(releases: &[&ProviderRelease]) -> Option<Sourced<Format>> {
    let read = |release: &ProviderRelease| release.format.clone().filter(|format| !format.media.is_empty());
    let mut merged = merge_field(releases, read, |a, b| compare::format_distance(a, b) == 0.0)?;
    let formats = releases.iter().filter_map(|e| e.format.as_ref()).collect::<Vec<_>>();
    merged.value.box_set |= formats.iter().any(|format| format.box_set);
    for other in &formats {
        if compare::format_distance(&merged.value, other) == 0.0 {
            add_wordings(&mut merged.value, other);
        }
    }
    if merged.value.media.iter().all(|medium| medium.inches.is_none()) {
        let known = formats.iter().flat_map(|format| &format.media).find_map(|medium| medium.inches);
        merged.value.media.iter_mut().for_each(|medium| {
            medium.inches = known.filter(|_| medium.carrier == Carrier::Vinyl);
        });
    }
    Some(merged)
}

/// Adds another provider's wording to the same media, for carriers with exactly one medium in both formats.
fn add_wordings(format: &mut Format, other: &Format) {
    let only = |media: &[Medium], carrier: Carrier| media.iter().filter(|m| m.carrier == carrier).count() == 1;
    let is_single = |carrier: Carrier, format: &Format| only(&format.media, carrier) && only(&other.media, carrier);
    for theirs in &other.media {
        if !is_single(theirs.carrier, format) {
            continue;
        }
        let Some(own) = format.media.iter_mut().find(|medium| medium.carrier == theirs.carrier) else { continue };
        for word in theirs.wording.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let is_known = own.wording.split(',').any(|known| known.trim().eq_ignore_ascii_case(word))
                || word.eq_ignore_ascii_case(&theirs.carrier.to_string());
            if !is_known {
                own.wording = format!("{}, {word}", own.wording);
            }
        }
        own.inches = own.inches.or(theirs.inches);
        own.color = own.color.take().or_else(|| theirs.color.clone());
    }
}

/// Returns the first track list. Track lists differ if their lengths differ; spellings are ignored. Uses the positions
/// of record and tape sides (`A1`) if any provider has them.
fn merge_tracks(releases: &[&ProviderRelease]) -> Option<Sourced<Vec<Track>>> {
    let read = |release: &ProviderRelease| (!release.tracks.is_empty()).then(|| release.tracks.clone());
    let mut merged = merge_field(releases, read, |a, b| a.len() == b.len())?;
    if !has_sides(&merged.value) {
        let is_alike = |tracks: &&Vec<Track>| tracks.len() == merged.value.len() && has_sides(tracks);
        let with_sides = releases.iter().map(|release| &release.tracks).find(is_alike);
        for (track, other) in merged.value.iter_mut().zip(with_sides.into_iter().flatten()) {
            track.position.clone_from(&other.position);
        }
    }
    Some(merged)
}

/// Returns true if every position starts with the letter of a side.
fn has_sides(tracks: &[Track]) -> bool {
    tracks.iter().all(|track| track.position.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Returns the number of listed tracks, or else the stated track count.
fn count_tracks(release: &ProviderRelease) -> Option<u16> {
    let listed = u16::try_from(release.tracks.len()).ok().filter(|count| *count > 0);
    listed.or(release.track_count).filter(|count| *count > 0)
}

fn non_empty_list(values: &[String]) -> Option<Vec<String>> {
    (!values.is_empty()).then(|| values.to_vec())
}
