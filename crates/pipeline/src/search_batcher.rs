//! Groups barcode searches of one catalog into few requests.
//!
//! ```text
//! search_upc ─┐                        ┌─> cached and fresh: answered from the cache ────┐
//! search_upc ─┼─> one search per UPC ──┼─> in the offline copy: read from the disk ─────────┼─> a result per UPC
//! search_upc ─┘   batcher              └─> others: one request, then cached ───────────────┘
//! ```

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared, join_all};
use jiff::Timestamp;
use parking_lot::Mutex;
use tracing::Instrument as _;

use super::outage_retry::OutageTracker;
use domain::job_spec::JobId;
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::upc::Upc;
use providers::{CacheTtl, ProviderError, ReleaseCatalog};
use store::response_cache::{CacheKey, CachedResponse, ResponseCache};
use upstream::ask_about;
use upstream::batcher::{BatchPolicy, Batcher};

/// All releases of one catalog with a UPC, or the reason why the catalog did not answer.
pub(super) type UpcSearchResult = Result<Vec<ProviderRelease>, ProviderError>;

/// Version of the cached releases. Increase it when a new field affects matching: a release cached without the field
/// would otherwise match, for example a bootleg as an official release.
pub(super) const CACHED_RELEASE_VERSION: u32 = 2;

/// Maximum time that the first UPC of a request waits for others. Workers start the items of a batch together, so a
/// request fills within a few milliseconds. A longer window would only delay the lookup of a single UPC.
pub(super) const BATCH_WINDOW: Duration = Duration::from_millis(20);

/// The sources that a search may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum SearchScope {
    /// The cache and the offline copy of the catalog.
    Local,
    /// The cache, the offline copy and the service.
    Everywhere,
}

/// Minimum batch size for a catalog with an offline copy, because the cache and the copy are not bound by the limit of
/// the service.
const LOCAL_BATCH_SIZE: usize = 25;

struct UpcSearchRequest {
    upc: Upc,
    scope: SearchScope,
    job: Option<JobId>,
}

/// Searches one catalog. Concurrent callers with the same UPC share one search.
#[derive(Clone)]
pub(super) struct SearchBatcher {
    provider: Provider,
    batcher: Batcher<UpcSearchRequest, UpcSearchResult>,
    running: Arc<Mutex<HashMap<(Upc, SearchScope), SharedSearch>>>,
}

type SharedSearch = Shared<BoxFuture<'static, UpcSearchResult>>;

impl SearchBatcher {
    /// Spawns the batching worker of `catalog`.
    pub(super) fn spawn_worker(
        catalog: Arc<dyn ReleaseCatalog>,
        cache: ResponseCache,
        outages: Arc<OutageTracker>,
    ) -> Self {
        let max_size =
            if catalog.has_copy() { catalog.batch_size().max(LOCAL_BATCH_SIZE) } else { catalog.batch_size() };
        let policy = BatchPolicy { max_size, window: BATCH_WINDOW, flush_when_complete: false };
        let provider = catalog.provider();
        let batcher = Batcher::spawn(policy, move |batch: Vec<UpcSearchRequest>| {
            let span = search_span(&batch);
            let upcs = batch.iter().map(|request| request.upc).collect::<Vec<_>>();
            ask_about(upcs, search_catalog(catalog.clone(), cache.clone(), outages.clone(), batch)).instrument(span)
        });
        Self { provider, batcher, running: Arc::default() }
    }

    /// Returns all releases of the catalog with `upc` that `scope` can find. `job` is the requesting job, if any, for
    /// the log.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the catalog did not answer. Errors are not cached: the next caller asks again.
    pub(super) async fn search_upc(&self, upc: Upc, scope: SearchScope, job: Option<&JobId>) -> UpcSearchResult {
        let start = || self.start_search(UpcSearchRequest { upc, scope, job: job.cloned() });
        let search = self.running.lock().entry((upc, scope)).or_insert_with(start).clone();
        search.await
    }

    /// Spawns the search as a task, so that it completes and is removed from `running` even if every caller is
    /// dropped.
    fn start_search(&self, request: UpcSearchRequest) -> SharedSearch {
        let (batcher, running) = (self.batcher.clone(), self.running.clone());
        let search = tokio::spawn(async move {
            let key = (request.upc, request.scope);
            let reply = batcher.submit(request).await;
            running.lock().remove(&key);
            reply
        });
        let provider = self.provider.clone();
        let result = async move {
            match search.await {
                Ok(Ok(result)) => result,
                Ok(Err(_)) | Err(_) => Err(ProviderError::Aborted { provider }),
            }
        };
        result.boxed().shared()
    }
}

/// Creates a span with the UPCs of a batch and the jobs that requested them.
fn search_span(batch: &[UpcSearchRequest]) -> tracing::Span {
    let upcs = batch.iter().map(|request| request.upc.to_string()).collect::<Vec<_>>().join(", ");
    let jobs = batch.iter().filter_map(|request| request.job.as_ref()).map(ToString::to_string);
    let jobs = jobs.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
    tracing::error_span!("search", job = Some(jobs).filter(|jobs| !jobs.is_empty()), upc = upcs)
}

fn search_cache_key(catalog: &dyn ReleaseCatalog, upc: Upc) -> CacheKey {
    CacheKey { provider: catalog.provider(), text: format!("upc:{}:v{CACHED_RELEASE_VERSION}", upc.ean13()) }
}

/// Returns one result per UPC, in the same order: a cached response of the service, otherwise the releases in the
/// offline copy, otherwise the response of the service. A cached "not found" does not hide a copy that was imported
/// later.
async fn search_catalog(
    catalog: Arc<dyn ReleaseCatalog>,
    cache: ResponseCache,
    outages: Arc<OutageTracker>,
    requests: Vec<UpcSearchRequest>,
) -> Vec<UpcSearchResult> {
    let upcs = requests.iter().map(|request| request.upc).collect::<Vec<_>>();
    let mut results = cached_results(catalog.as_ref(), &cache, &upcs).await;
    if catalog.has_copy() {
        let is_found = |result: &UpcSearchResult| result.as_ref().is_ok_and(|releases| !releases.is_empty());
        let open = upcs.iter().filter(|upc| !results.get(upc).is_some_and(is_found)).copied().collect::<Vec<_>>();
        results.extend(catalog.search_copy(&open).await.into_iter().map(|(upc, releases)| (upc, Ok(releases))));
    }
    let may_ask = requests.iter().filter(|request| request.scope == SearchScope::Everywhere);
    let unknown = may_ask.map(|request| request.upc).filter(|upc| !results.contains_key(upc)).collect::<Vec<_>>();
    if catalog.can_search() {
        let chunks = unknown.chunks(catalog.batch_size().max(1));
        let searches = chunks.map(|chunk| search_service(catalog.as_ref(), &cache, &outages, chunk));
        results.extend(join_all(searches).await.into_iter().flatten());
    }
    let take = |(index, upc): (usize, &Upc)| {
        // A repeated UPC is cloned except for its last occurrence: a result holds several releases with their tracks.
        let is_last = !upcs[index + 1..].contains(upc);
        let result = if is_last { results.remove(upc) } else { results.get(upc).cloned() };
        result.unwrap_or_else(|| Ok(Vec::new()))
    };
    upcs.iter().enumerate().map(take).collect()
}

/// Requests all UPCs from the service in one request and caches the result.
pub(super) async fn search_service(
    catalog: &dyn ReleaseCatalog,
    cache: &ResponseCache,
    outages: &OutageTracker,
    upcs: &[Upc],
) -> Vec<(Upc, UpcSearchResult)> {
    match catalog.search_upcs(upcs).await {
        Ok(mut found) => {
            outages.record_success(&catalog.provider());
            let new = upcs.iter().map(|upc| (*upc, found.remove(upc).unwrap_or_default())).collect::<Vec<_>>();
            cache_results(catalog, cache, &new).await;
            new.into_iter().map(|(upc, releases)| (upc, Ok(releases))).collect()
        }
        Err(error) => upcs.iter().map(|upc| (*upc, Err(error.clone()))).collect(),
    }
}

/// Returns cached results that the provider's terms still allow to use.
pub(super) async fn cached_results(
    catalog: &dyn ReleaseCatalog,
    cache: &ResponseCache,
    upcs: &[Upc],
) -> HashMap<Upc, UpcSearchResult> {
    let keys = upcs.iter().map(|upc| search_cache_key(catalog, *upc)).collect::<Vec<_>>();
    let (ttl, now) = (catalog.cache_ttl(), Timestamp::now());
    let mut known = cache.get_fresh::<Vec<ProviderRelease>>(&keys, |response| is_fresh(response, ttl, now)).await;
    let known = upcs.iter().zip(&keys).filter_map(|(upc, key)| Some((*upc, known.remove(key)?)));
    known.map(|(upc, releases)| (upc, Ok(releases.unwrap_or_default()))).collect()
}

async fn cache_results(catalog: &dyn ReleaseCatalog, cache: &ResponseCache, new: &[(Upc, Vec<ProviderRelease>)]) {
    let values = new.iter().map(|(upc, releases)| (search_cache_key(catalog, *upc), releases));
    cache.put_values(values.map(|(key, releases)| (key, Some(releases).filter(|releases| !releases.is_empty())))).await;
}

/// Returns true if the provider's terms still allow the response to be used.
pub(super) fn is_fresh(response: &CachedResponse, ttl: CacheTtl, now: Timestamp) -> bool {
    response.age(now) < if response.value.is_some() { ttl.found } else { ttl.not_found }
}
