//! Selects the search results whose pages are worth a request.

use super::super::provider_release::{Completeness, ProviderRelease};
use super::super::release::{Format, ReleaseId};
use super::super::release_type::ReleaseType;
use super::super::upc::Upc;
use super::compare;
use super::merge_edition::{is_classical, words_of_entry};
use super::preferences::MatchPreferences;
use super::pressing;
use super::select::{RankedPressing, are_alike, find_only_leader, identify_release, rank_pressings};
use super::verdict::Verdict;

/// Maximum number of releases of one provider that are fetched in full: MusicBrainz answers one request per second.
const MAX_DETAILS_PER_PROVIDER: usize = 5;

/// The same for releases whose search results are alike, so that only their pages tell whether they differ.
const MAX_DETAILS_OF_EQUALS: usize = 25;

/// A page can lower the score of a pressing by its track count and its exact date. A score with this lead over the
/// minimum stays above it.
const SCORE_RESERVE: f32 = 0.1;

/// Returns the search results to fetch in full next: those of the pressings that can still win. Of one clearly best pressing,
/// the entry of the most trusted provider comes first; the others follow if its page leaves something open.
pub fn detail_candidates(upc: Upc, releases: &[ProviderRelease], preferences: &MatchPreferences) -> Vec<ReleaseId> {
    let mut ranked = rank_pressings(upc, releases);
    if let Some(place) = find_only_leader(&ranked, preferences) {
        let leader = ranked.swap_remove(place);
        let ids = summaries(std::slice::from_ref(&leader), MAX_DETAILS_PER_PROVIDER);
        if !leader.pressing.entries.iter().any(is_complete) {
            let first = ids.first().map(|id| id.provider.clone());
            return ids.into_iter().filter(|id| Some(&id.provider) == first.as_ref()).collect();
        }
        let is_decided = || {
            leader.score >= preferences.min_score + SCORE_RESERVE
                && matches!(identify_release(upc, releases, &[], preferences), Verdict::Matched { .. })
        };
        if ids.is_empty() || !is_decided() {
            return ids;
        }
        return ids.into_iter().filter(|id| !is_page_redundant(&leader, id)).collect();
    }
    if let Some(best) = ranked.first().map(|best| best.score) {
        ranked.retain(|r| r.score >= best - preferences.margin);
    }
    summaries(&ranked, if are_alike(upc, &ranked) { MAX_DETAILS_OF_EQUALS } else { MAX_DETAILS_PER_PROVIDER })
}

/// Returns the search results of these pressings, at most `max_details` of a provider, the most trusted provider's first.
fn summaries(ranked: &[RankedPressing], max_details: usize) -> Vec<ReleaseId> {
    let mut ids: Vec<ReleaseId> = Vec::new();
    for release in
        ranked.iter().flat_map(|ranked| ranked.pressing.entries.iter().chain(&ranked.pressing.supporting_entries))
    {
        let of_it = ids.iter().filter(|id| id.provider == release.id.provider).count();
        if release.completeness == Completeness::Summary && of_it < max_details && !ids.contains(&release.id) {
            ids.push(release.id.clone());
        }
    }
    ids
}

/// Returns true if the entry was fetched in full and has what a listing needs of a release.
fn is_complete(entry: &ProviderRelease) -> bool {
    entry.completeness == Completeness::Full
        && entry.artist.is_some()
        && entry.title.is_some()
        && entry.format.is_some()
        && !entry.tracks.is_empty()
}

/// Returns true if the page of a search result adds nothing that decides. A search result names the status, the types and
/// the edition among the words of its format, as the page does; what it lacks are the tracks, the notes on several barcodes,
/// the credits of classical music and further catalog numbers.
fn is_page_redundant(leader: &RankedPressing, id: &ReleaseId) -> bool {
    let entries = &leader.pressing.entries;
    let Some(summary) = entries.iter().find(|entry| entry.id == *id) else { return false };
    if !leader.pressing.contradicting_entries.is_empty()
        || may_be_inner_barcode(summary)
        || entries.iter().any(|entry| is_complete(entry) && may_have_other_tracks(entry, summary))
        || entries.iter().any(is_classical)
    {
        return false;
    }
    entries.iter().filter(|entry| is_complete(entry)).any(|complete| states_the_same(complete, summary))
}

/// Returns true if both are surely one pressing, with the same media.
fn states_the_same(complete: &ProviderRelease, summary: &ProviderRelease) -> bool {
    let format = complete.format.as_ref().zip(summary.format.as_ref());
    let has_same_media = format.is_some_and(|(a, b)| compare::format_distance(a, b) == 0.0);
    let catalog_number = compare::catalog_number_distance(&complete.labels, &summary.labels);
    let is_same_pressing = if pressing::are_linked(complete, summary) {
        catalog_number != Some(1.0)
    } else {
        // A copy of the data has no links, so the page of the other entry may name another release.
        complete.snapshot.is_none() && catalog_number == Some(0.0)
    };
    has_same_media && is_same_pressing && compare::is_same_album(complete, summary)
}

/// Returns true if the page may list other tracks: only one of the two is a longer edition, or one is an album and the other is not.
fn may_have_other_tracks(complete: &ProviderRelease, summary: &ProviderRelease) -> bool {
    const LONGER: [&str; 7] = [
        "Super Deluxe Edition",
        "Deluxe Edition",
        "Expanded Edition",
        "Special Edition",
        "Anniversary Edition",
        "Legacy Edition",
        "Tour Edition",
    ];
    let is_longer = |entry: &ProviderRelease| words_of_entry(entry).iter().any(|word| LONGER.contains(&word.as_str()));
    let length = |entry: &ProviderRelease| entry.types.iter().copied().find(|kind| kind.is_length());
    let is_album = |kind: ReleaseType| matches!(kind, ReleaseType::Album | ReleaseType::MiniAlbum);
    let other_length = length(complete).zip(length(summary)).is_some_and(|(a, b)| is_album(a) != is_album(b));
    other_length || is_longer(complete) != is_longer(summary)
}

/// Returns true if the notes on its barcodes, which only the page has, tell the box from an album in it.
fn may_be_inner_barcode(summary: &ProviderRelease) -> bool {
    let is_several = |format: &Format| format.box_set || format.media_count() > 1;
    summary.format.as_ref().is_some_and(is_several) && summary.barcodes.len() > 1
}
