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
use crate::domain::upc::Upc;

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
    let tracks = release.media.iter().flat_map(|medium| &medium.tracks);
    let tracks =
        tracks.map(|(title, length)| json!({"id": id, "title": title, "duration": length / 1_000})).collect::<Vec<_>>();
    json!({
        "id": id,
        "title": release.title,
        "upc": upc.to_string(),
        "link": format!("https://www.deezer.com/album/{id}"),
        "cover_xl": format!("{address}/archive/download/mbid-{}/deezer.png", release.mbid),
        "label": release.labels.first().map_or("", |(name, _)| name),
        "nb_tracks": release.track_count(),
        "duration": tracks.len() * 200,
        "release_date": if release.date.len() == 10 { release.date.clone() } else { "2020-01-01".to_owned() },
        "record_type": "album",
        "explicit_lyrics": false,
        "genres": {"data": []},
        "contributors": release.artist.iter().map(|(name, _)| json!({"id": 1, "name": name, "role": "Main"})).collect::<Vec<_>>(),
        "artist": {"id": 1, "name": release.artist.first().map_or("", |(name, _)| name)},
        "tracks": {"data": tracks},
    })
}
