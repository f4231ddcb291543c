//! The traits of providers ([`ReleaseCatalog`], [`PriceGuide`], [`CoverSource`]) and their error type.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::artwork::Cover;
use domain::batch_estimate::Quota;
use domain::condition::Condition;
use domain::pricing::{Sample, SampleKind};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::{Release, ReleaseId};
use domain::upc::Upc;
use upstream::{HttpError, UpstreamResponse};

/// The reason why a provider gave no answer. "Not found" is an answer and not an error.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProviderError {
    /// The service could not be reached, or answered with an error status.
    #[error("{}: {error}", provider.display_name())]
    Http { provider: Provider, error: HttpError },
    /// The response is not in the documented format.
    #[error("{} sent an unreadable answer: {what}", provider.display_name())]
    InvalidResponse { provider: Provider, what: String },
    /// The service refuses the request and would refuse a retry, for example because of a wrong key or an invalid
    /// request.
    #[error("{} rejects the request: {message}", provider.display_name())]
    Refused { provider: Provider, message: String },
    /// The service does not accept the configured token.
    #[error("{} rejected the token (401). Replace {replace}", provider.display_name())]
    TokenRejected {
        provider: Provider,
        /// Where the token is set, and where to get a new one.
        replace: &'static str,
    },
    /// The service accepts no requests of this kind at present: a daily limit is used up.
    #[error("{}: {message}", provider.display_name())]
    QuotaExhausted {
        provider: Provider,
        /// When requests are possible again; `None` if unknown.
        retry_at: Option<Timestamp>,
        message: String,
    },
    /// An internal error ended the request: a panic, or the end of the process.
    #[error("the request to {} failed because of an error in Draft Maker; see the log", provider.display_name())]
    Aborted { provider: Provider },
}

impl ProviderError {
    /// Returns the error for a status that is neither success nor "not found"; [`Self::Refused`] for 400 and above.
    pub(super) fn from_status(provider: Provider, reply: &UpstreamResponse) -> Self {
        let message = format!("status {}: {}", reply.status, reply.message());
        if reply.status < 400 {
            Self::InvalidResponse { provider, what: message }
        } else {
            Self::Refused { provider, message }
        }
    }

    /// Appends advice for the operator to [`Self::Refused`]; returns other errors unchanged.
    pub(super) fn with_advice(self, advice: &str) -> Self {
        match self {
            Self::Refused { provider, message } => {
                Self::Refused { provider, message: format!("{}; {advice}", message.trim_end_matches('.')) }
            }
            other => other,
        }
    }

    /// Returns true if the service refuses the request or its token, so that a retry would be refused too.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::TokenRejected { .. })
    }

    /// Returns true if a retry a few minutes later may succeed.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http { error, .. } => error.is_transient(),
            Self::InvalidResponse { .. } => true,
            Self::Refused { .. } | Self::TokenRejected { .. } | Self::QuotaExhausted { .. } | Self::Aborted { .. } => {
                false
            }
        }
    }

    /// Returns true if the service was reached, although it gave no usable answer.
    pub fn reached_server(&self) -> bool {
        match self {
            Self::Http { error, .. } => error.reached_server(),
            Self::InvalidResponse { .. }
            | Self::Refused { .. }
            | Self::TokenRejected { .. }
            | Self::QuotaExhausted { .. } => true,
            Self::Aborted { .. } => false,
        }
    }

    /// Returns the provider that gave no answer.
    pub fn provider(&self) -> &Provider {
        match self {
            Self::Http { provider, .. }
            | Self::InvalidResponse { provider, .. }
            | Self::Refused { provider, .. }
            | Self::TokenRejected { provider, .. }
            | Self::QuotaExhausted { provider, .. }
            | Self::Aborted { provider } => provider,
        }
    }

    /// Returns when [`Self::QuotaExhausted`] ends, if known.
    pub fn exhausted_until(&self) -> Option<Timestamp> {
        match self {
            Self::QuotaExhausted { retry_at: until, .. } => *until,
            _ => None,
        }
    }

    /// Returns the time before which the service wants no requests, if it stated one.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::Http { error, .. } => error.retry_at(),
            Self::QuotaExhausted { retry_at: until, .. } => *until,
            Self::InvalidResponse { .. } | Self::Refused { .. } | Self::TokenRejected { .. } | Self::Aborted { .. } => {
                None
            }
        }
    }
}

/// How long responses of a provider may be cached, according to its terms (`docs/TERMS.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheTtl {
    /// For a response with results.
    pub found: Duration,
    /// For "not found".
    pub not_found: Duration,
}

/// A provider of releases.
pub trait ReleaseCatalog: Send + Sync {
    /// Returns the name in settings and results.
    fn provider(&self) -> Provider;

    /// Returns the maximum number of UPCs per request.
    fn batch_size(&self) -> usize;

    /// Returns how long responses may be cached.
    fn cache_ttl(&self) -> CacheTtl;

    /// Returns the releases with one of `upcs`, by UPC. At most [`Self::batch_size`] UPCs are allowed. An unknown UPC
    /// is absent or has no releases. Releases without the UPC (near misses of a search) are omitted.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the whole request failed.
    fn search_upcs<'a>(
        &'a self,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>>;

    /// Returns a release with all details; `None` if the service no longer has it.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the request failed.
    fn fetch_release<'a>(&'a self, id: &'a ReleaseId) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>>;

    /// Returns false if a search needs a key that is not set. Releases are then found only by links of other
    /// providers.
    fn can_search(&self) -> bool {
        true
    }

    /// Returns a suffix for the cache keys of its releases, for a service that returns prices in a configurable
    /// currency.
    fn cache_scope(&self) -> String {
        String::new()
    }

    /// Returns true if an offline copy of the provider's data is on this machine. It is searched before the service.
    fn has_copy(&self) -> bool {
        false
    }

    /// Returns the releases in the offline copy with one of `upcs`, by UPC.
    fn search_copy<'a>(&'a self, _upcs: &'a [Upc]) -> BoxFuture<'a, HashMap<Upc, Vec<ProviderRelease>>> {
        Box::pin(async move { HashMap::new() })
    }

    /// Returns a release from the offline copy; `None` if it has none.
    fn copied_release<'a>(&'a self, _id: &'a ReleaseId) -> BoxFuture<'a, Option<ProviderRelease>> {
        Box::pin(async move { None })
    }

    /// Searches the offline copy for a text entered by the operator: a catalog number, artist and title, or a barcode.
    /// Returns up to `limit` releases.
    fn find_in_copy<'a>(&'a self, _text: &'a str, _limit: usize) -> BoxFuture<'a, Vec<ProviderRelease>> {
        Box::pin(async move { Vec::new() })
    }

    /// Searches the service for a text entered by the operator: a catalog number, or artist and title. Returns up to
    /// `limit` releases; empty if the service has no such search or requires a key that is not set.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the request failed.
    fn find_releases<'a>(
        &'a self,
        _text: &'a str,
        _limit: usize,
    ) -> BoxFuture<'a, Result<Vec<ProviderRelease>, ProviderError>> {
        Box::pin(async move { Ok(Vec::new()) })
    }

    /// Returns the provider with the offline copy that is on this machine now; `None` if it already uses that copy.
    fn with_current_copy(&self) -> Option<Arc<dyn ReleaseCatalog>> {
        None
    }

    /// Returns the provider whose release IDs [`Self::find_links`] accepts.
    fn linked_provider(&self) -> Option<Provider> {
        None
    }

    /// Like [`Self::find_links`], but from the offline copy. The copy contains all links of its time, so the service
    /// need not be asked.
    fn find_links_in_copy<'a>(&'a self, _ids: &'a [ReleaseId]) -> BoxFuture<'a, HashMap<ReleaseId, Vec<ReleaseId>>> {
        Box::pin(async move { HashMap::new() })
    }

    /// Returns this provider's releases that link to each of `ids`, which belong to [`Self::linked_provider`]. At most
    /// [`Self::batch_size`] IDs are allowed; an ID without links is absent.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the whole request failed.
    fn find_links<'a>(
        &'a self,
        _ids: &'a [ReleaseId],
    ) -> BoxFuture<'a, Result<HashMap<ReleaseId, Vec<ReleaseId>>, ProviderError>> {
        Box::pin(async move { Ok(HashMap::new()) })
    }
}

/// A provider of prices.
pub trait PriceGuide: Send + Sync {
    /// Returns the name in settings and results.
    fn provider(&self) -> Provider;

    /// Returns how long responses may be cached.
    fn cache_ttl(&self) -> CacheTtl;

    /// Returns the best kind of price that the provider has.
    fn sample_kind(&self) -> SampleKind;

    /// Returns the ID of the environment in use, for a service with several environments or currencies that have
    /// different prices.
    fn environment_id(&self) -> Option<String> {
        None
    }

    /// Returns a suffix for the cache keys of its responses.
    fn cache_scope(&self) -> String {
        self.environment_id().map(|id| format!(":{id}")).unwrap_or_default()
    }

    /// Returns a warning, one sentence each, for every daily limit that is too low for `items`.
    fn quota_warnings(&self, _items: u64) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async move { Vec::new() })
    }

    /// Returns the daily limits, each with the number of calls that `items` need.
    fn required_quotas(&self, _items: u64) -> BoxFuture<'_, Vec<Quota>> {
        Box::pin(async move { Vec::new() })
    }

    /// Returns true if the guide can be asked for prices. False if it needs a token that is not set.
    fn can_fetch_samples(&self) -> bool {
        true
    }

    /// Returns the ID of `release` if it alone determines the prices; `None` if they also depend on the names, the
    /// barcode or the condition.
    fn priced_id<'a>(&self, _release: &'a Release) -> Option<&'a ReleaseId> {
        None
    }

    /// Returns prices of this release, in `condition` if the provider can select by it; `None` if the provider has
    /// nothing to search the release by.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the request failed.
    fn fetch_samples<'a>(
        &'a self,
        release: &'a Release,
        condition: Option<Condition>,
    ) -> BoxFuture<'a, Result<Option<Vec<Sample>>, ProviderError>>;

    /// Returns the current market status of a release, for an entry whose page was not fetched; `None` if the provider
    /// has no market or cannot find the release.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the request failed.
    fn fetch_market_status<'a>(
        &'a self,
        _release: &'a Release,
    ) -> BoxFuture<'a, Result<Option<MarketStatus>, ProviderError>> {
        Box::pin(async move { Ok(None) })
    }
}

/// The current state of a provider's market for a release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MarketStatus {
    /// The current asking prices.
    pub asks: Vec<Sample>,
    /// True if the provider forbids the sale, as Discogs does for counterfeits (`blocked_from_sale`).
    pub blocked_from_sale: bool,
}

/// A provider of covers.
pub trait CoverSource: Send + Sync {
    /// Returns the name in settings and results.
    fn provider(&self) -> Provider;

    /// Returns how long responses may be cached.
    fn cache_ttl(&self) -> CacheTtl;

    /// Returns covers of this release, front covers first; `None` if the provider cannot find the release.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the request failed.
    fn fetch_covers<'a>(&'a self, release: &'a Release) -> BoxFuture<'a, Result<Option<Vec<Cover>>, ProviderError>>;

    /// Returns the front cover of a release from its predictable address, without a request. The cover may not exist:
    /// the caller measures it.
    fn front_cover(&self, _releases: &[ProviderRelease]) -> Option<Cover> {
        None
    }

    /// Returns true if the provider does not report image sizes but they can be measured.
    fn can_measure(&self) -> bool {
        false
    }

    /// Returns width and height of an image in pixels; `None` if it is not an image.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the request failed.
    fn measure_cover<'a>(&'a self, cover: &'a Cover) -> BoxFuture<'a, Result<Option<(u32, u32)>, ProviderError>> {
        Box::pin(async move { Ok(cover.size) })
    }

    /// Returns true if the release data already states that this provider has no front cover, so that no request is
    /// needed.
    fn has_no_cover_for(&self, _releases: &[ProviderRelease]) -> bool {
        false
    }
}
