//! Parsers for recorded responses, so that tests can use real data without sending requests.

use jiff::Timestamp;
use serde_json::Value;

use super::lenient_json::LenientJson;
use super::{coverartarchive, deezer, discogs, ebay, itunes, musicbrainz};
use domain::artwork::Cover;
use domain::pricing::Sample;
use domain::provider_release::{Completeness, ProviderRelease};

/// Parses a MusicBrainz search.
pub fn parse_musicbrainz_search(body: &Value) -> Vec<ProviderRelease> {
    LenientJson::new(body)
        .field("releases")
        .elements()
        .filter_map(|release| musicbrainz::parse::parse_release(release, Completeness::Summary))
        .collect()
}

/// Parses a MusicBrainz release.
pub fn parse_musicbrainz_release(body: &Value) -> Option<ProviderRelease> {
    musicbrainz::parse::parse_release(LenientJson::new(body), Completeness::Full)
}

/// Parses a Discogs search.
pub fn parse_discogs_search(body: &Value) -> Vec<ProviderRelease> {
    LenientJson::new(body).field("results").elements().filter_map(discogs::parse::parse_search_result).collect()
}

/// Parses a Discogs release with prices in US dollars, observed at `now`.
pub fn parse_discogs_release(body: &Value, now: Timestamp) -> Option<ProviderRelease> {
    discogs::parse::parse_release(LenientJson::new(body), "USD", now)
}

/// Parses Discogs' price suggestions, observed at `now`.
pub fn parse_discogs_suggestions(body: &Value, now: Timestamp) -> Vec<Sample> {
    discogs::parse::parse_suggestions(LenientJson::new(body), now)
}

/// Parses a Cover Art Archive index.
pub fn parse_cover_index(body: &Value) -> Vec<Cover> {
    coverartarchive::parse_index(body)
}

/// Parses a Deezer album.
pub fn parse_deezer_album(body: &Value) -> Option<ProviderRelease> {
    deezer::parse_album(body)
}

/// Parses an iTunes lookup.
pub fn parse_itunes_lookup(body: &Value) -> Vec<ProviderRelease> {
    itunes::parse_lookup(body)
}

/// Parses a Browse API search by barcode at EBAY_US in any condition, observed at `now`.
pub fn parse_ebay_search(body: &Value, now: Timestamp) -> Vec<Sample> {
    ebay::parse::parse_offers(LenientJson::new(body), &ebay::parse::SampleCriteria::any_in_us(), now)
}
