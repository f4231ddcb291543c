//! Simulated Deezer: albums by UPC, errors with status 200, at most 50 requests in 5 seconds.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::catalog::SandboxRelease;
use super::request_layer::server_url;
use super::state::SandboxState;
use domain::upc::Upc;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new().route("/deezer/album/{which}", get(get_album))
}

async fn get_album(State(state): State<Arc<SandboxState>>, headers: HeaderMap, Path(which): Path<String>) -> Response {
    if !state.rate_windows.deezer.try_admit(state.options.enforce_limits).admitted {
        state.counters.record_refusal("deezer");
        return error_response("Exception", "Too many requests for now", 4);
    }
    let upc = which.strip_prefix("upc:").and_then(|code| code.parse::<Upc>().ok());
    let found =
        upc.and_then(|upc| Some((upc, state.catalog.find_by_upc(upc).find(|release| !release.mbid.is_empty())?)));
    match found {
        Some((upc, release)) => Json(album_json(release, upc, &server_url(&headers, &state))).into_response(),
        None => error_response("DataException", "no data", 800),
    }
}

fn error_response(kind: &str, text: &str, code: u16) -> Response {
    Json(json!({"error": {"type": kind, "message": text, "code": code}})).into_response()
}

fn album_json(release: &SandboxRelease, upc: Upc, address: &str) -> Value {
    let id = 100_000_000 + upc.ean13().bytes().fold(0_u64, |sum, digit| (sum * 31 + u64::from(digit)) % 90_000_000);
    let name = release.artist.first().map_or("", |(name, _)| name);
    let titles = release.media.iter().flat_map(|medium| &medium.tracks);
    let tracks = titles.map(|(title, length)| track_json(id, name, title, *length)).collect::<Vec<_>>();
    let mut album = json!({
        "id": id,
        "type": "album",
        "title": release.title,
        "upc": upc.to_string(),
        "link": format!("https://www.deezer.com/album/{id}"),
        "share": "",
        "label": release.labels.first().map_or("", |(name, _)| name),
        "nb_tracks": release.track_count(),
        "duration": tracks.len() * 200,
        "release_date": if release.date.len() == 10 { release.date.clone() } else { "2020-01-01".to_owned() },
        "record_type": "album",
        "fans": 0,
        "available": true,
        "explicit_lyrics": false,
        "explicit_content_lyrics": 0,
        "explicit_content_cover": 0,
        "genre_id": 0,
        "genres": {"data": []},
        "contributors": release.artist.iter().map(|(name, _)| contributor_json(name)).collect::<Vec<_>>(),
        "artist": artist_json(name),
        "tracklist": "",
        "tracks": {"data": tracks},
    });
    set_picture_urls(&mut album, "cover", &format!("{address}/archive/download/mbid-{}/deezer.png", release.mbid));
    album
}

/// Sets the five address keys of a Deezer picture to one address.
fn set_picture_urls(json: &mut Value, key: &str, url: &str) {
    for size in ["", "_small", "_medium", "_big", "_xl"] {
        json[format!("{key}{size}")] = url.into();
    }
}

fn artist_json(name: &str) -> Value {
    let mut artist = json!({"id": 1, "type": "artist", "name": name, "tracklist": ""});
    set_picture_urls(&mut artist, "picture", "");
    artist
}

fn contributor_json(name: &str) -> Value {
    let mut contributor = artist_json(name);
    for (key, value) in [("link", "".into()), ("share", "".into()), ("radio", true.into()), ("role", "Main".into())] {
        contributor[key] = value;
    }
    contributor
}

fn track_json(id: u64, artist: &str, title: &str, length_ms: u64) -> Value {
    json!({
        "id": id, "type": "track", "title": title, "title_short": title, "title_version": "",
        "duration": length_ms / 1_000, "rank": 0, "readable": true, "preview": "", "link": "",
        "explicit_lyrics": false, "explicit_content_lyrics": 0, "explicit_content_cover": 0,
        "artist": {"id": 1, "type": "artist", "name": artist, "tracklist": ""},
    })
}
