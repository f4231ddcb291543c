//! OAuth: the seller's consent and the token endpoint.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::tokens::{
    ACCOUNT_SCOPE, APP_ID, CERT_ID, CODE_LIFETIME, INSIGHTS_SCOPE, INVENTORY_SCOPE, ITEM_DRAFT_SCOPE, PUBLIC_SCOPE,
    REFRESH_TOKEN, RU_NAME, TokenOwner,
};
use crate::state::SandboxState;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route("/ebay/consent/oauth2/authorize", get(grant_consent))
        .route("/ebay/identity/v1/oauth2/token", post(exchange_token))
}

type OAuthParams = HashMap<String, String>;

/// Consents immediately, and redirects the browser to the address of the keyset's RuName.
async fn grant_consent(State(state): State<Arc<SandboxState>>, Query(params): Query<OAuthParams>) -> Response {
    let is = |name: &str, wanted: &str| params.get(name).is_some_and(|value| value == wanted);
    if !is("client_id", APP_ID) || !is("redirect_uri", RU_NAME) || !is("response_type", "code") {
        return (StatusCode::BAD_REQUEST, "The OAuth client was not found, or the request is not valid.")
            .into_response();
    }
    let scopes = params.get("scope").map(String::as_str).unwrap_or_default();
    let scopes = scopes.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let code = {
        let mut tokens = state.ebay.lock_tokens();
        tokens.last_number += 1;
        let code = format!("v^1.1#i^1#code#{}/+=", tokens.last_number);
        tokens.codes.insert(code.clone(), (scopes, Instant::now() + CODE_LIFETIME));
        code
    };
    let mut to = url::Url::parse("https://signin.example/accepted").unwrap_or_else(|_| unreachable!("a fixed address"));
    if let Some(oauth_state) = params.get("state") {
        to.query_pairs_mut().append_pair("state", oauth_state);
    }
    to.query_pairs_mut().append_pair("code", &code).append_pair("expires_in", "299");
    (StatusCode::FOUND, [(header::LOCATION, to.to_string())]).into_response()
}

async fn exchange_token(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Form(form): Form<OAuthParams>,
) -> Response {
    let expected = format!("Basic {}", STANDARD.encode(format!("{APP_ID}:{CERT_ID}")));
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given.as_bytes() != expected.as_bytes()) {
        return oauth_error(StatusCode::UNAUTHORIZED, "invalid_client", "client authentication failed");
    }
    let grant = form.get("grant_type").map(String::as_str).unwrap_or_default();
    state.ebay.lock_state().count_grant(grant);
    match grant {
        "authorization_code" => token_from_code(&state, &form),
        "refresh_token" => token_from_refresh(&state, &form),
        "client_credentials" => token_for_application(&state, &form),
        _ => oauth_error(StatusCode::BAD_REQUEST, "unsupported_grant_type", "grant type in request is not supported"),
    }
}

fn token_from_code(state: &SandboxState, form: &OAuthParams) -> Response {
    let mut tokens = state.ebay.lock_tokens();
    let known = form.get("code").and_then(|code| tokens.codes.remove(code));
    let is_ours = form.get("redirect_uri").is_some_and(|name| name == RU_NAME);
    match known.filter(|(_, until)| is_ours && *until > Instant::now()) {
        None => {
            oauth_error(StatusCode::BAD_REQUEST, "invalid_grant", "the provided authorization grant code is invalid")
        }
        Some((scopes, _)) => {
            tokens.consent_ended = false;
            tokens.consented_scopes = Some(scopes.clone());
            let access = tokens.issue_token(TokenOwner::Seller, scopes);
            Json(json!({
                "access_token": access,
                "expires_in": state.ebay.token_lifetime(),
                "refresh_token": REFRESH_TOKEN,
                "refresh_token_expires_in": 47_304_000,
                "token_type": "User Access Token",
            }))
            .into_response()
        }
    }
}

/// Renews a token. The response has no refresh token, because the old one stays valid.
fn token_from_refresh(state: &SandboxState, form: &OAuthParams) -> Response {
    if let Some(code) = state.ebay.refresh_refusal() {
        return oauth_error(StatusCode::BAD_REQUEST, code, "the request is refused");
    }
    let mut tokens = state.ebay.lock_tokens();
    // Refresh tokens of other consents have this token as a prefix.
    if tokens.consent_ended || form.get("refresh_token").is_none_or(|token| !token.starts_with(REFRESH_TOKEN)) {
        let message = "the provided authorization refresh token is invalid or was issued to another client";
        return oauth_error(StatusCode::BAD_REQUEST, "invalid_grant", message);
    }
    let mut all = vec![PUBLIC_SCOPE.to_owned(), INVENTORY_SCOPE.to_owned(), ACCOUNT_SCOPE.to_owned()];
    all.extend(state.ebay.account.has_item_drafts.then(|| ITEM_DRAFT_SCOPE.to_owned()));
    let consented = tokens.consented_scopes.clone().unwrap_or(all);
    let requested = form.get("scope").map(|scope| scope.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    if requested.as_ref().is_some_and(|requested| requested.iter().any(|scope| !consented.contains(scope))) {
        return oauth_error(StatusCode::BAD_REQUEST, "invalid_scope", "the requested scope exceeds the scope granted");
    }
    let access = tokens.issue_token(TokenOwner::Seller, requested.unwrap_or(consented));
    Json(json!({"access_token": access, "expires_in": state.ebay.token_lifetime(), "token_type": "User Access Token"}))
        .into_response()
}

fn token_for_application(state: &SandboxState, form: &OAuthParams) -> Response {
    let requested = form.get("scope").map(String::as_str).unwrap_or_default();
    let requested = requested.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let allowed =
        |scope: &String| scope == PUBLIC_SCOPE || (scope == INSIGHTS_SCOPE && state.ebay.account.has_insights);
    if requested.is_empty() || !requested.iter().all(allowed) {
        return oauth_error(
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "the requested scope is invalid, unknown or malformed",
        );
    }
    let access = state.ebay.lock_tokens().issue_token(TokenOwner::Application, requested);
    Json(json!({"access_token": access, "expires_in": state.ebay.token_lifetime(), "token_type": "Application Access Token"})).into_response()
}

fn oauth_error(status: StatusCode, error: &str, message: &str) -> Response {
    (status, Json(json!({"error": error, "error_description": message}))).into_response()
}
