//! Consent and tokens.

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

use crate::server::World;

/// The keyset and the consent that the imitation accepts; made up.
pub(crate) const APP_ID: &str = "Imitation-DraftMak-SBX-000000000-00000000";
pub(crate) const CERT_ID: &str = "SBX-imitation-cert-0000-0000-0000";
pub(crate) const RU_NAME: &str = "Imitation-Imitatio-DraftM-abcdefg";
pub(crate) const REFRESH_TOKEN: &str = "v^1.1#i^1#imitation#refresh";

/// Access tokens live two hours, codes five minutes.
const LIFE: Duration = Duration::from_hours(2);
const CODE_LIFE: Duration = Duration::from_secs(299);

pub(super) const PUBLIC: &str = "https://api.ebay.com/oauth/api_scope";
pub(super) const INVENTORY: &str = "https://api.ebay.com/oauth/api_scope/sell.inventory";
pub(super) const ACCOUNT: &str = "https://api.ebay.com/oauth/api_scope/sell.account.readonly";
pub(super) const ITEM_DRAFT: &str = "https://api.ebay.com/oauth/api_scope/sell.item.draft";
pub(super) const INSIGHTS: &str = "https://api.ebay.com/oauth/api_scope/buy.marketplace.insights";

/// Whose token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Application,
    Seller,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    scopes: Vec<String>,
    until: Instant,
}

impl Token {
    pub(super) fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }
}

/// All tokens and codes.
#[derive(Default)]
pub(super) struct Tokens {
    access: HashMap<String, Token>,
    codes: HashMap<String, (Vec<String>, Instant)>,
    consent: Option<Vec<String>>,
    ended: bool,
    /// Calls of the seller that are still answered.
    ends_after: Option<u64>,
    /// All tokens end before the next call of this API.
    ends_at: Option<String>,
    number: u64,
}

impl Tokens {
    pub(super) fn find(&self, token: &str) -> Option<Token> {
        self.access.get(token).filter(|token| token.until > Instant::now()).cloned()
    }

    /// The seller took his consent back.
    pub(super) fn end_consent(&mut self) {
        self.ended = true;
        self.access.retain(|_, token| token.kind == Kind::Application);
    }

    /// He will take it back after so many more calls.
    pub(super) fn end_after(&mut self, calls: u64) {
        self.ends_after = Some(calls);
    }

    /// He gives it again.
    pub(super) fn renew_consent(&mut self) {
        self.ended = false;
        self.ends_after = None;
    }

    /// Counts a call of the seller.
    pub(super) fn seller_calls(&mut self) {
        match &mut self.ends_after {
            Some(0) => self.end_consent(),
            Some(left) => *left -= 1,
            None => {}
        }
    }

    /// All access tokens will end just before the next call of this API.
    pub(super) fn end_at(&mut self, api: &str) {
        self.ends_at = Some(api.to_owned());
    }

    /// A call of this API is there.
    pub(super) fn called(&mut self, api: &str) {
        if self.ends_at.as_deref() == Some(api) {
            self.ends_at = None;
            self.expire();
        }
    }

    /// All access tokens end at once.
    pub(super) fn expire(&mut self) {
        self.access.clear();
    }

    fn issue(&mut self, kind: Kind, scopes: Vec<String>) -> String {
        self.number += 1;
        let token = format!("v^1.1#i^1#imitation#{}", self.number);
        self.access.insert(token.clone(), Token { kind, scopes, until: Instant::now() + LIFE });
        token
    }
}

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/ebay/consent/oauth2/authorize", get(authorise))
        .route("/ebay/identity/v1/oauth2/token", post(token))
}

type Pairs = HashMap<String, String>;

/// The seller agrees at once, and his browser is sent where the keyset's name leads.
async fn authorise(State(world): State<Arc<World>>, Query(asked): Query<Pairs>) -> Response {
    let is = |name: &str, wanted: &str| asked.get(name).is_some_and(|value| value == wanted);
    if !is("client_id", APP_ID) || !is("redirect_uri", RU_NAME) || !is("response_type", "code") {
        return (StatusCode::BAD_REQUEST, "The OAuth client was not found, or the request is not valid.")
            .into_response();
    }
    let scopes = asked.get("scope").map(String::as_str).unwrap_or_default();
    let scopes = scopes.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let code = {
        let mut tokens = world.ebay.tokens();
        tokens.number += 1;
        let code = format!("v^1.1#i^1#code#{}/+=", tokens.number);
        tokens.codes.insert(code.clone(), (scopes, Instant::now() + CODE_LIFE));
        code
    };
    let mut to = url::Url::parse("https://signin.example/accepted").unwrap_or_else(|_| unreachable!("a fixed address"));
    if let Some(state) = asked.get("state") {
        to.query_pairs_mut().append_pair("state", state);
    }
    to.query_pairs_mut().append_pair("code", &code).append_pair("expires_in", "299");
    (StatusCode::FOUND, [(header::LOCATION, to.to_string())]).into_response()
}

async fn token(State(world): State<Arc<World>>, headers: HeaderMap, Form(form): Form<Pairs>) -> Response {
    let expected = format!("Basic {}", STANDARD.encode(format!("{APP_ID}:{CERT_ID}")));
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given.as_bytes() != expected.as_bytes()) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", "client authentication failed");
    }
    let grant = form.get("grant_type").map(String::as_str).unwrap_or_default();
    world.ebay.books().granted(grant);
    match grant {
        "authorization_code" => of_code(&world, &form),
        "refresh_token" => of_refresh(&world, &form),
        "client_credentials" => of_application(&world, &form),
        _ => refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", "grant type in request is not supported"),
    }
}

fn of_code(world: &World, form: &Pairs) -> Response {
    let mut tokens = world.ebay.tokens();
    let known = form.get("code").and_then(|code| tokens.codes.remove(code));
    let is_ours = form.get("redirect_uri").is_some_and(|name| name == RU_NAME);
    match known.filter(|(_, until)| is_ours && *until > Instant::now()) {
        None => refuse(StatusCode::BAD_REQUEST, "invalid_grant", "the provided authorization grant code is invalid"),
        Some((scopes, _)) => {
            tokens.ended = false;
            tokens.consent = Some(scopes.clone());
            let access = tokens.issue(Kind::Seller, scopes);
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

/// The answer holds no refresh token: the old one stays good.
fn of_refresh(world: &World, form: &Pairs) -> Response {
    let mut tokens = world.ebay.tokens();
    // Each consent has a token of its own, which begins alike.
    if tokens.ended || form.get("refresh_token").is_none_or(|token| !token.starts_with(REFRESH_TOKEN)) {
        let words = "the provided authorization refresh token is invalid or was issued to another client";
        return refuse(StatusCode::BAD_REQUEST, "invalid_grant", words);
    }
    let mut all = vec![PUBLIC.to_owned(), INVENTORY.to_owned(), ACCOUNT.to_owned()];
    all.extend(world.ebay.account.item_drafts.then(|| ITEM_DRAFT.to_owned()));
    let consented = tokens.consent.clone().unwrap_or(all);
    let asked = form.get("scope").map(|scope| scope.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    if asked.as_ref().is_some_and(|asked| asked.iter().any(|scope| !consented.contains(scope))) {
        return refuse(StatusCode::BAD_REQUEST, "invalid_scope", "the requested scope exceeds the scope granted");
    }
    let access = tokens.issue(Kind::Seller, asked.unwrap_or(consented));
    Json(json!({"access_token": access, "expires_in": 7200, "token_type": "User Access Token"})).into_response()
}

fn of_application(world: &World, form: &Pairs) -> Response {
    let asked = form.get("scope").map(String::as_str).unwrap_or_default();
    let asked = asked.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let allowed = |scope: &String| scope == PUBLIC || (scope == INSIGHTS && world.ebay.account.insights);
    if asked.is_empty() || !asked.iter().all(allowed) {
        return refuse(
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "the requested scope is invalid, unknown or malformed",
        );
    }
    let access = world.ebay.tokens().issue(Kind::Application, asked);
    Json(json!({"access_token": access, "expires_in": 7200, "token_type": "Application Access Token"})).into_response()
}

fn refuse(status: StatusCode, error: &str, words: &str) -> Response {
    (status, Json(json!({"error": error, "error_description": words}))).into_response()
}
