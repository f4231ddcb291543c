//! What all jobs of a process share.

use std::sync::Arc;

use super::item_photos::ItemPhotos;
use super::item_pipeline::Policies;
use super::provider_gateway::ProviderGateway;
use domain::batch_estimate::ProviderInfo;
use domain::upstream_status::UpstreamStatus;
use ebay::EbayClient;
use providers::DISCOGS;
use store::journal::Journal;
use store::response_cache::ResponseCache;
use upstream::{CircuitState, UpstreamClient};

/// What all jobs of a process share: the journal, the cache, the clients and with them the rate limits. Built from the
/// settings at startup.
pub struct AppContext {
    pub journal: Journal,
    pub response_cache: ResponseCache,
    /// The seller's own photos.
    pub photos: ItemPhotos,
    /// `None` if no eBay developer keyset is configured.
    pub ebay: Option<EbayClient>,
    /// The eBay environment of the settings, known also without a keyset.
    pub ebay_environment_id: String,
    pub gateway: Arc<ProviderGateway>,
    pub policies: Policies,
    /// The services that are asked, one per name.
    pub upstreams: Vec<UpstreamClient>,
    /// The enabled providers, the most trusted one first.
    pub providers: Vec<ProviderInfo>,
    /// How lists are read.
    pub intake: input::Settings,
    /// Maximum number of items of one job that are processed at the same time.
    pub concurrency: usize,
    /// Settings that are missing and would help, a sentence each.
    pub advice: Vec<String>,
}

impl AppContext {
    /// Returns the status of every service that is asked.
    pub fn upstream_statuses(&self) -> Vec<UpstreamStatus> {
        let requests = self.requests_per_item();
        self.upstreams.iter().map(|upstream| upstream_status(upstream, &requests)).collect()
    }

    /// Returns the requests per item that this setup needs.
    fn requests_per_item(&self) -> RequestsPerItem {
        let has_token = self.providers.iter().any(|one| one.name == DISCOGS.as_str() && one.has_key == Some(true));
        RequestsPerItem::new(self.gateway.has_copy_of(DISCOGS.as_str()), has_token, self.policies.pricing.uses_discogs)
    }

    /// Returns a function that reads [`Self::upstream_statuses`] and does not borrow the context.
    pub fn upstream_status_reader(&self) -> impl Fn() -> Vec<UpstreamStatus> + Send + use<> {
        let (upstreams, requests) = (self.upstreams.clone(), self.requests_per_item());
        move || upstreams.iter().map(|upstream| upstream_status(upstream, &requests)).collect()
    }
}

/// Requests per item to each service before a batch has figures of its own, as `benches/gatherer.rs` measures them.
struct RequestsPerItem([(&'static str, f64); 3]);

impl RequestsPerItem {
    /// Returns the figures with and without an offline catalog of Discogs, a Discogs token, and prices of Discogs.
    fn new(has_catalog: bool, has_token: bool, uses_discogs_prices: bool) -> Self {
        let price = if uses_discogs_prices { 1.0 } else { 0.0 };
        // A search and a look-up of links for 25 barcodes; without the catalog, the search and a page.
        let musicbrainz = if has_catalog { 0.09 } else { 1.05 };
        let discogs = match (has_catalog, has_token) {
            (true, _) => price,
            (false, true) => 1.0 + price,
            // The page, which has a price, by the link of MusicBrainz.
            (false, false) => 1.0,
        };
        // The front cover, behind two redirects.
        Self([("musicbrainz", musicbrainz), ("discogs", discogs), ("coverartarchive", 3.0)])
    }

    fn of_service(&self, name: &str) -> f64 {
        self.0.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, count)| *count)
    }
}

fn upstream_status(upstream: &UpstreamClient, requests: &RequestsPerItem) -> UpstreamStatus {
    let (snapshot, name) = (upstream.snapshot(), upstream.name().to_string());
    let (paused_until, circuit_open) = match snapshot.circuit {
        CircuitState::Open { until } => (Some(until), true),
        CircuitState::Closed | CircuitState::HalfOpen => (snapshot.paused_until, false),
    };
    UpstreamStatus {
        requests_per_item: requests.of_service(&name),
        requests: snapshot.requests,
        requests_last_minute: snapshot.last_minute,
        limit_per_minute: upstream.requests_per_minute(),
        waiting: snapshot.waiting as u64,
        name,
        paused_until,
        circuit_open,
    }
}
