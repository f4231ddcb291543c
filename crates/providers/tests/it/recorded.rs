//! Parses every recorded response of the services, if recordings exist. The expected values are derived from the body.

use std::collections::BTreeMap;

use domain::display_text;
use domain::provider_release::ProviderRelease;
use domain::release::{Release, ReleaseId};
use jiff::Timestamp;
use providers::{ALL, MUSICBRAINZ, ProviderError, test_support};
use secrecy::SecretString;
use serde_json::Value;

use super::{at, http, upc, ways};
use testing::http_server::{ScriptedResponse, Server, response_bytes};
use testing::recordings;

/// One recorded response.
struct Recording {
    file: String,
    provider: String,
    status: u16,
    bytes: Vec<u8>,
}

impl Recording {
    fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.bytes.trim_ascii_start()).ok()
    }
}

/// Returns the recordings of the five providers; prints a message and returns `None` if there are none.
fn recordings() -> Option<Vec<Recording>> {
    let folder = recordings::folder()?;
    let ours = |name: &str| ALL.iter().any(|factory| factory.name.as_str() == name);
    let rows = recordings::index(&folder).into_iter();
    let read = rows.filter(|row| row.len() > 3 && ours(&row[1])).map(|row| Recording {
        file: row[0].clone(),
        provider: row[1].clone(),
        status: row[3].parse().unwrap_or(200),
        bytes: std::fs::read(folder.join(&row[0])).unwrap_or_else(|error| panic!("{}: {error}", row[0])),
    });
    Some(read.collect())
}

/// The kind of a response body, detected by its structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum RecordingKind {
    Release,
    Search,
    Suggestions,
    Index,
    Error,
    /// A response that Draft Maker never requests, such as an artist, a marketplace listing or a web page.
    Other,
}

fn kind(recording: &Recording, body: &Value) -> RecordingKind {
    let has = |key: &str| body.get(key).is_some();
    let is_empty = body.as_object().is_some_and(serde_json::Map::is_empty);
    match recording.provider.as_str() {
        _ if recording.status >= 400 || has("error") || has("message") => RecordingKind::Error,
        "musicbrainz" if has("releases") && !recording.file.contains("label-info") => RecordingKind::Search,
        "musicbrainz" if has("title") && body["id"].is_string() && (has("status") || has("media")) => {
            RecordingKind::Release
        }
        "discogs" | "itunes" if has("results") => RecordingKind::Search,
        "discogs" if has("title") && has("artists") && !has("main_release") => RecordingKind::Release,
        "discogs" if has("Mint (M)") || is_empty => RecordingKind::Suggestions,
        "deezer" if has("upc") => RecordingKind::Release,
        "coverartarchive" if has("images") => RecordingKind::Index,
        _ => RecordingKind::Other,
    }
}

#[test]
fn every_recorded_body_is_read() {
    let Some(recordings) = recordings() else { return };
    let mut counts: BTreeMap<(String, RecordingKind), usize> = BTreeMap::new();
    for recording in &recordings {
        let Some(body) = recording.json().map(with_hyphens) else { continue };
        let kind = kind(recording, &body);
        check(recording, kind, &body);
        *counts.entry((recording.provider.clone(), kind)).or_default() += 1;
    }
    for ((provider, kind), count) in &counts {
        println!("{provider} {kind:?}: {count}");
    }
    for (provider, kind, least) in [
        ("musicbrainz", RecordingKind::Release, 45),
        ("musicbrainz", RecordingKind::Search, 8),
        ("discogs", RecordingKind::Release, 25),
        ("discogs", RecordingKind::Search, 5),
        ("discogs", RecordingKind::Suggestions, 4),
        ("discogs", RecordingKind::Error, 5),
        ("coverartarchive", RecordingKind::Index, 20),
        ("deezer", RecordingKind::Release, 5),
        ("deezer", RecordingKind::Error, 5),
        ("itunes", RecordingKind::Search, 5),
    ] {
        let count = counts.get(&(provider.to_owned(), kind)).copied().unwrap_or_default();
        assert!(count >= least, "{provider} {kind:?}: {count}, and there were {least}");
    }
}

/// Restores the hyphens in keys: one author's recordings have underscores instead.
fn with_hyphens(body: Value) -> Value {
    match body {
        Value::Object(fields) if fields.contains_key("artist_credit") => {
            fields.into_iter().map(|(key, value)| (key.replace('_', "-"), with_hyphens(value))).collect()
        }
        other => other,
    }
}

fn check(recording: &Recording, kind: RecordingKind, body: &Value) {
    let (file, now) = (&recording.file, Timestamp::UNIX_EPOCH);
    match (recording.provider.as_str(), kind) {
        ("musicbrainz", RecordingKind::Release) => {
            check_musicbrainz(file, body, test_support::parse_musicbrainz_release(body));
        }
        ("musicbrainz", RecordingKind::Search) => {
            let reported = body["releases"].as_array().unwrap();
            let read = test_support::parse_musicbrainz_search(body);
            assert_eq!(read.len(), reported.len(), "{file}");
            reported.iter().zip(read).for_each(|(reported, read)| check_musicbrainz(file, reported, Some(read)));
        }
        ("discogs", RecordingKind::Release) => {
            check_discogs(file, body, test_support::parse_discogs_release(body, now));
        }
        ("discogs", RecordingKind::Search) => {
            let read = test_support::parse_discogs_search(body);
            assert_eq!(read.len(), body["results"].as_array().unwrap().len(), "{file}");
            assert!(read.iter().all(|release| release.title.is_some()), "{file}");
        }
        ("discogs", RecordingKind::Suggestions) => {
            let fair_or_poor = ["Fair (F)", "Poor (P)"].iter().filter(|grade| body.get(**grade).is_some()).count();
            let samples = test_support::parse_discogs_suggestions(body, now);
            assert_eq!(samples.len(), body.as_object().unwrap().len() - fair_or_poor, "{file}");
        }
        ("coverartarchive", RecordingKind::Index) => check_index(file, body),
        ("deezer", RecordingKind::Release) => {
            let release = test_support::parse_deezer_album(body).unwrap();
            check_title(file, body, &release);
            assert!(release.artist.is_some() && release.barcodes.len() == 1, "{file}");
            assert_eq!(release.tracks.len(), body["tracks"]["data"].as_array().unwrap().len(), "{file}");
        }
        ("itunes", RecordingKind::Search) => {
            let rows = body["results"].as_array().unwrap();
            let albums = rows.iter().filter(|row| row["wrapperType"] == "collection").count();
            let read = test_support::parse_itunes_lookup(body);
            assert_eq!(read.len(), albums, "{file}");
            assert!(read.iter().all(|release| release.title.is_some() && release.artist.is_some()), "{file}");
        }
        (_, RecordingKind::Error) => {
            assert_eq!(test_support::parse_musicbrainz_release(body), None, "{file}");
            assert_eq!(test_support::parse_discogs_release(body, now), None, "{file}");
            assert_eq!(test_support::parse_deezer_album(body), None, "{file}");
        }
        _ => {}
    }
}

fn check_title(file: &str, body: &Value, release: &ProviderRelease) {
    let title = body["title"].as_str().map(display_text::clean_text);
    // An album that is named after its artist has the name that buyers use behind its title.
    let named = |title: &String| {
        let name = release.title.as_ref().and_then(|known| known.strip_prefix(title.as_str()));
        matches!(name, Some(" (Black Album)" | " (Blue Album)"))
    };
    assert!(release.title == title || title.as_ref().is_some_and(named), "{file}: {:?}", release.title);
}

fn check_musicbrainz(file: &str, body: &Value, provider_release: Option<ProviderRelease>) {
    let provider_release = provider_release.unwrap_or_else(|| panic!("{file}"));
    check_title(file, body, &provider_release);
    let credited = body["artist-credit"].as_array().is_some_and(|credit| !credit.is_empty());
    assert_eq!(provider_release.artist.is_some(), credited, "{file}");
    let media = body["media"].as_array().cloned().unwrap_or_default();
    let formats = media.iter().filter(|medium| medium["format"].is_string()).count();
    let read = provider_release.format.iter().flat_map(|format| &format.media).map(|medium| medium.count).sum::<u16>();
    assert_eq!(usize::from(read), formats, "{file}");
    let tracks = media.iter().map(|medium| medium["tracks"].as_array().map_or(0, Vec::len)).sum::<usize>();
    let hidden = media.iter().filter(|medium| medium["pregap"].is_object()).count();
    assert_eq!(provider_release.tracks.len(), tracks + hidden, "{file}");
    let dated = body["date"].as_str().is_some_and(|date| !date.is_empty());
    assert_eq!(provider_release.date.is_some(), dated, "{file}");
    let code = body["barcode"].as_str().filter(|code| code.len() >= 12);
    assert_eq!(
        provider_release.barcodes,
        code.and_then(|code| code.parse().ok()).into_iter().collect::<Vec<_>>(),
        "{file}"
    );
    let discogs = body.to_string().contains("discogs.com/release/") && body["relations"].is_array();
    assert!(!discogs || !provider_release.links.is_empty(), "{file}");
}

fn check_discogs(file: &str, body: &Value, release: Option<ProviderRelease>) {
    let release = release.unwrap_or_else(|| panic!("{file}"));
    check_title(file, body, &release);
    let artist = release.artist.unwrap().to_string();
    assert!(!artist.is_empty() && !artist.ends_with(')') && !artist.ends_with(' '), "{file}: {artist}");
    assert_eq!(
        release.format.is_some(),
        body["formats"].as_array().is_some_and(|formats| !formats.is_empty()),
        "{file}"
    );
    let codes = body["identifiers"].as_array().into_iter().flatten();
    let codes = codes.filter(|code| code["type"] == "Barcode").filter_map(|code| code["value"].as_str()?.parse().ok());
    assert!(codes.into_iter().all(|code| release.barcodes.contains(&code)), "{file}");
    let year = body["year"].as_u64().filter(|year| *year > 0);
    assert_eq!(release.date.map(|date| u64::from(date.year())), year, "{file}");
    let priced = body["lowest_price"].is_number() && body["num_for_sale"] != 0;
    assert_eq!(release.samples.len(), usize::from(priced), "{file}");
    let real = body["tracklist"].as_array().into_iter().flatten().filter(|track| track["type_"] == "track").count();
    assert!(release.tracks.len() >= real, "{file}");
}

fn check_index(file: &str, body: &Value) {
    let covers = test_support::parse_cover_index(body);
    let release = body["release"].as_str().unwrap();
    if release.starts_with("file:") {
        assert!(covers.is_empty(), "{file}: its author inserted local file addresses");
        return;
    }
    assert_eq!(covers.len(), body["images"].as_array().unwrap().len(), "{file}");
    assert!(covers.iter().all(|cover| cover.url.starts_with("https://")), "{file}");
    assert!(covers.iter().any(|cover| cover.is_front), "{file}");
    let id = release.rsplit('/').next().unwrap();
    assert!(covers.iter().all(|cover| cover.belongs_to == Some(ReleaseId::new(MUSICBRAINZ, id))), "{file}");
}

/// Recorded errors over a socket: none counts as a result, and each keeps the message of the service.
#[tokio::test]
async fn every_recorded_error_is_an_error() {
    let Some(recordings) = recordings() else { return };
    let is_error =
        |r: &Recording| r.status >= 400 || r.json().is_some_and(|body| kind(r, &body) == RecordingKind::Error);
    let mut seen = 0;
    // A quota error of Deezer causes a wait of ten seconds; a separate test covers it.
    for recording in recordings.iter().filter(|r| is_error(r) && !r.file.contains("quota")) {
        let (status, bytes) = (recording.status, recording.bytes.clone());
        let server = Server::start(move |_| ScriptedResponse::Bytes(response_bytes(status, &[], &bytes))).await;
        let found = ask(&recording.provider, &server).await;
        let none = recording.status == 404 || String::from_utf8_lossy(&recording.bytes).contains("\"code\":800");
        let none = none || String::from_utf8_lossy(&recording.bytes).contains("\"code\": 800");
        match found {
            Ok(found) => assert!(none && !found, "{}", recording.file),
            Err(error) => {
                assert!(!none, "{}: {error}", recording.file);
                let refused = error.is_refusal();
                assert_eq!(refused, matches!(status, 400 | 401) || status == 403 && recording.provider == "discogs");
            }
        }
        seen += 1;
    }
    println!("{seen} recorded errors");
    assert!(seen >= 15, "{seen}");
}

/// Returns true if the provider returned a result.
async fn ask(provider: &str, server: &Server) -> Result<bool, ProviderError> {
    let factory = ALL.iter().find(|factory| factory.name.as_str() == provider).unwrap();
    let mut settings = at(&server.address());
    settings.key = Some(SecretString::from("a-token-for-nothing".to_owned()));
    let connected = (factory.connect)(&settings, &ways(&http())).unwrap();
    if let Some(gallery) = connected.cover_source {
        let release = Release { ids: vec![ReleaseId::new(MUSICBRAINZ, "x")], ..Release::default() };
        return Ok(gallery.fetch_covers(&release).await?.is_some());
    }
    let catalogue = connected.catalog.unwrap();
    if provider == "itunes" {
        return Ok(catalogue.search_upcs(&[upc("720642442524")]).await?.values().any(|found| !found.is_empty()));
    }
    Ok(catalogue.fetch_release(&ReleaseId::new(catalogue.provider(), "1")).await?.is_some())
}
