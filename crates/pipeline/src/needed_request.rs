//! Sends a provider one request that an item of a batch needs in any case, to learn whether it accepts its key.

use std::collections::HashMap;
use std::sync::Arc;

use domain::pricing::Sample;
use domain::provider_release::ProviderRelease;
use domain::release::Release;
use domain::upc::Upc;
use providers::{PriceGuide, ProviderError, ReleaseCatalog};
use store::response_cache::CacheKey;
use tracing::Instrument as _;
use upstream::ask_about;

use super::price_lookup::samples_cache_key;
use super::provider_gateway::ProviderGateway;
use super::search_batcher::{cached_results, search_service};

/// A barcode in every music database: Nirvana, Nevermind.
pub const PROBE_UPC: &str = "720642442524";

impl ProviderGateway {
    /// Sends the service of `catalog` a request that one of `items` needs, and caches the response: the price of an
    /// item in the offline copy, otherwise the search for an item. If all responses are cached, searches
    /// [`PROBE_UPC`], so that the key is used in any case.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the request failed.
    pub(super) async fn send_needed_request(
        &self,
        catalog: &dyn ReleaseCatalog,
        items: &[Upc],
    ) -> Result<(), ProviderError> {
        let barcodes = items.iter().copied().filter(|upc| !upc.is_substitute()).collect::<Vec<_>>();
        let copied = if catalog.has_copy() { catalog.search_copy(&barcodes).await } else { HashMap::new() };
        if let Some((upc, guide, release, key)) = self.find_needed_price(catalog, &barcodes, &copied).await {
            match request_about(upc, guide.fetch_samples(&release, None)).await {
                Ok(samples) => {
                    self.cache.put_values([(key, samples.as_ref())]).await;
                    return Ok(());
                }
                // An account without seller settings may search, but gets no prices.
                Err(error) if error.is_refusal() => {}
                Err(error) => return Err(error),
            }
        }
        let cached = cached_results(catalog, &self.cache, &barcodes).await;
        let needed = barcodes.into_iter().find(|upc| !copied.contains_key(upc) && !cached.contains_key(upc));
        let Some(upc) = needed.or_else(|| PROBE_UPC.parse().ok()) else { return Ok(()) };
        let searched = request_about(upc, search_service(catalog, &self.cache, &self.shared.outages, &[upc])).await;
        searched.into_iter().try_for_each(|(_, result)| result.map(drop))
    }

    /// Returns the first item whose price is needed and not cached: the offline copy has exactly one release of it, so
    /// that it probably needs no decision.
    async fn find_needed_price(
        &self,
        catalog: &dyn ReleaseCatalog,
        barcodes: &[Upc],
        copied: &HashMap<Upc, Vec<ProviderRelease>>,
    ) -> Option<(Upc, Arc<dyn PriceGuide>, Release, CacheKey)> {
        let guides = self.price_guides().iter().filter(|guide| guide.provider() == catalog.provider());
        let guide = guides.filter(|_| self.needs_discogs_ids).find(|guide| guide.can_fetch_samples())?;
        for upc in barcodes {
            let Some([only]) = copied.get(upc).map(Vec::as_slice) else { continue };
            let release = Release { ids: vec![only.id.clone()], ..Release::default() };
            guide.priced_id(&release)?;
            let key = samples_cache_key(guide.as_ref(), &release, None);
            if self.cached_value::<Vec<Sample>>(&key, guide.cache_ttl()).await.is_none() {
                return Some((*upc, guide.clone(), release, key));
            }
        }
        None
    }
}

/// Runs a future whose requests are reported and logged with `upc`.
async fn request_about<F: Future>(upc: Upc, future: F) -> F::Output {
    // At error level, no filter removes the span.
    ask_about([upc], future).instrument(tracing::error_span!("check", %upc)).await
}
