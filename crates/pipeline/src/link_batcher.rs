//! Groups lookups of links between two providers into few requests.
//!
//! Discogs answers about one search per second, so items need links one after the other. A lookup therefore waits as
//! long as other items may need one too.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::search_batcher::{BATCH_WINDOW, is_fresh};
use domain::provider::Provider;
use domain::release::ReleaseId;
use providers::{ProviderError, ReleaseCatalog};
use store::response_cache::{CacheKey, ResponseCache};
use upstream::batcher::{BatchPolicy, Batcher, ExpectedRequest};

/// Maximum time that the first lookup of a request waits for items that are still being searched. With one search per
/// second, that nearly fills a request. The requests of other items keep Discogs busy meanwhile.
const LINK_WINDOW: Duration = Duration::from_secs(20);

type LinksResult = Result<Vec<ReleaseId>, ProviderError>;

/// Finds links from one catalog to the releases of another provider, in batches.
#[derive(Clone)]
pub(super) struct LinkBatcher {
    /// The catalog that contains the links.
    pub(super) provider: Provider,
    /// The provider whose releases the links point to.
    pub(super) linked_provider: Provider,
    has_copy: bool,
    batcher: Batcher<ReleaseId, LinksResult>,
}

impl LinkBatcher {
    /// Spawns the batching worker of `catalog`; returns `None` if the catalog cannot find releases by link.
    pub(super) fn spawn_worker(catalog: &Arc<dyn ReleaseCatalog>, cache: &ResponseCache) -> Option<Self> {
        let linked_provider = catalog.linked_provider()?;
        let has_copy = catalog.has_copy();
        let window = if has_copy { BATCH_WINDOW } else { LINK_WINDOW };
        let policy = BatchPolicy { max_size: catalog.batch_size(), window, flush_when_complete: !has_copy };
        let provider = catalog.provider();
        let (catalog, cache) = (catalog.clone(), cache.clone());
        let batcher = Batcher::spawn(policy, move |ids| find_all(catalog.clone(), cache.clone(), ids));
        Some(Self { provider, linked_provider, has_copy, batcher })
    }

    /// Announces that an item may look up links, until the returned guard is dropped. Keep it during the lookup. Returns
    /// `None` for an offline copy, whose lookups do not wait for others.
    pub(super) fn expect_lookup(&self) -> Option<ExpectedRequest> {
        (!self.has_copy).then(|| self.batcher.expect_request())
    }

    /// Returns the catalog's releases that link to `id`.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the catalog did not answer.
    pub(super) async fn find_links(&self, id: ReleaseId) -> LinksResult {
        let reply = self.batcher.submit(id).await;
        reply.unwrap_or_else(|_| Err(ProviderError::Aborted { provider: self.provider.clone() }))
    }
}

/// Returns one result per ID, in the same order. An offline copy has all links, so the service is not asked if there
/// is one.
async fn find_all(catalog: Arc<dyn ReleaseCatalog>, cache: ResponseCache, ids: Vec<ReleaseId>) -> Vec<LinksResult> {
    if catalog.has_copy() {
        let found = catalog.find_links_in_copy(&ids).await;
        return ids.iter().map(|id| Ok(found.get(id).cloned().unwrap_or_default())).collect();
    }
    let key = |id: &ReleaseId| CacheKey { provider: catalog.provider(), text: format!("links:{id}") };
    let mut found = cached_links(catalog.as_ref(), &cache, &ids, key).await;
    let mut unknown: Vec<ReleaseId> = Vec::new();
    for id in &ids {
        if !found.contains_key(id) && !unknown.contains(id) {
            unknown.push(id.clone());
        }
    }
    if !unknown.is_empty() {
        match catalog.find_links(&unknown).await {
            Ok(mut links) => {
                let new = unknown.into_iter().map(|id| (links.remove(&id).unwrap_or_default(), id));
                let new = new.map(|(links, id)| (id, links)).collect::<Vec<_>>();
                let values = new.iter().map(|(id, links)| (key(id), Some(links).filter(|links| !links.is_empty())));
                cache.put_values(values).await;
                found.extend(new);
            }
            Err(error) => {
                let result = |id: &ReleaseId| found.get(id).cloned().ok_or_else(|| error.clone());
                return ids.iter().map(result).collect();
            }
        }
    }
    ids.iter().map(|id| Ok(found.get(id).cloned().unwrap_or_default())).collect()
}

async fn cached_links(
    catalog: &dyn ReleaseCatalog,
    cache: &ResponseCache,
    ids: &[ReleaseId],
    key: impl Fn(&ReleaseId) -> CacheKey,
) -> HashMap<ReleaseId, Vec<ReleaseId>> {
    let keys = ids.iter().map(&key).collect::<Vec<_>>();
    let (ttl, now) = (catalog.cache_ttl(), Timestamp::now());
    let mut known = cache.get_fresh::<Vec<ReleaseId>>(&keys, |response| is_fresh(response, ttl, now)).await;
    let known = ids.iter().zip(&keys).filter_map(|(id, key)| Some((id.clone(), known.remove(key)?)));
    known.map(|(id, links)| (id, links.unwrap_or_default())).collect()
}
