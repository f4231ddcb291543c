//! What all jobs of a process share.

use std::sync::Arc;

use super::item_pipeline::Policies;
use super::provider_gateway::ProviderGateway;
use domain::batch_estimate::ProviderInfo;
use domain::upstream_status::UpstreamStatus;
use ebay::EbayClient;
use store::journal::Journal;
use store::response_cache::ResponseCache;
use upstream::{CircuitState, UpstreamClient};

/// Requests per item to each service, as `benches/gatherer.rs` measures them; the figures of a run replace them.
const REQUESTS_PER_ITEM: [(&str, f64); 3] = [("musicbrainz", 1.04), ("discogs", 3.0), ("coverartarchive", 5.0)];

/// What all jobs of a process share: the journal, the cache, the clients and with them the rate limits. Built from the
/// settings at startup.
pub struct AppContext {
    pub journal: Journal,
    pub response_cache: ResponseCache,
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
        self.upstreams.iter().map(upstream_status).collect()
    }

    /// Returns a function that reads [`Self::upstream_statuses`] and does not borrow the context.
    pub fn upstream_status_reader(&self) -> impl Fn() -> Vec<UpstreamStatus> + Send + use<> {
        let upstreams = self.upstreams.clone();
        move || upstreams.iter().map(upstream_status).collect()
    }
}

fn upstream_status(upstream: &UpstreamClient) -> UpstreamStatus {
    let (snapshot, name) = (upstream.snapshot(), upstream.name().to_string());
    let (paused_until, circuit_open) = match snapshot.circuit {
        CircuitState::Open { until } => (Some(until), true),
        CircuitState::Closed | CircuitState::HalfOpen => (snapshot.paused_until, false),
    };
    UpstreamStatus {
        requests_per_item: REQUESTS_PER_ITEM.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, count)| *count),
        requests: snapshot.requests,
        requests_last_minute: snapshot.last_minute,
        limit_per_minute: upstream.requests_per_minute(),
        waiting: snapshot.waiting as u64,
        name,
        paused_until,
        circuit_open,
    }
}
