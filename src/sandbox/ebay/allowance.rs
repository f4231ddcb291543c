//! The day's limits, and the Analytics API that tells them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
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
    let (left, reset) = world.ebay.allowance().left(api, other);
    let rate = json!({
        "limit": daily(api, other),
        "remaining": left,
        "reset": reset.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "timeWindow": 86_400,
    });
    let context = asked.get("api_context").cloned().unwrap_or_default();
    let resource = json!({"name": format!("{context}.{name}"), "rates": [rate]});
    let limit = json!({"apiContext": context, "apiName": name, "apiVersion": "v1", "resources": [resource]});
    Ok(Json(json!({ "rateLimits": [limit] })).into_response())
}
