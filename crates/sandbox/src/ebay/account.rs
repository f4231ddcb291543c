//! Business policies and inventory locations of the simulated eBay account.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::tokens::{ACCOUNT_SCOPE, INVENTORY_SCOPE, TokenOwner};
use super::{call_guard, error_body};
use crate::state::SandboxState;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    let kinds = [
        ("fulfillment_policy", "fulfillmentPolicies", "fulfillmentPolicyId", "Shipping"),
        ("payment_policy", "paymentPolicies", "paymentPolicyId", "Payment"),
        ("return_policy", "returnPolicies", "returnPolicyId", "Returns"),
    ];
    let router = kinds.into_iter().fold(Router::new(), |router, (path, list, id, name)| {
        let response = move |State(state): State<Arc<SandboxState>>,
                             headers: HeaderMap,
                             Query(params): Query<PolicyQueryParams>| async move {
            list_policies(&state, &headers, &params, (list, id, name))
        };
        router.route(&format!("/ebay/sell/account/v1/{path}"), get(response))
    });
    router
        .route("/ebay/sell/inventory/v1/location", get(list_locations))
        .route("/ebay/sell/inventory/v1/location/{key}", post(create_location))
}

type PolicyQueryParams = HashMap<String, String>;

fn list_policies(
    state: &SandboxState,
    headers: &HeaderMap,
    params: &PolicyQueryParams,
    (list, id, name): (&str, &str, &str),
) -> Result<Response, Response> {
    call_guard::authorize_single_call(state, headers, "account", TokenOwner::Seller, ACCOUNT_SCOPE)?;
    let account = &state.ebay.account;
    if !account.has_policies {
        let message = "User is not eligible for Business Policy.";
        return Err(error_body::error_response(
            StatusCode::BAD_REQUEST,
            &error_body::error_json(20403, "API_ACCOUNT", message, &[]),
        ));
    }
    let Some(site) = params.get("marketplace_id") else {
        let message = "Invalid marketplace.";
        return Err(error_body::error_response(
            StatusCode::BAD_REQUEST,
            &error_body::error_json(20400, "API_ACCOUNT", message, &[]),
        ));
    };
    let owner = state.ebay.account_number.load(Ordering::Relaxed);
    let motors = (1..=account.motors_policy_count).map(|number| {
        let types = json!([{"name": "MOTORS_VEHICLES", "default": true}]);
        json!({id: format!("62{owner:06}{number:03}"), "name": format!("Motors {number}"), "marketplaceId": site,
               "categoryTypes": types})
    });
    let cost = if account.is_shipping_calculated { "CALCULATED" } else { "FLAT_RATE" };
    let policies = (1..=account.policy_count).map(|number| {
        let mut policy = Map::new();
        policy.insert(id.to_owned(), format!("61{owner:06}{number:03}").into());
        policy.insert("name".to_owned(), format!("{name} {number}").into());
        policy.insert("marketplaceId".to_owned(), site.as_str().into());
        // If there are several policies, none is the default: the seller has not chosen one.
        let types = json!([{"name": "ALL_EXCLUDING_MOTORS_VEHICLES", "default": account.policy_count == 1}]);
        policy.insert("categoryTypes".to_owned(), types);
        if list == "fulfillmentPolicies" {
            policy.insert("shippingOptions".to_owned(), json!([{"optionType": "DOMESTIC", "costType": cost}]));
        }
        Value::Object(policy)
    });
    let policies = motors.chain(policies).collect::<Vec<_>>();
    Ok(Json(json!({"total": policies.len(), list: policies})).into_response())
}

async fn list_locations(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(params): Query<HashMap<String, String>>,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&state, &headers, "inventory", TokenOwner::Seller, INVENTORY_SCOPE)?;
    let status = if state.ebay.account.has_disabled_locations { "DISABLED" } else { "ENABLED" };
    let locations = (1..=state.ebay.account.location_count).map(|number| {
        json!({
            "merchantLocationKey": format!("warehouse{number}"),
            "name": format!("Warehouse {number}"),
            "merchantLocationStatus": status,
            "locationTypes": ["WAREHOUSE"],
            "location": {"address": {"postalCode": "97209", "country": "US"}},
        })
    });
    let created = state.ebay.created_locations.lock().clone();
    let locations = locations.chain(created).collect::<Vec<_>>();
    let number = |name: &str, default: usize| params.get(name).map_or(Ok(default), |text| text.parse());
    let (Ok(limit @ 1..=100), Ok(offset)) = (number("limit", 100), number("offset", 0)) else {
        return Err(error_body::bad_request(25706, "You have provided invalid pagination values."));
    };
    let total = locations.len();
    let page = locations.into_iter().skip(offset).take(limit).collect::<Vec<_>>();
    Ok(Json(json!({"total": total, "limit": limit, "offset": offset, "locations": page})).into_response())
}

/// Creates a location with a country and a postal code, which is all that eBay requires of a warehouse.
async fn create_location(
    State(state): State<Arc<SandboxState>>,
    Path(key): Path<String>,
    headers: HeaderMap,
    Json(mut location): Json<Value>,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&state, &headers, "inventory", TokenOwner::Seller, INVENTORY_SCOPE)?;
    let address = &location["location"]["address"];
    let country = address["country"].as_str().unwrap_or_default();
    if !matches!(country, "US" | "GB" | "DE" | "AU" | "CA" | "FR" | "IT" | "ES" | "AT" | "NL" | "IE") {
        return Err(error_body::bad_request(25800, "Invalid country."));
    }
    if address["postalCode"].as_str().is_none_or(str::is_empty) {
        return Err(error_body::bad_request(25801, "Missing field postalCode."));
    }
    let mut locations = state.ebay.created_locations.lock();
    if locations.iter().any(|known| known["merchantLocationKey"] == key.as_str()) {
        return Err(error_body::bad_request(25803, "merchantLocationKey already exists."));
    }
    location["merchantLocationKey"] = key.into();
    locations.push(location);
    Ok(StatusCode::NO_CONTENT.into_response())
}
