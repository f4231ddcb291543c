//! Inventory items: what lies in the box.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::books::Books;
use super::oauth::{INVENTORY, Kind};
use super::schema::Schema;
use super::{door, parts, refusal, schema};
use crate::server::World;

const PATH: &str = "/ebay/sell/inventory/v1";

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route(&format!("{PATH}/inventory_item"), get(page))
        .route(&format!("{PATH}/inventory_item/{{sku}}"), get(one).put(put).delete(delete))
        .route(&format!("{PATH}/bulk_create_or_replace_inventory_item"), post(bulk_put))
        .route(&format!("{PATH}/bulk_get_inventory_item"), post(bulk_get))
}

/// Lets a seller's call in.
#[expect(clippy::result_large_err, reason = "the error is the answer")]
pub(super) fn seller(world: &World, headers: &HeaderMap) -> Result<(), Response> {
    door::enter_whole(world, headers, "inventory", Kind::Seller, INVENTORY)
}

async fn page(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Response, Response> {
    seller(&world, &headers)?;
    let number = |name: &str, default: usize| asked.get(name).map_or(Ok(default), |text| text.parse());
    let mut books = world.ebay.books();
    books.read("inventory_item list");
    let (Ok(limit @ 1..=200), Ok(page)) = (number("limit", 25), number("offset", 0)) else {
        books.violated(&format!("pages of items by {asked:?}"));
        return Err(refusal::bad(25706, "You have provided invalid pagination values."));
    };
    // "The first page of records has a value of 0, the second page of records has a value of 1, and so on."
    let items = books.items.iter().skip(page * limit).take(limit).map(|(sku, item)| as_read(sku, item));
    let items = items.collect::<Vec<_>>();
    let (total, pages) = (books.items.len(), books.items.len().div_ceil(limit));
    let answer = json!({"total": total, "size": pages, "limit": limit, "inventoryItems": items});
    Ok(Json(answer).into_response())
}

/// An item as it is read: with its identity, and with what eBay adds and takes from nobody.
fn as_read(sku: &str, item: &Value) -> Value {
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

async fn one(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(sku): Path<String>,
) -> Result<Response, Response> {
    seller(&world, &headers)?;
    let mut books = world.ebay.books();
    books.read("inventory_item");
    match books.items.get(&sku) {
        Some(item) => Ok(Json(as_read(&sku, item)).into_response()),
        None => Err(unknown(&sku)),
    }
}

fn unknown(sku: &str) -> Response {
    refusal::not_found(25710, &format!("We didn't find the entity you are requesting. {sku}"))
}

async fn put(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(sku): Path<String>,
    body: Bytes,
) -> Result<Response, Response> {
    seller(&world, &headers)?;
    door::language(&headers)?;
    let item = schema::json(&body).map_err(|words| refusal::bad(25709, &words))?;
    let mut books = world.ebay.books();
    books.wrote("PUT inventory_item");
    match replace(&mut books, &sku, item) {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(words) => Err(refusal::bad(25709, &words)),
    }
}

async fn delete(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(sku): Path<String>,
) -> Result<Response, Response> {
    seller(&world, &headers)?;
    let mut books = world.ebay.books();
    books.wrote("DELETE inventory_item");
    if books.is_live(&sku) {
        books.copy.live_revisions += 1;
    }
    if books.items.remove(&sku).is_none() {
        return Err(unknown(&sku));
    }
    books.offers.retain(|_, offer| offer["sku"] != sku.as_str());
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn bulk_put(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Result<Response, Response> {
    let fault = door::enter(&world, &headers, "inventory", Kind::Seller, INVENTORY)?;
    door::language(&headers)?;
    let mut spoiled = fault;
    let mut books = world.ebay.books();
    let all = parts::of(&body)?;
    books.wrote("bulk_create_or_replace_inventory_item");
    let answers = all.into_iter().map(|mut item| {
        let sku = item["sku"].take();
        if let Some(id) = spoiled.take() {
            return parts::part(&sku, 500, &[refusal::own_fault(id)]);
        }
        if let Some(error) = sku.as_str().and_then(|sku| world.ebay.refusal_of(sku)) {
            return parts::part(&sku, 400, &[error]);
        }
        let is_new = sku.as_str().is_some_and(|sku| !books.items.contains_key(sku));
        if let Some(item) = item.as_object_mut() {
            item.remove("sku");
            item.remove("locale");
        }
        match replace(&mut books, sku.as_str().unwrap_or_default(), item) {
            Ok(()) => parts::part(&sku, if is_new { 201 } else { 200 }, &[]),
            Err(words) => parts::part(&sku, 400, &[refusal::error(25709, "API_INVENTORY", &words, &[])]),
        }
    });
    let answers = answers.collect();
    Ok(world.ebay.answer("bulk_create_or_replace_inventory_item", answers))
}

/// Writes an item as a whole: what it does not say is gone.
fn replace(books: &mut Books, sku: &str, item: Value) -> Result<(), String> {
    let mut whole = item.clone();
    whole["sku"] = sku.into();
    if let Err(words) = Schema::Item.check(&whole) {
        books.violated(&format!("inventory item {sku}: {words}"));
        return Err(words);
    }
    if books.is_live(sku) {
        books.copy.live_revisions += 1;
    }
    books.items.insert(sku.to_owned(), item);
    Ok(())
}

async fn bulk_get(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Result<Response, Response> {
    let mut spoiled = door::enter(&world, &headers, "inventory", Kind::Seller, INVENTORY)?;
    let mut books = world.ebay.books();
    books.read("bulk_get_inventory_item");
    let all = parts::of(&body)?;
    let answers = all.iter().map(|asked| {
        let sku = asked["sku"].as_str().unwrap_or_default();
        if let Some(id) = spoiled.take() {
            return parts::part(&asked["sku"], 500, &[refusal::own_fault(id)]);
        }
        if let Some(item) = books.items.get(sku) {
            return json!({"statusCode": 200, "sku": sku, "inventoryItem": as_read(sku, item), "errors": []});
        }
        let error = refusal::error(25710, "API_INVENTORY", "We didn't find the entity you are requesting.", &[]);
        parts::part(&asked["sku"], 404, &[error])
    });
    let answers = answers.collect();
    Ok(world.ebay.answer("bulk_get_inventory_item", answers))
}
