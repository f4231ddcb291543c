//! Gateway to all providers. It uses cached responses first, and concurrent callers share a request for the same data.
//! It groups many UPCs into one request if the provider supports that.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::link_batcher::LinkBatcher;
use super::outage_retry::{OutageRetryPolicy, OutageTracker};
use super::search_batcher::{CACHED_RELEASE_VERSION, SearchBatcher, SearchScope, UpcSearchResult, is_fresh};
use domain::job_spec::JobId;
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::{Release, ReleaseId};
use domain::upc::Upc;
use providers::{CacheTtl, ConnectedProvider, CoverSource, DISCOGS, PriceGuide, ProviderError, ReleaseCatalog};
use store::response_cache::{CacheKey, ResponseCache};

/// Maximum number of single-flight locks before unused ones are removed.
const MAX_FLIGHTS: usize = 4_096;

/// The connected providers and the cache of their responses. All jobs of a process share one gateway and thus the
/// providers' rate limits.
pub struct ProviderGateway {
    pub(super) cache: ResponseCache,
    catalogs: Vec<Arc<dyn ReleaseCatalog>>,
    search_batchers: Vec<SearchBatcher>,
    link_batchers: Vec<LinkBatcher>,
    price_guides: Vec<Arc<dyn PriceGuide>>,
    cover_sources: Vec<Arc<dyn CoverSource>>,
    /// True if prices of Discogs are wanted, so that a release needs its ID there.
    pub(super) needs_discogs_ids: bool,
    pub(super) shared: Arc<SharedState>,
    /// The gateway that reads offline copies imported after this gateway was created; `None` if there are none.
    newest: parking_lot::Mutex<Option<Arc<ProviderGateway>>>,
}

/// State shared by gateways that read older and newer offline copies.
pub(super) struct SharedState {
    /// A lock for each response that is being fetched.
    in_flight: parking_lot::Mutex<HashMap<CacheKey, Weak<Mutex<()>>>>,
    pub(super) outages: Arc<OutageTracker>,
}

impl ProviderGateway {
    /// Creates a gateway to `connected`, which lists the most trusted provider first.
    pub fn new(connected: Vec<ConnectedProvider>, cache: ResponseCache) -> Self {
        let (mut catalogs, mut price_guides, mut cover_sources) = (Vec::new(), Vec::new(), Vec::new());
        let mut upstreams = HashMap::new();
        for provider in connected {
            upstreams.extend(provider.provider_names().map(|name| (name, provider.upstream.clone())));
            catalogs.extend(provider.catalog);
            price_guides.extend(provider.price_guide);
            cover_sources.extend(provider.cover_source);
        }
        let shared =
            SharedState { in_flight: parking_lot::Mutex::default(), outages: Arc::new(OutageTracker::new(upstreams)) };
        let spawn_search = |catalog: &Arc<dyn ReleaseCatalog>| {
            SearchBatcher::spawn_worker(catalog.clone(), cache.clone(), shared.outages.clone())
        };
        Self {
            search_batchers: catalogs.iter().map(spawn_search).collect(),
            link_batchers: catalogs.iter().filter_map(|c| LinkBatcher::spawn_worker(c, &cache)).collect(),
            cache,
            catalogs,
            price_guides,
            cover_sources,
            needs_discogs_ids: false,
            shared: Arc::new(shared),
            newest: parking_lot::Mutex::default(),
        }
    }

    /// Returns the gateway for a new job: this one, or one that reads offline copies imported in the meantime. Running
    /// jobs keep their gateway, so that a batch reads the same copy throughout.
    pub fn for_new_job(self: &Arc<Self>) -> Arc<Self> {
        let mut newest = self.newest.lock();
        let latest = newest.as_ref().unwrap_or(self).clone();
        match latest.with_current_copies() {
            Some(renewed) => newest.insert(Arc::new(renewed)).clone(),
            None => latest,
        }
    }

    fn with_current_copies(&self) -> Option<Self> {
        let (mut catalogs, mut search_batchers) = (self.catalogs.clone(), self.search_batchers.clone());
        let mut link_batchers = self.link_batchers.clone();
        let mut is_renewed = false;
        for (catalog, batcher) in catalogs.iter_mut().zip(&mut search_batchers) {
            if let Some(renewed) = catalog.with_current_copy() {
                *batcher =
                    SearchBatcher::spawn_worker(renewed.clone(), self.cache.clone(), self.shared.outages.clone());
                for links in link_batchers.iter_mut().filter(|links| links.provider == renewed.provider()) {
                    *links = LinkBatcher::spawn_worker(&renewed, &self.cache)?;
                }
                *catalog = renewed;
                is_renewed = true;
            }
        }
        is_renewed.then(|| Self {
            cache: self.cache.clone(),
            catalogs,
            search_batchers,
            link_batchers,
            price_guides: self.price_guides.clone(),
            cover_sources: self.cover_sources.clone(),
            needs_discogs_ids: self.needs_discogs_ids,
            shared: self.shared.clone(),
            newest: parking_lot::Mutex::default(),
        })
    }

    /// Returns true if an offline copy of this provider's data is on this machine.
    pub(crate) fn has_copy_of(self: &Arc<Self>, provider: &str) -> bool {
        let gateway = self.for_new_job();
        gateway.catalogs.iter().any(|catalog| catalog.has_copy() && catalog.provider().as_str() == provider)
    }

    /// Sets how long to wait during an outage of a provider; zero by default. For batches, which run unattended.
    pub fn with_outage_timeout(self, timeout: Duration) -> Self {
        self.shared.outages.set_timeout(timeout);
        self
    }

    /// Sets whether a release needs its ID at Discogs, because prices of Discogs are wanted; false by default.
    pub const fn with_discogs_ids(mut self, needs_discogs_ids: bool) -> Self {
        self.needs_discogs_ids = needs_discogs_ids;
        self
    }

    /// Returns how long to wait during an outage.
    pub(crate) fn outage_timeout(&self) -> Duration {
        self.shared.outages.timeout()
    }

    /// Deletes cached responses that are older than the providers' terms allow.
    pub async fn purge_expired(&self, now: Timestamp) {
        let of_catalogs = self.catalogs.iter().map(|c| (c.provider(), c.cache_ttl()));
        let of_guides = self.price_guides.iter().map(|g| (g.provider(), g.cache_ttl()));
        let of_cover_sources = self.cover_sources.iter().map(|g| (g.provider(), g.cache_ttl()));
        let ttls = of_catalogs.chain(of_guides).chain(of_cover_sources).collect::<HashMap<_, _>>();
        for (provider, ttl) in ttls {
            let (found_since, not_found_since) = (now - ttl.found, now - ttl.not_found);
            if let Err(error) = self.cache.purge_expired(&provider, found_since, not_found_since).await {
                tracing::warn!(%error, "cannot delete outdated answers from the cache");
            }
        }
    }

    /// Returns the largest number of UPCs that a catalog accepts in one request. Items that start together fill a
    /// request.
    pub(crate) fn max_batch_size(&self) -> usize {
        self.catalogs.iter().map(|c| c.batch_size()).max().unwrap_or(1).max(1)
    }

    /// Returns the catalogs, most trusted first.
    pub(crate) fn catalogs(&self) -> &[Arc<dyn ReleaseCatalog>] {
        &self.catalogs
    }

    /// Returns the catalogs that can be searched for a barcode.
    pub fn searchable_providers(&self) -> impl Iterator<Item = Provider> {
        let searchable = self.catalogs.iter().filter(|catalog| catalog.can_search() || catalog.has_copy());
        searchable.map(|catalog| catalog.provider())
    }

    /// Returns the price guides.
    pub(super) fn price_guides(&self) -> &[Arc<dyn PriceGuide>] {
        &self.price_guides
    }

    /// Returns the cover sources, most trusted first.
    pub(super) fn cover_sources(&self) -> &[Arc<dyn CoverSource>] {
        &self.cover_sources
    }

    /// Searches all catalogs for `upc` concurrently; results are in order of trust. `job` is the requesting job, if
    /// any. A service with an offline copy is asked only if no copy has the UPC, or if Discogs' ID is needed and unknown.
    pub async fn search_upc(&self, upc: Upc, job: Option<&JobId>) -> Vec<(Provider, UpcSearchResult)> {
        let searchable = (self.catalogs.iter().zip(&self.search_batchers))
            .filter(|(catalog, _)| catalog.can_search() || catalog.has_copy());
        let (with_copy, without): (Vec<_>, Vec<_>) = searchable.partition(|(catalog, _)| catalog.has_copy());
        let search_with_copy = async {
            let local = self.search_all(&with_copy, upc, SearchScope::Local, job).await;
            let is_found = |result: &UpcSearchResult| result.as_ref().is_ok_and(|found| !found.is_empty());
            if local.iter().any(|(_, result)| is_found(result)) {
                return self.add_discogs_ids(local, &with_copy, upc, job).await;
            }
            self.search_all(&with_copy, upc, SearchScope::Everywhere, job).await
        };
        let search_without = self.search_all(&without, upc, SearchScope::Everywhere, job);
        let (mut results, others) = futures::future::join(search_with_copy, search_without).await;
        results.extend(others);
        results.sort_by_key(|(provider, _)| self.catalogs.iter().position(|catalog| catalog.provider() == *provider));
        results
    }

    /// Searches Discogs as well if its ID is needed, and no release in the copies has one.
    async fn add_discogs_ids(
        &self,
        mut results: Vec<(Provider, UpcSearchResult)>,
        with_copy: &[(&Arc<dyn ReleaseCatalog>, &SearchBatcher)],
        upc: Upc,
        job: Option<&JobId>,
    ) -> Vec<(Provider, UpcSearchResult)> {
        let discogs = with_copy.iter().position(|(catalog, _)| catalog.provider() == DISCOGS);
        if let Some(index) = discogs.filter(|_| self.needs_discogs_ids && !has_discogs_id(&results)) {
            let found = self.search_all(&with_copy[index..=index], upc, SearchScope::Everywhere, job).await;
            results.retain(|(provider, _)| !found.iter().any(|(searched, _)| searched == provider));
            results.extend(found);
        }
        results
    }

    async fn search_all(
        &self,
        catalogs: &[(&Arc<dyn ReleaseCatalog>, &SearchBatcher)],
        upc: Upc,
        scope: SearchScope,
        job: Option<&JobId>,
    ) -> Vec<(Provider, UpcSearchResult)> {
        let searches = catalogs.iter().map(|(catalog, batcher)| async move {
            let search = || batcher.search_upc(upc, scope, job);
            (catalog.provider(), self.shared.outages.retry_through_outage(OutageRetryPolicy::Always, search).await)
        });
        futures::future::join_all(searches).await
    }

    /// Returns true if a provider has ever answered. A later failure is then an outage, which is worth waiting for. An
    /// earlier failure may be a missing network or a wrong address, which waiting does not fix.
    pub fn has_reached_provider(&self) -> bool {
        self.shared.outages.has_reached_any()
    }

    /// Fetches a release with full details; `None` if its provider is not connected or no longer has it.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the provider did not answer.
    pub async fn fetch_release(&self, id: &ReleaseId) -> Result<Option<ProviderRelease>, ProviderError> {
        let Some(catalog) = self.catalogs.iter().find(|c| c.provider() == id.provider) else { return Ok(None) };
        let text = format!("entry:{}:v{CACHED_RELEASE_VERSION}{}", id.id, catalog.cache_scope());
        let key = CacheKey { provider: id.provider.clone(), text };
        if catalog.has_copy()
            && self.cached_value::<ProviderRelease>(&key, catalog.cache_ttl()).await.flatten().is_none()
            && let Some(release) = catalog.copied_release(id).await
        {
            return Ok(Some(release));
        }
        self.cached_or_fetch(key, catalog.cache_ttl(), || catalog.fetch_release(id)).await
    }

    /// Returns the workers that find releases by their links.
    pub(super) fn link_batchers(&self) -> &[LinkBatcher] {
        &self.link_batchers
    }

    /// Returns the cached response for `key`, or fetches and caches it. Concurrent callers with the same key wait for
    /// the first one. Errors are not cached.
    pub(super) async fn cached_or_fetch<T, F>(
        &self,
        key: CacheKey,
        ttl: CacheTtl,
        fetch: impl Fn() -> F,
    ) -> Result<Option<T>, ProviderError>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<Option<T>, ProviderError>>,
    {
        let flight = self.single_flight_lock(&key);
        let _guard = flight.lock().await;
        if let Some(found) = self.cached_value(&key, ttl).await {
            return Ok(found);
        }
        let found = self.shared.outages.retry_through_outage(OutageRetryPolicy::OnlyInOutage, fetch).await?;
        self.shared.outages.record_success(&key.provider);
        self.cache.put_values([(key, found.as_ref())]).await;
        Ok(found)
    }

    /// Returns the cached response; the inner `None` means "not found".
    pub(super) async fn cached_value<T: DeserializeOwned>(&self, key: &CacheKey, ttl: CacheTtl) -> Option<Option<T>> {
        let now = Timestamp::now();
        let found = self.cache.get_fresh(std::slice::from_ref(key), |response| is_fresh(response, ttl, now)).await;
        found.into_values().next()
    }

    fn single_flight_lock(&self, key: &CacheKey) -> Arc<Mutex<()>> {
        let mut flights = self.shared.in_flight.lock();
        if let Some(flight) = flights.get(key).and_then(Weak::upgrade) {
            return flight;
        }
        if flights.len() > MAX_FLIGHTS {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        let flight = Arc::new(Mutex::new(()));
        flights.insert(key.clone(), Arc::downgrade(&flight));
        flight
    }
}

/// Separates values from errors, preserving their order.
pub(super) fn partition_results<T>(results: Vec<Result<T, ProviderError>>) -> (Vec<T>, Vec<ProviderError>) {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(error) => errors.push(error),
        }
    }
    (values, errors)
}

/// Returns true if a found release is of Discogs or links to one.
fn has_discogs_id(results: &[(Provider, UpcSearchResult)]) -> bool {
    let has_id =
        |release: &ProviderRelease| std::iter::once(&release.id).chain(&release.links).any(|id| id.provider == DISCOGS);
    results.iter().filter_map(|(_, result)| result.as_ref().ok()).flatten().any(has_id)
}

/// Joins the sorted IDs of a release for a cache key.
pub(super) fn join_release_ids(release: &Release) -> String {
    let mut ids = release.ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    ids.sort();
    ids.join(",")
}
