//! What a pressing looks like: the galleries' pictures, the first of them measured. The list and each size are
//! questions of their own, so that a stop between them repeats neither.

use super::gather::{Gatherer, names, split};
use domain::artwork::{Artwork, ArtworkRules, Cover};
use domain::matching::Match;
use domain::release::Release;
use providers::{Gallery, Unanswered};
use store::response_cache::Question;

/// Front pictures of one release that are measured; the first is nearly always the one.
const MEASURED: usize = 2;

/// Width and height in pixels.
type Size = (u32, u32);

impl Gatherer {
    /// What a pressing looks like: the galleries' covers, then those that came with its entries.
    pub async fn illustrate(&self, found: &Match, rules: &ArtworkRules) -> (Artwork, Vec<Unanswered>) {
        let asks = (self.galleries().iter())
            .filter(|gallery| !gallery.knows_of_none(&found.entries))
            .map(|gallery| self.covers(gallery.as_ref(), &found.release));
        let (seen, without) = split(futures::future::join_all(asks).await);
        let told = found.entries.iter().flat_map(|entry| entry.covers.iter().cloned());
        (Artwork::choose(&found.release, seen.into_iter().flatten().chain(told).collect(), rules), without)
    }

    async fn covers(&self, gallery: &dyn Gallery, release: &Release) -> Result<Vec<Cover>, Unanswered> {
        let question = Question { provider: gallery.provider(), text: format!("pictures:{}", names(release)) };
        let found = self.once(question, gallery.keep(), || gallery.covers(release)).await?;
        let mut covers = found.unwrap_or_default();
        if gallery.can_measure() {
            self.measure_fronts(gallery, &mut covers).await?;
        }
        Ok(covers)
    }

    /// Measures the first fronts. Where one cannot be had just now, another that was measured will do.
    async fn measure_fronts(&self, gallery: &dyn Gallery, covers: &mut [Cover]) -> Result<(), Unanswered> {
        let mut failed = None;
        for cover in covers.iter_mut().filter(|cover| cover.front).take(MEASURED) {
            match self.size(gallery, cover).await {
                Ok(size) => cover.size = size,
                Err(error) => failed = Some(error),
            }
        }
        let any = covers.iter().any(|cover| cover.size.is_some());
        failed.filter(|_| !any).map_or(Ok(()), Err)
    }

    async fn size(&self, gallery: &dyn Gallery, cover: &Cover) -> Result<Option<Size>, Unanswered> {
        let question = Question { provider: gallery.provider(), text: format!("size:{}", cover.url) };
        self.once(question, gallery.keep(), || gallery.measure(cover)).await
    }
}
