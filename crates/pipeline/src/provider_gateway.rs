//! The gatherer: every question to a provider goes through here, so nothing known is asked twice and many UPCs
//! share a request where the provider takes many.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::cached_response::{decode_value, is_fresh};
use super::outage_retry::{OutageRetryPolicy, OutageTracker};
use super::search_batcher::{SearchBatcher, UpcSearchResult};
use domain::batch_estimate::Quota;
use domain::condition::Condition;
use domain::job_spec::JobId;
use domain::matching::Match;
use domain::pricing::{PriceEstimate, PriceRules, Sample};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::{Release, ReleaseId};
use domain::upc::Upc;
use providers::{CacheTtl, ConnectedProvider, CoverSource, PriceGuide, ProviderError, ReleaseCatalog};
use store::response_cache::{CacheKey, ResponseCache};
use upstream::UpstreamSnapshot;

/// All connected providers, with what they have answered before. One for the whole process: jobs share it, and
/// with it the upstreams' limits.
pub struct ProviderGateway {
    cache: ResponseCache,
    catalogs: Vec<Arc<dyn ReleaseCatalog>>,
    search_batchers: Vec<SearchBatcher>,
    price_guides: Vec<Arc<dyn PriceGuide>>,
    cover_sources: Vec<Arc<dyn CoverSource>>,
    in_flight: parking_lot::Mutex<HashMap<CacheKey, Weak<Mutex<()>>>>,
    any_reached: AtomicBool,
    outages: OutageTracker,
}

impl ProviderGateway {
    /// Gathers from `connected`, which stand in the order in which they are trusted.
    pub fn new(connected: Vec<ConnectedProvider>, cache: ResponseCache) -> Self {
        let (mut catalogs, mut price_guides, mut cover_sources) = (Vec::new(), Vec::new(), Vec::new());
        let mut hosts = HashMap::new();
        for provider in connected {
            hosts.extend(provider.provider_names().map(|name| (name, provider.upstream.clone())));
            catalogs.extend(provider.catalog);
            price_guides.extend(provider.price_guide);
            cover_sources.extend(provider.cover_source);
        }
        let search_batchers = catalogs.iter().map(|c| SearchBatcher::spawn_worker(c.clone(), cache.clone())).collect();
        let (in_flight, any_reached, outages) =
            (parking_lot::Mutex::default(), AtomicBool::new(false), OutageTracker::new(hosts));
        Self { cache, catalogs, search_batchers, price_guides, cover_sources, in_flight, any_reached, outages }
    }

    /// Waits out a service that is sick, for so long at most: for batches, which nobody sits before.
    pub fn with_outage_timeout(mut self, patience: Duration) -> Self {
        self.outages = self.outages.with_timeout(patience);
        self
    }

    /// How long a sick service is waited for.
    pub fn outage_timeout(&self) -> Duration {
        self.outages.timeout()
    }

    /// Every upstream of the providers at this moment, by name.
    pub fn upstream_states(&self) -> impl Iterator<Item = (String, UpstreamSnapshot)> {
        self.outages.upstream_states().into_iter()
    }

    /// Deletes what the providers' terms let nobody keep any longer.
    pub async fn purge_expired(&self, now: Timestamp) {
        let of_catalogues = self.catalogs.iter().map(|c| (c.provider(), c.cache_ttl()));
        let of_guides = self.price_guides.iter().map(|g| (g.provider(), g.cache_ttl()));
        let of_galleries = self.cover_sources.iter().map(|g| (g.provider(), g.cache_ttl()));
        let keeps = of_catalogues.chain(of_guides).chain(of_galleries).collect::<HashMap<_, _>>();
        for (provider, keep) in keeps {
            let (found_since, not_found_since) = (now - keep.found, now - keep.not_found);
            if let Err(error) = self.cache.purge_expired(&provider, found_since, not_found_since).await {
                tracing::warn!(%error, "outdated answers cannot be deleted");
            }
        }
    }

    /// How many UPCs the most generous catalogue takes in one request: items started together fill it.
    pub fn max_batch_size(&self) -> usize {
        self.catalogs.iter().map(|c| c.batch_size()).max().unwrap_or(1).max(1)
    }

    /// The catalogues, in the order in which they are trusted.
    pub fn catalogs(&self) -> &[Arc<dyn ReleaseCatalog>] {
        &self.catalogs
    }

    /// The catalogues that are searched for a barcode.
    pub fn searchable_providers(&self) -> impl Iterator<Item = Provider> {
        self.catalogs.iter().filter(|catalogue| catalogue.can_search()).map(|catalogue| catalogue.provider())
    }

    /// Where pictures are.
    pub(super) fn cover_sources(&self) -> &[Arc<dyn CoverSource>] {
        &self.cover_sources
    }

    /// What each catalogue that can be searched has for `upc`, all asked at the same time; for `job`, where it is one
    /// that asks.
    pub async fn search_upc(&self, upc: Upc, job: Option<&JobId>) -> Vec<(Provider, UpcSearchResult)> {
        let asked = self.catalogs.iter().zip(&self.search_batchers).filter(|(catalogue, _)| catalogue.can_search());
        let asks = asked.map(|(catalogue, batcher)| async move {
            let ask = || batcher.search_upc(upc, job);
            (catalogue.provider(), self.outages.retry_through_outage(OutageRetryPolicy::Always, ask).await)
        });
        let found = futures::future::join_all(asks).await;
        for (provider, _) in found.iter().filter(|(_, found)| found.is_ok()) {
            self.any_reached.store(true, Ordering::Relaxed);
            self.outages.record_success(provider);
        }
        found
    }

    /// True once any catalogue has answered: what fails later is an outage and worth waiting for. What cannot even be
    /// reached before is a missing network or a wrong address, which waiting does not mend.
    pub fn has_reached_provider(&self) -> bool {
        self.any_reached.load(Ordering::Relaxed)
    }

    /// One entry in full; `None` where its provider is not connected or has it no more.
    ///
    /// # Errors
    /// [`Unanswered`] where the provider could not answer.
    pub async fn fetch_release(&self, id: &ReleaseId) -> Result<Option<ProviderRelease>, ProviderError> {
        let Some(catalogue) = self.catalogs.iter().find(|c| c.provider() == id.provider) else { return Ok(None) };
        let question = CacheKey { provider: id.provider.clone(), text: format!("entry:{}", id.id) };
        self.cached_or_fetch(question, catalogue.cache_ttl(), || catalogue.fetch_release(id)).await
    }

    async fn fetch_samples(
        &self,
        guide: &dyn PriceGuide,
        release: &Release,
        condition: Option<Condition>,
    ) -> Result<Vec<Sample>, ProviderError> {
        let asked = condition.map_or("any", Condition::as_str);
        let place = guide.environment_id().map(|place| format!(":{place}")).unwrap_or_default();
        let text = format!("samples:{}:{asked}{place}", join_release_ids(release));
        let question = CacheKey { provider: guide.provider(), text };
        let found =
            self.cached_or_fetch(question, guide.cache_ttl(), || guide.fetch_samples(release, condition)).await?;
        Ok(found.unwrap_or_default())
    }

    /// What a pressing fetches: what came with its entries, and what the price guides say.
    pub async fn estimate_price(
        &self,
        found: &Match,
        condition: Option<Condition>,
        rules: &PriceRules,
    ) -> (PriceEstimate, Vec<ProviderError>) {
        let asks = self.price_guides.iter().map(|guide| self.fetch_samples(guide.as_ref(), &found.release, condition));
        let (received, without) = partition_results(futures::future::join_all(asks).await);
        let messages = found.entries.iter().flat_map(|release| release.samples.iter().cloned());
        let samples = messages.chain(received.into_iter().flatten()).collect();
        (PriceEstimate::from_samples(samples, condition, rules), without)
    }

    /// The guide that would make a better price than this one and is closed until a time that it names; the last to open
    /// where there are several. What a guide says that only the operator can open is not waited for.
    pub fn pending_better_price<'a>(
        &self,
        price: &PriceEstimate,
        without: &'a [ProviderError],
    ) -> Option<&'a ProviderError> {
        let kind = |of: &ProviderError| {
            self.price_guides.iter().find(|g| g.provider() == *of.provider()).map(|g| g.sample_kind())
        };
        let betters = |closed: &ProviderError| price.basis_kind().is_none_or(|carries| Some(carries) <= kind(closed));
        let closed = without.iter().filter(|error| error.exhausted_until().is_some());
        closed.filter(|closed| betters(closed)).max_by_key(|closed| closed.exhausted_until())
    }

    /// What the operator should know of the price guides before so many items are appraised.
    pub async fn quota_warnings(&self, items: u64) -> Vec<String> {
        let all = futures::future::join_all(self.price_guides.iter().map(|guide| guide.quota_warnings(items))).await;
        all.into_iter().flatten().collect()
    }

    /// Today's calls that the price guides need for so many items.
    pub async fn required_quotas(&self, items: u64) -> Vec<Quota> {
        let all = futures::future::join_all(self.price_guides.iter().map(|guide| guide.required_quotas(items))).await;
        all.into_iter().flatten().collect()
    }

    /// Answers `question` from what is kept, or by `ask`, whose answer is kept before anybody sees it. Who asks the
    /// same meanwhile waits for the first: one flight per question. A failure is never kept.
    pub(super) async fn cached_or_fetch<T, F>(
        &self,
        question: CacheKey,
        keep: CacheTtl,
        ask: impl Fn() -> F,
    ) -> Result<Option<T>, ProviderError>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<Option<T>, ProviderError>>,
    {
        let flight = self.single_flight_lock(&question);
        let _seat = flight.lock().await;
        if let Some(found) = self.cached_value(&question, keep).await {
            return Ok(found);
        }
        let found = self.outages.retry_through_outage(OutageRetryPolicy::OnlyInOutage, ask).await?;
        self.outages.record_success(&question.provider);
        let row = [(question, found.as_ref().and_then(|value| serde_json::to_value(value).ok()))];
        if let Err(error) = self.cache.put_many(&row, Timestamp::now()).await {
            tracing::warn!(%error, "an answer cannot be kept");
        }
        Ok(found)
    }

    async fn cached_value<T: DeserializeOwned>(&self, question: &CacheKey, keep: CacheTtl) -> Option<Option<T>> {
        let mut known = match self.cache.get_many(std::slice::from_ref(question)).await {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "kept answers cannot be read");
                return None;
            }
        };
        let answer = known.remove(question).filter(|answer| is_fresh(answer, keep, Timestamp::now()))?;
        decode_value(&answer).ok()
    }

    fn single_flight_lock(&self, question: &CacheKey) -> Arc<Mutex<()>> {
        let mut flights = self.in_flight.lock();
        if let Some(flight) = flights.get(question).and_then(Weak::upgrade) {
            return flight;
        }
        if flights.len() > 4_096 {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        let flight = Arc::new(Mutex::new(()));
        flights.insert(question.clone(), Arc::downgrade(&flight));
        flight
    }
}

pub(super) fn partition_results<T>(answers: Vec<Result<T, ProviderError>>) -> (Vec<T>, Vec<ProviderError>) {
    let (mut received, mut without) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Ok(value) => received.push(value),
            Err(error) => without.push(error),
        }
    }
    (received, without)
}

/// A pressing by all its identifiers, so that a question to a guide or a gallery names what was asked.
pub(super) fn join_release_ids(release: &Release) -> String {
    let mut ids = release.ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    ids.sort();
    ids.join(",")
}
