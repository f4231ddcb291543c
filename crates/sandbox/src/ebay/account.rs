//! What the account brings along: business policies and inventory locations.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::oauth::{ACCOUNT, INVENTORY, Kind};
use super::{door, refusal};
use crate::server::World;

pub(super) fn routes() -> Router<Arc<World>> {
    let kinds = [
        ("fulfillment_policy", "fulfillmentPolicies", "fulfillmentPolicyId", "Shipping"),
        ("payment_policy", "paymentPolicies", "paymentPolicyId", "Payment"),
        ("return_policy", "returnPolicies", "returnPolicyId", "Returns"),
    ];
    let router = kinds.into_iter().fold(Router::new(), |router, (path, list, id, name)| {
        let answer = move |State(world): State<Arc<World>>, headers: HeaderMap, Query(asked): Query<Pairs>| async move {
            policies(&world, &headers, &asked, (list, id, name))
        };
        router.route(&format!("/ebay/sell/account/v1/{path}"), get(answer))
    });
    router.route("/ebay/sell/inventory/v1/location", get(locations))
}

type Pairs = HashMap<String, String>;

#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn policies(
    world: &World,
    headers: &HeaderMap,
    asked: &Pairs,
    (list, id, name): (&str, &str, &str),
) -> Result<Response, Response> {
    door::enter_whole(world, headers, "account", Kind::Seller, ACCOUNT)?;
    let account = &world.ebay.account;
    if !account.has_policies {
        let words = "User is not eligible for Business Policy.";
        return Err(refusal::refuse(StatusCode::BAD_REQUEST, &refusal::error(20403, "API_ACCOUNT", words, &[])));
    }
    let Some(site) = asked.get("marketplace_id") else {
        let words = "Invalid marketplace.";
        return Err(refusal::refuse(StatusCode::BAD_REQUEST, &refusal::error(20400, "API_ACCOUNT", words, &[])));
    };
    let owner = world.ebay.accounts.load(Ordering::Relaxed);
    let policies = (1..=account.policies).map(|number| {
        let mut policy = Map::new();
        policy.insert(id.to_owned(), format!("61{owner:06}{number:03}").into());
        policy.insert("name".to_owned(), format!("{name} {number}").into());
        policy.insert("marketplaceId".to_owned(), site.as_str().into());
        // One of several is no default: the account's owner has not chosen.
        let types = json!([{"name": "ALL_EXCLUDING_MOTORS_VEHICLES", "default": account.policies == 1}]);
        policy.insert("categoryTypes".to_owned(), types);
        Value::Object(policy)
    });
    let policies = policies.collect::<Vec<_>>();
    Ok(Json(json!({"total": policies.len(), list: policies})).into_response())
}

async fn locations(State(world): State<Arc<World>>, headers: HeaderMap) -> Result<Response, Response> {
    door::enter_whole(&world, &headers, "inventory", Kind::Seller, INVENTORY)?;
    let locations = (1..=world.ebay.account.locations).map(|number| {
        json!({
            "merchantLocationKey": format!("warehouse{number}"),
            "name": format!("Warehouse {number}"),
            "merchantLocationStatus": "ENABLED",
            "locationTypes": ["WAREHOUSE"],
            "location": {"address": {"postalCode": "97209", "country": "US"}},
        })
    });
    let locations = locations.collect::<Vec<_>>();
    Ok(Json(json!({"total": locations.len(), "limit": 100, "offset": 0, "locations": locations})).into_response())
}
