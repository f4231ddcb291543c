//! Discogs, imitated: search with a token, releases and prices, limits in a moving minute.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::doors::{names_itself, own_address};
use super::limits::Room;
use super::server::World;
use super::table::{DiscogsSide, Release};
use domain::upc::Upc;

/// A token that the sandbox refuses, to see what a wrong one does.
const WRONG_TOKEN: &str = "wrong";

/// Discogs' grades, the best first, with the share of a mint copy's price that each is suggested at, in percent.
const GRADES: [(&str, u64); 8] = [
    ("Mint (M)", 100),
    ("Near Mint (NM or M-)", 90),
    ("Very Good Plus (VG+)", 70),
    ("Very Good (VG)", 50),
    ("Good Plus (G+)", 30),
    ("Good (G)", 20),
    ("Fair (F)", 12),
    ("Poor (P)", 6),
];

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/discogs/database/search", get(search))
        .route("/discogs/releases/{id}", get(release))
        .route("/discogs/marketplace/stats/{id}", get(stats))
        .route("/discogs/marketplace/price_suggestions/{id}", get(suggestions))
}

/// A request that may be answered.
struct Guest {
    has_token: bool,
    room: Room,
}

impl Guest {
    #[expect(clippy::result_large_err, reason = "the error is the answer")]
    fn admit(world: &World, headers: &HeaderMap) -> Result<Self, Response> {
        if !names_itself(headers) {
            return Err((StatusCode::FORBIDDEN, "").into_response());
        }
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.strip_prefix("Discogs token="));
        if token == Some(WRONG_TOKEN) {
            return Err(message(
                StatusCode::UNAUTHORIZED,
                "Invalid consumer token. Please register an app before making requests.",
            ));
        }
        let windows = &world.windows;
        let window = if token.is_some() { &windows.discogs_with_token } else { &windows.discogs_without };
        let guest = Self { has_token: token.is_some(), room: window.enter(world.options.limits) };
        if guest.room.admitted {
            return Ok(guest);
        }
        world.counts.refused("discogs");
        Err(guest.answer(message(StatusCode::TOO_MANY_REQUESTS, "You are asking too quickly.")))
    }

    /// With the headers that tell the limit.
    fn answer(&self, mut response: Response) -> Response {
        let left = self.room.most.saturating_sub(self.room.used);
        let told = [
            ("x-discogs-ratelimit", self.room.most),
            ("x-discogs-ratelimit-used", self.room.used),
            ("x-discogs-ratelimit-remaining", left),
        ];
        for (name, value) in told {
            response.headers_mut().insert(name, value.into());
        }
        response
    }
}

fn message(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({"message": words}))).into_response()
}

#[derive(Deserialize)]
struct Search {
    barcode: Option<String>,
    q: Option<String>,
}

async fn search(State(world): State<Arc<World>>, headers: HeaderMap, Query(search): Query<Search>) -> Response {
    let guest = match Guest::admit(&world, &headers) {
        Ok(guest) => guest,
        Err(refusal) => return refusal,
    };
    if !guest.has_token {
        return guest.answer(message(StatusCode::UNAUTHORIZED, "You must authenticate to access this resource."));
    }
    let code = search.barcode.or(search.q).unwrap_or_default();
    let found = code.parse::<Upc>().ok().map(|upc| world.table.of_upc(upc).collect::<Vec<_>>()).unwrap_or_default();
    let results =
        found.iter().filter_map(|release| Some(result(release, release.discogs.as_ref()?))).collect::<Vec<_>>();
    let pages = json!({"page": 1, "pages": 1, "per_page": 50, "items": results.len(), "urls": {}});
    guest.answer(Json(json!({"pagination": pages, "results": results})).into_response())
}

/// Codes stand among matrix numbers and rights societies.
fn result(release: &Release, side: &DiscogsSide) -> Value {
    let mut codes = release.discogs_codes();
    codes.push("BIEM/SDRM".to_owned());
    let mut format = side.formats.iter().map(|(name, ..)| name.clone()).collect::<Vec<_>>();
    format.extend(side.formats.iter().flat_map(|(.., descriptions)| descriptions.clone()));
    let mut json = json!({
        "id": side.id,
        "type": "release",
        "title": format!("{} - {}", credit(release), release.title),
        "format": format,
        "formats": formats(side),
        "label": release.labels.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "catno": release.labels.first().map_or("none", |(_, number)| number.as_str()),
        "barcode": codes,
        "genre": side.genres,
        "style": side.styles,
        "uri": format!("/release/{}", side.id),
        "resource_url": format!("https://api.discogs.com/releases/{}", side.id),
        "thumb": "",
        "cover_image": "",
    });
    if let Some(year) = release.date.get(..4) {
        json["year"] = year.into();
    }
    if !side.country.is_empty() {
        json["country"] = side.country.clone().into();
    }
    json
}

fn credit(release: &Release) -> String {
    if release.credit() == "Various Artists" { "Various".to_owned() } else { release.credit() }
}

fn formats(side: &DiscogsSide) -> Vec<Value> {
    let format = |(name, quantity, descriptions): &(String, String, Vec<String>)| json!({"name": name, "qty": quantity, "descriptions": descriptions});
    side.formats.iter().map(format).collect()
}

async fn release(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    let guest = match Guest::admit(&world, &headers) {
        Ok(guest) => guest,
        Err(refusal) => return refusal,
    };
    let found = world.table.of_discogs(id).and_then(|release| Some((release, release.discogs.as_ref()?)));
    guest.answer(match found {
        Some((release, side)) => Json(full(release, side, &own_address(&headers, &world))).into_response(),
        None => message(StatusCode::NOT_FOUND, "Release not found."),
    })
}

fn full(release: &Release, side: &DiscogsSide, address: &str) -> Value {
    let last = release.artist.len().saturating_sub(1);
    let artists = release.artist.iter().enumerate().map(|(place, (name, join))| {
        let name = if name == "Various Artists" { "Various" } else { name };
        json!({"name": name, "anv": "", "join": if place == last { "" } else { join.trim() }, "role": "", "id": 1,
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
        "id": side.id,
        "status": "Accepted",
        "title": release.title,
        "artists": artists.collect::<Vec<_>>(),
        "labels": labels.collect::<Vec<_>>(),
        "year": release.date.get(..4).and_then(|year| year.parse::<u16>().ok()).unwrap_or(0),
        "released": if release.date.is_empty() { Value::Null } else { zeroed(&release.date).into() },
        "country": if side.country.is_empty() { Value::Null } else { side.country.clone().into() },
        "formats": formats(side),
        "genres": side.genres,
        "styles": side.styles,
        "identifiers": identifiers.collect::<Vec<_>>(),
        "tracklist": tracks(release, side),
        "images": [{"type": "primary", "uri": picture, "resource_url": picture, "uri150": picture, "width": 600, "height": 600}],
        "lowest_price": lowest(release, side).map_or(Value::Null, cents),
        "num_for_sale": if release.price == "none" { 0 } else { side.id % 40 + 1 },
        "blocked_from_sale": false,
        "uri": format!("https://www.discogs.com/release/{}", side.id),
        "resource_url": format!("https://api.discogs.com/releases/{}", side.id),
        "thumb": "",
        "format_quantity": side.formats.len(),
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

/// Discogs writes an unknown day as `00`.
fn zeroed(date: &str) -> String {
    if date.len() == 7 { format!("{date}-00") } else { date.to_owned() }
}

fn tracks(release: &Release, side: &DiscogsSide) -> Vec<Value> {
    let track = |position: &str, title: &str, length: u64| {
        let duration =
            if length == 0 { String::new() } else { format!("{}:{:02}", length / 60_000, length / 1_000 % 60) };
        json!({"position": position, "type_": "track", "title": title, "duration": duration})
    };
    if !side.tracks.is_empty() {
        return side.tracks.iter().map(|(title, length, position)| track(position, title, *length)).collect();
    }
    let discs = release.media.len();
    let numbered = release.media.iter().enumerate().flat_map(|(disc, medium)| {
        medium.tracks.iter().enumerate().map(move |(place, (title, length))| {
            let place = place + 1;
            let position = if discs > 1 { format!("{}-{place}", disc + 1) } else { place.to_string() };
            (position, title, *length)
        })
    });
    numbered.map(|(position, title, length)| track(&position, title, length)).collect()
}

/// Imitated prices, in cents: a formula over the id, from 4.00 to 33.99 for a mint copy.
fn mint_price(side: &DiscogsSide) -> u64 {
    400 + side.id * 7_919 % 3_000
}

fn lowest(release: &Release, side: &DiscogsSide) -> Option<u64> {
    (release.price != "none").then(|| mint_price(side) * 45 / 100)
}

#[expect(clippy::cast_precision_loss, reason = "prices of a sandbox, written as the service writes them")]
fn cents(cents: u64) -> Value {
    (cents as f64 / 100.0).into()
}

async fn stats(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    let guest = match Guest::admit(&world, &headers) {
        Ok(guest) => guest,
        Err(refusal) => return refusal,
    };
    let found = world.table.of_discogs(id).and_then(|release| Some((release, release.discogs.as_ref()?)));
    guest.answer(match found {
        Some((release, side)) => {
            let price =
                lowest(release, side).map_or(Value::Null, |price| json!({"value": cents(price), "currency": "USD"}));
            Json(json!({"lowest_price": price, "num_for_sale": side.id % 40 + 1, "blocked_from_sale": false}))
                .into_response()
        }
        None => message(StatusCode::NOT_FOUND, "Release not found."),
    })
}

async fn suggestions(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    let guest = match Guest::admit(&world, &headers) {
        Ok(guest) => guest,
        Err(refusal) => return refusal,
    };
    if !guest.has_token {
        return guest.answer(message(StatusCode::UNAUTHORIZED, "You must authenticate to access this resource."));
    }
    let found = world.table.of_discogs(id).and_then(|release| Some((release, release.discogs.as_ref()?)));
    guest.answer(match found {
        Some((release, side)) => Json(graded(release, side)).into_response(),
        None => message(StatusCode::NOT_FOUND, "Release not found."),
    })
}

/// `{}` where there is nothing to go by. Values carry the noise of a mean.
fn graded(release: &Release, side: &DiscogsSide) -> Value {
    if !release.price.is_empty() && release.price != "both" {
        return json!({});
    }
    #[expect(clippy::cast_precision_loss, reason = "prices of a sandbox, written as the service writes them")]
    let grade = |(name, percent): (&str, u64)| {
        let value = (mint_price(side) * percent) as f64 / 10_000.0 + 0.000_123_456;
        (name.to_owned(), json!({"currency": "USD", "value": value}))
    };
    Value::Object(GRADES.into_iter().map(grade).collect::<Map<_, _>>())
}
