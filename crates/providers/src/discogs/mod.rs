//! Discogs: pressings by barcode, their formats to the last sticker, and what they are offered for.
//!
//! Rules (discogs.com/developers): 60 requests a minute with a token and 25 without, counted over a moving minute
//! from one address; a User-Agent of one's own. The search answers only with a token; without one, a release is
//! found by the link that another provider has. Prices are current asks and derived suggestions, not sales, and its
//! terms keep pictures and prices out of listings: they are a hint for the seller (`docs/TERMS.md`).

pub(super) mod parse;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::lenient_json::LenientJson;
use super::provider::{CacheTtl, PriceGuide, ProviderError, ReleaseCatalog};
use super::refusal_breaker::RefusalBreaker;
use super::registry::{ConnectedProvider, KeyHint, ProviderFactory, UpstreamClients};
use super::settings::Settings;
use domain::condition::Condition;
use domain::pricing::{Sample, SampleKind};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::{Release, ReleaseId};
use domain::upc::Upc;
use upstream::{Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest, UpstreamResponse};

/// The name in settings and results.
pub const DISCOGS: Provider = Provider::from_static("discogs");

/// 60 a minute are documented with a token, counted over a moving minute. Sent in bursts they run into 429
/// (github.com/beetbox/beets/issues/3878), so they go at even distances.
const RATE_WITH_TOKEN: Rate = Rate { period: Duration::from_secs(1), burst: 1 };

/// 25 a minute are documented without a token.
const RATE_WITHOUT_TOKEN: Rate = Rate { period: Duration::from_millis(2_400), burst: 1 };

const MAX_CONCURRENT_REQUESTS: usize = 4;

const RATE_LIMIT_STATUSES: &[u16] = &[429];

/// Six hours are what the terms allow for what is shown, as those who implement them read them.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(6), not_found: Duration::from_hours(6) };

/// The currencies of `curr_abbr` (discogs.com/developers, "Database, Release"). Asked for another, it is the first:
/// the seller sees those prices, and they do not count.
const SUPPORTED_CURRENCIES: [&str; 12] =
    ["USD", "GBP", "EUR", "CAD", "AUD", "JPY", "CHF", "MXN", "BRL", "NZD", "SEK", "ZAR"];

const CHECK_TOKEN_ADVICE: &str = "check DISCOGS_PERSONAL_ACCESS_TOKEN";

/// Search results that are looked at; a barcode with more pressings is asked about in any case.
const RESULTS_PER_PAGE: &str = "50";

pub(super) const FACTORY: ProviderFactory = ProviderFactory {
    name: DISCOGS,
    description: "pressings by barcode, formats, genres, current prices",
    key_hint: Some(KeyHint {
        variable: "DISCOGS_PERSONAL_ACCESS_TOKEN",
        benefit: "the search by barcode, price suggestions by condition, and twice the pace",
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
    let wanted = settings.currency.map_or(SUPPORTED_CURRENCIES[0], |currency| currency.code());
    let currency = SUPPORTED_CURRENCIES.into_iter().find(|known| *known == wanted).unwrap_or(SUPPORTED_CURRENCIES[0]);
    let discogs =
        Arc::new(Discogs { upstream: upstream.clone(), token, currency, suggestion_refusals: RefusalBreaker::new() });
    let guide = has_token.then(|| discogs.clone() as Arc<dyn PriceGuide>);
    Ok(ConnectedProvider { catalog: Some(discogs), price_guide: guide, cover_source: None, upstream })
}

/// The web service, version 2.
pub struct Discogs {
    upstream: UpstreamClient,
    token: Option<SecretString>,
    /// The currency of the lowest price, which has none of its own.
    currency: &'static str,
    /// Stops asking for price suggestions while Discogs refuses them, so that the requests go to the searches.
    suggestion_refusals: RefusalBreaker,
}

#[async_trait]
impl ReleaseCatalog for Discogs {
    fn provider(&self) -> Provider {
        DISCOGS
    }

    /// The search takes one barcode.
    fn batch_size(&self) -> usize {
        1
    }

    fn cache_ttl(&self) -> CacheTtl {
        CACHE_TTL
    }

    fn can_search(&self) -> bool {
        self.token.is_some()
    }

    async fn search_upcs(&self, upcs: &[Upc]) -> Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError> {
        let mut found = HashMap::new();
        for upc in upcs {
            found.insert(*upc, self.search_upc(*upc).await?);
        }
        Ok(found)
    }

    async fn fetch_release(&self, id: &ReleaseId) -> Result<Option<ProviderRelease>, ProviderError> {
        let request = UpstreamRequest::for_path(["releases", &id.id]).query("curr_abbr", self.currency);
        let Some(body) = self.send_request(request).await? else { return Ok(None) };
        let provider_release = parse::parse_release(LenientJson::new(&body), self.currency, Timestamp::now());
        provider_release.map(Some).ok_or_else(|| invalid_response("no release".to_owned()))
    }
}

#[async_trait]
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

    /// What Discogs suggests for each condition. The lowest ask has come with the release.
    async fn fetch_samples(
        &self,
        release: &Release,
        _: Option<Condition>,
    ) -> Result<Option<Vec<Sample>>, ProviderError> {
        let Some(id) = release.id_for_provider(&DISCOGS) else { return Ok(None) };
        let Some(permit) = self.suggestion_refusals.acquire(Instant::now()) else {
            return Err(suggestions_error("it refused several in a row, so it was not asked again"));
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
            Err(error) => Err(error),
        }
    }
}

impl Discogs {
    /// By the field, and by any field where that finds nothing: people enter codes with spaces and without the
    /// check digit, and the search by field does not find all of those (github.com/Forceu/barcodebuddy/issues/238).
    /// Either way only entries that hold the very code count. So a UPC that Discogs has costs one request, and one
    /// that it has not costs two.
    async fn search_upc(&self, upc: Upc) -> Result<Vec<ProviderRelease>, ProviderError> {
        for field in ["barcode", "q"] {
            let code = upc.upc_a().unwrap_or_else(|| upc.ean13());
            let request = UpstreamRequest::for_path(["database", "search"])
                .query("type", "release")
                .query(field, code)
                .query("per_page", RESULTS_PER_PAGE);
            let body =
                self.send_request(request).await?.filter(|body| LenientJson::new(body).field("results").is_list());
            // Taken for an empty list, it would stand as "not found" for hours.
            let body = body.ok_or_else(|| invalid_response("no list of results".to_owned()))?;
            let releases = LenientJson::new(&body).field("results").elements().filter_map(parse::parse_search_result);
            let holding =
                releases.filter(|provider_release| provider_release.barcodes.contains(&upc)).collect::<Vec<_>>();
            if !holding.is_empty() {
                return Ok(holding);
            }
        }
        Ok(Vec::new())
    }

    async fn send_request(&self, mut request: UpstreamRequest) -> Result<Option<Value>, ProviderError> {
        if let Some(token) = &self.token {
            let header = SecretString::from(format!("Discogs token={}", token.expose_secret()));
            request = request.secret_header("Authorization", header);
        }
        let reply = self.upstream.send(request).await;
        let reply = reply.map_err(|error| ProviderError::Http { provider: DISCOGS, error })?;
        match reply.status {
            200 => reply.json().map(Some).map_err(invalid_response),
            404 => Ok(None),
            401 => Err(self.redacted_error(&reply).with_advice(CHECK_TOKEN_ADVICE)),
            _ => Err(self.redacted_error(&reply)),
        }
    }

    /// The service may repeat the token that it does not like, and what it says is shown and logged.
    fn redacted_error(&self, reply: &UpstreamResponse) -> ProviderError {
        match (ProviderError::from_status(DISCOGS, reply), &self.token) {
            (ProviderError::Refused { provider, message }, Some(token)) => {
                ProviderError::Refused { provider, message: message.replace(token.expose_secret(), "(secret)") }
            }
            (other, _) => other,
        }
    }
}

/// Suggestions are made in the currency in which the account sells, so it must have said what that is.
fn suggestions_error(message: &str) -> ProviderError {
    let advice = "price suggestions need an account with seller settings (discogs.com, Settings, Seller)";
    ProviderError::Refused { provider: DISCOGS, message: message.to_owned() }.with_advice(advice)
}

fn invalid_response(what: String) -> ProviderError {
    ProviderError::InvalidResponse { provider: DISCOGS, what }
}
