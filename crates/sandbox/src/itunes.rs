//! Simulated iTunes: lookup by UPC, with JSON that is declared as a script, and an empty 403 above 20 requests per
//! minute.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalog::SandboxRelease;
use super::state::SandboxState;
use domain::upc::Upc;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new().route("/itunes/lookup", get(lookup_upc))
}

#[derive(Deserialize)]
struct ITunesLookupParams {
    #[serde(default)]
    upc: String,
}

async fn lookup_upc(State(state): State<Arc<SandboxState>>, Query(lookup): Query<ITunesLookupParams>) -> Response {
    if !state.rate_windows.itunes.try_admit(state.options.enforce_limits).admitted {
        state.counters.record_refusal("itunes");
        return StatusCode::FORBIDDEN.into_response();
    }
    let upc = lookup.upc.parse::<Upc>().ok();
    let found = upc.and_then(|upc| state.catalog.find_by_upc(upc).find(|release| !release.mbid.is_empty()));
    let results = found.map(album_and_tracks).unwrap_or_default();
    let body = format!("\n\n\n{}\n", json!({"resultCount": results.len(), "results": results}));
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], body).into_response()
}

fn album_and_tracks(release: &SandboxRelease) -> Vec<Value> {
    let id =
        1_000_000_000 + release.barcode.bytes().fold(0_u64, |sum, digit| (sum * 31 + u64::from(digit)) % 900_000_000);
    let album = json!({
        "wrapperType": "collection",
        "collectionType": "Album",
        "collectionId": id,
        "artistId": 1,
        "artistName": release.artist_credit(),
        "collectionName": release.title,
        "collectionCensoredName": release.title,
        "collectionExplicitness": "notExplicit",
        "copyright": release.labels.first().map_or("", |(name, _)| name),
        "releaseDate": format!("{}T08:00:00Z", if release.date.len() == 10 { release.date.as_str() } else { "2020-01-01" }),
        "collectionViewUrl": format!("https://music.apple.com/us/album/{id}"),
        "artworkUrl60": format!("https://is1-ssl.mzstatic.com/image/thumb/{id}/60x60bb.jpg"),
        "artworkUrl100": format!("https://is1-ssl.mzstatic.com/image/thumb/{id}/100x100bb.jpg"),
        "trackCount": release.track_count(),
        "country": "USA",
        "currency": "USD",
        "collectionPrice": 9.99,
        "primaryGenreName": "Rock",
    });
    let tracks = release.media.iter().enumerate().flat_map(|(disc, medium)| {
        medium.tracks.iter().enumerate().map(move |(number, (title, length))| (disc + 1, number + 1, title, *length))
    });
    let tracks = tracks.map(|at| track_json(&album, release.media.len(), at)).collect::<Vec<_>>();
    std::iter::once(album).chain(tracks).collect()
}

/// Returns a song, which repeats most fields of its album.
fn track_json(album: &Value, discs: usize, (disc, number, title, length_ms): (usize, usize, &String, u64)) -> Value {
    let mut song = album.clone();
    let page = format!("{}?i={number}", album["collectionViewUrl"].as_str().unwrap_or_default());
    let own = json!({
        "wrapperType": "track", "kind": "song", "trackId": number, "trackName": title, "trackCensoredName": title,
        "trackNumber": number, "discNumber": disc, "discCount": discs, "trackTimeMillis": length_ms, "trackPrice": 1.29,
        "trackExplicitness": "notExplicit", "trackViewUrl": page, "artistViewUrl": "", "artworkUrl30": "",
        "previewUrl": "", "isStreamable": true,
    });
    if let (Some(song), Value::Object(own)) = (song.as_object_mut(), own) {
        song.remove("collectionType");
        song.remove("copyright");
        song.extend(own);
    }
    song
}
