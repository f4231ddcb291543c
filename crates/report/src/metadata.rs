//! The fields of a release in a result entry, with the provider of each field.

use std::collections::BTreeMap;

use serde::Serialize;

use domain::provenance::Sourced;
use domain::provider::Provider;
use domain::release::{Release, Track};

/// The matched release. Unknown fields are `null`; unknown lists are empty.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Metadata {
    /// All artists, joined with their join phrases.
    pub artist_name: Option<String>,
    pub title: Option<String>,
    pub label_name: Option<String>,
    pub catalog_number: Option<String>,
    pub year: Option<u16>,
    /// Release date, as precise as it is known: `1991-09-24`, `1991-09` or `1991`.
    pub date: Option<String>,
    pub country: Option<String>,
    pub format: Option<String>,
    pub track_count: Option<u16>,
    pub tracks: Vec<TrackEntry>,
    pub genres: Vec<String>,
    pub styles: Vec<String>,
    pub barcode: Option<String>,
    /// Release ID at MusicBrainz.
    pub mbid: Option<String>,
    /// Release ID at Discogs.
    pub discogs_id: Option<String>,
    /// Provider of each known field above.
    pub sources: BTreeMap<&'static str, Provider>,
}

/// A track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TrackEntry {
    /// Position as the source writes it: `3`, `A1`, `2-05`.
    pub position: String,
    pub title: String,
    /// Length in milliseconds.
    pub length_ms: Option<u32>,
}

impl From<&Track> for TrackEntry {
    fn from(track: &Track) -> Self {
        Self { position: track.position.clone(), title: track.title.clone(), length_ms: track.length_ms }
    }
}

const MUSICBRAINZ: Provider = Provider::from_static("musicbrainz");
const DISCOGS: Provider = Provider::from_static("discogs");

impl From<&Release> for Metadata {
    fn from(release: &Release) -> Self {
        let mut recorder = SourceRecorder::default();
        let date = release.date.as_ref();
        Self {
            artist_name: recorder.record_text("artist_name", release.artist.as_ref()),
            title: recorder.record_text("title", release.title.as_ref()),
            label_name: recorder.record_text("label_name", release.label.as_ref()),
            catalog_number: recorder.record_text("catalog_number", release.catalog_number.as_ref()),
            year: recorder.record_source("year", date).map(|date| date.year()),
            date: recorder.record_text("date", date),
            country: recorder.record_text("country", release.country.as_ref()),
            format: recorder.record_text("format", release.format.as_ref()),
            track_count: recorder.record_source("track_count", release.track_count.as_ref()).copied(),
            tracks: recorder.record_list("tracks", release.tracks.as_ref()).iter().map(TrackEntry::from).collect(),
            genres: recorder.record_list("genres", release.genres.as_ref()).to_vec(),
            styles: recorder.record_list("styles", release.styles.as_ref()).to_vec(),
            barcode: recorder.record_text("barcode", release.barcode.as_ref()),
            mbid: recorder.record_id("mbid", release, MUSICBRAINZ),
            discogs_id: recorder.record_id("discogs_id", release, DISCOGS),
            sources: recorder.sources,
        }
    }
}

/// Reads fields of a release and records their sources.
#[derive(Default)]
struct SourceRecorder {
    sources: BTreeMap<&'static str, Provider>,
}

impl SourceRecorder {
    fn record_source<'a, T>(&mut self, field: &'static str, sourced: Option<&'a Sourced<T>>) -> Option<&'a T> {
        let sourced = sourced?;
        self.sources.insert(field, sourced.source.clone());
        Some(&sourced.value)
    }

    fn record_text<T: ToString>(&mut self, field: &'static str, sourced: Option<&Sourced<T>>) -> Option<String> {
        self.record_source(field, sourced).map(T::to_string)
    }

    fn record_list<'a, T>(&mut self, field: &'static str, sourced: Option<&'a Sourced<Vec<T>>>) -> &'a [T] {
        self.record_source(field, sourced).map_or(&[], Vec::as_slice)
    }

    fn record_id(&mut self, field: &'static str, release: &Release, provider: Provider) -> Option<String> {
        let id = release.id_for_provider(&provider)?.id.clone();
        self.sources.insert(field, provider);
        Some(id)
    }
}
