//! One call: counted, signed, and its refusals read.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::api_error::parse_api_errors;
use super::error::EbayError;
use super::quota::{QuotaBlock, QuotaUsage};
use super::scope::TokenKind;
use super::settings::Settings;
use super::tokens::EbayTokens;
use super::{EBAY, Marketplace};
use domain::provider::Provider;
use store::quota::{QuotaStore, current_quota_day};
use upstream::{HttpClient, Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest, UpstreamResponse};

/// One of eBay's APIs, as its limits are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    Inventory,
    Account,
    Taxonomy,
    Metadata,
    Media,
    Browse,
    Insights,
    Listing,
    Analytics,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Inventory,
        Self::Account,
        Self::Taxonomy,
        Self::Metadata,
        Self::Media,
        Self::Browse,
        Self::Insights,
        Self::Listing,
        Self::Analytics,
    ];

    /// For people and tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Account => "account",
            Self::Taxonomy => "taxonomy",
            Self::Metadata => "metadata",
            Self::Media => "media",
            Self::Browse => "browse",
            Self::Insights => "insights",
            Self::Listing => "listing",
            Self::Analytics => "analytics",
        }
    }

    /// Calls a day that an application has by default (developer.ebay.com, "API call limits"). Those of Metadata,
    /// Insights and Listing are not written there; theirs are the least of the others, until eBay says otherwise.
    pub const fn default_daily_limit(self) -> u64 {
        match self {
            Self::Inventory => 2_000_000,
            Self::Media => 1_000_000,
            Self::Account => 25_000,
            Self::Taxonomy | Self::Metadata | Self::Browse | Self::Insights | Self::Listing | Self::Analytics => 5_000,
        }
    }

    /// Under which context and name the Analytics API counts it.
    const fn analytics_name(self) -> (&'static str, &'static str) {
        match self {
            Self::Inventory => ("sell", "inventory"),
            Self::Account => ("sell", "account"),
            Self::Taxonomy => ("commerce", "taxonomy"),
            Self::Metadata => ("sell", "metadata"),
            Self::Media => ("commerce", "media"),
            Self::Browse => ("buy", "browse"),
            Self::Insights => ("buy", "marketplace_insights"),
            Self::Listing => ("sell", "listing"),
            Self::Analytics => ("developer", "analytics"),
        }
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

/// Requests in flight at a time. The APIs have no rate but the day's; this keeps a batch from leaning on one account.
const MAX_CONCURRENT_REQUESTS: usize = 4;

/// "50 POST requests per 5 seconds" and user (Media API, createImageFromUrl); evenly spaced, with a tenth as margin.
const IMAGE_UPLOAD_RATE: Rate = Rate { period: Duration::from_millis(110), burst: 1 };

const THROTTLE_STATUSES: &[u16] = &[429];

/// The number by which eBay says that a daily limit is used up (domain ACCESS).
const DAILY_LIMIT_ERROR_ID: u64 = 2001;

/// EBay, as one process uses it.
#[derive(Clone)]
pub struct EbayClient {
    inner: Arc<EbayClientInner>,
}

struct EbayClientInner {
    settings: Settings,
    tokens: EbayTokens,
    quota: QuotaStore,
    /// Held by the one who asks eBay for its count.
    quota_sync: Mutex<()>,
    upstream: UpstreamClient,
    image_upstream: UpstreamClient,
}

impl EbayClient {
    /// The way to eBay by these settings. Nothing is asked yet.
    ///
    /// # Errors
    /// Where an address cannot be used, or the counts cannot be kept in `data_dir`.
    pub async fn connect(settings: &Settings, http: &HttpClient, data_dir: &Path) -> Result<Self, EbayError> {
        let upstream = http.upstream(upstream_config(EBAY, settings.api_url(), None))?;
        let pictures = http.upstream(upstream_config(
            Provider::from_static("ebay-media"),
            settings.media_url(),
            settings.image_upload_rate(IMAGE_UPLOAD_RATE).map_err(EbayError::InvalidSetting)?,
        ))?;
        let tokens = EbayTokens::new(settings.clone(), upstream.clone());
        let quota = QuotaStore::open(data_dir, &settings.application_id()).await?;
        let (settings, settling) = (settings.clone(), Mutex::default());
        Ok(Self {
            inner: Arc::new(EbayClientInner {
                settings,
                tokens,
                quota,
                quota_sync: settling,
                upstream,
                image_upstream: pictures,
            }),
        })
    }

    /// One call. Counted before it leaves; renews a token that eBay does not take, once.
    ///
    /// # Errors
    /// [`EbayError`]; a status of 400 and above is [`EbayError::Refused`] with eBay's words.
    pub async fn call_api(
        &self,
        access: TokenKind,
        api: Api,
        request: UpstreamRequest,
    ) -> Result<UpstreamResponse, EbayError> {
        let reply = self.send_with_renewal(access, api, request).await?;
        if reply.is_success() { Ok(reply) } else { Err(self.to_error(api, &reply).await) }
    }

    /// As [`Ebay::call`] for calls with many parts: an answer of 400 or 404 may hold what eBay says of each, so it is
    /// handed over as it came.
    ///
    /// # Errors
    /// As [`Ebay::call`], but for those two.
    pub async fn call_bulk(
        &self,
        access: TokenKind,
        api: Api,
        request: UpstreamRequest,
    ) -> Result<UpstreamResponse, EbayError> {
        let reply = self.send_with_renewal(access, api, request).await?;
        let is_told = reply.is_success() || matches!(reply.status, 400 | 404);
        if is_told { Ok(reply) } else { Err(self.to_error(api, &reply).await) }
    }

    async fn send_with_renewal(
        &self,
        access: TokenKind,
        api: Api,
        request: UpstreamRequest,
    ) -> Result<UpstreamResponse, EbayError> {
        let first = self.inner.tokens.valid_token(access).await?;
        let reply = self.send_counted(api, &first, request.clone()).await?;
        if reply.status != 401 {
            return Ok(reply);
        }
        self.inner.tokens.mark_rejected(access, &first).await;
        let second = self.inner.tokens.valid_token(access).await?;
        self.send_counted(api, &second, request).await
    }

    /// As [`Ebay::call`], for answers that are JSON.
    ///
    /// # Errors
    /// As [`Ebay::call`], and [`EbayError::Unreadable`].
    pub async fn call_json(&self, access: TokenKind, api: Api, request: UpstreamRequest) -> Result<Value, EbayError> {
        let reply = self.call_api(access, api, request).await?;
        reply.json().map_err(|what| EbayError::InvalidResponse { what })
    }

    /// As [`Ebay::ask`] with a token that the caller has got, for what may never be sent twice: where eBay does not take the
    /// token, nothing was done, and the caller hears of it (a refusal with the status 401) and may get a new one.
    ///
    /// # Errors
    /// As [`Ebay::ask`]; none of them is about the token service.
    pub async fn call_json_with_token(
        &self,
        token: &SecretString,
        access: TokenKind,
        api: Api,
        request: UpstreamRequest,
    ) -> Result<Value, EbayError> {
        let reply = self.send_counted(api, token, request).await?;
        if reply.status == 401 {
            self.inner.tokens.mark_rejected(access, token).await;
        }
        if !reply.is_success() {
            return Err(self.to_error(api, &reply).await);
        }
        reply.json().map_err(|what| EbayError::InvalidResponse { what })
    }

    /// The site that listings are made for.
    pub fn marketplace(&self) -> &'static Marketplace {
        self.inner.settings.marketplace
    }

    /// What the operator has set.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Which eBay this is and who is signed in there, for the keys of what only they can use.
    pub fn seller_scope(&self) -> String {
        format!("{}, {}", self.inner.settings.environment_id(), self.inner.tokens.consent_fingerprint())
    }

    /// Consent and tokens.
    pub fn tokens(&self) -> &EbayTokens {
        &self.inner.tokens
    }

    /// The queue of requests, for screens.
    pub fn upstream(&self) -> &UpstreamClient {
        &self.inner.upstream
    }

    /// Today's count of an API.
    ///
    /// # Errors
    /// [`EbayError::Allowance`] where it cannot be read.
    pub async fn quota_usage(&self, api: Api) -> Result<QuotaUsage, EbayError> {
        QuotaUsage::read(&self.inner.quota, api, Timestamp::now()).await
    }

    /// Asks eBay how many calls of an API this application has today, and when the day ends; what is learned is kept.
    ///
    /// # Errors
    /// As [`Ebay::call`].
    pub async fn sync_quota(&self, api: Api) -> Result<QuotaUsage, EbayError> {
        if let Some(reported) = self.fetch_daily_limit(api).await?.filter(DailyLimit::is_exhausted) {
            self.inner.quota.mark_exhausted(api.key(), reported.resets_at).await?;
        }
        self.quota_usage(api).await
    }

    /// The Analytics API's answer, which may be that it knows nothing.
    async fn fetch_daily_limit(&self, api: Api) -> Result<Option<DailyLimit>, EbayError> {
        let (context, name) = api.analytics_name();
        let request = UpstreamRequest::for_path(["developer", "analytics", "v1_beta", "rate_limit", ""])
            .query("api_context", context)
            .query("api_name", name);
        let token = self.inner.tokens.valid_token(TokenKind::Application).await?;
        let reply = self.send_counted(Api::Analytics, &token, request).await?;
        let reported = reply.json::<Value>().ok().as_ref().and_then(parse_daily_limit);
        if let Some(reported) = &reported {
            self.inner.quota.sync_from_ebay(api.key(), reported.limit, reported.remaining).await?;
        }
        Ok(reported)
    }

    async fn send_counted(
        &self,
        api: Api,
        token: &SecretString,
        request: UpstreamRequest,
    ) -> Result<UpstreamResponse, EbayError> {
        let in_doubt = self.reserve_call(api).await?;
        let tries = Arc::new(AtomicU32::new(0));
        let bearer = format!("Bearer {}", token.expose_secret());
        let request = request.secret_header("Authorization", bearer.into()).count_attempts(tries.clone());
        let upstream = if api == Api::Media { &self.inner.image_upstream } else { &self.inner.upstream };
        let reply = upstream.send(request).await;
        let further = tries.load(Ordering::Relaxed).saturating_sub(1);
        if further > 0 {
            self.inner.quota.add_calls(api.key(), further).await?;
        }
        let reply = reply?;
        if in_doubt
            && !is_quota_exhausted(reply.status, &reply.body)
            && let Err(error) = self.inner.quota.mark_recovered(api.key()).await
        {
            // The answer is here, and tells what was done.
            tracing::warn!(%error, "that eBay answers again cannot be noted");
        }
        Ok(reply)
    }

    /// Counts one call that is about to be made; true where eBay has refused the one before. Our own count may be wrong,
    /// so before a day is given up eBay is asked for its own; what eBay has said is not asked again before its time.
    async fn reserve_call(&self, api: Api) -> Result<bool, EbayError> {
        let mut used = self.quota_usage(api).await?;
        if used.block == Some(QuotaBlock::LocalCount) && api != Api::Analytics {
            used = Box::pin(self.resolve_quota(api, false)).await?;
        }
        match used.block_error() {
            Some(closed) => Err(closed),
            None => {
                self.inner.quota.add_calls(api.key(), 1).await?;
                Ok(used.in_doubt)
            }
        }
    }

    /// What holds once our count has come to its end, or eBay has refused a call (2001): its own count, and it is asked by
    /// one for all who wait. The refusal has no Retry-After; where nobody knows better, the day ends at midnight in
    /// California.
    async fn resolve_quota(&self, api: Api, is_refused: bool) -> Result<QuotaUsage, EbayError> {
        let _one = self.inner.quota_sync.lock().await;
        let used = self.quota_usage(api).await?;
        if used.is_reported_by_ebay() || (used.block.is_none() && !is_refused) {
            return Ok(used);
        }
        let (_, midnight) = current_quota_day(Timestamp::now());
        let messages = if api == Api::Analytics { None } else { self.fetch_daily_limit(api).await.ok().flatten() };
        let (quota, now) = (&self.inner.quota, Timestamp::now());
        match messages {
            None if is_refused => quota.mark_exhausted(api.key(), midnight).await?,
            None => quota.pause_calls(api.key(), midnight).await?,
            Some(reported) if reported.is_exhausted() => quota.mark_exhausted(api.key(), reported.resets_at).await?,
            // The day has just begun anew, or another limit than the one that is told. A reset that is past is none.
            Some(reported) if is_refused || reported.remaining == 0 => {
                quota
                    .pause_calls(api.key(), if reported.resets_at > now { reported.resets_at } else { midnight })
                    .await?;
            }
            Some(_) => {}
        }
        self.quota_usage(api).await
    }

    async fn to_error(&self, api: Api, reply: &UpstreamResponse) -> EbayError {
        if !is_quota_exhausted(reply.status, &reply.body) {
            let api_errors = parse_api_errors(&reply.json::<Value>().unwrap_or_default(), "errors");
            return EbayError::Api {
                status: reply.status,
                errors: api_errors,
                message: reply.message(),
                oauth_error: None,
            };
        }
        // Where the pause is over already, it is asked again at once.
        let now = || EbayError::QuotaExhausted { api: api.key(), until: Timestamp::now(), is_sure: false };
        Box::pin(self.resolve_quota(api, true))
            .await
            .map_or_else(|error| error, |used| used.block_error().unwrap_or_else(now))
    }
}

impl fmt::Debug for EbayClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EbayClient").field("site", &self.marketplace().id).finish_non_exhaustive()
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

/// A 429 that no waiting of minutes mends.
fn is_quota_exhausted(status: u16, body: &[u8]) -> bool {
    let body = || serde_json::from_slice::<Value>(body).unwrap_or_default();
    status == 429 && parse_api_errors(&body(), "errors").iter().any(|api_error| api_error.id == DAILY_LIMIT_ERROR_ID)
}

struct DailyLimit {
    limit: u64,
    remaining: u64,
    resets_at: Timestamp,
}

impl DailyLimit {
    /// True where nothing is left until a time that is yet to come.
    fn is_exhausted(&self) -> bool {
        self.remaining == 0 && self.resets_at > Timestamp::now()
    }
}

/// The limit of a day (86,400 seconds) in an answer of the Analytics API.
fn parse_daily_limit(answer: &Value) -> Option<DailyLimit> {
    let resources = answer.get("rateLimits")?.as_array()?.iter().filter_map(|limit| limit.get("resources")?.as_array());
    let rates = resources.flatten().filter_map(|resource| resource.get("rates")?.as_array()).flatten();
    let of_a_day = rates.filter(|rate| rate.get("timeWindow").and_then(Value::as_u64) == Some(86_400));
    let read = |rate: &Value| {
        Some(DailyLimit {
            limit: rate.get("limit")?.as_u64()?,
            remaining: rate.get("remaining")?.as_u64()?,
            resets_at: rate.get("reset")?.as_str()?.parse().ok()?,
        })
    };
    // The tightest counts where an API has several resources.
    of_a_day.filter_map(read).min_by_key(|limit| limit.remaining)
}
