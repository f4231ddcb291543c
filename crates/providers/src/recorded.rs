//! Reads answers that were recorded, without asking: for tests over what the services really said.

use jiff::Timestamp;
use serde_json::Value;

use super::drift::Json;
use super::{coverartarchive, deezer, discogs, ebay, itunes, musicbrainz};
use domain::appraisal::Sample;
use domain::artwork::Cover;
use domain::entry::{Depth, Entry};

/// A MusicBrainz search.
pub fn musicbrainz_search(body: &Value) -> Vec<Entry> {
    Json::of(body).at("releases").list().filter_map(|release| musicbrainz::entry(release, Depth::Summary)).collect()
}

/// A MusicBrainz lookup of a release.
pub fn musicbrainz_release(body: &Value) -> Option<Entry> {
    musicbrainz::entry(Json::of(body), Depth::Full)
}

/// A Discogs search.
pub fn discogs_search(body: &Value) -> Vec<Entry> {
    Json::of(body).at("results").list().filter_map(discogs::read::result).collect()
}

/// A Discogs release, its prices in US dollars and learned at `now`.
pub fn discogs_release(body: &Value, now: Timestamp) -> Option<Entry> {
    discogs::read::release(Json::of(body), "USD", now)
}

/// Discogs' price suggestions, learned at `now`.
pub fn discogs_suggestions(body: &Value, now: Timestamp) -> Vec<Sample> {
    discogs::read::suggestions(Json::of(body), now)
}

/// An index of the Cover Art Archive.
pub fn cover_index(body: &Value) -> Vec<Cover> {
    coverartarchive::read_index(body)
}

/// A Deezer album.
pub fn deezer_album(body: &Value) -> Option<Entry> {
    deezer::read_album(body)
}

/// An iTunes lookup.
pub fn itunes_lookup(body: &Value) -> Vec<Entry> {
    itunes::read_lookup(body)
}

/// A search of eBay's Browse API by barcode at EBAY_US, in whatever condition, learned at `now`.
pub fn ebay_search(body: &Value, now: Timestamp) -> Vec<Sample> {
    ebay::read::asked(Json::of(body), &ebay::read::Wanted::anything(), now)
}

/// A search of eBay's Marketplace Insights API by barcode at EBAY_US, in whatever condition, learned at `now`.
pub fn ebay_sales(body: &Value, now: Timestamp) -> Vec<Sample> {
    ebay::read::sold(Json::of(body), &ebay::read::Wanted::anything(), now)
}
