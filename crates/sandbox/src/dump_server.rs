//! Simulated servers of the data dumps: the newest dump of each database with its checksums. Downloads can be resumed.
//!
//! The dumps are not compressed, whatever their names say: the import detects the format from the content.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::state::SandboxState;

/// File name of the MusicBrainz dump.
const MUSICBRAINZ_FILE: &str = "release.tar.xz";

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route("/dumps/discogs/", get(get_discogs))
        .route("/dumps/musicbrainz/LATEST", get(|| async { format!("{}\n", musicbrainz_stamp()) }))
        .route("/dumps/musicbrainz/{stamp}/{file}", get(get_musicbrainz_file))
}

/// Responds like data.discogs.com: `?prefix=data/2026/` lists a year, `?download=data/2026/…` returns a file.
async fn get_discogs(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let month = this_month();
    let (file, sums) = (format!("discogs_{month}_releases.xml.gz"), format!("discogs_{month}_CHECKSUM.txt"));
    let folder = format!("data/{}/", &month[..4]);
    let query = query.unwrap_or_default();
    let (name, value) = url::form_urlencoded::parse(query.as_bytes()).next().unwrap_or_default();
    if name == "prefix" && value == folder {
        let artists = format!("discogs_{month}_artists.xml.gz");
        let rows = [&artists, &file, &sums].map(|name| format!("<a href=\"?download=data%2F{name}\">{name}</a>\n"));
        return Html(format!("<html><body>{}</body></html>", rows.concat())).into_response();
    }
    match value.strip_prefix(&folder).filter(|_| name == "download") {
        Some(name) if name == file => file_response(&headers, state.catalog.discogs_dump().into_bytes()),
        Some(name) if name == sums => sha256_line(state.catalog.discogs_dump().as_bytes(), &file).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn get_musicbrainz_file(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path((stamp, file)): Path<(String, String)>,
) -> Response {
    let content = || state.catalog.musicbrainz_dump().into_bytes();
    match file.as_str() {
        _ if stamp != musicbrainz_stamp() => StatusCode::NOT_FOUND.into_response(),
        MUSICBRAINZ_FILE => file_response(&headers, content()),
        "SHA256SUMS" => sha256_line(&content(), &format!("*{MUSICBRAINZ_FILE}")).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Returns the first day of this month, the date that Discogs gives its dumps: `20261101`.
fn this_month() -> String {
    jiff::tz::Offset::UTC.to_datetime(Timestamp::now()).strftime("%Y%m01").to_string()
}

fn musicbrainz_stamp() -> String {
    format!("{}-001001", this_month())
}

fn sha256_line(content: &[u8], name: &str) -> String {
    format!("{} {name}\n", hex::encode(Sha256::digest(content)))
}

/// Responds with the file, or with the rest of it if the request has a range `bytes=START-` (RFC 9110, 14.2).
fn file_response(headers: &HeaderMap, content: Vec<u8>) -> Response {
    let total = content.len();
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let start = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    match start.map(|start| (start, content.get(start..).unwrap_or_default())) {
        None => content.into_response(),
        Some((_, [])) => {
            let length = [(header::CONTENT_RANGE, format!("bytes */{total}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, length).into_response()
        }
        Some((start, rest)) => {
            let range = [(header::CONTENT_RANGE, format!("bytes {start}-{}/{total}", total - 1))];
            (StatusCode::PARTIAL_CONTENT, range, rest.to_vec()).into_response()
        }
    }
}
