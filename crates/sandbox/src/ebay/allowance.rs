//! The day's limits, and the Analytics API that tells them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::door;
use super::oauth::{Kind, PUBLIC};
use crate::server::World;

/// The APIs: our name, the context and the name under which they are told, the documented limit of a day.
const APIS: [(&str, &str, &str, u64); 9] = [
    ("inventory", "sell", "inventory", 2_000_000),
    ("media", "commerce", "media", 1_000_000),
    ("account", "sell", "account", 25_000),
    ("browse", "buy", "browse", 5_000),
    ("taxonomy", "commerce", "taxonomy", 5_000),
    ("metadata", "sell", "metadata", 5_000),
    ("insights", "buy", "marketplace_insights", 5_000),
    ("listing", "sell", "listing", 5_000),
    ("analytics", "developer", "analytics", 5_000),
];

/// The calls of the day.
pub(super) struct Allowance {
    used: HashMap<String, u64>,
    day: Duration,
    began: Instant,
}

impl Default for Allowance {
    fn default() -> Self {
        Self::with_days_of(Duration::from_hours(24))
    }
}

impl Allowance {
    /// Counts one call; false where the day's limit is used up.
    pub(super) fn take(&mut self, api: &str, other: &BTreeMap<String, u64>) -> bool {
        let daily = daily(api, other);
        self.turn_the_day();
        let used = self.used.entry(api.to_owned()).or_default();
        let is_left = *used < daily;
        *used += u64::from(is_left);
        is_left
    }

    /// Calls that are left, and when the day ends.
    fn left(&mut self, api: &str, other: &BTreeMap<String, u64>) -> (u64, Timestamp) {
        self.turn_the_day();
        let left = daily(api, other).saturating_sub(self.used.get(api).copied().unwrap_or_default());
        let rest = self.day.saturating_sub(self.began.elapsed());
        (left, Timestamp::now().checked_add(rest).unwrap_or(Timestamp::MAX))
    }

    pub(super) fn with_days_of(day: Duration) -> Self {
        Self { used: HashMap::new(), day, began: Instant::now() }
    }

    fn turn_the_day(&mut self) {
        while self.began.elapsed() >= self.day {
            self.began += self.day;
            self.used.clear();
        }
    }
}

fn daily(api: &str, other: &BTreeMap<String, u64>) -> u64 {
    let documented = || APIS.iter().find(|(known, ..)| *known == api).map(|(.., daily)| *daily);
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
    // "Use the api_name and api_context query parameters to filter the response"; where nothing is left of it, 204.
    let is = |filter: &str, name: &str| asked.get(filter).is_none_or(|wanted| wanted.eq_ignore_ascii_case(name));
    let told = APIS.iter().filter(|(_, context, name, _)| is("api_context", context) && is("api_name", name));
    let told = told.map(|(api, context, name, _)| limit(&world, api, context, name)).collect::<Vec<_>>();
    if told.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Json(json!({ "rateLimits": told })).into_response())
}

fn limit(world: &World, api: &str, context: &str, name: &str) -> Value {
    let other = &world.ebay.account.daily;
    let (left, reset) = world.ebay.allowance().left(api, other);
    let rate = json!({
        "limit": daily(api, other),
        "remaining": left,
        "reset": reset.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "timeWindow": 86_400,
    });
    let resource = json!({"name": format!("{context}.{name}"), "rates": [rate]});
    json!({"apiContext": context, "apiName": name, "apiVersion": "v1", "resources": [resource]})
}
