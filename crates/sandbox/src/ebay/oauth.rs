//! OAuth consent and tokens.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::server::SandboxState;

/// The keyset and consent that the simulation accepts; all invented.
pub(crate) const APP_ID: &str = "Imitation-DraftMak-SBX-000000000-00000000";
pub(crate) const CERT_ID: &str = "SBX-imitation-cert-0000-0000-0000";
pub(crate) const RU_NAME: &str = "Imitation-Imitatio-DraftM-abcdefg";
pub(crate) const REFRESH_TOKEN: &str = "v^1.1#i^1#imitation#refresh";

/// Lifetimes: two hours for access tokens, five minutes for codes.
const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_hours(2);
const CODE_LIFETIME: Duration = Duration::from_secs(299);

pub(super) const PUBLIC_SCOPE: &str = "https://api.ebay.com/oauth/api_scope";
pub(super) const INVENTORY_SCOPE: &str = "https://api.ebay.com/oauth/api_scope/sell.inventory";
pub(super) const ACCOUNT_SCOPE: &str = "https://api.ebay.com/oauth/api_scope/sell.account.readonly";
pub(super) const ITEM_DRAFT_SCOPE: &str = "https://api.ebay.com/oauth/api_scope/sell.item.draft";
pub(super) const INSIGHTS_SCOPE: &str = "https://api.ebay.com/oauth/api_scope/buy.marketplace.insights";

/// Owner of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenOwner {
    Application,
    Seller,
}

#[derive(Clone, Debug)]
pub(super) struct SandboxToken {
    pub(super) owner: TokenOwner,
    scopes: Vec<String>,
    expires_at: Instant,
}

impl SandboxToken {
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }
}

/// All tokens and codes that were issued.
#[derive(Default)]
pub(super) struct TokenIssuer {
    access_tokens: HashMap<String, SandboxToken>,
    codes: HashMap<String, (Vec<String>, Instant)>,
    consented_scopes: Option<Vec<String>>,
    consent_ended: bool,
    /// Calls that the seller's consent still allows.
    calls_until_end: Option<u64>,
    /// The API before whose next call all tokens expire.
    expire_before_api: Option<String>,
    last_number: u64,
}

impl TokenIssuer {
    pub(super) fn find_valid(&self, token: &str) -> Option<SandboxToken> {
        self.access_tokens.get(token).filter(|token| token.expires_at > Instant::now()).cloned()
    }

    /// Withdraws the consent.
    pub(super) fn end_consent(&mut self) {
        self.consent_ended = true;
        self.access_tokens.retain(|_, token| token.owner == TokenOwner::Application);
    }

    /// Withdraws the consent after a number of further calls.
    pub(super) fn end_consent_after(&mut self, calls: u64) {
        self.calls_until_end = Some(calls);
    }

    /// Renews the consent.
    pub(super) fn renew_consent(&mut self) {
        self.consent_ended = false;
        self.calls_until_end = None;
    }

    /// Counts a call on behalf of the seller.
    pub(super) fn count_seller_call(&mut self) {
        match &mut self.calls_until_end {
            Some(0) => self.end_consent(),
            Some(left) => *left -= 1,
            None => {}
        }
    }

    /// Expires all access tokens just before the next call of this API.
    pub(super) fn expire_before_call(&mut self, api: &str) {
        self.expire_before_api = Some(api.to_owned());
    }

    /// Notes a call of this API.
    pub(super) fn note_api_call(&mut self, api: &str) {
        if self.expire_before_api.as_deref() == Some(api) {
            self.expire_before_api = None;
            self.expire_all();
        }
    }

    /// Expires all access tokens.
    pub(super) fn expire_all(&mut self) {
        self.access_tokens.clear();
    }

    fn issue_token(&mut self, kind: TokenOwner, scopes: Vec<String>) -> String {
        self.last_number += 1;
        let token = format!("v^1.1#i^1#imitation#{}", self.last_number);
        self.access_tokens.insert(
            token.clone(),
            SandboxToken { owner: kind, scopes, expires_at: Instant::now() + ACCESS_TOKEN_LIFETIME },
        );
        token
    }
}

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route("/ebay/consent/oauth2/authorize", get(authorize_seller))
        .route("/ebay/identity/v1/oauth2/token", post(exchange_token))
}

type OAuthParams = HashMap<String, String>;

/// Consents at once and redirects the browser to the address of the keyset's RuName.
async fn authorize_seller(State(world): State<Arc<SandboxState>>, Query(asked): Query<OAuthParams>) -> Response {
    let is = |name: &str, wanted: &str| asked.get(name).is_some_and(|value| value == wanted);
    if !is("client_id", APP_ID) || !is("redirect_uri", RU_NAME) || !is("response_type", "code") {
        return (StatusCode::BAD_REQUEST, "The OAuth client was not found, or the request is not valid.")
            .into_response();
    }
    let scopes = asked.get("scope").map(String::as_str).unwrap_or_default();
    let scopes = scopes.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let code = {
        let mut tokens = world.ebay.lock_tokens();
        tokens.last_number += 1;
        let code = format!("v^1.1#i^1#code#{}/+=", tokens.last_number);
        tokens.codes.insert(code.clone(), (scopes, Instant::now() + CODE_LIFETIME));
        code
    };
    let mut to = url::Url::parse("https://signin.example/accepted").unwrap_or_else(|_| unreachable!("a fixed address"));
    if let Some(state) = asked.get("state") {
        to.query_pairs_mut().append_pair("state", state);
    }
    to.query_pairs_mut().append_pair("code", &code).append_pair("expires_in", "299");
    (StatusCode::FOUND, [(header::LOCATION, to.to_string())]).into_response()
}

async fn exchange_token(
    State(world): State<Arc<SandboxState>>,
    headers: HeaderMap,
    Form(form): Form<OAuthParams>,
) -> Response {
    let expected = format!("Basic {}", STANDARD.encode(format!("{APP_ID}:{CERT_ID}")));
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given.as_bytes() != expected.as_bytes()) {
        return oauth_error(StatusCode::UNAUTHORIZED, "invalid_client", "client authentication failed");
    }
    let grant = form.get("grant_type").map(String::as_str).unwrap_or_default();
    world.ebay.lock_state().count_grant(grant);
    match grant {
        "authorization_code" => token_from_code(&world, &form),
        "refresh_token" => token_from_refresh(&world, &form),
        "client_credentials" => token_for_application(&world, &form),
        _ => oauth_error(StatusCode::BAD_REQUEST, "unsupported_grant_type", "grant type in request is not supported"),
    }
}

fn token_from_code(world: &SandboxState, form: &OAuthParams) -> Response {
    let mut tokens = world.ebay.lock_tokens();
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
                "expires_in": 7200,
                "refresh_token": REFRESH_TOKEN,
                "refresh_token_expires_in": 47_304_000,
                "token_type": "User Access Token",
            }))
            .into_response()
        }
    }
}

/// Renews a token. The response has no refresh token, because the old one stays valid.
fn token_from_refresh(world: &SandboxState, form: &OAuthParams) -> Response {
    let mut tokens = world.ebay.lock_tokens();
    // Each consent has its own token with a common prefix.
    if tokens.consent_ended || form.get("refresh_token").is_none_or(|token| !token.starts_with(REFRESH_TOKEN)) {
        let message = "the provided authorization refresh token is invalid or was issued to another client";
        return oauth_error(StatusCode::BAD_REQUEST, "invalid_grant", message);
    }
    let mut all = vec![PUBLIC_SCOPE.to_owned(), INVENTORY_SCOPE.to_owned(), ACCOUNT_SCOPE.to_owned()];
    all.extend(world.ebay.account.has_item_drafts.then(|| ITEM_DRAFT_SCOPE.to_owned()));
    let consented = tokens.consented_scopes.clone().unwrap_or(all);
    let asked = form.get("scope").map(|scope| scope.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    if asked.as_ref().is_some_and(|asked| asked.iter().any(|scope| !consented.contains(scope))) {
        return oauth_error(StatusCode::BAD_REQUEST, "invalid_scope", "the requested scope exceeds the scope granted");
    }
    let access = tokens.issue_token(TokenOwner::Seller, asked.unwrap_or(consented));
    Json(json!({"access_token": access, "expires_in": 7200, "token_type": "User Access Token"})).into_response()
}

fn token_for_application(world: &SandboxState, form: &OAuthParams) -> Response {
    let asked = form.get("scope").map(String::as_str).unwrap_or_default();
    let asked = asked.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let allowed =
        |scope: &String| scope == PUBLIC_SCOPE || (scope == INSIGHTS_SCOPE && world.ebay.account.has_insights);
    if asked.is_empty() || !asked.iter().all(allowed) {
        return oauth_error(
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "the requested scope is invalid, unknown or malformed",
        );
    }
    let access = world.ebay.lock_tokens().issue_token(TokenOwner::Application, asked);
    Json(json!({"access_token": access, "expires_in": 7200, "token_type": "Application Access Token"})).into_response()
}

fn oauth_error(status: StatusCode, error: &str, message: &str) -> Response {
    (status, Json(json!({"error": error, "error_description": message}))).into_response()
}
