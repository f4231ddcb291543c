//! Prices: what others ask (Browse) and what was paid (Marketplace Insights), made from the table of releases.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::oauth::{INSIGHTS, Kind, PUBLIC};
use super::search_question::{self, Page, Pairs, RECORDS, Wanted, category_of};
use super::{door, refusal};
use crate::server::World;
use crate::table::Release;

/// Conditions of the items on offer, with the share of a new copy's price in percent.
const CONDITIONS: [(u16, &str, u64); 6] = [
    (1000, "Brand New", 100),
    (2750, "Like New", 85),
    (4000, "Very Good", 65),
    (5000, "Good", 45),
    (3000, "Used", 55),
    (6000, "Acceptable", 30),
];

/// The filters that it knows.
const FILTERS: [&str; 5] = ["conditionIds", "buyingOptions", "price", "priceCurrency", "itemLocationCountry"];

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/ebay/buy/browse/v1/item_summary/search", get(search))
        .route("/ebay/buy/marketplace_insights/v1_beta/item_sales/search", get(sales))
}

async fn search(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(asked): Query<Pairs>,
) -> Result<Response, Response> {
    door::enter_whole(&world, &headers, "browse", Kind::Application, PUBLIC)?;
    let (page, wanted) = search_question::of_offers(&asked)?;
    Ok(answer(&world, &asked, "itemSummaries", page, &wanted, offered))
}

async fn sales(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(asked): Query<Pairs>,
) -> Result<Response, Response> {
    door::enter_whole(&world, &headers, "insights", Kind::Application, INSIGHTS)?;
    let (page, wanted) = search_question::of_sales(&asked)?;
    Ok(answer(&world, &asked, "itemSales", page, &wanted, sold))
}

fn answer(
    world: &World,
    asked: &Pairs,
    list: &str,
    page: Page,
    wanted: &Wanted,
    item: impl Fn(usize, &Release) -> Value,
) -> Response {
    let (filters, mut warnings) = filters(asked.get("filter").map(String::as_str).unwrap_or_default());
    warnings.splice(0..0, wanted.warnings.iter().cloned());
    let found = wanted.found(&world.table);
    let all = found.iter().flat_map(|release| (0..=CONDITIONS.len()).map(|place| item(place, release)));
    let kept = all.filter(|item| filters.iter().all(|(name, values)| passes(item, name, values))).collect::<Vec<_>>();
    let mut answer = json!({"href": world.address(), "total": kept.len(), "limit": page.limit, "offset": page.offset});
    // No hit has no list at all.
    if !kept.is_empty() {
        answer[list] = kept.into_iter().skip(page.offset).take(page.limit).collect();
    }
    if !warnings.is_empty() {
        answer["warnings"] = warnings.into();
    }
    Json(answer).into_response()
}

/// A filter that is not understood is no error: the answer is unfiltered and warns.
fn filters(text: &str) -> (Vec<(String, Vec<String>)>, Vec<Value>) {
    let (mut filters, mut warnings) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some((name, after)) = rest.split_once(':') {
        let end = match after.chars().next() {
            Some('{') => after.find('}').map_or(after.len(), |at| at + 1),
            Some('[') => after.find(']').map_or(after.len(), |at| at + 1),
            _ => after.find(',').unwrap_or(after.len()),
        };
        let values = after[..end].trim_matches(['{', '}', '[', ']']).split('|').map(str::to_owned).collect();
        filters.push((name.trim_matches(',').to_owned(), values));
        rest = after[end..].trim_start_matches(',');
    }
    for (name, _) in &filters {
        if !FILTERS.contains(&name.as_str()) {
            warnings.push(refusal::error(12002, "API_BROWSE", &format!("The '{name}' filter is invalid."), &[]));
        }
    }
    let has = |wanted: &str| filters.iter().any(|(name, _)| name == wanted);
    if has("price") && !has("priceCurrency") {
        warnings.push(refusal::error(12012, "API_BROWSE", "The 'priceCurrency' filter is missing.", &[]));
    }
    if warnings.is_empty() { (filters, warnings) } else { (Vec::new(), warnings) }
}

fn passes(item: &Value, name: &str, values: &[String]) -> bool {
    let is_one = |value: &Value| value.as_str().is_some_and(|value| values.iter().any(|known| known == value));
    match name {
        "conditionIds" => is_one(&item["conditionId"]),
        "buyingOptions" => item["buyingOptions"].as_array().is_some_and(|options| options.iter().any(is_one)),
        "itemLocationCountry" => is_one(&item["itemLocation"]["country"]),
        _ => true,
    }
}

/// A new copy's price in cents, the same whenever it is asked.
fn base(release: &Release) -> u64 {
    800 + release.title.bytes().map(u64::from).sum::<u64>() % 1_700
}

fn money(cents: u64) -> Value {
    json!({"value": format!("{}.{:02}", cents / 100, cents % 100), "currency": "USD"})
}

/// Records are new or used; their grade is an item specific.
fn condition(place: usize, release: &Release) -> (u16, &'static str, u64) {
    match CONDITIONS[place % CONDITIONS.len()] {
        (id, _, percent) if id != 1000 && category_of(release) == Some(RECORDS) => (3000, "Used", percent),
        other => other,
    }
}

/// The last place is an auction; shipping is free, fixed or not told.
fn offered(place: usize, release: &Release) -> Value {
    let auction = place == CONDITIONS.len();
    let (id, words, percent) = condition(place, release);
    let shipping = match place % 3 {
        0 => json!([{"shippingCostType": "FIXED", "shippingCost": money(0)}]),
        1 => json!([{"shippingCostType": "FIXED", "shippingCost": money(399)}]),
        _ => json!([{"shippingCostType": "CALCULATED"}]),
    };
    json!({
        "itemId": format!("v1|{}{place}|0", base(release)),
        "title": format!("{} - {}", release.credit(), release.title),
        "price": money(base(release) * percent / 100),
        "condition": words,
        "conditionId": id.to_string(),
        "buyingOptions": [if auction { "AUCTION" } else { "FIXED_PRICE" }],
        "shippingOptions": shipping,
        "itemLocation": {"country": if place == 3 { "GB" } else { "US" }},
        "seller": {"username": format!("seller{place}"), "feedbackPercentage": "99.8"},
    })
}

fn sold(place: usize, release: &Release) -> Value {
    let (id, words, percent) = condition(place, release);
    let days = i64::try_from(place).unwrap_or_default() * 12 + 3;
    let at = Timestamp::now() - (days * 24).hours();
    json!({
        "itemId": format!("v1|{}{place}|0", base(release)),
        "title": format!("{} - {}", release.credit(), release.title),
        "lastSoldPrice": money(base(release) * percent / 100),
        "lastSoldDate": at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        "condition": words,
        "conditionId": id.to_string(),
        "buyingOptions": ["FIXED_PRICE"],
        "itemLocation": {"country": "US"},
        "totalSoldQuantity": 1,
    })
}
