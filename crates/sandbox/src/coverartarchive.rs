//! Simulated Cover Art Archive: two redirects lead to an index at archive.org, one redirect leads to a picture.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::catalog::SandboxRelease;
use super::request_layer::server_url;
use super::state::SandboxState;
use super::synthetic;

/// Drawn pictures, by palette and size. All releases share the pictures of 64 palettes.
static COVER_CACHE: LazyLock<Mutex<HashMap<(u8, u32), Bytes>>> = LazyLock::new(Mutex::default);

/// Number of palettes.
const PALETTE_COUNT: u64 = 64;

/// Side length in pixels of a cover that is too small for eBay.
const SMALL_COVER_PIXELS: u32 = 300;
const LARGE_COVER_PIXELS: u32 = 1_200;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route("/coverartarchive/release/{mbid}", get(get_release))
        .route("/coverartarchive/release/{mbid}/", get(get_release))
        .route("/coverartarchive/release/{mbid}/{file}", get(redirect_to_image))
        .route("/archive/download/{item}/index.json", get(redirect_to_mirror))
        .route("/archive/items/{item}/index.json", get(get_index))
        .route("/archive/download/{item}/{file}", get(get_image_bytes))
}

async fn get_release(State(state): State<Arc<SandboxState>>, headers: HeaderMap, Path(mbid): Path<String>) -> Response {
    if mbid.len() != 36 {
        return (StatusCode::BAD_REQUEST, Html("<h1>Bad Request</h1><p>This is not an MBID.</p>")).into_response();
    }
    match state.catalog.find_by_mbid(&mbid).filter(|release| release.cover != "none") {
        Some(_) => redirect_to(&format!("{}/archive/download/mbid-{mbid}/index.json", server_url(&headers, &state))),
        None => not_found(&mbid),
    }
}

fn not_found(mbid: &str) -> Response {
    let page = format!("<h1>Not Found</h1><p>There is no cover for {mbid}.</p>");
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}

fn redirect_to(location: &str) -> Response {
    let location = [(header::LOCATION, location.to_owned())];
    (StatusCode::TEMPORARY_REDIRECT, location, "See: the Location header\n").into_response()
}

async fn redirect_to_mirror(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(item): Path<String>,
) -> Response {
    let location = format!("{}/archive/items/{item}/index.json", server_url(&headers, &state));
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

async fn get_index(State(state): State<Arc<SandboxState>>, headers: HeaderMap, Path(item): Path<String>) -> Response {
    let mbid = item.trim_start_matches("mbid-");
    match state.catalog.find_by_mbid(mbid) {
        Some(release) => axum::Json(image_index_json(release, &server_url(&headers, &state))).into_response(),
        None => not_found(mbid),
    }
}

/// Returns the index of the front and back covers. Ids are numbers in some places and strings in others, as in the real
/// archive.
fn image_index_json(release: &SandboxRelease, address: &str) -> Value {
    let mbid = &release.mbid;
    let of = if release.cover == "foreign" { synthetic::synthetic_release(999_999).mbid } else { mbid.clone() };
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

async fn redirect_to_image(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path((mbid, file)): Path<(String, String)>,
) -> Response {
    redirect_to(&format!("{}/archive/download/mbid-{mbid}/{file}", server_url(&headers, &state)))
}

async fn get_image_bytes(State(state): State<Arc<SandboxState>>, Path((item, _)): Path<(String, String)>) -> Response {
    let mbid = item.trim_start_matches("mbid-");
    let Some(release) = state.catalog.find_by_mbid(mbid) else { return not_found(mbid) };
    let pixels = if release.cover == "small" { SMALL_COVER_PIXELS } else { LARGE_COVER_PIXELS };
    ([(header::CONTENT_TYPE, "image/png")], cover_png(mbid, pixels)).into_response()
}

/// Returns a square PNG for the release `id`, with sides of `pixels` pixels.
fn cover_png(id: &str, pixels: u32) -> Bytes {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let palette = u8::try_from(hasher.finish() % PALETTE_COUNT).unwrap_or_default();
    let mut drawn = COVER_CACHE.lock();
    drawn.entry((palette, pixels)).or_insert_with(|| draw_png(palette, pixels)).clone()
}

/// Draws eight stripes in two colors, with one bit per pixel and no row filters, because compression is slow in the
/// debug builds that run the tests.
fn draw_png(palette: u8, pixels: u32) -> Bytes {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels, pixels);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_filter(png::Filter::NoFilter);
    let shade = palette.wrapping_mul(37);
    encoder.set_palette(vec![shade, 255 - shade, 128, 240, shade / 2, 60]);
    let is_first_color = |x: u32| x < pixels && (x * 8 / pixels).is_multiple_of(2);
    let byte = |start: u32| (0..8).fold(0, |byte, bit| byte << 1 | u8::from(is_first_color(start + bit)));
    let row = (0..pixels).step_by(8).map(byte).collect::<Vec<_>>();
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&row.repeat(pixels as usize)));
    if let Err(error) = written {
        tracing::error!(%error, "a cover cannot be drawn");
    }
    file.into()
}
