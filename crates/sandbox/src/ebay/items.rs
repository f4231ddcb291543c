//! Inventory items: the single and bulk calls that read, replace and delete them.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::schema::RequestSchema;
use super::state::EbayState;
use super::tokens::{INVENTORY_SCOPE, TokenOwner};
use super::{bulk, call_guard, error_body, schema};
use crate::state::SandboxState;

pub(super) const INVENTORY_PATH: &str = "/ebay/sell/inventory/v1";

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route(&format!("{INVENTORY_PATH}/inventory_item"), get(list_items))
        .route(&format!("{INVENTORY_PATH}/inventory_item/{{sku}}"), get(get_item).put(put_item).delete(delete_item))
        .route(&format!("{INVENTORY_PATH}/bulk_create_or_replace_inventory_item"), post(bulk_put_items))
        .route(&format!("{INVENTORY_PATH}/bulk_get_inventory_item"), post(bulk_get_items))
}

/// Admits a call that needs a token of the seller.
pub(super) fn authorize_inventory_call(state: &SandboxState, headers: &HeaderMap) -> Result<(), Response> {
    call_guard::authorize_single_call(state, headers, "inventory", TokenOwner::Seller, INVENTORY_SCOPE)
}

async fn list_items(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(params): Query<HashMap<String, String>>,
) -> Result<Response, Response> {
    authorize_inventory_call(&state, &headers)?;
    let number = |name: &str, default: usize| params.get(name).map_or(Ok(default), |text| text.parse());
    let mut ebay_state = state.ebay.lock_state();
    ebay_state.count_read("inventory_item list");
    let (Ok(limit @ 1..=200), Ok(page)) = (number("limit", 25), number("offset", 0)) else {
        ebay_state.record_violation(&format!("pages of items by {params:?}"));
        return Err(error_body::bad_request(25706, "You have provided invalid pagination values."));
    };
    if let Some(has_total) = state.ebay.endless_items_have_total() {
        let items = (0..limit).map(|number| item_as_read(&format!("ENDLESS-{page}-{number}"), &json!({})));
        let items = items.collect::<Vec<_>>();
        let total = has_total.then_some((page + 2) * limit);
        let response = json!({"total": total, "size": page + 2, "limit": limit, "inventoryItems": items});
        return Ok(Json(response).into_response());
    }
    // "The first page of records has a value of 0, the second page of records has a value of 1, and so on."
    let items = ebay_state.items.iter().skip(page * limit).take(limit).map(|(sku, item)| item_as_read(sku, item));
    let items = items.collect::<Vec<_>>();
    let (total, pages) = (ebay_state.items.len(), ebay_state.items.len().div_ceil(limit));
    let response = json!({"total": total, "size": pages, "limit": limit, "inventoryItems": items});
    Ok(Json(response).into_response())
}

/// Returns an item as eBay reports it, with its SKU and the fields that eBay adds.
fn item_as_read(sku: &str, item: &Value) -> Value {
    let mut item = item.clone();
    item["sku"] = sku.into();
    item["locale"] = "en_US".into();
    item["groupIds"] = json!([]);
    item["inventoryItemGroupKeys"] = json!([]);
    let quantity = item["availability"]["shipToLocationAvailability"]["quantity"].clone();
    if quantity.is_number() {
        item["availability"]["shipToLocationAvailability"]["allocationByFormat"] =
            json!({"fixedPrice": quantity, "auction": 0});
    }
    item
}

async fn get_item(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(sku): Path<String>,
) -> Result<Response, Response> {
    authorize_inventory_call(&state, &headers)?;
    let mut ebay_state = state.ebay.lock_state();
    ebay_state.count_read("inventory_item");
    match ebay_state.items.get(&sku) {
        Some(item) => Ok(Json(item_as_read(&sku, item)).into_response()),
        None => Err(unknown_sku(&sku)),
    }
}

fn unknown_sku(sku: &str) -> Response {
    error_body::not_found(25710, &format!("We didn't find the entity you are requesting. {sku}"))
}

async fn put_item(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(sku): Path<String>,
    body: Bytes,
) -> Result<Response, Response> {
    authorize_inventory_call(&state, &headers)?;
    call_guard::require_content_language(&headers)?;
    let item = schema::parse_json(&body).map_err(|message| error_body::bad_request(25709, &message))?;
    let mut ebay_state = state.ebay.lock_state();
    ebay_state.count_write("PUT inventory_item");
    match replace_item(&mut ebay_state, &sku, item, &headers) {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(message) => Err(error_body::bad_request(25709, &message)),
    }
}

async fn delete_item(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Path(sku): Path<String>,
) -> Result<Response, Response> {
    authorize_inventory_call(&state, &headers)?;
    let mut ebay_state = state.ebay.lock_state();
    ebay_state.count_write("DELETE inventory_item");
    if ebay_state.is_live(&sku) {
        ebay_state.snapshot.live_revisions += 1;
    }
    if ebay_state.items.remove(&sku).is_none() {
        return Err(unknown_sku(&sku));
    }
    ebay_state.offers.retain(|_, offer| offer["sku"] != sku.as_str());
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn bulk_put_items(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    let fault = call_guard::authorize_call(&state, &headers, "inventory", TokenOwner::Seller, INVENTORY_SCOPE)?;
    call_guard::require_content_language(&headers)?;
    let mut pending_fault = fault;
    let mut ebay_state = state.ebay.lock_state();
    let all = bulk::parse_parts(&body)?;
    bulk::check_skus(&state, "bulk_create_or_replace_inventory_item", &all)?;
    ebay_state.count_write("bulk_create_or_replace_inventory_item");
    let responses = all.into_iter().map(|mut item| {
        let sku = item["sku"].take();
        if let Some(id) = pending_fault.take() {
            return bulk::part_response(&sku, 500, &[error_body::system_error(id)]);
        }
        if let Some(error) = sku.as_str().and_then(|sku| state.ebay.rejection_for(sku)) {
            return bulk::part_response(&sku, 400, &[error]);
        }
        let is_new = sku.as_str().is_some_and(|sku| !ebay_state.items.contains_key(sku));
        if let Some(item) = item.as_object_mut() {
            item.remove("sku");
            item.remove("locale");
        }
        match replace_item(&mut ebay_state, sku.as_str().unwrap_or_default(), item, &headers) {
            Ok(()) => bulk::part_response(&sku, if is_new { 201 } else { 200 }, &[]),
            Err(message) => {
                bulk::part_response(&sku, 400, &[error_body::error_json(25709, "API_INVENTORY", &message, &[])])
            }
        }
    });
    let responses = responses.collect();
    Ok(state.ebay.respond_to_bulk_call("bulk_create_or_replace_inventory_item", responses))
}

/// Replaces an item. Fields that are not in the request are removed, as at eBay.
fn replace_item(ebay_state: &mut EbayState, sku: &str, item: Value, headers: &HeaderMap) -> Result<(), String> {
    let mut whole = item.clone();
    whole["sku"] = sku.into();
    if let Err(message) = RequestSchema::Item.validate_body(&whole) {
        ebay_state.record_violation(&format!("inventory item {sku}: {message}"));
        return Err(message);
    }
    if ebay_state.is_live(sku) {
        ebay_state.snapshot.live_revisions += 1;
    }
    ebay_state.items.insert(sku.to_owned(), item);
    let language = headers.get(header::CONTENT_LANGUAGE).and_then(|value| value.to_str().ok());
    ebay_state.item_languages.insert(sku.to_owned(), language.unwrap_or_default().to_owned());
    Ok(())
}

async fn bulk_get_items(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    let mut pending_fault =
        call_guard::authorize_call(&state, &headers, "inventory", TokenOwner::Seller, INVENTORY_SCOPE)?;
    let mut ebay_state = state.ebay.lock_state();
    ebay_state.count_read("bulk_get_inventory_item");
    let all = bulk::parse_parts(&body)?;
    bulk::check_skus(&state, "bulk_get_inventory_item", &all)?;
    let responses = all.iter().map(|request| {
        let sku = request["sku"].as_str().unwrap_or_default();
        if let Some(id) = pending_fault.take() {
            return bulk::part_response(&request["sku"], 500, &[error_body::system_error(id)]);
        }
        let is_hidden = || state.ebay.hides_from_read("item", sku);
        if let Some(item) = ebay_state.items.get(sku).filter(|_| !is_hidden()) {
            return json!({"statusCode": 200, "sku": sku, "inventoryItem": item_as_read(sku, item), "errors": []});
        }
        let error =
            error_body::error_json(25710, "API_INVENTORY", "We didn't find the entity you are requesting.", &[]);
        bulk::part_response(&request["sku"], 404, &[error])
    });
    let responses = responses.collect();
    Ok(state.ebay.respond_to_bulk_call("bulk_get_inventory_item", responses))
}
