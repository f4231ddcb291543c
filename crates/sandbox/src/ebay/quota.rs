//! Daily limits, and the Analytics API that reports them.

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

use super::call_guard;
use super::oauth::{PUBLIC_SCOPE, TokenOwner};
use crate::server::SandboxState;

/// The APIs: Draft Maker's name, the context and name in the Analytics API, the documented daily limit.
const API_LIMITS: [(&str, &str, &str, u64); 9] = [
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

/// Calls of the current day.
pub(super) struct SandboxQuota {
    used_calls: HashMap<String, u64>,
    day_length: Duration,
    day_started: Instant,
}

impl Default for SandboxQuota {
    fn default() -> Self {
        Self::with_day_length(Duration::from_hours(24))
    }
}

impl SandboxQuota {
    /// Counts one call. Returns false if the daily limit is exhausted.
    pub(super) fn consume_call(&mut self, api: &str, other: &BTreeMap<String, u64>) -> bool {
        let daily = daily_limit(api, other);
        self.roll_over_day();
        let used = self.used_calls.entry(api.to_owned()).or_default();
        let is_left = *used < daily;
        *used += u64::from(is_left);
        is_left
    }

    /// Returns the remaining calls and the end of the day.
    fn remaining_calls(&mut self, api: &str, other: &BTreeMap<String, u64>) -> (u64, Timestamp) {
        self.roll_over_day();
        let left = daily_limit(api, other).saturating_sub(self.used_calls.get(api).copied().unwrap_or_default());
        let rest = self.day_length.saturating_sub(self.day_started.elapsed());
        (left, Timestamp::now().checked_add(rest).unwrap_or(Timestamp::MAX))
    }

    pub(super) fn with_day_length(day_length: Duration) -> Self {
        Self { used_calls: HashMap::new(), day_length, day_started: Instant::now() }
    }

    fn roll_over_day(&mut self) {
        while self.day_started.elapsed() >= self.day_length {
            self.day_started += self.day_length;
            self.used_calls.clear();
        }
    }
}

fn daily_limit(api: &str, other: &BTreeMap<String, u64>) -> u64 {
    let documented = || API_LIMITS.iter().find(|(known, ..)| *known == api).map(|(.., daily)| *daily);
    other.get(api).copied().or_else(documented).unwrap_or(5_000)
}

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new().route("/ebay/developer/analytics/v1_beta/rate_limit/", get(get_rate_limits))
}

async fn get_rate_limits(
    State(world): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&world, &headers, "analytics", TokenOwner::Application, PUBLIC_SCOPE)?;
    // "Use the api_name and api_context query parameters to filter the response"; 204 if nothing matches.
    let is = |filter: &str, name: &str| asked.get(filter).is_none_or(|wanted| wanted.eq_ignore_ascii_case(name));
    let text = API_LIMITS.iter().filter(|(_, context, name, _)| is("api_context", context) && is("api_name", name));
    let messages = text.map(|(api, context, name, _)| rate_limit_json(&world, api, context, name)).collect::<Vec<_>>();
    if messages.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Json(json!({ "rateLimits": messages })).into_response())
}

fn rate_limit_json(world: &SandboxState, api: &str, context: &str, name: &str) -> Value {
    let other = &world.ebay.account.daily_limits;
    let (left, reset) = world.ebay.lock_quota().remaining_calls(api, other);
    let rate = json!({
        "limit": daily_limit(api, other),
        "remaining": left,
        "reset": reset.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "timeWindow": 86_400,
    });
    let resource = json!({"name": format!("{context}.{name}"), "rates": [rate]});
    json!({"apiContext": context, "apiName": name, "apiVersion": "v1", "resources": [resource]})
}
