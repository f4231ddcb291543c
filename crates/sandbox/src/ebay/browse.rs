//! Asking prices (Browse API) and sold prices (Marketplace Insights API), generated from the catalog of releases.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::search_query::{self, ItemCriteria, RECORDS_CATEGORY, SearchQueryParams, SearchResultPage, category_for};
use super::tokens::{INSIGHTS_SCOPE, PUBLIC_SCOPE, TokenOwner};
use super::{call_guard, error_body};
use crate::catalog::SandboxRelease;
use crate::state::SandboxState;
use domain::site::Site;

/// Conditions of the items on offer, each with its price in percent of the price of a new copy.
const CONDITION_PERCENTS: [(u16, &str, u64); 6] = [
    (1000, "Brand New", 100),
    (2750, "Like New", 85),
    (4000, "Very Good", 65),
    (5000, "Good", 45),
    (3000, "Used", 55),
    (6000, "Acceptable", 30),
];

/// Filters that the simulation accepts. It does not apply `price` and `priceCurrency`.
const KNOWN_FILTERS: [&str; 5] = ["conditionIds", "buyingOptions", "price", "priceCurrency", "itemLocationCountry"];

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route("/ebay/buy/browse/v1/item_summary/search", get(search_items))
        .route("/ebay/buy/marketplace_insights/v1_beta/item_sales/search", get(search_sales))
}

async fn search_items(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(params): Query<SearchQueryParams>,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&state, &headers, "browse", TokenOwner::Application, PUBLIC_SCOPE)?;
    let (page, wanted) = search_query::parse_offer_search(&params)?;
    let site = searched_site(&headers);
    Ok(search_response(&state, &params, "itemSummaries", page, &wanted, |index, release| {
        offered_item_json(site, index, release)
    }))
}

async fn search_sales(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(params): Query<SearchQueryParams>,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&state, &headers, "insights", TokenOwner::Application, INSIGHTS_SCOPE)?;
    let (page, wanted) = search_query::parse_sales_search(&params)?;
    let site = searched_site(&headers);
    Ok(search_response(&state, &params, "itemSales", page, &wanted, |index, release| {
        sold_item_json(site, index, release)
    }))
}

/// Returns the site that is searched: "If you do not specify a marketplace, EBAY_US is used."
fn searched_site(headers: &HeaderMap) -> Site {
    let named = headers.get("X-EBAY-C-MARKETPLACE-ID").and_then(|value| value.to_str().ok()?.parse().ok());
    named.unwrap_or_default()
}

fn search_response(
    state: &SandboxState,
    params: &SearchQueryParams,
    list: &str,
    page: SearchResultPage,
    wanted: &ItemCriteria,
    item: impl Fn(usize, &SandboxRelease) -> Value,
) -> Response {
    let (filters, mut warnings) = parse_filters(params.get("filter").map(String::as_str).unwrap_or_default());
    warnings.splice(0..0, wanted.warnings.iter().cloned());
    let found = wanted.find_releases(&state.catalog);
    let all = found.iter().flat_map(|release| (0..=CONDITION_PERCENTS.len()).map(|index| item(index, release)));
    let stored =
        all.filter(|item| filters.iter().all(|(name, values)| passes_filter(item, name, values))).collect::<Vec<_>>();
    let mut response =
        json!({"href": state.base_url(), "total": stored.len(), "limit": page.limit, "offset": page.offset});
    // The list is absent if there are no items.
    if !stored.is_empty() {
        response[list] = stored.into_iter().skip(page.offset).take(page.limit).collect();
    }
    if !warnings.is_empty() {
        response["warnings"] = warnings.into();
    }
    Json(response).into_response()
}

/// Parses the `filter` parameter into filters and warnings. An invalid filter is not an error: the response is
/// unfiltered and has a warning.
fn parse_filters(text: &str) -> (Vec<(String, Vec<String>)>, Vec<Value>) {
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
        if !KNOWN_FILTERS.contains(&name.as_str()) {
            warnings.push(error_body::error_json(
                12002,
                "API_BROWSE",
                &format!("The '{name}' filter is invalid."),
                &[],
            ));
        }
    }
    let has = |wanted: &str| filters.iter().any(|(name, _)| name == wanted);
    if has("price") && !has("priceCurrency") {
        warnings.push(error_body::error_json(12012, "API_BROWSE", "The 'priceCurrency' filter is missing.", &[]));
    }
    if warnings.is_empty() { (filters, warnings) } else { (Vec::new(), warnings) }
}

fn passes_filter(item: &Value, name: &str, values: &[String]) -> bool {
    let is_one = |value: &Value| value.as_str().is_some_and(|value| values.iter().any(|known| known == value));
    match name {
        "conditionIds" => is_one(&item["conditionId"]),
        "buyingOptions" => item["buyingOptions"].as_array().is_some_and(|options| options.iter().any(is_one)),
        "itemLocationCountry" => is_one(&item["itemLocation"]["country"]),
        _ => true,
    }
}

/// Returns the invented price of a new copy in cents. It depends only on the title.
fn base_price_cents(release: &SandboxRelease) -> u64 {
    800 + release.title.bytes().map(u64::from).sum::<u64>() % 1_700
}

fn money_json(site: Site, cents: u64) -> Value {
    json!({"value": format!("{}.{:02}", cents / 100, cents % 100), "currency": site.currency().code()})
}

/// Returns the condition id, name and percentage of the item at `index`. Records are either new or used; eBay states
/// their grade as an item specific.
fn condition_at(index: usize, release: &SandboxRelease) -> (u16, &'static str, u64) {
    match CONDITION_PERCENTS[index % CONDITION_PERCENTS.len()] {
        (id, _, percent) if id != 1000 && category_for(release) == Some(RECORDS_CATEGORY) => (3000, "Used", percent),
        other => other,
    }
}

/// Returns the item on offer at `index`. The last one is an auction. Shipping is free, fixed or calculated.
fn offered_item_json(site: Site, index: usize, release: &SandboxRelease) -> Value {
    let auction = index == CONDITION_PERCENTS.len();
    let (id, message, percent) = condition_at(index, release);
    let shipping = match index % 3 {
        0 => json!([{"shippingCostType": "FIXED", "shippingCost": money_json(site, 0)}]),
        1 => json!([{"shippingCostType": "FIXED", "shippingCost": money_json(site, 399)}]),
        _ => json!([{"shippingCostType": "CALCULATED"}]),
    };
    json!({
        "itemId": format!("v1|{}{index}|0", base_price_cents(release)),
        "title": format!("{} - {}", release.artist_credit(), release.title),
        "price": money_json(site, base_price_cents(release) * percent / 100),
        "condition": message,
        "conditionId": id.to_string(),
        "buyingOptions": [if auction { "AUCTION" } else { "FIXED_PRICE" }],
        "shippingOptions": shipping,
        "itemLocation": {"country": if index == 3 { foreign_country(site) } else { site.country_code() }},
        "seller": {"username": format!("seller{index}"), "feedbackPercentage": "99.8"},
    })
}

/// Returns a country other than the site's, for offers from abroad.
fn foreign_country(site: Site) -> &'static str {
    if site == Site::EbayGb { "US" } else { "GB" }
}

fn sold_item_json(site: Site, index: usize, release: &SandboxRelease) -> Value {
    let (id, message, percent) = condition_at(index, release);
    let days = i64::try_from(index).unwrap_or_default() * 12 + 3;
    let at = Timestamp::now() - (days * 24).hours();
    json!({
        "itemId": format!("v1|{}{index}|0", base_price_cents(release)),
        "title": format!("{} - {}", release.artist_credit(), release.title),
        "lastSoldPrice": money_json(site, base_price_cents(release) * percent / 100),
        "lastSoldDate": at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        "condition": message,
        "conditionId": id.to_string(),
        "buyingOptions": ["FIXED_PRICE"],
        "itemLocation": {"country": site.country_code()},
        "totalSoldQuantity": 1,
    })
}
