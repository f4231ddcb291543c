//! The Analytics API, which reports the daily limits and the remaining calls.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::call_guard;
use super::daily_quota::{API_LIMITS, daily_limit};
use super::tokens::{PUBLIC_SCOPE, TokenOwner};
use crate::state::SandboxState;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new().route("/ebay/developer/analytics/v1_beta/rate_limit/", get(get_rate_limits))
}

async fn get_rate_limits(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Query(params): Query<HashMap<String, String>>,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&state, &headers, "analytics", TokenOwner::Application, PUBLIC_SCOPE)?;
    // "Use the api_name and api_context query parameters to filter the response"; 204 if nothing matches.
    let is = |filter: &str, name: &str| params.get(filter).is_none_or(|wanted| wanted.eq_ignore_ascii_case(name));
    let text = API_LIMITS.iter().filter(|(_, context, name, _)| is("api_context", context) && is("api_name", name));
    let messages = text.map(|(api, context, name, _)| rate_limit_json(&state, api, context, name)).collect::<Vec<_>>();
    if messages.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Json(json!({ "rateLimits": messages })).into_response())
}

fn rate_limit_json(state: &SandboxState, api: &str, context: &str, name: &str) -> Value {
    let other = &state.ebay.account.daily_limits;
    let (left, reset) = state.ebay.lock_quota().remaining_calls(api, other);
    let rate = json!({
        "limit": daily_limit(api, other),
        "remaining": left,
        "reset": reset.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "timeWindow": 86_400,
    });
    let resource = json!({"name": format!("{context}.{name}"), "rates": [rate]});
    json!({"apiContext": context, "apiName": name, "apiVersion": "v1", "resources": [resource]})
}
