//! Prices: what others ask (Browse) and what was paid (Marketplace Insights), made from the table of releases.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::oauth::{INSIGHTS, Kind, PUBLIC};
use super::{door, refusal};
use crate::domain::upc::Upc;
use crate::sandbox::server::World;
use crate::sandbox::table::Release;

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

type Pairs = HashMap<String, String>;

async fn search(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(asked): Query<Pairs>,
) -> Result<Response, Response> {
    door::enter_whole(&world, &headers, "browse", Kind::Application, PUBLIC)?;
    answer(&world, &asked, "itemSummaries", offered)
}

async fn sales(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(asked): Query<Pairs>,
) -> Result<Response, Response> {
    door::enter_whole(&world, &headers, "insights", Kind::Application, INSIGHTS)?;
    answer(&world, &asked, "itemSales", sold)
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn answer(
    world: &World,
    asked: &Pairs,
    list: &str,
    item: impl Fn(usize, &Release) -> Value,
) -> Result<Response, Response> {
    if !["q", "gtin", "epid", "category_ids"].iter().any(|key| asked.contains_key(*key)) {
        return Err(refusal::bad(12001, "The call must have a valid 'q', 'category_ids', 'epid' or 'gtin'."));
    }
    let (filters, warnings) = filters(asked.get("filter").map(String::as_str).unwrap_or_default());
    let found = found(world, asked);
    let all = found.iter().flat_map(|release| (0..=CONDITIONS.len()).map(|place| item(place, release)));
    let limit = asked.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50).clamp(1, 200);
    let kept = all.filter(|item| filters.iter().all(|(name, values)| passes(item, name, values))).collect::<Vec<_>>();
    let mut answer = json!({"href": world.address(), "total": kept.len(), "limit": limit, "offset": 0});
    // No hit has no list at all.
    if !kept.is_empty() {
        answer[list] = kept.into_iter().take(limit).collect();
    }
    if !warnings.is_empty() {
        answer["warnings"] = warnings.into();
    }
    Ok(Json(answer).into_response())
}

fn found<'a>(world: &'a World, asked: &Pairs) -> Vec<&'a Release> {
    if let Some(code) = asked.get("gtin") {
        let upc = code.parse::<Upc>().ok();
        return upc.into_iter().flat_map(|upc| world.table.of_upc(upc)).take(1).collect();
    }
    let words = asked.get("q").map(|words| words.to_lowercase()).unwrap_or_default();
    let words = words.split_whitespace().collect::<Vec<_>>();
    let says = |release: &&Release| {
        let text = format!("{} {}", release.credit(), release.title).to_lowercase();
        !words.is_empty() && words.iter().all(|word| text.contains(word))
    };
    world.table.releases().iter().filter(says).take(3).collect()
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

/// The last place is an auction; shipping is free, fixed or not told.
fn offered(place: usize, release: &Release) -> Value {
    let auction = place == CONDITIONS.len();
    let (id, words, percent) = CONDITIONS[place % CONDITIONS.len()];
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
    let (id, words, percent) = CONDITIONS[place % CONDITIONS.len()];
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
