//! Finds the cover of a release and measures its front pictures. The list of covers and each size are cached on their
//! own, so that an interruption repeats neither.

use std::sync::Arc;

use super::provider_gateway::{ProviderGateway, join_release_ids, partition_results};
use domain::artwork::{Artwork, ArtworkRules, Cover};
use domain::matching::Match;
use domain::provider_release::ProviderRelease;
use domain::release::Release;
use providers::{CoverSource, ProviderError};
use store::response_cache::CacheKey;

/// Front pictures of one release that are measured; the first one is nearly always chosen.
const MAX_MEASURED_COVERS: usize = 2;

/// Width and height in pixels.
type PixelSize = (u32, u32);

impl ProviderGateway {
    /// Chooses a cover among those of the cover sources, then those that came with the release's entries. Also returns
    /// the errors of sources that did not answer. Meant for listings that show it: the cleanest of all is chosen.
    pub async fn find_cover(&self, best_match: &Match, rules: &ArtworkRules) -> (Artwork, Vec<ProviderError>) {
        let requests = self.asked_cover_sources(best_match);
        let requests = requests.map(|source| self.fetch_covers(source.as_ref(), &best_match.release));
        let results = futures::future::join_all(requests).await;
        choose_cover(best_match, rules, results)
    }

    /// As [`Self::find_cover`], with the front cover that a source has at a known address, without asking for the list of its
    /// covers. If a copy of the data on this machine says that there is one, its size is not measured either. Meant for listings
    /// that show no cover: the seller sees it.
    pub async fn find_front_cover(&self, best_match: &Match, rules: &ArtworkRules) -> (Artwork, Vec<ProviderError>) {
        let requests = self.asked_cover_sources(best_match);
        let requests = requests.map(|source| self.fetch_front_cover(source.as_ref(), best_match));
        let results = futures::future::join_all(requests).await;
        choose_cover(best_match, rules, results)
    }

    fn asked_cover_sources(&self, best_match: &Match) -> impl Iterator<Item = &Arc<dyn CoverSource>> {
        self.cover_sources().iter().filter(|source| !source.has_no_cover_for(&best_match.entries))
    }

    async fn fetch_front_cover(
        &self,
        source: &dyn CoverSource,
        best_match: &Match,
    ) -> Result<Vec<Cover>, ProviderError> {
        let Some(cover) = source.front_cover(&best_match.entries) else {
            return self.fetch_covers(source, &best_match.release).await;
        };
        // A copy of the data promises to work without a network.
        let is_copied = |entry: &ProviderRelease| entry.snapshot.is_some() && entry.has_front_cover == Some(true);
        if best_match.entries.iter().any(is_copied) {
            return Ok(vec![cover]);
        }
        match self.measure_cover(source, &cover).await? {
            Some(size) => Ok(vec![Cover { size: Some(size), ..cover }]),
            // The list may have a cover that was marked as a front only lately.
            None if best_match.entries.iter().any(|entry| entry.has_front_cover == Some(true)) => {
                self.fetch_covers(source, &best_match.release).await
            }
            None => Ok(Vec::new()),
        }
    }

    async fn fetch_covers(&self, source: &dyn CoverSource, release: &Release) -> Result<Vec<Cover>, ProviderError> {
        let key = CacheKey { provider: source.provider(), text: format!("pictures:{}", join_release_ids(release)) };
        let found = self.cached_or_fetch(key, source.cache_ttl(), || source.fetch_covers(release)).await?;
        let mut covers = found.unwrap_or_default();
        if source.can_measure() {
            self.measure_front_covers(source, &mut covers).await?;
        }
        Ok(covers)
    }

    /// Measures the first front covers. If one cannot be measured now, another one that was will do.
    async fn measure_front_covers(&self, source: &dyn CoverSource, covers: &mut [Cover]) -> Result<(), ProviderError> {
        let mut last_error = None;
        for cover in covers.iter_mut().filter(|cover| cover.is_front).take(MAX_MEASURED_COVERS) {
            match self.measure_cover(source, cover).await {
                Ok(size) => cover.size = size,
                Err(error) => last_error = Some(error),
            }
        }
        let is_any_measured = covers.iter().any(|cover| cover.size.is_some());
        last_error.filter(|_| !is_any_measured).map_or(Ok(()), Err)
    }

    async fn measure_cover(&self, source: &dyn CoverSource, cover: &Cover) -> Result<Option<PixelSize>, ProviderError> {
        let key = CacheKey { provider: source.provider(), text: format!("size:{}", cover.url) };
        self.cached_or_fetch(key, source.cache_ttl(), || source.measure_cover(cover)).await
    }
}

fn choose_cover(
    best_match: &Match,
    rules: &ArtworkRules,
    results: Vec<Result<Vec<Cover>, ProviderError>>,
) -> (Artwork, Vec<ProviderError>) {
    let (found, errors) = partition_results(results);
    let from_entries = best_match.entries.iter().flat_map(|entry| entry.covers.iter().cloned());
    let covers = found.into_iter().flatten().chain(from_entries).collect();
    (Artwork::choose_cover(&best_match.release, covers, rules), errors)
}
