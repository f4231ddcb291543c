//! Simulated MusicBrainz: search by barcode or text, lookup by id or URL, one request per second.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::catalog::{SandboxCatalog, SandboxMedium, SandboxRelease};
use super::request_layer::has_user_agent;
use super::state::SandboxState;
use domain::upc::Upc;

/// Old id of a release that was merged into another; a lookup redirects with 301.
const MERGED_MBID: &str = "d0a1c0f2-0000-4000-8000-000000000301";

/// Values of `inc` that a lookup supports.
const VALID_INCLUDES: [&str; 11] = [
    "artist-credits",
    "labels",
    "recordings",
    "media",
    "release-groups",
    "url-rels",
    "artist-rels",
    "artists",
    "genres",
    "tags",
    "aliases",
];

/// The `inc` values whose data the JSON dump contains, as far as the sandbox has the data.
const DUMPED_INCLUDES: &str = "artist-credits labels recordings media release-groups url-rels";

const USAGE_HELP: &str = "For usage, please see: https://musicbrainz.org/development/mmd";

impl SandboxCatalog {
    /// Returns the JSON dump of all releases that MusicBrainz has: one per line, without a line end after the last one.
    pub fn musicbrainz_dump(&self) -> String {
        let releases = self.releases().iter().filter(|release| !release.mbid.is_empty());
        let lines = releases.map(|release| release_json(release, DUMPED_INCLUDES).to_string());
        lines.collect::<Vec<_>>().join("\n")
    }
}

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route("/musicbrainz/ws/2/release", get(search_releases))
        .route("/musicbrainz/ws/2/release/{mbid}", get(lookup_release))
        .route("/musicbrainz/ws/2/url", get(lookup_urls))
}

/// Looks up one or several URLs, each with the releases that have a relationship to it.
async fn lookup_urls(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if let Some(refusal) = refusal_for(&state, &headers) {
        return refusal;
    }
    let query = query.unwrap_or_default();
    let parameters = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "resource");
    let resources = parameters.map(|(_, value)| value.into_owned()).collect::<Vec<_>>();
    let found = resources.iter().filter_map(|resource| url_json(&state, resource)).collect::<Vec<_>>();
    match (resources.len(), found.as_slice()) {
        (0, _) => error_response(StatusCode::BAD_REQUEST, "Specify a resource."),
        (_, []) => error_response(StatusCode::NOT_FOUND, "Not Found"),
        (1, [only]) => ok_response(only),
        _ => ok_response(&json!({"url-count": found.len(), "url-offset": 0, "urls": found})),
    }
}

fn url_json(state: &SandboxState, resource: &str) -> Option<Value> {
    let id = resource.strip_prefix("https://www.discogs.com/release/")?.parse().ok()?;
    let release = state.catalog.find_by_discogs_id(id);
    let release = release.filter(|release| !release.mbid.is_empty() && release.linked_discogs().is_some())?;
    let relation = json!({
        "type": "discogs", "type-id": release.mbid, "target-type": "release", "direction": "backward", "ended": false,
        "release": {"id": release.mbid, "title": release.title, "barcode": release.barcode, "status": "Official"},
    });
    Some(json!({"id": release.mbid, "resource": resource, "relations": [relation]}))
}

#[derive(Deserialize)]
struct MusicBrainzSearchParams {
    #[serde(default)]
    query: String,
    limit: Option<usize>,
    offset: Option<usize>,
}

async fn search_releases(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(search): Query<MusicBrainzSearchParams>,
) -> Response {
    if let Some(refusal) = refusal_for(&state, &headers) {
        return refusal;
    }
    let found = match parse_barcodes(&search.query) {
        Some(upcs) => upcs.iter().flat_map(|upc| state.catalog.find_by_upc(*upc)).collect::<Vec<_>>(),
        None => find_by_text(&state.catalog, &search.query),
    };
    let mut found = found.into_iter().filter(|release| !release.mbid.is_empty()).collect::<Vec<_>>();
    found.dedup_by(|a, b| a.mbid == b.mbid);
    let (offset, limit) = (search.offset.unwrap_or(0), search.limit.unwrap_or(25).clamp(1, 100));
    let page = found.iter().skip(offset).take(limit).map(|release| search_result_json(release)).collect::<Vec<_>>();
    let body = json!({"created": "2026-01-01T00:00:00.000Z", "count": found.len(), "offset": offset, "releases": page});
    ok_response(&body)
}

/// Returns the releases for `catno:"number" OR (release:word AND …)`.
fn find_by_text<'a>(catalog: &'a SandboxCatalog, query: &str) -> Vec<&'a SandboxRelease> {
    let number = query.split("catno:\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let words = query.split("release:").skip(1).filter_map(|rest| rest.split(' ').next());
    let words = words.map(|word| word.trim_end_matches(')').to_lowercase()).collect::<Vec<_>>();
    let mut found = catalog.find_by_catalog_number(number).collect::<Vec<_>>();
    if found.is_empty() {
        found.extend(catalog.find_by_words(words));
    }
    found
}

/// Parses `barcode:(a OR b)` or `barcode:a`.
fn parse_barcodes(query: &str) -> Option<Vec<Upc>> {
    let codes = query.trim().strip_prefix("barcode:")?.trim_matches(['(', ')']);
    let mut upcs = codes.split(" OR ").filter_map(|code| code.trim().parse::<Upc>().ok()).collect::<Vec<_>>();
    upcs.dedup();
    Some(upcs)
}

#[derive(Deserialize)]
struct MusicBrainzLookupParams {
    #[serde(default)]
    inc: String,
}

async fn lookup_release(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(mbid): Path<String>,
    Query(lookup): Query<MusicBrainzLookupParams>,
) -> Response {
    if let Some(refusal) = refusal_for(&state, &headers) {
        return refusal;
    }
    if mbid.len() != 36 {
        return error_response(StatusCode::BAD_REQUEST, "Invalid mbid.");
    }
    if let Some(part) = include_parts(&lookup.inc).find(|part| !VALID_INCLUDES.contains(part)) {
        return error_response(
            StatusCode::BAD_REQUEST,
            &format!("{part} is not a valid inc parameter for the release resource."),
        );
    }
    if mbid == MERGED_MBID {
        let now = state.catalog.releases().iter().find(|release| !release.mbid.is_empty());
        let location =
            now.map(|release| format!("/musicbrainz/ws/2/release/{}?fmt=json&inc={}", release.mbid, lookup.inc));
        return (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location.unwrap_or_default())]).into_response();
    }
    match state.catalog.find_by_mbid(&mbid) {
        Some(release) => ok_response(&release_json(release, &lookup.inc)),
        None => error_response(StatusCode::NOT_FOUND, "Not Found"),
    }
}

/// Splits the values of `inc`. A plus that was not escaped has become a space.
fn include_parts(inc: &str) -> impl Iterator<Item = &str> {
    inc.split([' ', '+']).filter(|part| !part.is_empty())
}

fn refusal_for(state: &SandboxState, headers: &HeaderMap) -> Option<Response> {
    if !has_user_agent(headers) {
        return Some(error_response(StatusCode::FORBIDDEN, "Say who you are in User-Agent."));
    }
    let room = state.rate_windows.musicbrainz.try_admit(state.options.enforce_limits);
    if room.admitted {
        return None;
    }
    state.counters.record_refusal("musicbrainz");
    let message = format!("Too many requests ({}, at most {} per 20 seconds).", room.used + 1, room.max_requests);
    let seconds = room.opens_in.as_secs() + 1;
    Some(
        ([(header::RETRY_AFTER, seconds.to_string())], error_response(StatusCode::SERVICE_UNAVAILABLE, &message))
            .into_response(),
    )
}

fn ok_response(body: &Value) -> Response {
    let headers = [
        ("x-ratelimit-limit", "1200"),
        ("x-ratelimit-remaining", "600"),
        ("content-type", "application/json; charset=utf-8"),
    ];
    (headers, body.to_string()).into_response()
}

fn error_response(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(json!({"error": message, "help": USAGE_HELP}))).into_response()
}

/// Returns a release as a search reports it: unknown fields are absent.
fn search_result_json(release: &SandboxRelease) -> Value {
    let mut json = Map::new();
    json.insert("id".into(), release.mbid.clone().into());
    json.insert("score".into(), 100.into());
    json.insert("title".into(), release.title.clone().into());
    json.insert("status".into(), "Official".into());
    json.insert("count".into(), release.media.len().into());
    json.insert("release-group".into(), json!({"id": release_group_id(release), "primary-type": "Album"}));
    json.insert("artist-credit".into(), artist_credit_json(release, false));
    let known = [("barcode", &release.barcode), ("date", &release.date), ("country", &release.country)];
    json.extend(
        known.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (key.into(), value.clone().into())),
    );
    let labels = release.labels.iter().map(|(name, number)| label_json(name, number, false)).collect::<Vec<_>>();
    if !labels.is_empty() {
        json.insert("label-info".into(), labels.into());
    }
    json.insert("track-count".into(), release.track_count().into());
    let media = release.media.iter().map(|medium| {
        let mut json = Map::new();
        if !medium.format.is_empty() {
            json.insert("format".into(), medium.format.clone().into());
        }
        json.insert("disc-count".into(), 0.into());
        json.insert("track-count".into(), track_count(medium).into());
        Value::Object(json)
    });
    json.insert("media".into(), media.collect::<Vec<_>>().into());
    Value::Object(json)
}

/// Returns a release as a lookup reports it: unknown fields are null.
fn release_json(release: &SandboxRelease, inc: &str) -> Value {
    let wants = |part: &str| include_parts(inc).any(|wanted| wanted == part);
    let or_null = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
    let has_cover = !matches!(release.cover.as_str(), "none");
    let mut json = json!({
        "id": release.mbid,
        "title": release.title,
        "status": "Official",
        "barcode": or_null(&release.barcode),
        "date": release.date,
        "country": or_null(&release.country),
        "packaging": Value::Null,
        "asin": Value::Null,
        "text-representation": {"language": Value::Null, "script": Value::Null},
        "release-events": [{"date": release.date, "area": area_json(&release.country)}],
        "disambiguation": "",
        "quality": "normal",
        "cover-art-archive": {"artwork": has_cover, "front": has_cover, "back": false, "count": u8::from(has_cover), "darkened": false},
    });
    if wants("artist-credits") {
        json["artist-credit"] = artist_credit_json(release, true);
    }
    if wants("release-groups") {
        json["release-group"] = json!({
            "id": release_group_id(release), "title": release.title, "primary-type": "Album", "primary-type-id": release_group_id(release),
            "first-release-date": release.date, "disambiguation": "", "secondary-types": [], "secondary-type-ids": [],
        });
    }
    if wants("labels") {
        json["label-info"] = release.labels.iter().map(|(name, number)| label_json(name, number, true)).collect();
    }
    if wants("media") || wants("recordings") {
        let media =
            release.media.iter().enumerate().map(|(index, m)| medium_json(release, index, m, wants("recordings")));
        json["media"] = media.collect();
    }
    if wants("url-rels") {
        let links = release.linked_discogs().into_iter().map(|side| {
            let page = format!("https://www.discogs.com/release/{}", side.id);
            json!({
                "type": "discogs", "type-id": release.mbid, "target-type": "url", "direction": "forward",
                "url": {"id": release.mbid, "resource": page}, "source-credit": "", "target-credit": "",
                "attributes": [], "attribute-values": {}, "begin": null, "end": null, "ended": false,
            })
        });
        json["relations"] = links.collect();
    }
    json
}

fn artist_credit_json(release: &SandboxRelease, full: bool) -> Value {
    let artists = release.artist.iter().enumerate().map(|(index, (name, join))| {
        let mut json = json!({"name": name, "artist": {"id": format!("{}{index}", &release.mbid), "name": name, "sort-name": name}});
        if full {
            json["artist"]["disambiguation"] = "".into();
        }
        if full || !join.is_empty() {
            json["joinphrase"] = join.clone().into();
        }
        json
    });
    artists.collect()
}

fn label_json(name: &str, number: &str, full: bool) -> Value {
    let mut json = Map::new();
    if full || !number.is_empty() {
        json.insert("catalog-number".into(), if number.is_empty() { Value::Null } else { number.into() });
    }
    if full && name.is_empty() {
        json.insert("label".into(), Value::Null);
    } else if !name.is_empty() {
        let more = json!({"id": "label", "name": name, "sort-name": name, "disambiguation": "", "label-code": null});
        json.insert("label".into(), if full { more } else { json!({"id": "label", "name": name}) });
    }
    Value::Object(json)
}

fn medium_json(release: &SandboxRelease, index: usize, medium: &SandboxMedium, recordings: bool) -> Value {
    let format = if medium.format.is_empty() { Value::Null } else { medium.format.clone().into() };
    let mut json = json!({"position": index + 1, "format": format, "title": "", "track-count": track_count(medium), "track-offset": 0});
    if recordings {
        let listed = medium.tracks.iter().enumerate().map(|(number, (title, length))| {
            let length = if *length == 0 { Value::Null } else { (*length).into() };
            let id = format!("{}-{index}-{number}", release.mbid);
            json!({
                "id": id, "position": number + 1, "number": (number + 1).to_string(), "title": title, "length": length,
                "recording": {"id": id, "title": title, "length": length, "video": false, "disambiguation": ""},
            })
        });
        json["tracks"] = listed.collect();
    }
    json
}

/// Returns a country as an area, or null if it is unknown.
fn area_json(country: &str) -> Value {
    if country.is_empty() {
        return Value::Null;
    }
    json!({"id": country, "name": country, "sort-name": country, "disambiguation": "", "iso-3166-1-codes": [country]})
}

/// Returns the id of the release group. Each release has its own, because the catalog has no groups.
fn release_group_id(release: &SandboxRelease) -> String {
    release.mbid.chars().rev().map(|c| if c == '-' { '0' } else { c }).collect()
}

fn track_count(medium: &SandboxMedium) -> usize {
    medium.tracks.len().max(medium.count)
}
