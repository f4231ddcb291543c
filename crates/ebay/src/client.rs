//! The eBay client: authorizes calls, counts them against the daily limits, and parses errors.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::sync::Mutex;

use super::EBAY;
use super::api::Api;
use super::api_error::{EbayApiError, parse_api_errors};
use super::error::EbayError;
use super::known_errors::ErrorHandling;
use super::quota::QuotaTrigger;
use super::scope::TokenKind;
use super::settings::Settings;
use super::tokens::EbayTokens;
use domain::provider::Provider;
use domain::site::Site;
use store::location::StoreLocation;
use store::quota::QuotaStore;
use upstream::{HttpClient, Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest, UpstreamResponse};

/// Maximum concurrent requests. eBay limits only calls per day; this limit keeps a batch from sending bursts.
const MAX_CONCURRENT_REQUESTS: usize = 8;

/// Rate of image uploads. eBay allows "50 POST requests per 5 seconds" per user (Media API, createImageFromUrl); the
/// rate leaves a margin of a tenth.
const IMAGE_UPLOAD_RATE: Rate = Rate { period: Duration::from_millis(110), burst: 1 };

const THROTTLE_STATUSES: &[u16] = &[429];

/// APIs that every seller may call. If one of them rejects a new token with 401 or 1100, the sign-in is the cause.
/// Other APIs also reject applications that eBay has not approved.
const SIGN_IN_APIS: [Api; 2] = [Api::Inventory, Api::Account];

/// Returns an answer with a status of success, unless eBay reports errors in it. It then lacks something for another reason than
/// that there is nothing.
///
/// # Errors
/// Returns [`EbayError::InvalidResponse`] with the first of eBay's errors.
pub fn without_errors(answer: Value) -> Result<Value, EbayError> {
    match parse_api_errors(&answer, "errors").first() {
        Some(error) => Err(EbayError::InvalidResponse { what: error.to_string() }),
        None => Ok(answer),
    }
}

/// The eBay client of a process. Clones share tokens, call counts and rate limits.
#[derive(Clone)]
pub struct EbayClient {
    pub(super) inner: Arc<EbayClientInner>,
}

pub(super) struct EbayClientInner {
    settings: Settings,
    pub(super) tokens: EbayTokens,
    pub(super) quota: QuotaStore,
    /// Held while eBay is asked for its call count, so that only one task asks.
    pub(super) quota_sync: Mutex<()>,
    upstream: UpstreamClient,
    image_upstream: UpstreamClient,
}

impl EbayClient {
    /// Creates the client. Sends no request.
    ///
    /// # Errors
    /// Returns [`EbayError::Http`] for an invalid address, [`EbayError::InvalidSetting`] for an image upload rate that
    /// is not allowed, and [`EbayError::QuotaStore`] if the store at `location` cannot be opened.
    pub async fn connect(
        settings: &Settings,
        http: &HttpClient,
        location: impl Into<StoreLocation>,
    ) -> Result<Self, EbayError> {
        let upstream = http.upstream(upstream_config(EBAY, settings.api_url(), None))?;
        let image_upstream = http.upstream(upstream_config(
            Provider::from_static("ebay-media"),
            settings.media_url(),
            settings.image_upload_rate(IMAGE_UPLOAD_RATE).map_err(EbayError::InvalidSetting)?,
        ))?;
        let tokens = EbayTokens::new(settings.clone(), upstream.clone());
        let quota = QuotaStore::open(location, &settings.application_id()).await?;
        Ok(Self {
            inner: Arc::new(EbayClientInner {
                settings: settings.clone(),
                tokens,
                quota,
                quota_sync: Mutex::default(),
                upstream,
                image_upstream,
            }),
        })
    }

    /// Calls an API. Counts the call before sending it. If eBay rejects the token, renews it once and calls again.
    ///
    /// # Errors
    /// Returns [`EbayError::Api`] for a status of 400 or above, and another [`EbayError`] if there is no response.
    pub async fn call_api(
        &self,
        access: TokenKind,
        api: Api,
        request: UpstreamRequest,
    ) -> Result<UpstreamResponse, EbayError> {
        let reply = self.send_with_renewal(access, api, request).await?;
        if reply.is_success() { Ok(reply) } else { Err(self.to_error(api, &reply).await) }
    }

    /// Calls an API with many parts in one request. Also returns responses with a status of 400 or above, because they
    /// may contain the result of each part, or one part may have caused them: the firewall in front of eBay answers 403
    /// to certain words in a text.
    ///
    /// # Errors
    /// Returns the errors of [`Self::call_api`] for the statuses 401 and 429 and for an exhausted daily limit, which
    /// apply to the whole call.
    pub async fn call_bulk(
        &self,
        access: TokenKind,
        api: Api,
        request: UpstreamRequest,
    ) -> Result<UpstreamResponse, EbayError> {
        let reply = self.send_with_renewal(access, api, request).await?;
        let concerns_whole_call = matches!(reply.status, 401 | 429) || is_quota_exhausted(reply.status, &reply.body);
        if concerns_whole_call { Err(self.to_error(api, &reply).await) } else { Ok(reply) }
    }

    async fn send_with_renewal(
        &self,
        access: TokenKind,
        api: Api,
        request: UpstreamRequest,
    ) -> Result<UpstreamResponse, EbayError> {
        let tokens = &self.inner.tokens;
        let first = tokens.valid_token(access).await?;
        let mut reply = self.send_counted(api, &first, request.clone()).await?;
        let may_renew =
            reply.status == 401 || (denies_permission(&reply) && tokens.may_renew_for_permission(access, &first).await);
        if may_renew {
            tokens.mark_rejected(access, &first).await;
            let second = tokens.valid_token(access).await?;
            reply = self.send_counted(api, &second, request).await?;
        }
        match access {
            // Every API accepts application tokens, so the keyset is the cause if a new one is rejected.
            TokenKind::Application if reply.status == 401 => {
                Err(tokens.record_keyset_rejected(refusal_message(&reply)).await)
            }
            TokenKind::Seller if SIGN_IN_APIS.contains(&api) => {
                if reply.status == 401 || denies_permission(&reply) {
                    return Err(tokens.record_permission_denied(api, refusal_message(&reply)).await);
                }
                if reply.is_success() {
                    tokens.record_accepted(api).await;
                }
                Ok(reply)
            }
            _ => Ok(reply),
        }
    }

    /// Asks the two APIs that drafts need whether they accept the seller, even if an earlier call failed.
    ///
    /// # Errors
    /// Returns the errors of [`Self::call_api`] that are terminal. An account without business policies is accepted.
    pub async fn verify_sign_in(&self) -> Result<(), EbayError> {
        self.inner.tokens.forget_sign_in_error();
        let request = UpstreamRequest::for_path(["sell", "inventory", "v1", "location"]).query("limit", "1");
        self.call_api(TokenKind::Seller, Api::Inventory, request).await?;
        let request = UpstreamRequest::for_path(["sell", "account", "v1", "return_policy"])
            .query("marketplace_id", self.site().as_str());
        match self.call_api(TokenKind::Seller, Api::Account, request).await {
            Err(error) if error.is_terminal() => Err(error),
            _ => Ok(()),
        }
    }

    /// Calls an API like [`Self::call_api`], and parses the response as JSON.
    ///
    /// # Errors
    /// Returns the errors of [`Self::call_api`], and [`EbayError::InvalidResponse`] if the response is not JSON or
    /// reports errors.
    pub async fn call_json(&self, access: TokenKind, api: Api, request: UpstreamRequest) -> Result<Value, EbayError> {
        let reply = self.call_api(access, api, request).await?;
        without_errors(reply.json().map_err(|error| EbayError::InvalidResponse { what: error.to_string() })?)
    }

    /// Calls an API with a token that the caller holds, for requests that must not be sent twice. If eBay rejects the
    /// token, it has not executed the request. [`EbayError::is_token_rejected`] is then true, and the caller may get a
    /// new token.
    ///
    /// # Errors
    /// Returns the errors of [`Self::call_json`], except those of the token service.
    pub async fn call_json_with_token(
        &self,
        token: &SecretString,
        access: TokenKind,
        api: Api,
        request: UpstreamRequest,
    ) -> Result<Value, EbayError> {
        let reply = self.send_counted(api, token, request).await?;
        if reply.status == 401
            || (denies_permission(&reply) && self.inner.tokens.may_renew_for_permission(access, token).await)
        {
            self.inner.tokens.mark_rejected(access, token).await;
        }
        if !reply.is_success() {
            return Err(self.to_error(api, &reply).await);
        }
        without_errors(reply.json().map_err(|error| EbayError::InvalidResponse { what: error.to_string() })?)
    }

    /// Returns the eBay site for which drafts are created.
    pub fn site(&self) -> Site {
        self.inner.settings.site
    }

    /// Returns the cache key of the market whose prices the client reads: eBay's environment, and the site unless it is
    /// the default. Stored responses of versions with one site have no site in their key.
    pub fn market_id(&self) -> String {
        let (environment, site) = (self.settings().environment_id(), self.site());
        if site.is_default() { environment } else { format!("{environment}, {site}") }
    }

    /// Returns the client's settings.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Returns a key for data that only the signed-in seller can use in this eBay environment.
    pub fn seller_scope(&self) -> String {
        format!("{}, {}", self.inner.settings.environment_id(), self.inner.tokens.consent_fingerprint())
    }

    /// Returns the sign-in and its tokens.
    pub fn tokens(&self) -> &EbayTokens {
        &self.inner.tokens
    }

    /// Returns the upstream of the calls, whose state screens show.
    pub fn upstream(&self) -> &UpstreamClient {
        &self.inner.upstream
    }

    /// Sends a request with a token, and counts each attempt: eBay counts attempts, including retries.
    pub(super) async fn send_counted(
        &self,
        api: Api,
        token: &SecretString,
        request: UpstreamRequest,
    ) -> Result<UpstreamResponse, EbayError> {
        let used = self.reserve_call(api).await?;
        let tries = Arc::new(AtomicU32::new(0));
        let bearer = format!("Bearer {}", token.expose_secret());
        let request = request
            .header("Accept-Language", self.site().language_tag())
            .secret_header("Authorization", bearer.into())
            .count_attempts(tries.clone());
        let upstream = if api == Api::Media { &self.inner.image_upstream } else { &self.inner.upstream };
        let reply = upstream.send(request).await;
        let further = tries.load(Ordering::Relaxed).saturating_sub(1);
        // eBay may have executed the call, so the caller must get its response although something cannot be recorded.
        if further > 0
            && let Err(error) = self.inner.quota.add_calls(api.key(), further).await
        {
            tracing::warn!(%error, "cannot count the retries of a call toward eBay's daily limit");
        }
        let reply = reply?;
        if used.in_doubt
            && !is_quota_exhausted(reply.status, &reply.body)
            && let Err(error) = self.inner.quota.mark_recovered(api.key()).await
        {
            tracing::warn!(%error, "cannot store that eBay accepts calls again");
        }
        Ok(reply)
    }

    async fn to_error(&self, api: Api, reply: &UpstreamResponse) -> EbayError {
        if !is_quota_exhausted(reply.status, &reply.body) {
            return parse_error(reply);
        }
        // If the block has ended meanwhile, the next call may be made at once.
        let now = || EbayError::QuotaExhausted { api: api.key(), until: Timestamp::now(), is_sure: false };
        Box::pin(self.resolve_quota(api, QuotaTrigger::Refusal))
            .await
            .map_or_else(|error| error, |used| used.block_error().unwrap_or_else(now))
    }
}

/// Parses an answer with a status of 400 or above.
pub(super) fn parse_error(reply: &UpstreamResponse) -> EbayError {
    let errors = parse_api_errors(&reply.json::<Value>().unwrap_or_default(), "errors");
    EbayError::Api { status: reply.status, errors, message: reply.message(), oauth_error: None }
}

impl fmt::Debug for EbayClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EbayClient").field("site", &self.site()).finish_non_exhaustive()
    }
}

fn upstream_config(name: Provider, base_url: &str, rate: Option<Rate>) -> UpstreamConfig {
    UpstreamConfig {
        name,
        base_url: base_url.to_owned(),
        rate,
        concurrency: MAX_CONCURRENT_REQUESTS,
        redirects: RedirectPolicy::None,
        throttle_statuses: THROTTLE_STATUSES,
        quota_exhausted: Some(is_quota_exhausted),
    }
}

/// Returns true for a 403 with error 1100 ("Insufficient permissions"), and for a bulk response in which every part
/// rejects the token. eBay also sends error 1100 for expired tokens.
fn denies_permission(reply: &UpstreamResponse) -> bool {
    if !matches!(reply.status, 207 | 400 | 403) {
        return false;
    }
    let answer = reply.json::<Value>().unwrap_or_default();
    let is_denied = |answer: &Value| {
        parse_api_errors(answer, "errors").iter().any(|error| error.handling() == ErrorHandling::RenewToken)
    };
    let parts = answer_parts(&answer);
    (reply.status == 403 && is_denied(&answer)) || (!parts.is_empty() && parts.iter().all(is_denied))
}

/// Returns the parts of a bulk response; empty for other responses.
fn answer_parts(answer: &Value) -> &[Value] {
    answer.get("responses").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns eBay's errors, or those of the first part, or status and text if the response has none.
fn refusal_message(reply: &UpstreamResponse) -> String {
    let answer = reply.json::<Value>().unwrap_or_default();
    let mut errors = parse_api_errors(&answer, "errors");
    if let ([], Some(part)) = (errors.as_slice(), answer_parts(&answer).first()) {
        errors = parse_api_errors(part, "errors");
    }
    if errors.is_empty() {
        return format!("status {}: {}", reply.status, reply.message());
    }
    errors.iter().map(EbayApiError::text).collect::<Vec<_>>().join("; ")
}

/// Returns true for a refusal that lasts until the end of eBay's day: of the whole call with any status, or of every
/// part of a bulk call.
fn is_quota_exhausted(status: u16, body: &[u8]) -> bool {
    if status < 400 && status != 207 {
        return false;
    }
    let answer = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let has_no_calls_left = |answer: &Value| {
        parse_api_errors(answer, "errors").iter().any(|error| error.handling() == ErrorHandling::Defer)
    };
    let parts = answer_parts(&answer);
    has_no_calls_left(&answer) || (!parts.is_empty() && parts.iter().all(has_no_calls_left))
}
