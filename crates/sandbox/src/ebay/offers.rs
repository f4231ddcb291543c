//! Offers: how an item is sold. One for each SKU, site and format.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::books::Books;
use super::items::seller;
use super::oauth::{INVENTORY, Kind};
use super::schema::Schema;
use super::{door, parts, refusal, schema};
use crate::server::World;

const PATH: &str = "/ebay/sell/inventory/v1";

/// What makes an offer the same offer.
const IDENTITY: [&str; 3] = ["sku", "marketplaceId", "format"];

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route(&format!("{PATH}/offer"), get(of_sku).post(create))
        .route(&format!("{PATH}/offer/{{id}}"), get(one).put(change).delete(delete))
        .route(&format!("{PATH}/bulk_create_offer"), post(bulk_create))
}

/// Why an offer is not made.
enum Refusal {
    Invalid(String),
    UnknownSku,
    Exists(u64),
}

async fn of_sku(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Response, Response> {
    seller(&world, &headers)?;
    let mut books = world.ebay.books();
    books.read("offer by sku");
    let Some(sku) = asked.get("sku") else {
        books.violated("getOffers without a SKU");
        return Err(refusal::bad(25707, "This is an invalid value for a SKU."));
    };
    let offers = books.offers_of(sku).into_iter().map(|(_, offer)| offer).collect::<Vec<_>>();
    if offers.is_empty() {
        return Err(refusal::not_found(25713, "This Offer is not available."));
    }
    Ok(Json(json!({"total": offers.len(), "size": offers.len(), "limit": 25, "offers": offers})).into_response())
}

async fn one(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<u64>) -> Result<Response, Response> {
    seller(&world, &headers)?;
    let mut books = world.ebay.books();
    books.read("offer");
    books.offers.get(&id).map(|offer| Json(offer.clone()).into_response()).ok_or_else(unknown)
}

fn unknown() -> Response {
    refusal::not_found(25713, "This Offer is not available.")
}

async fn create(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Result<Response, Response> {
    seller(&world, &headers)?;
    door::language(&headers)?;
    let offer = schema::json(&body).map_err(|words| refusal::bad(25709, &words))?;
    let mut books = world.ebay.books();
    books.wrote("POST offer");
    match make(&world, &mut books, offer) {
        Ok(id) => Ok((StatusCode::CREATED, Json(json!({"offerId": id.to_string(), "warnings": []}))).into_response()),
        Err(Refusal::Invalid(words)) => Err(refusal::bad(25709, &words)),
        Err(Refusal::UnknownSku) => Err(refusal::bad(25702, "SKU not found.")),
        Err(Refusal::Exists(id)) => {
            Err(refusal::refuse(StatusCode::BAD_REQUEST, &exists(id, is_german(&world) || wants_german(&headers))))
        }
    }
}

fn is_german(world: &World) -> bool {
    world.ebay.account.language == "de"
}

fn wants_german(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT_LANGUAGE).is_some_and(|language| language.as_bytes().starts_with(b"de"))
}

/// The number alone says nothing: 25002 is every user's error. The parameter does, in any language.
fn exists(id: u64, german: bool) -> Value {
    let words = if german {
        "Ein Benutzerfehler ist aufgetreten. Angebot ist schon vorhanden."
    } else {
        "A user error has occurred. Offer entity already exists."
    };
    refusal::error(25002, "API_INVENTORY", words, &[("offerId", &id.to_string())])
}

fn make(world: &World, books: &mut Books, mut offer: Value) -> Result<u64, Refusal> {
    if let Err(words) = Schema::Offer.check(&offer) {
        books.violated(&format!("offer {}: {words}", offer["sku"]));
        return Err(Refusal::Invalid(words));
    }
    let sku = offer["sku"].as_str().unwrap_or_default().to_owned();
    if !books.items.contains_key(&sku) {
        return Err(Refusal::UnknownSku);
    }
    world.ebay.meet_rival(books, &offer);
    let same = |other: &Value| IDENTITY.iter().all(|key| other[key] == offer[key]);
    if let Some((id, _)) = books.offers_of(&sku).into_iter().find(|(_, other)| same(other)) {
        return Err(Refusal::Exists(id));
    }
    // "If the listingDescription field was omitted in the createOffer call, the offer entity should have picked up the text
    // provided in the product.description field."
    if offer.get("listingDescription").is_none()
        && let Some(text) = books.items[&sku]["product"].get("description")
    {
        offer["listingDescription"] = text.clone();
    }
    let id = books.number();
    offer["offerId"] = id.to_string().into();
    offer["status"] = "UNPUBLISHED".into();
    books.offers.insert(id, offer);
    Ok(id)
}

async fn bulk_create(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Result<Response, Response> {
    let mut spoiled = door::enter(&world, &headers, "inventory", Kind::Seller, INVENTORY)?;
    door::language(&headers)?;
    let mut books = world.ebay.books();
    let all = parts::of(&body)?;
    books.wrote("bulk_create_offer");
    let answers = all.into_iter().map(|offer| {
        let (sku, identity) = (offer["sku"].clone(), [offer["marketplaceId"].clone(), offer["format"].clone()]);
        if let Some(id) = spoiled.take() {
            return parts::part(&sku, 500, &[refusal::own_fault(id)]);
        }
        let mut answer = match make(&world, &mut books, offer) {
            Ok(id) => {
                let mut answer = parts::part(&sku, 201, &[]);
                answer["offerId"] = id.to_string().into();
                answer
            }
            Err(refusal) => parts::part(&sku, 400, &[error(&refusal, is_german(&world))]),
        };
        let [site, format] = identity;
        answer["marketplaceId"] = site;
        answer["format"] = format;
        answer
    });
    let answers = answers.collect();
    Ok(world.ebay.answer("bulk_create_offer", answers))
}

/// Both ways of saying that an offer exists are real, so half of the offers get each.
fn error(refusal: &Refusal, german: bool) -> Value {
    let of = |id, words: &str| refusal::error(id, "API_INVENTORY", words, &[]);
    match refusal {
        Refusal::Invalid(words) => of(25709, words),
        Refusal::UnknownSku => of(25702, "SKU not found."),
        Refusal::Exists(id) if id % 2 == 0 => exists(*id, german),
        Refusal::Exists(_) => of(25729, "The combination of SKU, marketplaceId and format should be unique."),
    }
}

async fn change(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
    body: Bytes,
) -> Result<Response, Response> {
    seller(&world, &headers)?;
    door::language(&headers)?;
    let mut wanted = schema::json(&body).map_err(|words| refusal::bad(25709, &words))?;
    let mut books = world.ebay.books();
    books.wrote("PUT offer");
    if let Err(words) = Schema::OfferChange.check(&wanted) {
        books.violated(&format!("offer {id}: {words}"));
        return Err(refusal::bad(25709, &words));
    }
    let has_description = books.offers.get(&id).is_some_and(|offer| offer.get("listingDescription").is_some());
    if has_description && wanted.get("listingDescription").is_none() {
        // "If this field exists for the current unpublished offer, it should be provided again."
        books.violated(&format!("offer {id} is changed without its listingDescription"));
    }
    let Some(offer) = books.offers.get_mut(&id) else { return Err(unknown()) };
    for key in ["offerId", "status", "listing"].into_iter().chain(IDENTITY) {
        if let Some(value) = offer.get(key) {
            wanted[key] = value.clone();
        }
    }
    let is_live = offer["status"] == "PUBLISHED";
    *offer = wanted;
    books.copy.live_revisions += u64::from(is_live);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn delete(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Result<Response, Response> {
    seller(&world, &headers)?;
    let mut books = world.ebay.books();
    books.wrote("DELETE offer");
    match books.offers.remove(&id) {
        None => Err(unknown()),
        Some(offer) => {
            books.copy.live_revisions += u64::from(offer["status"] == "PUBLISHED");
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}
