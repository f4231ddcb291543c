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

use super::allowance::{Allowance, Closed, Used};
use super::complaint::complaints;
use super::error::EbayError;
use super::scope::Access;
use super::settings::Settings;
use super::tokens::Tokens;
use super::{EBAY, Marketplace, day};
use domain::provider::Provider;
use upstream::{Host, HostRules, Http, Rate, Redirects, Reply, Request};

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
    pub const fn daily(self) -> u64 {
        match self {
            Self::Inventory => 2_000_000,
            Self::Media => 1_000_000,
            Self::Account => 25_000,
            Self::Taxonomy | Self::Metadata | Self::Browse | Self::Insights | Self::Listing | Self::Analytics => 5_000,
        }
    }

    /// Under which context and name the Analytics API counts it.
    const fn counted_as(self) -> (&'static str, &'static str) {
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
const AT_ONCE: usize = 4;

/// "50 POST requests per 5 seconds" and user (Media API, createImageFromUrl); evenly spaced, with a tenth as margin.
const PICTURES: Rate = Rate { period: Duration::from_millis(110), burst: 1 };

const REFUSALS: &[u16] = &[429];

/// The number by which eBay says that a daily limit is used up (domain ACCESS).
const LIMIT_REACHED: u64 = 2001;

/// EBay, as one process uses it.
#[derive(Clone)]
pub struct Ebay {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    tokens: Tokens,
    allowance: Allowance,
    /// Held by the one who asks eBay for its count.
    settling: Mutex<()>,
    host: Host,
    pictures: Host,
}

impl Ebay {
    /// The way to eBay by these settings. Nothing is asked yet.
    ///
    /// # Errors
    /// Where an address cannot be used, or the counts cannot be kept in `data_dir`.
    pub async fn connect(settings: &Settings, http: &Http, data_dir: &Path) -> Result<Self, EbayError> {
        let host = http.host(rules(EBAY, settings.api(), None))?;
        let pictures = http.host(rules(
            Provider::named("ebay-media"),
            settings.media(),
            settings.pictures(PICTURES).map_err(EbayError::Setting)?,
        ))?;
        let tokens = Tokens::new(settings.clone(), host.clone());
        let allowance = Allowance::open(data_dir, settings).await?;
        let (settings, settling) = (settings.clone(), Mutex::default());
        Ok(Self { inner: Arc::new(Inner { settings, tokens, allowance, settling, host, pictures }) })
    }

    /// One call. Counted before it leaves; renews a token that eBay does not take, once.
    ///
    /// # Errors
    /// [`EbayError`]; a status of 400 and above is [`EbayError::Refused`] with eBay's words.
    pub async fn call(&self, access: Access, api: Api, request: Request) -> Result<Reply, EbayError> {
        let reply = self.answered(access, api, request).await?;
        if reply.is_success() { Ok(reply) } else { Err(self.refusal(api, &reply).await) }
    }

    /// As [`Ebay::call`] for calls with many parts: an answer of 400 or 404 may hold what eBay says of each, so it is
    /// handed over as it came.
    ///
    /// # Errors
    /// As [`Ebay::call`], but for those two.
    pub async fn bulk(&self, access: Access, api: Api, request: Request) -> Result<Reply, EbayError> {
        let reply = self.answered(access, api, request).await?;
        let is_told = reply.is_success() || matches!(reply.status, 400 | 404);
        if is_told { Ok(reply) } else { Err(self.refusal(api, &reply).await) }
    }

    async fn answered(&self, access: Access, api: Api, request: Request) -> Result<Reply, EbayError> {
        let first = self.inner.tokens.fresh(access).await?;
        let reply = self.send(api, &first, request.clone()).await?;
        if reply.status != 401 {
            return Ok(reply);
        }
        self.inner.tokens.refused(access, &first).await;
        let second = self.inner.tokens.fresh(access).await?;
        self.send(api, &second, request).await
    }

    /// As [`Ebay::call`], for answers that are JSON.
    ///
    /// # Errors
    /// As [`Ebay::call`], and [`EbayError::Unreadable`].
    pub async fn ask(&self, access: Access, api: Api, request: Request) -> Result<Value, EbayError> {
        let reply = self.call(access, api, request).await?;
        reply.json().map_err(|what| EbayError::Unreadable { what })
    }

    /// As [`Ebay::ask`] with a token that the caller has got, for what may never be sent twice: where eBay does not take the
    /// token, nothing was done, and the caller hears of it (a refusal with the status 401) and may get a new one.
    ///
    /// # Errors
    /// As [`Ebay::ask`]; none of them is about the token service.
    pub async fn ask_with(
        &self,
        token: &SecretString,
        access: Access,
        api: Api,
        request: Request,
    ) -> Result<Value, EbayError> {
        let reply = self.send(api, token, request).await?;
        if reply.status == 401 {
            self.inner.tokens.refused(access, token).await;
        }
        if !reply.is_success() {
            return Err(self.refusal(api, &reply).await);
        }
        reply.json().map_err(|what| EbayError::Unreadable { what })
    }

    /// The site that listings are made for.
    pub fn site(&self) -> &'static Marketplace {
        self.inner.settings.marketplace
    }

    /// What the operator has set.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Which eBay this is and who is signed in there, for the keys of what only they can use.
    pub fn seller_place(&self) -> String {
        format!("{}, {}", self.inner.settings.place(), self.inner.tokens.seller())
    }

    /// Consent and tokens.
    pub fn tokens(&self) -> &Tokens {
        &self.inner.tokens
    }

    /// The queue of requests, for screens.
    pub fn host(&self) -> &Host {
        &self.inner.host
    }

    /// Today's count of an API.
    ///
    /// # Errors
    /// [`EbayError::Allowance`] where it cannot be read.
    pub async fn used(&self, api: Api) -> Result<Used, EbayError> {
        self.inner.allowance.used(api, Timestamp::now()).await
    }

    /// Asks eBay how many calls of an API this application has today, and when the day ends; what is learned is kept.
    ///
    /// # Errors
    /// As [`Ebay::call`].
    pub async fn learn_limit(&self, api: Api) -> Result<Used, EbayError> {
        if let Some(said) = self.ask_limit(api).await?.filter(Limit::is_over) {
            self.inner.allowance.spent(api, said.reset).await?;
        }
        self.used(api).await
    }

    /// The Analytics API's answer, which may be that it knows nothing.
    async fn ask_limit(&self, api: Api) -> Result<Option<Limit>, EbayError> {
        let (context, name) = api.counted_as();
        let request = Request::path(["developer", "analytics", "v1_beta", "rate_limit", ""])
            .query("api_context", context)
            .query("api_name", name);
        let token = self.inner.tokens.fresh(Access::Application).await?;
        let reply = self.send(Api::Analytics, &token, request).await?;
        let said = reply.json::<Value>().ok().as_ref().and_then(limit_in);
        if let Some(said) = &said {
            self.inner.allowance.learn(api, said.daily, said.left).await?;
        }
        Ok(said)
    }

    async fn send(&self, api: Api, token: &SecretString, request: Request) -> Result<Reply, EbayError> {
        let in_doubt = self.take(api).await?;
        let tries = Arc::new(AtomicU32::new(0));
        let bearer = format!("Bearer {}", token.expose_secret());
        let request = request.secret_header("Authorization", bearer.into()).counting(tries.clone());
        let host = if api == Api::Media { &self.inner.pictures } else { &self.inner.host };
        let reply = host.send(request).await;
        let further = tries.load(Ordering::Relaxed).saturating_sub(1);
        if further > 0 {
            self.inner.allowance.add(api, further).await?;
        }
        let reply = reply?;
        if in_doubt
            && !is_spent(reply.status, &reply.body)
            && let Err(error) = self.inner.allowance.believe(api).await
        {
            // The answer is here, and tells what was done.
            tracing::warn!(%error, "that eBay answers again cannot be noted");
        }
        Ok(reply)
    }

    /// Counts one call that is about to be made; true where eBay has refused the one before. Our own count may be wrong,
    /// so before a day is given up eBay is asked for its own; what eBay has said is not asked again before its time.
    async fn take(&self, api: Api) -> Result<bool, EbayError> {
        let mut used = self.used(api).await?;
        if used.closed == Some(Closed::ByCount) && api != Api::Analytics {
            used = Box::pin(self.settle(api, false)).await?;
        }
        match used.refusal() {
            Some(closed) => Err(closed),
            None => self.inner.allowance.add(api, 1).await.map(|()| used.in_doubt),
        }
    }

    /// What holds once our count has come to its end, or eBay has refused a call (2001): its own count, and it is asked by
    /// one for all who wait. The refusal has no Retry-After; where nobody knows better, the day ends at midnight in
    /// California.
    async fn settle(&self, api: Api, is_refused: bool) -> Result<Used, EbayError> {
        let _one = self.inner.settling.lock().await;
        let used = self.used(api).await?;
        if used.is_told() || (used.closed.is_none() && !is_refused) {
            return Ok(used);
        }
        let (_, midnight) = day::of(Timestamp::now());
        let told = if api == Api::Analytics { None } else { self.ask_limit(api).await.ok().flatten() };
        let (allowance, now) = (&self.inner.allowance, Timestamp::now());
        match told {
            None if is_refused => allowance.spent(api, midnight).await?,
            None => allowance.pause(api, midnight).await?,
            Some(said) if said.is_over() => allowance.spent(api, said.reset).await?,
            // The day has just begun anew, or another limit than the one that is told. A reset that is past is none.
            Some(said) if is_refused || said.left == 0 => {
                allowance.pause(api, if said.reset > now { said.reset } else { midnight }).await?;
            }
            Some(_) => {}
        }
        self.used(api).await
    }

    async fn refusal(&self, api: Api, reply: &Reply) -> EbayError {
        if !is_spent(reply.status, &reply.body) {
            let complaints = complaints(&reply.json::<Value>().unwrap_or_default(), "errors");
            return EbayError::Refused { status: reply.status, complaints, words: reply.words() };
        }
        // Where the pause is over already, it is asked again at once.
        let now = || EbayError::Spent { api: api.key(), until: Timestamp::now(), is_sure: false };
        Box::pin(self.settle(api, true)).await.map_or_else(|error| error, |used| used.refusal().unwrap_or_else(now))
    }
}

impl fmt::Debug for Ebay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ebay").field("site", &self.site().id).finish_non_exhaustive()
    }
}

fn rules(name: Provider, base_url: &str, rate: Option<Rate>) -> HostRules {
    HostRules {
        name,
        base_url: base_url.to_owned(),
        rate,
        at_once: AT_ONCE,
        redirects: Redirects::None,
        refusals: REFUSALS,
        spent: Some(is_spent),
    }
}

/// A 429 that no waiting of minutes mends.
fn is_spent(status: u16, body: &[u8]) -> bool {
    let body = || serde_json::from_slice::<Value>(body).unwrap_or_default();
    status == 429 && complaints(&body(), "errors").iter().any(|complaint| complaint.id == LIMIT_REACHED)
}

struct Limit {
    daily: u64,
    left: u64,
    reset: Timestamp,
}

impl Limit {
    /// True where nothing is left until a time that is yet to come.
    fn is_over(&self) -> bool {
        self.left == 0 && self.reset > Timestamp::now()
    }
}

/// The limit of a day (86,400 seconds) in an answer of the Analytics API.
fn limit_in(answer: &Value) -> Option<Limit> {
    let resources = answer.get("rateLimits")?.as_array()?.iter().filter_map(|limit| limit.get("resources")?.as_array());
    let rates = resources.flatten().filter_map(|resource| resource.get("rates")?.as_array()).flatten();
    let of_a_day = rates.filter(|rate| rate.get("timeWindow").and_then(Value::as_u64) == Some(86_400));
    let read = |rate: &Value| {
        Some(Limit {
            daily: rate.get("limit")?.as_u64()?,
            left: rate.get("remaining")?.as_u64()?,
            reset: rate.get("reset")?.as_str()?.parse().ok()?,
        })
    };
    // The tightest counts where an API has several resources.
    of_a_day.filter_map(read).min_by_key(|limit| limit.left)
}
