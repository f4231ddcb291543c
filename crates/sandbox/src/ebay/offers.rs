//! Offers, which state how an item is sold. There is at most one per SKU, site and format.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::items::{INVENTORY_PATH, authorize_seller};
use super::schema::RequestSchema;
use super::state::EbayState;
use super::tokens::{INVENTORY_SCOPE, TokenOwner};
use super::{bulk, call_guard, error_body, schema};
use crate::state::SandboxState;
use domain::site::Site;

/// Fields that identify an offer.
const IDENTITY_FIELDS: [&str; 3] = ["sku", "marketplaceId", "format"];

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route(&format!("{INVENTORY_PATH}/offer"), get(list_offers).post(create_offer))
        .route(&format!("{INVENTORY_PATH}/offer/{{id}}"), get(get_offer).put(update_offer).delete(delete_offer))
        .route(&format!("{INVENTORY_PATH}/bulk_create_offer"), post(bulk_create_offers))
}

/// Why an offer is rejected.
enum OfferRejection {
    Invalid(String),
    UnknownSku,
    AlreadyExists(u64),
}

async fn list_offers(
    State(world): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Response, Response> {
    authorize_seller(&world, &headers)?;
    let mut books = world.ebay.lock_state();
    books.count_read("offer by sku");
    let Some(sku) = asked.get("sku") else {
        books.record_violation("getOffers without a SKU");
        return Err(error_body::bad_request(25707, "This is an invalid value for a SKU."));
    };
    if let Some(failure) = world.ebay.failure_for_skus("offer by sku", &[sku]) {
        return Err(failure);
    }
    if let Some(answer) = world.ebay.odd_offers(sku) {
        return Ok(answer);
    }
    let mut offers = books.offers_for_sku(sku);
    if world.ebay.mixes_up_offers() {
        offers = books.offers.iter().map(|(id, offer)| (*id, offer.clone())).collect();
    }
    if !offers.is_empty() && world.ebay.hides_from_read("offers", sku) {
        offers.clear();
    }
    let offers = offers.into_iter().map(|(_, offer)| offer).collect::<Vec<_>>();
    if offers.is_empty() {
        return Err(error_body::not_found(25713, "This Offer is not available."));
    }
    Ok(Json(json!({"total": offers.len(), "size": offers.len(), "limit": 25, "offers": offers})).into_response())
}

async fn get_offer(
    State(world): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Result<Response, Response> {
    authorize_seller(&world, &headers)?;
    let mut books = world.ebay.lock_state();
    books.count_read("offer");
    books.offers.get(&id).map(|offer| Json(offer.clone()).into_response()).ok_or_else(unknown_offer)
}

fn unknown_offer() -> Response {
    error_body::not_found(25713, "This Offer is not available.")
}

async fn create_offer(
    State(world): State<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    authorize_seller(&world, &headers)?;
    call_guard::require_content_language(&headers)?;
    let offer = schema::parse_json(&body).map_err(|message| error_body::bad_request(25709, &message))?;
    let mut books = world.ebay.lock_state();
    books.count_write("POST offer");
    match insert_offer(&world, &mut books, offer) {
        Ok(id) => Ok((StatusCode::CREATED, Json(json!({"offerId": id.to_string(), "warnings": []}))).into_response()),
        Err(OfferRejection::Invalid(message)) => Err(error_body::bad_request(25709, &message)),
        Err(OfferRejection::UnknownSku) => Err(error_body::bad_request(25702, "SKU not found.")),
        Err(OfferRejection::AlreadyExists(id)) => Err(error_body::error_response(
            StatusCode::BAD_REQUEST,
            &exists_error(id, is_account_german(&world) || accepts_german(&headers)),
        )),
    }
}

fn is_account_german(world: &SandboxState) -> bool {
    world.ebay.account.language == "de"
}

fn accepts_german(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT_LANGUAGE).is_some_and(|language| language.as_bytes().starts_with(b"de"))
}

/// Returns error 25002, which covers all user errors. Its parameter identifies the cause in any language.
fn exists_error(id: u64, german: bool) -> Value {
    let message = if german {
        "Ein Benutzerfehler ist aufgetreten. Angebot ist schon vorhanden."
    } else {
        "A user error has occurred. Offer entity already exists."
    };
    error_body::error_json(25002, "API_INVENTORY", message, &[("offerId", &id.to_string())])
}

fn insert_offer(world: &SandboxState, books: &mut EbayState, mut offer: Value) -> Result<u64, OfferRejection> {
    if let Err(message) = RequestSchema::Offer.validate_body(&offer) {
        books.record_violation(&format!("offer {}: {message}", offer["sku"]));
        return Err(OfferRejection::Invalid(message));
    }
    if let Err(message) = check_currency(&offer) {
        books.record_violation(&format!("offer {}: {message}", offer["sku"]));
        return Err(OfferRejection::Invalid(message));
    }
    let sku = offer["sku"].as_str().unwrap_or_default().to_owned();
    if !books.items.contains_key(&sku) || world.ebay.hides_item_from_offer(&sku) {
        return Err(OfferRejection::UnknownSku);
    }
    world.ebay.apply_concurrent_draft(books, &offer);
    let same = |other: &Value| IDENTITY_FIELDS.iter().all(|key| other[key] == offer[key]);
    if let Some((id, _)) = books.offers_for_sku(&sku).into_iter().find(|(_, other)| same(other)) {
        return Err(OfferRejection::AlreadyExists(id));
    }
    // "If the listingDescription field was omitted in the createOffer call, the offer entity should have picked up the
    // text provided in the product.description field."
    if offer.get("listingDescription").is_none()
        && let Some(text) = books.items[&sku]["product"].get("description")
    {
        offer["listingDescription"] = text.clone();
    }
    let id = books.next_id();
    offer["offerId"] = id.to_string().into();
    offer["status"] = "UNPUBLISHED".into();
    books.offers.insert(id, offer);
    Ok(id)
}

/// Checks that the price is in the currency of the site.
fn check_currency(offer: &Value) -> Result<(), String> {
    let site = offer["marketplaceId"].as_str().and_then(|name| name.parse::<Site>().ok()).unwrap_or_default();
    match offer["pricingSummary"]["price"]["currency"].as_str() {
        Some(currency) if currency != site.currency().code() => {
            Err(format!("the currency {currency} is not that of {site}"))
        }
        _ => Ok(()),
    }
}

/// Records a violation if the language of the request is not that of the site.
fn check_language(headers: &HeaderMap, offer: &Value, books: &mut EbayState) {
    let site = offer["marketplaceId"].as_str().and_then(|name| name.parse::<Site>().ok()).unwrap_or_default();
    let stated = headers.get(header::CONTENT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if stated != site.language_tag() {
        books.record_violation(&format!("offer {} at {site} is in {stated:?}", offer["sku"]));
    }
}

async fn bulk_create_offers(
    State(world): State<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    let mut spoiled = call_guard::authorize_call(&world, &headers, "inventory", TokenOwner::Seller, INVENTORY_SCOPE)?;
    call_guard::require_content_language(&headers)?;
    let mut books = world.ebay.lock_state();
    let all = bulk::parse_parts(&body)?;
    for offer in &all {
        check_language(&headers, offer, &mut books);
    }
    bulk::check_skus(&world, "bulk_create_offer", &all)?;
    books.count_write("bulk_create_offer");
    let answers = all.into_iter().map(|offer| {
        let (sku, identity) = (offer["sku"].clone(), [offer["marketplaceId"].clone(), offer["format"].clone()]);
        if let Some(id) = spoiled.take() {
            return bulk::part_answer(&sku, 500, &[error_body::system_error(id)]);
        }
        let mut answer = match insert_offer(&world, &mut books, offer) {
            Ok(id) => {
                let mut answer = bulk::part_answer(&sku, 201, &[]);
                answer["offerId"] = id.to_string().into();
                answer
            }
            Err(refusal) => bulk::part_answer(&sku, 400, &[rejection_error(&world, &refusal)]),
        };
        let [site, format] = identity;
        answer["marketplaceId"] = site;
        answer["format"] = format;
        answer
    });
    let answers = answers.collect();
    Ok(world.ebay.answer_bulk_call("bulk_create_offer", answers))
}

/// Returns the error of a rejected offer. eBay reports an existing offer in two ways, so half of the offers get each.
fn rejection_error(world: &SandboxState, refusal: &OfferRejection) -> Value {
    let of = |id, message: &str| error_body::error_json(id, "API_INVENTORY", message, &[]);
    match refusal {
        OfferRejection::Invalid(message) => of(25709, message),
        OfferRejection::UnknownSku => of(25702, "SKU not found."),
        OfferRejection::AlreadyExists(_) if world.ebay.hides_offer_id() => of(25002, "A user error has occurred."),
        OfferRejection::AlreadyExists(id) if id % 2 == 0 => exists_error(*id, is_account_german(world)),
        OfferRejection::AlreadyExists(_) => {
            of(25729, "The combination of SKU, marketplaceId and format should be unique.")
        }
    }
}

async fn update_offer(
    State(world): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
    body: Bytes,
) -> Result<Response, Response> {
    authorize_seller(&world, &headers)?;
    call_guard::require_content_language(&headers)?;
    let mut wanted = schema::parse_json(&body).map_err(|message| error_body::bad_request(25709, &message))?;
    let mut books = world.ebay.lock_state();
    books.count_write("PUT offer");
    if let Err(message) = RequestSchema::OfferChange.validate_body(&wanted) {
        books.record_violation(&format!("offer {id}: {message}"));
        return Err(error_body::bad_request(25709, &message));
    }
    let has_description = books.offers.get(&id).is_some_and(|offer| offer.get("listingDescription").is_some());
    if has_description && wanted.get("listingDescription").is_none() {
        // "If this field exists for the current unpublished offer, it should be provided again."
        books.record_violation(&format!("offer {id} is changed without its listingDescription"));
    }
    if world.ebay.loses_updated_offers() {
        books.offers.remove(&id);
    }
    let Some(offer) = books.offers.get_mut(&id) else { return Err(unknown_offer()) };
    for key in ["offerId", "status", "listing"].into_iter().chain(IDENTITY_FIELDS) {
        if let Some(value) = offer.get(key) {
            wanted[key] = value.clone();
        }
    }
    let is_live = offer["status"] == "PUBLISHED";
    *offer = wanted;
    books.snapshot.live_revisions += u64::from(is_live);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn delete_offer(
    State(world): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Result<Response, Response> {
    authorize_seller(&world, &headers)?;
    let mut books = world.ebay.lock_state();
    books.count_write("DELETE offer");
    match books.offers.remove(&id) {
        None => Err(unknown_offer()),
        Some(offer) => {
            books.snapshot.live_revisions += u64::from(offer["status"] == "PUBLISHED");
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}
