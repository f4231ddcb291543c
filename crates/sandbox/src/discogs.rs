//! Simulated Discogs: search with a token, releases and prices, and rate limits per moving minute.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::catalog::{SandboxCatalog, SandboxDiscogsData, SandboxRelease};
use super::rate_window::RateWindowStatus;
use super::request_layer::{has_user_agent, server_url};
use super::state::SandboxState;
use domain::upc::Upc;

/// A token that the sandbox refuses, to test a wrong token.
const REJECTED_TOKEN: &str = "wrong";

/// Discogs' grades, best first, with the suggested price in percent of the price of a mint copy.
const GRADE_PERCENTS: [(&str, u64); 8] = [
    ("Mint (M)", 100),
    ("Near Mint (NM or M-)", 90),
    ("Very Good Plus (VG+)", 70),
    ("Very Good (VG)", 50),
    ("Good Plus (G+)", 30),
    ("Good (G)", 20),
    ("Fair (F)", 12),
    ("Poor (P)", 6),
];

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route("/discogs/database/search", get(search_releases))
        .route("/discogs/releases/{id}", get(get_release))
        .route("/discogs/marketplace/stats/{id}", get(get_stats))
        .route("/discogs/marketplace/price_suggestions/{id}", get(get_price_suggestions))
}

/// A request that the rate limit admitted.
struct DiscogsCaller {
    has_token: bool,
    window: RateWindowStatus,
}

impl DiscogsCaller {
    fn admit_request(state: &SandboxState, headers: &HeaderMap) -> Result<Self, Response> {
        if !has_user_agent(headers) {
            return Err((StatusCode::FORBIDDEN, "").into_response());
        }
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.strip_prefix("Discogs token="));
        let is_withdrawn = token.is_some() && state.fault_injector.is_token_withdrawn();
        if token == Some(REJECTED_TOKEN) || is_withdrawn {
            return Err(message_response(
                StatusCode::UNAUTHORIZED,
                "Invalid consumer token. Please register an app before making requests.",
            ));
        }
        let windows = &state.rate_windows;
        let window = if token.is_some() { &windows.discogs_with_token } else { &windows.discogs_without_token };
        let caller = Self { has_token: token.is_some(), window: window.try_admit(state.options.enforce_limits) };
        if caller.window.admitted {
            return Ok(caller);
        }
        state.counters.record_refusal("discogs");
        Err(caller.with_limit_headers(message_response(StatusCode::TOO_MANY_REQUESTS, "You are asking too quickly.")))
    }

    /// Adds the rate limit headers.
    fn with_limit_headers(&self, mut response: Response) -> Response {
        let left = self.window.max_requests.saturating_sub(self.window.used);
        let text = [
            ("x-discogs-ratelimit", self.window.max_requests),
            ("x-discogs-ratelimit-used", self.window.used),
            ("x-discogs-ratelimit-remaining", left),
        ];
        for (name, value) in text {
            response.headers_mut().insert(name, value.into());
        }
        response
    }
}

fn message_response(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({"message": text}))).into_response()
}

#[derive(Deserialize)]
struct DiscogsSearchParams {
    barcode: Option<String>,
    q: Option<String>,
    catno: Option<String>,
}

async fn search_releases(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(search): Query<DiscogsSearchParams>,
) -> Response {
    let caller = match DiscogsCaller::admit_request(&state, &headers) {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    if !caller.has_token {
        return caller.with_limit_headers(message_response(
            StatusCode::UNAUTHORIZED,
            "You must authenticate to access this resource.",
        ));
    }
    let found = find_releases(&state.catalog, &search);
    let results = found
        .iter()
        .filter_map(|release| Some(search_result_json(release, release.discogs.as_ref()?)))
        .collect::<Vec<_>>();
    let pages = json!({"page": 1, "pages": 1, "per_page": 50, "items": results.len(), "urls": {}});
    caller.with_limit_headers(Json(json!({"pagination": pages, "results": results})).into_response())
}

fn find_releases<'a>(catalog: &'a SandboxCatalog, search: &DiscogsSearchParams) -> Vec<&'a SandboxRelease> {
    if let Some(number) = &search.catno {
        return catalog.find_by_catalog_number(number).collect();
    }
    let text = search.barcode.as_ref().or(search.q.as_ref()).cloned().unwrap_or_default();
    if let Ok(upc) = text.parse::<Upc>() {
        return catalog.find_by_upc(upc).collect();
    }
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned);
    let words = words.filter(|_| search.barcode.is_none()).collect::<Vec<_>>();
    catalog.find_by_words(words).collect()
}

/// Returns a search result. Its barcodes include a rights society, as real results do.
fn search_result_json(release: &SandboxRelease, discogs: &SandboxDiscogsData) -> Value {
    let mut codes = release.discogs_codes();
    codes.push("BIEM/SDRM".to_owned());
    let mut format = discogs.formats.iter().map(|(name, ..)| name.clone()).collect::<Vec<_>>();
    format.extend(discogs.formats.iter().flat_map(|(.., descriptions)| descriptions.clone()));
    let mut json = json!({
        "id": discogs.id,
        "type": "release",
        "title": format!("{} - {}", artist_credit(release), release.title),
        "format": format,
        "formats": formats_json(discogs),
        "label": release.labels.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "catno": release.labels.first().map_or("none", |(_, number)| number.as_str()),
        "barcode": codes,
        "genre": discogs.genres,
        "style": discogs.styles,
        "uri": format!("/release/{}", discogs.id),
        "resource_url": format!("https://api.discogs.com/releases/{}", discogs.id),
        "thumb": "",
        "cover_image": "",
    });
    if let Some(year) = release.date.get(..4) {
        json["year"] = year.into();
    }
    if !discogs.country.is_empty() {
        json["country"] = discogs.country.clone().into();
    }
    json
}

fn artist_credit(release: &SandboxRelease) -> String {
    if release.artist_credit() == "Various Artists" { "Various".to_owned() } else { release.artist_credit() }
}

fn formats_json(discogs: &SandboxDiscogsData) -> Vec<Value> {
    let format = |(name, quantity, descriptions): &(String, String, Vec<String>)| json!({"name": name, "qty": quantity, "descriptions": descriptions});
    discogs.formats.iter().map(format).collect()
}

async fn get_release(State(state): State<Arc<SandboxState>>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    let caller = match DiscogsCaller::admit_request(&state, &headers) {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    let found = state.catalog.find_by_discogs_id(id).and_then(|release| Some((release, release.discogs.as_ref()?)));
    caller.with_limit_headers(match found {
        Some((release, discogs)) => Json(release_json(release, discogs, &server_url(&headers, &state))).into_response(),
        None => message_response(StatusCode::NOT_FOUND, "Release not found."),
    })
}

fn release_json(release: &SandboxRelease, discogs: &SandboxDiscogsData, address: &str) -> Value {
    let last = release.artist.len().saturating_sub(1);
    let artists = release.artist.iter().enumerate().map(|(index, (name, join))| {
        let name = if name == "Various Artists" { "Various" } else { name };
        json!({"name": name, "anv": "", "join": if index == last { "" } else { join.trim() }, "role": "", "id": 1,
               "tracks": "", "resource_url": "https://api.discogs.com/artists/1"})
    });
    let labels = release.labels.iter().map(|(name, number)| {
        let number = if number.is_empty() { "none" } else { number };
        json!({"name": name, "catno": number, "id": 1, "entity_type": "1", "entity_type_name": "Label",
               "resource_url": "https://api.discogs.com/labels/1"})
    });
    let identifiers = release.discogs_codes().into_iter().map(|code| json!({"type": "Barcode", "value": code}));
    let picture = format!("{address}/archive/download/mbid-{}/discogs.png", release.mbid);
    json!({
        "id": discogs.id,
        "status": "Accepted",
        "title": release.title,
        "artists": artists.collect::<Vec<_>>(),
        "labels": labels.collect::<Vec<_>>(),
        "year": release.date.get(..4).and_then(|year| year.parse::<u16>().ok()).unwrap_or(0),
        "released": if release.date.is_empty() { Value::Null } else { pad_unknown_day(&release.date).into() },
        "country": if discogs.country.is_empty() { Value::Null } else { discogs.country.clone().into() },
        "formats": formats_json(discogs),
        "genres": discogs.genres,
        "styles": discogs.styles,
        "identifiers": identifiers.collect::<Vec<_>>(),
        "tracklist": tracklist_json(release, discogs),
        "images": [{"type": "primary", "uri": picture, "resource_url": picture, "uri150": picture, "width": 600, "height": 600}],
        "lowest_price": lowest_price(release, discogs).map_or(Value::Null, cents_to_json),
        "num_for_sale": offer_count(release, discogs),
        "blocked_from_sale": is_blocked(release),
        "uri": format!("https://www.discogs.com/release/{}", discogs.id),
        "resource_url": format!("https://api.discogs.com/releases/{}", discogs.id),
        "thumb": "",
        "format_quantity": discogs.formats.len(),
        "series": [],
        "companies": [],
        "extraartists": [],
        "data_quality": "Needs Vote",
        "date_added": "2010-01-01T00:00:00-08:00",
        "date_changed": "2020-01-01T00:00:00-08:00",
        "community": {"have": 10, "want": 2, "rating": {"count": 1, "average": 4.0}, "status": "Accepted",
                      "data_quality": "Needs Vote", "contributors": [], "submitter": {"username": "sandbox", "resource_url": ""}},
    })
}

/// Formats a date as Discogs does: an unknown day is `00`.
pub(super) fn pad_unknown_day(date: &str) -> String {
    if date.len() == 7 { format!("{date}-00") } else { date.to_owned() }
}

fn tracklist_json(release: &SandboxRelease, discogs: &SandboxDiscogsData) -> Vec<Value> {
    let track = |(position, title, length): (String, String, u64)| json!({"position": position, "type_": "track", "title": title, "duration": format_duration(length)});
    positioned_tracks(release, discogs).into_iter().map(track).collect()
}

/// Formats a track's length as minutes and seconds; empty if it is 0, which means unknown.
pub(super) fn format_duration(milliseconds: u64) -> String {
    let (minutes, seconds) = (milliseconds / 60_000, milliseconds / 1_000 % 60);
    if milliseconds == 0 { String::new() } else { format!("{minutes}:{seconds:02}") }
}

/// Returns the tracks, each as position, title and length in milliseconds.
pub(super) fn positioned_tracks(release: &SandboxRelease, discogs: &SandboxDiscogsData) -> Vec<(String, String, u64)> {
    if !discogs.tracks.is_empty() {
        let own = discogs.tracks.iter();
        return own.map(|(title, length, position)| (position.clone(), title.clone(), *length)).collect();
    }
    let discs = release.media.len();
    let numbered = release.media.iter().enumerate().flat_map(|(disc, medium)| {
        medium.tracks.iter().enumerate().map(move |(index, (title, length))| {
            let number = index + 1;
            let position = if discs > 1 { format!("{}-{number}", disc + 1) } else { number.to_string() };
            (position, title.clone(), *length)
        })
    });
    numbered.collect()
}

/// Returns the invented price of a mint copy in cents, from 400 to 3399, computed from the id.
fn mint_price(discogs: &SandboxDiscogsData) -> u64 {
    400 + discogs.id * 7_919 % 3_000
}

fn lowest_price(release: &SandboxRelease, discogs: &SandboxDiscogsData) -> Option<u64> {
    has_offers(release).then(|| mint_price(discogs) * 45 / 100)
}

fn has_offers(release: &SandboxRelease) -> bool {
    release.price != "none" && !is_blocked(release)
}

fn offer_count(release: &SandboxRelease, discogs: &SandboxDiscogsData) -> u64 {
    if has_offers(release) { discogs.id % 40 + 1 } else { 0 }
}

fn is_blocked(release: &SandboxRelease) -> bool {
    release.price == "blocked"
}

#[expect(clippy::cast_precision_loss, reason = "prices of a sandbox, written as the service writes them")]
fn cents_to_json(cents: u64) -> Value {
    (cents as f64 / 100.0).into()
}

async fn get_stats(State(state): State<Arc<SandboxState>>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    let caller = match DiscogsCaller::admit_request(&state, &headers) {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    let found = state.catalog.find_by_discogs_id(id).and_then(|release| Some((release, release.discogs.as_ref()?)));
    caller.with_limit_headers(match found {
        Some((release, discogs)) => {
            let price = lowest_price(release, discogs).map_or(
                Value::Null,
                |price| json!({"value": cents_to_json(price), "currency": state.options.site.currency().code()}),
            );
            let blocked = is_blocked(release);
            let offers = if blocked { Value::Null } else { offer_count(release, discogs).into() };
            Json(json!({"lowest_price": price, "num_for_sale": offers, "blocked_from_sale": blocked})).into_response()
        }
        None => message_response(StatusCode::NOT_FOUND, "Release not found."),
    })
}

async fn get_price_suggestions(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Response {
    let caller = match DiscogsCaller::admit_request(&state, &headers) {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    if !caller.has_token {
        return caller.with_limit_headers(message_response(
            StatusCode::UNAUTHORIZED,
            "You must authenticate to access this resource.",
        ));
    }
    let found = state.catalog.find_by_discogs_id(id).and_then(|release| Some((release, release.discogs.as_ref()?)));
    caller.with_limit_headers(match found {
        Some((release, discogs)) => {
            Json(price_suggestions_json(release, discogs, state.options.site.currency().code())).into_response()
        }
        None => message_response(StatusCode::NOT_FOUND, "Release not found."),
    })
}

/// Returns the suggested price of each grade in the account's currency, or `{}` if there are none. The values have long
/// fractions, as the real ones do, because Discogs reports means.
fn price_suggestions_json(release: &SandboxRelease, discogs: &SandboxDiscogsData, currency: &str) -> Value {
    if !release.price.is_empty() && release.price != "both" {
        return json!({});
    }
    #[expect(clippy::cast_precision_loss, reason = "prices of a sandbox, written as the service writes them")]
    let grade = |(name, percent): (&str, u64)| {
        let value = (mint_price(discogs) * percent) as f64 / 10_000.0 + 0.000_123_456;
        (name.to_owned(), json!({"currency": currency, "value": value}))
    };
    Value::Object(GRADE_PERCENTS.into_iter().map(grade).collect::<Map<_, _>>())
}
