//! Finds the cover of a release and measures its front pictures. The list of covers and each size are cached
//! separately, so that an interrupted search repeats neither.

use std::sync::Arc;

use super::provider_gateway::{ProviderGateway, join_release_ids, partition_results};
use domain::artwork::{Artwork, ArtworkRules, Cover};
use domain::matching::Match;
use domain::provider_release::ProviderRelease;
use domain::release::Release;
use providers::{CoverSource, ProviderError};
use store::response_cache::CacheKey;

/// Maximum front pictures of a release to measure; the first one is chosen in most cases.
const MAX_MEASURED_COVERS: usize = 2;

/// Width and height in pixels.
type PixelSize = (u32, u32);

/// The cover found for a release.
pub struct FoundCover {
    pub artwork: Artwork,
    /// The artwork as listings may show it: without a chosen cover if there is an objection.
    pub shown: Artwork,
    /// Errors of cover sources that did not answer.
    pub errors: Vec<ProviderError>,
}

impl ProviderGateway {
    /// Finds the cover of a release. `objection` is why listings may not show it, see
    /// [`StockPhotos::objection`](domain::listing::StockPhotos::objection); the search is then cheaper.
    pub async fn find_cover(&self, best_match: &Match, rules: &ArtworkRules, objection: Option<&str>) -> FoundCover {
        let (artwork, errors) = match objection {
            None => self.find_clean_cover(best_match, rules).await,
            Some(_) => self.find_front_cover(best_match, rules).await,
        };
        let shown = match objection {
            None => artwork.clone(),
            Some(reason) => artwork.clone().reject_all(reason),
        };
        FoundCover { artwork, shown, errors }
    }

    /// Chooses the cleanest cover from the cover sources and from the release's entries. Also returns the errors of
    /// sources that did not answer. For listings that show the cover.
    async fn find_clean_cover(&self, best_match: &Match, rules: &ArtworkRules) -> (Artwork, Vec<ProviderError>) {
        let requests = self.asked_cover_sources(best_match);
        let requests = requests.map(|source| self.fetch_covers(source.as_ref(), &best_match.release));
        let results = futures::future::join_all(requests).await;
        choose_cover(best_match, rules, results)
    }

    /// Chooses the front cover that a source has at a predictable address, without requesting the list of covers. Its
    /// size is not measured if an offline copy of the data says that the cover exists. For listings that do not show
    /// the cover: only the seller sees it. Returns the same values as [`Self::find_clean_cover`].
    async fn find_front_cover(&self, best_match: &Match, rules: &ArtworkRules) -> (Artwork, Vec<ProviderError>) {
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
        // With an offline copy, Draft Maker promises to work without a network.
        let is_copied = |entry: &ProviderRelease| entry.snapshot.is_some() && entry.has_front_cover == Some(true);
        if best_match.entries.iter().any(is_copied) {
            return Ok(vec![cover]);
        }
        match self.measure_cover(source, &cover).await? {
            Some(size) => Ok(vec![Cover { size: Some(size), ..cover }]),
            // The list may contain a cover that was marked as front only recently.
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

    /// Measures the first front covers. Succeeds if at least one of them was measured.
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
