//! Discogs: releases by barcode, with detailed formats and prices.
//!
//! Rules (discogs.com/developers): 60 requests per minute with a token and 25 without, in a sliding window of one
//! minute per address, with a unique User-Agent. A search requires a token; without one, a release is found only
//! through the link of another provider. Prices are current asking prices and derived suggestions, not sales. The
//! terms keep images and prices out of listings, so they only inform the seller (`docs/TERMS.md`).

mod edition;
mod names;
mod offline;
pub(super) mod parse;
mod tracks;

pub use parse::DISCOGS;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use catalog::DiscogsRecord;
use futures::future::BoxFuture;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::lenient_json::LenientJson;
use super::offline_first::OfflineFirst;
use super::provider::{CacheTtl, MarketStatus, PriceGuide, ProviderError, ReleaseCatalog};
use super::refusal_breaker::RefusalBreaker;
use super::registry::{ConnectedProvider, KeyHint, ProviderFactory, UpstreamClients};
use super::settings::Settings;
use domain::condition::Condition;
use domain::pricing::{Sample, SampleKind};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::{Release, ReleaseId};
use domain::upc::Upc;
use upstream::{Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest};

/// The documented 60 requests per minute with a token. Bursts get 429 (github.com/beetbox/beets/issues/3878), so the
/// requests are evenly spaced.
const RATE_WITH_TOKEN: Rate = Rate { period: Duration::from_secs(1), burst: 1 };

/// The documented 25 requests per minute without a token.
const RATE_WITHOUT_TOKEN: Rate = Rate { period: Duration::from_millis(2_400), burst: 1 };

const MAX_CONCURRENT_REQUESTS: usize = 4;

const RATE_LIMIT_STATUSES: &[u16] = &[429];

/// Six hours, which the terms allow for displayed content according to other implementations.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(6), not_found: Duration::from_hours(6) };

/// Supported values of `curr_abbr` (discogs.com/developers, "Database, Release"). For any other currency the first one
/// is requested: the seller sees those prices, but they are not used.
const SUPPORTED_CURRENCIES: [&str; 12] =
    ["USD", "GBP", "EUR", "CAD", "AUD", "JPY", "CHF", "MXN", "BRL", "NZD", "SEK", "ZAR"];

const TOKEN_TO_REPLACE: &str = "DISCOGS_PERSONAL_ACCESS_TOKEN (discogs.com > Settings > Developers)";

/// Search results per page. A barcode with more releases needs review anyway.
const RESULTS_PER_PAGE: &str = "50";

pub(super) const FACTORY: ProviderFactory = ProviderFactory {
    name: DISCOGS,
    description: "pressings by barcode, formats, genres, current prices",
    key_hint: Some(KeyHint {
        variable: "DISCOGS_PERSONAL_ACCESS_TOKEN",
        benefit: "search by barcode, price suggestions by condition, and 60 requests per minute instead of 25",
    }),
    connect,
};

fn connect(settings: &Settings, clients: &UpstreamClients<'_>) -> anyhow::Result<ConnectedProvider> {
    let token = settings.api_key();
    let documented = if token.is_some() { RATE_WITH_TOKEN } else { RATE_WITHOUT_TOKEN };
    let upstream = clients.http.upstream(UpstreamConfig {
        name: DISCOGS,
        base_url: settings.base_url.clone(),
        rate: settings.request_rate(DISCOGS.as_str(), documented)?,
        concurrency: MAX_CONCURRENT_REQUESTS,
        redirects: RedirectPolicy::SameHost,
        throttle_statuses: RATE_LIMIT_STATUSES,
        quota_exhausted: None,
    })?;
    let has_token = token.is_some();
    let requested = settings.currency.map_or(SUPPORTED_CURRENCIES[0], |currency| currency.code());
    let currency =
        SUPPORTED_CURRENCIES.into_iter().find(|known| *known == requested).unwrap_or(SUPPORTED_CURRENCIES[0]);
    let discogs =
        Arc::new(Discogs { upstream: upstream.clone(), token, currency, suggestion_refusals: RefusalBreaker::new() });
    let has_prices = has_token || clients.catalog_folder.is_some();
    let price_guide = has_prices.then(|| discogs.clone() as Arc<dyn PriceGuide>);
    let catalog: Arc<dyn ReleaseCatalog> = match clients.catalog_folder {
        Some(folder) => Arc::new(OfflineFirst::<DiscogsRecord>::new(folder, discogs)),
        None => discogs,
    };
    Ok(ConnectedProvider { catalog: Some(catalog), price_guide, cover_source: None, upstream, ebay_api: None })
}

/// The Discogs API, version 2.
struct Discogs {
    upstream: UpstreamClient,
    token: Option<SecretString>,
    /// Currency in which the lowest price is requested, because the response does not state it.
    currency: &'static str,
    /// Stops requests for price suggestions while Discogs refuses them, to leave the rate limit to searches.
    suggestion_refusals: RefusalBreaker,
}

impl ReleaseCatalog for Discogs {
    fn provider(&self) -> Provider {
        DISCOGS
    }

    /// The search accepts one barcode.
    fn batch_size(&self) -> usize {
        1
    }

    fn cache_ttl(&self) -> CacheTtl {
        CACHE_TTL
    }

    fn can_search(&self) -> bool {
        self.token.is_some()
    }

    /// Earlier versions supported only US dollars, so responses in that currency have no scope.
    fn cache_scope(&self) -> String {
        if self.currency == SUPPORTED_CURRENCIES[0] { String::new() } else { format!(":{}", self.currency) }
    }

    fn search_upcs<'a>(
        &'a self,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>> {
        Box::pin(async move {
            let mut found = HashMap::new();
            for upc in upcs {
                found.insert(*upc, self.search_upc(*upc).await?);
            }
            Ok(found)
        })
    }

    fn fetch_release<'a>(&'a self, id: &'a ReleaseId) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move {
            let request = UpstreamRequest::for_path(["releases", &id.id]).query("curr_abbr", self.currency);
            let Some(body) = self.send_request(request).await? else { return Ok(None) };
            let provider_release = parse::parse_release(LenientJson::new(&body), self.currency, Timestamp::now());
            provider_release.map(Some).ok_or_else(|| invalid_response("no release"))
        })
    }

    /// Searches catalog numbers first, and all fields if there is no match.
    fn find_releases<'a>(
        &'a self,
        text: &'a str,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<ProviderRelease>, ProviderError>> {
        Box::pin(async move {
            // A catalog number contains a digit.
            let fields = if text.contains(|c: char| c.is_ascii_digit()) { &["catno", "q"][..] } else { &["q"] };
            for field in fields.iter().filter(|_| self.token.is_some()) {
                let found = self.search_field(field, text).await?;
                if !found.is_empty() {
                    return Ok(found.into_iter().take(limit).collect());
                }
            }
            Ok(Vec::new())
        })
    }
}

impl PriceGuide for Discogs {
    fn provider(&self) -> Provider {
        DISCOGS
    }

    fn cache_ttl(&self) -> CacheTtl {
        CACHE_TTL
    }

    fn sample_kind(&self) -> SampleKind {
        SampleKind::Suggested
    }

    fn cache_scope(&self) -> String {
        ReleaseCatalog::cache_scope(self)
    }

    fn can_fetch_samples(&self) -> bool {
        self.token.is_some()
    }

    fn priced_id<'a>(&self, release: &'a Release) -> Option<&'a ReleaseId> {
        release.id_for_provider(&DISCOGS)
    }

    /// Fetches suggested prices for all conditions. The lowest asking price is part of the release.
    fn fetch_samples<'a>(
        &'a self,
        release: &'a Release,
        _: Option<Condition>,
    ) -> BoxFuture<'a, Result<Option<Vec<Sample>>, ProviderError>> {
        Box::pin(async move {
            let Some(id) = release.id_for_provider(&DISCOGS) else { return Ok(None) };
            let Some(permit) = self.suggestion_refusals.acquire(Instant::now()) else {
                return Err(suggestions_error("it rejected several requests in a row, so it is paused"));
            };
            let request = UpstreamRequest::for_path(["marketplace", "price_suggestions", &id.id]);
            match self.send_request(request).await {
                Ok(body) => {
                    permit.record_answer();
                    Ok(body.map(|body| parse::parse_suggestions(LenientJson::new(&body), Timestamp::now())))
                }
                Err(ProviderError::Refused { message, .. }) => {
                    permit.record_refusal(Instant::now());
                    Err(suggestions_error(&message))
                }
                // The search accepts the same token.
                Err(ProviderError::TokenRejected { .. }) => {
                    permit.record_refusal(Instant::now());
                    Err(suggestions_error("status 401"))
                }
                Err(error) => Err(error),
            }
        })
    }

    /// Fetches the lowest asking price and the sale block, which are both part of the release.
    fn fetch_market_status<'a>(
        &'a self,
        release: &'a Release,
    ) -> BoxFuture<'a, Result<Option<MarketStatus>, ProviderError>> {
        Box::pin(async move {
            let Some(id) = release.id_for_provider(&DISCOGS) else { return Ok(None) };
            let entry = self.fetch_release(id).await?;
            Ok(entry.map(|entry| MarketStatus { asks: entry.samples, blocked_from_sale: entry.blocked_from_sale }))
        })
    }
}

impl Discogs {
    /// Searches the field `barcode`, and all fields if there is no match: barcodes are entered with spaces and without
    /// the check digit, and the field search misses some of those (github.com/Forceu/barcodebuddy/issues/238). Only
    /// releases with exactly this code count. A UPC known to Discogs takes one request, any other takes two.
    async fn search_upc(&self, upc: Upc) -> Result<Vec<ProviderRelease>, ProviderError> {
        for field in ["barcode", "q"] {
            let code = upc.upc_a().unwrap_or_else(|| upc.ean13());
            let releases = self.search_field(field, &code).await?.into_iter();
            let matching =
                releases.filter(|provider_release| provider_release.barcodes.contains(&upc)).collect::<Vec<_>>();
            if !matching.is_empty() {
                return Ok(matching);
            }
        }
        Ok(Vec::new())
    }

    async fn search_field(&self, field: &str, value: &str) -> Result<Vec<ProviderRelease>, ProviderError> {
        let request = UpstreamRequest::for_path(["database", "search"])
            .query("type", "release")
            .query(field, value)
            .query("per_page", RESULTS_PER_PAGE);
        let body = self.send_request(request).await?.filter(|body| LenientJson::new(body).field("results").is_list());
        // If treated as an empty list, the response would be cached as "not found" for hours.
        let body = body.ok_or_else(|| invalid_response("no list of results"))?;
        Ok(LenientJson::new(&body).field("results").elements().filter_map(parse::parse_search_result).collect())
    }

    async fn send_request(&self, mut request: UpstreamRequest) -> Result<Option<Value>, ProviderError> {
        if let Some(token) = &self.token {
            let header = SecretString::from(format!("Discogs token={}", token.expose_secret()));
            request = request.secret_header("Authorization", header);
        }
        let reply = self.upstream.send(request).await;
        let reply = reply.map_err(|error| ProviderError::Http { provider: DISCOGS, error })?;
        match reply.status {
            200 => reply.json().map(Some).map_err(|error| invalid_response(error.to_string())),
            404 => Ok(None),
            401 => {
                tracing::info!(message = reply.message(), "Discogs rejected the token");
                Err(ProviderError::TokenRejected { provider: DISCOGS, replace: TOKEN_TO_REPLACE })
            }
            _ => Err(ProviderError::from_status(DISCOGS, &reply)),
        }
    }
}

/// Returns the error for refused price suggestions, with advice: Discogs uses the account's selling currency, so the
/// account needs seller settings.
fn suggestions_error(message: &str) -> ProviderError {
    let advice = "price suggestions need an account with seller settings (discogs.com, Settings, Seller)";
    ProviderError::Refused { provider: DISCOGS, message: message.to_owned() }.with_advice(advice)
}

fn invalid_response(what: impl Into<String>) -> ProviderError {
    ProviderError::InvalidResponse { provider: DISCOGS, what: what.into() }
}
