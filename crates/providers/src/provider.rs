//! The traits of providers (releases, prices, covers) and their errors.

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

/// Why a provider gave no answer. "Not found" is an answer and not an error.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProviderError {
    /// The service could not be reached, or answered with an error status.
    #[error("{}: {error}", provider.display_name())]
    Http { provider: Provider, error: HttpError },
    /// The response does not have its documented form.
    #[error("{} sent an unreadable answer: {what}", provider.display_name())]
    InvalidResponse { provider: Provider, what: String },
    /// The service understood the request and refuses it, and would refuse it again: a wrong key, an invalid request.
    #[error("{} rejects the request: {message}", provider.display_name())]
    Refused { provider: Provider, message: String },
    /// The service answers no request of this kind for now: a daily limit is used up.
    #[error("{}: {message}", provider.display_name())]
    QuotaExhausted {
        provider: Provider,
        /// When requests are possible again, if that is known.
        retry_at: Option<Timestamp>,
        message: String,
    },
    /// Draft Maker itself failed while it asked the service: a panic, or the end of the process.
    #[error("the request to {} failed because of an error in Draft Maker; see the log", provider.display_name())]
    Aborted { provider: Provider },
}

impl ProviderError {
    /// Returns the error for a status that is neither an answer nor "not found": [`Self::Refused`] from 400 on.
    pub(super) fn from_status(provider: Provider, reply: &UpstreamResponse) -> Self {
        let message = format!("status {}: {}", reply.status, reply.message());
        if reply.status < 400 {
            Self::InvalidResponse { provider, what: message }
        } else {
            Self::Refused { provider, message }
        }
    }

    /// Adds advice for the operator to [`Self::Refused`]; other errors stay unchanged.
    pub(super) fn with_advice(self, advice: &str) -> Self {
        match self {
            Self::Refused { provider, message } => Self::Refused { provider, message: format!("{message}; {advice}") },
            other => other,
        }
    }

    /// Returns true if another attempt some minutes later may succeed.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http { error, .. } => error.is_transient(),
            Self::InvalidResponse { .. } => true,
            Self::Refused { .. } | Self::QuotaExhausted { .. } | Self::Aborted { .. } => false,
        }
    }

    /// Returns true if the service was reached, although it gave no answer.
    pub fn reached_server(&self) -> bool {
        match self {
            Self::Http { error, .. } => error.reached_server(),
            Self::InvalidResponse { .. } | Self::Refused { .. } | Self::QuotaExhausted { .. } => true,
            Self::Aborted { .. } => false,
        }
    }

    /// Returns the provider that gave no answer.
    pub fn provider(&self) -> &Provider {
        match self {
            Self::Http { provider, .. }
            | Self::InvalidResponse { provider, .. }
            | Self::Refused { provider, .. }
            | Self::QuotaExhausted { provider, .. }
            | Self::Aborted { provider } => provider,
        }
    }

    /// Returns the end of [`Self::QuotaExhausted`], if that is known.
    pub fn exhausted_until(&self) -> Option<Timestamp> {
        match self {
            Self::QuotaExhausted { retry_at: until, .. } => *until,
            _ => None,
        }
    }

    /// Returns the time before which the service wants no request, if it named one.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::Http { error, .. } => error.retry_at(),
            Self::QuotaExhausted { retry_at: until, .. } => *until,
            Self::InvalidResponse { .. } | Self::Refused { .. } | Self::Aborted { .. } => None,
        }
    }
}

/// How long answers of a provider are cached, from its terms (`docs/TERMS.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheTtl {
    /// For an answer with results.
    pub found: Duration,
    /// For "not found".
    pub not_found: Duration,
}

/// A provider of releases.
pub trait ReleaseCatalog: Send + Sync {
    /// Returns the name in settings and results.
    fn provider(&self) -> Provider;

    /// Returns the maximum UPCs per request, by the service's rules.
    fn batch_size(&self) -> usize;

    /// Returns how long answers may be cached.
    fn cache_ttl(&self) -> CacheTtl;

    /// Returns the releases with one of `upcs`, by UPC. At most [`Self::batch_size`] UPCs are allowed. An unknown UPC is
    /// absent or has no releases. Releases without the UPC (near misses of a search) are left out.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the whole request failed.
    fn search_upcs<'a>(
        &'a self,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>>;

    /// Returns one release with all details; `None` if the service no longer has it.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the request failed.
    fn fetch_release<'a>(&'a self, id: &'a ReleaseId) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>>;

    /// Returns false if the search needs a key that is not set. Releases are then found by the links of other providers.
    fn can_search(&self) -> bool {
        true
    }

    /// Returns what tells its cached releases apart beside their ids, for a service whose prices are in a currency of choice.
    fn cache_scope(&self) -> String {
        String::new()
    }

    /// Returns true if a copy of the provider's data is on this machine. It is asked before the service.
    fn has_copy(&self) -> bool {
        false
    }

    /// Returns the releases of the copy with one of `upcs`, by UPC.
    fn search_copy<'a>(&'a self, _upcs: &'a [Upc]) -> BoxFuture<'a, HashMap<Upc, Vec<ProviderRelease>>> {
        Box::pin(async move { HashMap::new() })
    }

    /// Returns a release of the copy.
    fn copied_release<'a>(&'a self, _id: &'a ReleaseId) -> BoxFuture<'a, Option<ProviderRelease>> {
        Box::pin(async move { None })
    }

    /// Returns up to `limit` releases of the copy for what a person typed: a catalog number, artist and title, or a barcode.
    fn find_in_copy<'a>(&'a self, _text: &'a str, _limit: usize) -> BoxFuture<'a, Vec<ProviderRelease>> {
        Box::pin(async move { Vec::new() })
    }

    /// Returns up to `limit` releases for what a person typed: a catalog number, or artist and title. Empty if the service has
    /// no such search, or not without a key.
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

    /// Returns the provider over the copy that is on this machine now, if that is another one than it reads.
    fn with_current_copy(&self) -> Option<Arc<dyn ReleaseCatalog>> {
        None
    }

    /// Returns the other provider whose releases [`Self::find_links`] takes.
    fn linked_provider(&self) -> Option<Provider> {
        None
    }

    /// As [`Self::find_links`], of the copy. It has all links of the copy's time: the service need not be asked.
    fn find_links_in_copy<'a>(&'a self, _ids: &'a [ReleaseId]) -> BoxFuture<'a, HashMap<ReleaseId, Vec<ReleaseId>>> {
        Box::pin(async move { HashMap::new() })
    }

    /// Returns this provider's releases that it links to each of `ids`, which are of [`Self::linked_provider`]. At most
    /// [`Self::batch_size`] ids are allowed; one without a link is absent.
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

    /// Returns how long answers may be cached.
    fn cache_ttl(&self) -> CacheTtl;

    /// Returns the best kind of price that it has.
    fn sample_kind(&self) -> SampleKind;

    /// Returns the environment that is used, for a service with several environments or currencies, whose prices differ.
    fn environment_id(&self) -> Option<String> {
        None
    }

    /// Returns what tells its cached answers apart beside the release.
    fn cache_scope(&self) -> String {
        self.environment_id().map(|id| format!(":{id}")).unwrap_or_default()
    }

    /// Returns one sentence for each daily limit that is too low for `items`.
    fn quota_warnings(&self, _items: u64) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async move { Vec::new() })
    }

    /// Returns the daily limits with the calls that `items` need.
    fn required_quotas(&self, _items: u64) -> BoxFuture<'_, Vec<Quota>> {
        Box::pin(async move { Vec::new() })
    }

    /// Returns prices of this release in all conditions; `None` if the provider cannot find it, because it has no id there.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the request failed.
    fn fetch_samples<'a>(
        &'a self,
        release: &'a Release,
        condition: Option<Condition>,
    ) -> BoxFuture<'a, Result<Option<Vec<Sample>>, ProviderError>>;

    /// Returns what the provider's market says of a release now, for an entry whose page was not fetched; `None` if the
    /// provider has no market or cannot find the release.
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

/// What a provider's market says of a release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MarketStatus {
    /// The current asks.
    pub asks: Vec<Sample>,
    /// True if the provider forbids the sale, as Discogs does of counterfeits (`blocked_from_sale`).
    pub blocked_from_sale: bool,
}

/// A provider of covers.
pub trait CoverSource: Send + Sync {
    /// Returns the name in settings and results.
    fn provider(&self) -> Provider;

    /// Returns how long answers may be cached.
    fn cache_ttl(&self) -> CacheTtl;

    /// Returns covers of this release, front covers first; `None` if the provider cannot find it.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the request failed.
    fn fetch_covers<'a>(&'a self, release: &'a Release) -> BoxFuture<'a, Result<Option<Vec<Cover>>, ProviderError>>;

    /// Returns the front cover of a release whose address follows from what `releases` say, without a request. Nothing is
    /// known about it yet, not even that it exists: the caller measures it.
    fn front_cover(&self, _releases: &[ProviderRelease]) -> Option<Cover> {
        None
    }

    /// Returns true if the provider does not report the size of its images, but they can be measured.
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

    /// Returns true if a release already says that this provider has no front cover, so that no request is needed.
    fn has_no_cover_for(&self, _releases: &[ProviderRelease]) -> bool {
        false
    }
}
