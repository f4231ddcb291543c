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

use super::items::{INVENTORY_PATH, authorize_inventory_call};
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
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(params): Query<HashMap<String, String>>,
) -> Result<Response, Response> {
    authorize_inventory_call(&state, &headers)?;
    let mut ebay_state = state.ebay.lock_state();
    ebay_state.count_read("offer by sku");
    let Some(sku) = params.get("sku") else {
        ebay_state.record_violation("getOffers without a SKU");
        return Err(error_body::bad_request(25707, "This is an invalid value for a SKU."));
    };
    if let Some(failure) = state.ebay.failure_for_skus("offer by sku", &[sku]) {
        return Err(failure);
    }
    if let Some(response) = state.ebay.odd_offers(sku) {
        return Ok(response);
    }
    let mut offers = ebay_state.offers_for_sku(sku);
    if state.ebay.mixes_up_offers() {
        offers = ebay_state.offers.iter().map(|(id, offer)| (*id, offer.clone())).collect();
    }
    if !offers.is_empty() && state.ebay.hides_from_read("offers", sku) {
        offers.clear();
    }
    let offers = offers.into_iter().map(|(_, offer)| offer).collect::<Vec<_>>();
    if offers.is_empty() {
        return Err(unknown_offer());
    }
    Ok(Json(json!({"total": offers.len(), "size": offers.len(), "limit": 25, "offers": offers})).into_response())
}

async fn get_offer(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Result<Response, Response> {
    authorize_inventory_call(&state, &headers)?;
    let mut ebay_state = state.ebay.lock_state();
    ebay_state.count_read("offer");
    ebay_state.offers.get(&id).map(|offer| Json(offer.clone()).into_response()).ok_or_else(unknown_offer)
}

fn unknown_offer() -> Response {
    error_body::not_found(25713, "This Offer is not available.")
}

async fn create_offer(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    authorize_inventory_call(&state, &headers)?;
    call_guard::require_content_language(&headers)?;
    let offer = schema::parse_json(&body).map_err(|message| error_body::bad_request(25709, &message))?;
    let mut ebay_state = state.ebay.lock_state();
    ebay_state.count_write("POST offer");
    check_language(&headers, &offer, &mut ebay_state);
    match insert_offer(&state, &mut ebay_state, offer) {
        Ok(id) => Ok((StatusCode::CREATED, Json(json!({"offerId": id.to_string(), "warnings": []}))).into_response()),
        Err(OfferRejection::Invalid(message)) => Err(error_body::bad_request(25709, &message)),
        Err(OfferRejection::UnknownSku) => Err(error_body::bad_request(25702, "SKU not found.")),
        Err(OfferRejection::AlreadyExists(id)) => Err(error_body::error_response(
            StatusCode::BAD_REQUEST,
            &exists_error(id, is_account_german(&state) || accepts_german(&headers)),
        )),
    }
}

fn is_account_german(state: &SandboxState) -> bool {
    state.ebay.account.language == "de"
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

fn insert_offer(state: &SandboxState, ebay_state: &mut EbayState, mut offer: Value) -> Result<u64, OfferRejection> {
    if let Err(message) = RequestSchema::Offer.validate_body(&offer) {
        ebay_state.record_violation(&format!("offer {}: {message}", offer["sku"]));
        return Err(OfferRejection::Invalid(message));
    }
    if let Err(message) = check_currency(&offer) {
        ebay_state.record_violation(&format!("offer {}: {message}", offer["sku"]));
        return Err(OfferRejection::Invalid(message));
    }
    let sku = offer["sku"].as_str().unwrap_or_default().to_owned();
    if !ebay_state.items.contains_key(&sku) || state.ebay.hides_item_from_offer(&sku) {
        return Err(OfferRejection::UnknownSku);
    }
    state.ebay.apply_concurrent_draft(ebay_state, &offer);
    let same = |other: &Value| IDENTITY_FIELDS.iter().all(|key| other[key] == offer[key]);
    if let Some((id, _)) = ebay_state.offers_for_sku(&sku).into_iter().find(|(_, other)| same(other)) {
        return Err(OfferRejection::AlreadyExists(id));
    }
    // "If the listingDescription field was omitted in the createOffer call, the offer entity should have picked up the
    // text provided in the product.description field."
    if offer.get("listingDescription").is_none()
        && let Some(text) = ebay_state.items[&sku]["product"].get("description")
    {
        offer["listingDescription"] = text.clone();
    }
    let id = ebay_state.next_id();
    offer["offerId"] = id.to_string().into();
    offer["status"] = "UNPUBLISHED".into();
    ebay_state.offers.insert(id, offer);
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

/// Records a violation if the language of the request, or that of the item, is not the language of the site.
fn check_language(headers: &HeaderMap, offer: &Value, ebay_state: &mut EbayState) {
    let site = offer["marketplaceId"].as_str().and_then(|name| name.parse::<Site>().ok()).unwrap_or_default();
    let stated = headers.get(header::CONTENT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if stated != site.language_tag() {
        ebay_state.record_violation(&format!("offer {} at {site} is in {stated:?}", offer["sku"]));
    }
    let of_item = offer["sku"].as_str().and_then(|sku| ebay_state.item_languages.get(sku)).cloned();
    if let Some(language) = of_item.filter(|language| *language != site.language_tag()) {
        ebay_state.record_violation(&format!("the item of offer {} at {site} is in {language:?}", offer["sku"]));
    }
}

async fn bulk_create_offers(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    let mut pending_fault =
        call_guard::authorize_call(&state, &headers, "inventory", TokenOwner::Seller, INVENTORY_SCOPE)?;
    call_guard::require_content_language(&headers)?;
    let mut ebay_state = state.ebay.lock_state();
    let all = bulk::parse_parts(&body)?;
    for offer in &all {
        check_language(&headers, offer, &mut ebay_state);
    }
    bulk::check_skus(&state, "bulk_create_offer", &all)?;
    ebay_state.count_write("bulk_create_offer");
    let responses = all.into_iter().map(|offer| {
        let (sku, identity) = (offer["sku"].clone(), [offer["marketplaceId"].clone(), offer["format"].clone()]);
        if let Some(id) = pending_fault.take() {
            return bulk::part_response(&sku, 500, &[error_body::system_error(id)]);
        }
        let mut response = match insert_offer(&state, &mut ebay_state, offer) {
            Ok(id) => {
                let mut response = bulk::part_response(&sku, 201, &[]);
                response["offerId"] = id.to_string().into();
                response
            }
            Err(refusal) => bulk::part_response(&sku, 400, &[rejection_error(&state, &refusal)]),
        };
        let [site, format] = identity;
        response["marketplaceId"] = site;
        response["format"] = format;
        response
    });
    let responses = responses.collect();
    Ok(state.ebay.respond_to_bulk_call("bulk_create_offer", responses))
}

/// Returns the error of a rejected offer. eBay reports an existing offer in two ways, so half of the offers get each.
fn rejection_error(state: &SandboxState, refusal: &OfferRejection) -> Value {
    let of = |id, message: &str| error_body::error_json(id, "API_INVENTORY", message, &[]);
    match refusal {
        OfferRejection::Invalid(message) => of(25709, message),
        OfferRejection::UnknownSku => of(25702, "SKU not found."),
        OfferRejection::AlreadyExists(_) if state.ebay.hides_offer_id() => of(25002, "A user error has occurred."),
        OfferRejection::AlreadyExists(id) if id % 2 == 0 => exists_error(*id, is_account_german(state)),
        OfferRejection::AlreadyExists(_) => {
            of(25729, "The combination of SKU, marketplaceId and format should be unique.")
        }
    }
}

async fn update_offer(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
    body: Bytes,
) -> Result<Response, Response> {
    authorize_inventory_call(&state, &headers)?;
    call_guard::require_content_language(&headers)?;
    let mut wanted = schema::parse_json(&body).map_err(|message| error_body::bad_request(25709, &message))?;
    let mut ebay_state = state.ebay.lock_state();
    ebay_state.count_write("PUT offer");
    if let Err(message) = RequestSchema::OfferChange.validate_body(&wanted) {
        ebay_state.record_violation(&format!("offer {id}: {message}"));
        return Err(error_body::bad_request(25709, &message));
    }
    if let Some(offer) = ebay_state.offers.get(&id).cloned() {
        check_language(&headers, &offer, &mut ebay_state);
    }
    let has_description = ebay_state.offers.get(&id).is_some_and(|offer| offer.get("listingDescription").is_some());
    if has_description && wanted.get("listingDescription").is_none() {
        // "If this field exists for the current unpublished offer, it should be provided again."
        ebay_state.record_violation(&format!("offer {id} is changed without its listingDescription"));
    }
    if state.ebay.loses_updated_offers() {
        ebay_state.offers.remove(&id);
    }
    let Some(offer) = ebay_state.offers.get_mut(&id) else { return Err(unknown_offer()) };
    for key in ["offerId", "status", "listing"].into_iter().chain(IDENTITY_FIELDS) {
        if let Some(value) = offer.get(key) {
            wanted[key] = value.clone();
        }
    }
    let is_live = offer["status"] == "PUBLISHED";
    *offer = wanted;
    ebay_state.snapshot.live_revisions += u64::from(is_live);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn delete_offer(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Result<Response, Response> {
    authorize_inventory_call(&state, &headers)?;
    let mut ebay_state = state.ebay.lock_state();
    ebay_state.count_write("DELETE offer");
    match ebay_state.offers.remove(&id) {
        None => Err(unknown_offer()),
        Some(offer) => {
            ebay_state.snapshot.live_revisions += u64::from(offer["status"] == "PUBLISHED");
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}
