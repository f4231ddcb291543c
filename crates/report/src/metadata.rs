//! The facts of a release as a result entry shows them, and who said each.

use std::collections::BTreeMap;

use serde::Serialize;

use domain::provenance::Sourced;
use domain::provider::Provider;
use domain::release::{Release, Track};

/// What is known of the matched release: `null` where nobody knows, and no elements in lists.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Metadata {
    /// All artists with their join phrases.
    pub artist_name: Option<String>,
    pub title: Option<String>,
    pub label_name: Option<String>,
    pub catalog_number: Option<String>,
    pub year: Option<u16>,
    /// As exactly as it is known: `1991-09-24`, `1991-09`, `1991`.
    pub date: Option<String>,
    pub country: Option<String>,
    pub format: Option<String>,
    pub track_count: Option<u16>,
    pub tracks: Vec<TrackEntry>,
    pub genres: Vec<String>,
    pub styles: Vec<String>,
    pub barcode: Option<String>,
    /// MusicBrainz' release id.
    pub mbid: Option<String>,
    /// Discogs' release id.
    pub discogs_id: Option<String>,
    /// Each field above that is known, and the provider that it was taken from.
    pub sources: BTreeMap<&'static str, Provider>,
}

/// One track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TrackEntry {
    pub position: String,
    pub title: String,
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
        let mut reported = SourceRecorder::default();
        let date = release.date.as_ref();
        Self {
            artist_name: reported.record_text("artist_name", release.artist.as_ref()),
            title: reported.record_text("title", release.title.as_ref()),
            label_name: reported.record_text("label_name", release.label.as_ref()),
            catalog_number: reported.record_text("catalog_number", release.catalog_number.as_ref()),
            year: reported.record_source("year", date).map(|date| date.year()),
            date: reported.record_text("date", date),
            country: reported.record_text("country", release.country.as_ref()),
            format: reported.record_text("format", release.format.as_ref()),
            track_count: reported.record_source("track_count", release.track_count.as_ref()).copied(),
            tracks: reported.record_list("tracks", release.tracks.as_ref()).iter().map(TrackEntry::from).collect(),
            genres: reported.record_list("genres", release.genres.as_ref()).to_vec(),
            styles: reported.record_list("styles", release.styles.as_ref()).to_vec(),
            barcode: reported.record_text("barcode", release.barcode.as_ref()),
            mbid: reported.record_id("mbid", release, MUSICBRAINZ),
            discogs_id: reported.record_id("discogs_id", release, DISCOGS),
            sources: reported.sources,
        }
    }
}

/// Notes the source of every field that is read.
#[derive(Default)]
struct SourceRecorder {
    sources: BTreeMap<&'static str, Provider>,
}

impl SourceRecorder {
    fn record_source<'a, T>(&mut self, field: &'static str, event: Option<&'a Sourced<T>>) -> Option<&'a T> {
        let event = event?;
        self.sources.insert(field, event.source.clone());
        Some(&event.value)
    }

    fn record_text<T: ToString>(&mut self, field: &'static str, event: Option<&Sourced<T>>) -> Option<String> {
        self.record_source(field, event).map(T::to_string)
    }

    fn record_list<'a, T>(&mut self, field: &'static str, event: Option<&'a Sourced<Vec<T>>>) -> &'a [T] {
        self.record_source(field, event).map_or(&[], Vec::as_slice)
    }

    fn record_id(&mut self, field: &'static str, release: &Release, provider: Provider) -> Option<String> {
        let id = release.id_for_provider(&provider)?.id.clone();
        self.sources.insert(field, provider);
        Some(id)
    }
}
