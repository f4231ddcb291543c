//! What a pressing looks like: the galleries' pictures, the first of them measured. The list and each size are
//! questions of their own, so that a stop between them repeats neither.

use super::provider_gateway::{ProviderGateway, join_release_ids, partition_results};
use domain::artwork::{Artwork, ArtworkRules, Cover};
use domain::matching::Match;
use domain::release::Release;
use providers::{CoverSource, ProviderError};
use store::response_cache::CacheKey;

/// Front pictures of one release that are measured; the first is nearly always the one.
const MAX_MEASURED_COVERS: usize = 2;

/// Width and height in pixels.
type PixelSize = (u32, u32);

impl ProviderGateway {
    /// What a pressing looks like: the galleries' covers, then those that came with its entries.
    pub async fn find_cover(&self, found: &Match, rules: &ArtworkRules) -> (Artwork, Vec<ProviderError>) {
        let asks = (self.cover_sources().iter())
            .filter(|gallery| !gallery.has_no_cover_for(&found.entries))
            .map(|gallery| self.fetch_covers(gallery.as_ref(), &found.release));
        let (seen, without) = partition_results(futures::future::join_all(asks).await);
        let messages = found.entries.iter().flat_map(|release| release.covers.iter().cloned());
        (Artwork::choose_cover(&found.release, seen.into_iter().flatten().chain(messages).collect(), rules), without)
    }

    async fn fetch_covers(&self, gallery: &dyn CoverSource, release: &Release) -> Result<Vec<Cover>, ProviderError> {
        let question =
            CacheKey { provider: gallery.provider(), text: format!("pictures:{}", join_release_ids(release)) };
        let found = self.cached_or_fetch(question, gallery.cache_ttl(), || gallery.fetch_covers(release)).await?;
        let mut covers = found.unwrap_or_default();
        if gallery.can_measure() {
            self.measure_front_covers(gallery, &mut covers).await?;
        }
        Ok(covers)
    }

    /// Measures the first fronts. Where one cannot be had just now, another that was measured will do.
    async fn measure_front_covers(&self, gallery: &dyn CoverSource, covers: &mut [Cover]) -> Result<(), ProviderError> {
        let mut failed = None;
        for cover in covers.iter_mut().filter(|cover| cover.is_front).take(MAX_MEASURED_COVERS) {
            match self.measure_cover(gallery, cover).await {
                Ok(size) => cover.size = size,
                Err(error) => failed = Some(error),
            }
        }
        let any = covers.iter().any(|cover| cover.size.is_some());
        failed.filter(|_| !any).map_or(Ok(()), Err)
    }

    async fn measure_cover(
        &self,
        gallery: &dyn CoverSource,
        cover: &Cover,
    ) -> Result<Option<PixelSize>, ProviderError> {
        let question = CacheKey { provider: gallery.provider(), text: format!("size:{}", cover.url) };
        self.cached_or_fetch(question, gallery.cache_ttl(), || gallery.measure_cover(cover)).await
    }
}
