//! Selects the search results that are worth fetching in full.

use super::super::provider_release::{Completeness, ProviderRelease};
use super::super::release::{Format, ReleaseId};
use super::super::release_type::ReleaseType;
use super::super::upc::Upc;
use super::compare;
use super::merge_edition::{is_classical, words_of_entry};
use super::preferences::MatchPreferences;
use super::select::{RankedPressing, are_alike, find_only_leader, identify_release, rank_pressings};
use super::verdict::Verdict;

/// Maximum number of releases per provider that are fetched in full. MusicBrainz allows one request per second.
const MAX_DETAILS_PER_PROVIDER: usize = 5;

/// Maximum number per provider if the search results are alike, so that only the complete entries can differ.
const MAX_DETAILS_OF_EQUALS: usize = 25;

/// Lead over the minimum score with which a pressing cannot fall below it. A complete entry can lower the score by its
/// track count and exact date.
const SCORE_RESERVE: f32 = 0.1;

/// Returns the search results to fetch next: those of the pressings that can still win. If one pressing clearly leads,
/// the entry of its most trusted provider comes first; the others follow if that entry leaves something open.
pub fn detail_candidates(upc: Upc, releases: &[ProviderRelease], preferences: &MatchPreferences) -> Vec<ReleaseId> {
    let mut ranked = rank_pressings(upc, releases);
    if let Some(index) = find_only_leader(&ranked, preferences) {
        let leader = ranked.swap_remove(index);
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

/// Returns the search results of these pressings, at most `max_details` per provider, in order of trust.
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

/// Returns true if the entry was fetched in full and has all fields that a listing needs.
fn is_complete(entry: &ProviderRelease) -> bool {
    entry.completeness == Completeness::Full
        && entry.artist.is_some()
        && entry.title.is_some()
        && entry.format.is_some()
        && !entry.tracks.is_empty()
}

/// Returns true if fetching a search result in full cannot change the verdict. A search result already has the status,
/// types and edition; it lacks the tracks, the notes on several barcodes, the credits of classical music and soundtracks,
/// further catalog numbers, and the notes, which rarely add to the edition (in 3 of 1,000 real releases).
fn is_page_redundant(leader: &RankedPressing, id: &ReleaseId) -> bool {
    let entries = &leader.pressing.entries;
    let Some(summary) = entries.iter().find(|entry| entry.id == *id) else { return false };
    if !leader.pressing.contradicting_entries.is_empty()
        || may_be_inner_barcode(summary)
        || entries.iter().any(|entry| is_complete(entry) && may_have_other_tracks(entry, summary))
        || entries.iter().any(is_classical)
        || entries.iter().any(|entry| entry.types.contains(&ReleaseType::Soundtrack))
    {
        return false;
    }
    entries.iter().filter(|entry| is_complete(entry)).any(|complete| states_the_same(complete, summary))
}

/// Returns true if both entries are certainly one pressing with the same media.
fn states_the_same(complete: &ProviderRelease, summary: &ProviderRelease) -> bool {
    let format = complete.format.as_ref().zip(summary.format.as_ref());
    let has_same_media = format.is_some_and(|(a, b)| compare::format_distance(a, b) == 0.0);
    let catalog_number = compare::catalog_number_distance(&complete.labels, &summary.labels);
    let is_same_pressing = if compare::are_linked(complete, summary) {
        catalog_number != Some(1.0)
    } else {
        // An offline catalog has no links, so the complete other entry may link to another release.
        complete.snapshot.is_none() && catalog_number == Some(0.0)
    };
    has_same_media && is_same_pressing && compare::is_same_album(complete, summary)
}

/// Returns true if the complete entry may list other tracks: only one of the two is an expanded edition, or only one is
/// an album.
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

/// Returns true if the notes on the barcodes, which only a complete entry has, may be needed to distinguish the box
/// from an album in it.
fn may_be_inner_barcode(summary: &ProviderRelease) -> bool {
    let is_several = |format: &Format| format.box_set || format.media_count() > 1;
    summary.format.as_ref().is_some_and(is_several) && summary.barcodes.len() > 1
}
