//! Deezer, imitated: an album by UPC, errors with status 200, 50 requests in 5 seconds.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::doors::own_address;
use super::server::World;
use super::table::Release;
use domain::upc::Upc;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/deezer/album/{which}", get(album))
}

async fn album(State(world): State<Arc<World>>, headers: HeaderMap, Path(which): Path<String>) -> Response {
    if !world.windows.deezer.enter(world.options.limits).admitted {
        world.counts.refused("deezer");
        return error("Exception", "Too many requests for now", 4);
    }
    let upc = which.strip_prefix("upc:").and_then(|code| code.parse::<Upc>().ok());
    let found = upc.and_then(|upc| Some((upc, world.table.of_upc(upc).find(|release| !release.mbid.is_empty())?)));
    match found {
        Some((upc, release)) => Json(full(release, upc, &own_address(&headers, &world))).into_response(),
        None => error("DataException", "no data", 800),
    }
}

fn error(kind: &str, words: &str, code: u16) -> Response {
    Json(json!({"error": {"type": kind, "message": words, "code": code}})).into_response()
}

fn full(release: &Release, upc: Upc, address: &str) -> Value {
    let id = 100_000_000 + upc.ean13().bytes().fold(0_u64, |sum, digit| (sum * 31 + u64::from(digit)) % 90_000_000);
    let name = release.artist.first().map_or("", |(name, _)| name);
    let titles = release.media.iter().flat_map(|medium| &medium.tracks);
    let tracks = titles.map(|(title, length)| track(id, name, title, *length)).collect::<Vec<_>>();
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
        "contributors": release.artist.iter().map(|(name, _)| contributor(name)).collect::<Vec<_>>(),
        "artist": artist(name),
        "tracklist": "",
        "tracks": {"data": tracks},
    });
    pictures(&mut album, "cover", &format!("{address}/archive/download/mbid-{}/deezer.png", release.mbid));
    album
}

/// One address under each of the five keys that Deezer gives a picture.
fn pictures(json: &mut Value, key: &str, place: &str) {
    for size in ["", "_small", "_medium", "_big", "_xl"] {
        json[format!("{key}{size}")] = place.into();
    }
}

fn artist(name: &str) -> Value {
    let mut artist = json!({"id": 1, "type": "artist", "name": name, "tracklist": ""});
    pictures(&mut artist, "picture", "");
    artist
}

fn contributor(name: &str) -> Value {
    let mut contributor = artist(name);
    for (key, value) in [("link", "".into()), ("share", "".into()), ("radio", true.into()), ("role", "Main".into())] {
        contributor[key] = value;
    }
    contributor
}

fn track(id: u64, artist: &str, title: &str, length_ms: u64) -> Value {
    json!({
        "id": id, "type": "track", "title": title, "title_short": title, "title_version": "",
        "duration": length_ms / 1_000, "rank": 0, "readable": true, "preview": "", "link": "",
        "explicit_lyrics": false, "explicit_content_lyrics": 0, "explicit_content_cover": 0,
        "artist": {"id": 1, "type": "artist", "name": artist, "tracklist": ""},
    })
}
