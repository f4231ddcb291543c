//! The Cover Art Archive, imitated: an index over two redirects to archive.org, pictures over one.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::doors::own_address;
use super::server::World;
use super::table::Release;
use super::{covers, synthetic};

/// The longest side of a picture that is too small for eBay.
const SMALL: u32 = 300;
const LARGE: u32 = 1_200;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/coverartarchive/release/{mbid}", get(release))
        .route("/coverartarchive/release/{mbid}/", get(release))
        .route("/coverartarchive/release/{mbid}/{file}", get(picture))
        .route("/archive/download/{item}/index.json", get(mirror))
        .route("/archive/items/{item}/index.json", get(index))
        .route("/archive/download/{item}/{file}", get(bytes))
}

async fn release(State(world): State<Arc<World>>, headers: HeaderMap, Path(mbid): Path<String>) -> Response {
    if mbid.len() != 36 {
        return (StatusCode::BAD_REQUEST, Html("<h1>Bad Request</h1><p>This is no MBID.</p>")).into_response();
    }
    match world.table.of_mbid(&mbid).filter(|release| release.cover != "none") {
        Some(_) => redirect(&format!("{}/archive/download/mbid-{mbid}/index.json", own_address(&headers, &world))),
        None => none(&mbid),
    }
}

fn none(mbid: &str) -> Response {
    let page = format!("<h1>Not Found</h1><p>There is no cover for {mbid}.</p>");
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}

fn redirect(place: &str) -> Response {
    let place = [(header::LOCATION, place.to_owned())];
    (StatusCode::TEMPORARY_REDIRECT, place, "See: the Location header\n").into_response()
}

async fn mirror(State(world): State<Arc<World>>, headers: HeaderMap, Path(item): Path<String>) -> Response {
    let place = format!("{}/archive/items/{item}/index.json", own_address(&headers, &world));
    (StatusCode::FOUND, [(header::LOCATION, place)]).into_response()
}

async fn index(State(world): State<Arc<World>>, headers: HeaderMap, Path(item): Path<String>) -> Response {
    let mbid = item.trim_start_matches("mbid-");
    match world.table.of_mbid(mbid) {
        Some(release) => axum::Json(listing(release, &own_address(&headers, &world))).into_response(),
        None => none(mbid),
    }
}

/// The front and the back. Ids are numbers here and texts there, as they are in the archive.
fn listing(release: &Release, address: &str) -> Value {
    let mbid = &release.mbid;
    let of = if release.cover == "foreign" { synthetic::release(999_999).mbid } else { mbid.clone() };
    let number = 1_000_000_000 + u64::from(mbid.bytes().map(u32::from).sum::<u32>());
    let image = |id: u64, front: bool| {
        let file = |size: &str| format!("{address}/coverartarchive/release/{mbid}/{id}{size}.png");
        let as_text = id % 2 == 1;
        json!({
            "id": if as_text { Value::from(id.to_string()) } else { Value::from(id) },
            "types": [if front { "Front" } else { "Back" }],
            "front": front, "back": !front, "approved": true, "comment": "", "edit": 1,
            "image": file(""),
            "thumbnails": {"250": file("-250"), "500": file("-500"), "1200": file("-1200"), "small": file("-250"), "large": file("-500")},
        })
    };
    json!({"release": format!("https://musicbrainz.org/release/{of}"), "images": [image(number, true), image(number + 1, false)]})
}

async fn picture(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path((mbid, file)): Path<(String, String)>,
) -> Response {
    redirect(&format!("{}/archive/download/mbid-{mbid}/{file}", own_address(&headers, &world)))
}

async fn bytes(State(world): State<Arc<World>>, Path((item, _)): Path<(String, String)>) -> Response {
    let mbid = item.trim_start_matches("mbid-");
    let Some(release) = world.table.of_mbid(mbid) else { return none(mbid) };
    let pixels = if release.cover == "small" { SMALL } else { LARGE };
    ([(header::CONTENT_TYPE, "image/png")], covers::cover(mbid, pixels)).into_response()
}
