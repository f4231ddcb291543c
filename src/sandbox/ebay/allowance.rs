//! The day's limits, and the Analytics API that tells them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::door;
use super::oauth::{Kind, PUBLIC};
use crate::sandbox::server::World;

/// The documented limits, by API.
const DAILY: [(&str, u64); 8] = [
    ("inventory", 2_000_000),
    ("media", 1_000_000),
    ("account", 25_000),
    ("browse", 5_000),
    ("taxonomy", 5_000),
    ("metadata", 5_000),
    ("insights", 5_000),
    ("analytics", 5_000),
];

/// How long a day of the imitation still lasts, whenever one asks.
const RESETS_IN_HOURS: i64 = 6;

#[derive(Default)]
pub(super) struct Allowance(HashMap<String, u64>);

impl Allowance {
    /// Counts one call; false where the day's limit is used up.
    pub(super) fn take(&mut self, api: &str, other: &BTreeMap<String, u64>) -> bool {
        let daily = daily(api, other);
        let used = self.0.entry(api.to_owned()).or_default();
        let is_left = *used < daily;
        *used += u64::from(is_left);
        is_left
    }

    fn left(&self, api: &str, other: &BTreeMap<String, u64>) -> u64 {
        daily(api, other).saturating_sub(self.0.get(api).copied().unwrap_or_default())
    }

    /// A new day.
    pub(super) fn begin(&mut self) {
        self.0.clear();
    }
}

fn daily(api: &str, other: &BTreeMap<String, u64>) -> u64 {
    let documented = || DAILY.iter().find(|(name, _)| *name == api).map(|(_, daily)| *daily);
    other.get(api).copied().or_else(documented).unwrap_or(5_000)
}

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/ebay/developer/analytics/v1_beta/rate_limit/", get(limits))
}

async fn limits(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Response, Response> {
    door::enter_whole(&world, &headers, "analytics", Kind::Application, PUBLIC)?;
    let name = asked.get("api_name").map(|name| name.to_lowercase()).unwrap_or_default();
    let api = if name == "marketplace_insights" { "insights" } else { &name };
    let other = &world.ebay.account.daily;
    let reset = world.ebay_day_ends.unwrap_or_else(|| Timestamp::now() + RESETS_IN_HOURS.hours());
    let rate = json!({
        "limit": daily(api, other),
        "remaining": world.ebay.allowance().left(api, other),
        "reset": reset.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        "timeWindow": 86_400,
    });
    let context = asked.get("api_context").cloned().unwrap_or_default();
    let resource = json!({"name": format!("{context}.{name}"), "rates": [rate]});
    let limit = json!({"apiContext": context, "apiName": name, "apiVersion": "v1", "resources": [resource]});
    Ok(Json(json!({ "rateLimits": [limit] })).into_response())
}
