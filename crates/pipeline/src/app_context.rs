//! State shared by all jobs of a process.

use std::sync::Arc;

use super::credential_check::CredentialCheck;
use super::item_photos::ItemPhotos;
use super::item_pipeline::Policies;
use super::provider_gateway::ProviderGateway;
use super::result_storage::ResultStorage;
use domain::batch_estimate::ProviderInfo;
use domain::upstream_status::UpstreamStatus;
use ebay::EbayClient;
use providers::{DISCOGS, MUSICBRAINZ};
use store::journal::Journal;
use store::response_cache::ResponseCache;
use upstream::{CircuitState, UpstreamClient};

/// State shared by all jobs of a process: the journal, the cache, and the clients with their rate limits. Built from
/// the settings at startup.
pub struct AppContext {
    pub journal: Journal,
    pub response_cache: ResponseCache,
    /// The seller's own photos.
    pub photos: ItemPhotos,
    /// `None` if no eBay developer keyset is configured.
    pub ebay: Option<EbayClient>,
    /// The eBay environment from the settings, also set if there is no keyset.
    pub ebay_environment_id: String,
    pub gateway: Arc<ProviderGateway>,
    /// Runs before the first item of a job.
    pub credential_check: CredentialCheck,
    pub policies: Policies,
    /// All services that receive requests, with unique names.
    pub upstreams: Vec<UpstreamClient>,
    /// The enabled providers, most trusted first.
    pub providers: Vec<ProviderInfo>,
    /// Settings for reading input lists.
    pub intake: input::Settings,
    /// Storage for result files.
    pub results: ResultStorage,
    /// Maximum number of a job's items that are processed concurrently.
    pub concurrency: usize,
    /// Hints about missing settings, one sentence each.
    pub advice: Vec<String>,
    /// Tells the operator in one sentence what a batch waits for before its first item. The default only logs it.
    pub report_wait: fn(&str),
}

impl AppContext {
    /// Returns the status of every service.
    pub fn upstream_statuses(&self) -> Vec<UpstreamStatus> {
        let requests = self.requests_per_item();
        self.upstreams.iter().map(|upstream| upstream_status(upstream, &requests)).collect()
    }

    /// Returns the expected requests per item for this configuration.
    fn requests_per_item(&self) -> RequestsPerItem {
        let has_token = self.providers.iter().any(|one| one.name == DISCOGS.as_str() && one.has_key == Some(true));
        let listing = &self.policies.listing;
        RequestsPerItem::new(RequestForecast {
            has_discogs_copy: self.gateway.has_copy_of(DISCOGS.as_str()),
            has_musicbrainz_copy: self.gateway.has_copy_of(MUSICBRAINZ.as_str()),
            has_token,
            uses_discogs_prices: self.policies.pricing.uses_discogs,
            shows_covers: listing.stock_photos.objection(listing.condition).is_none(),
        })
    }

    /// Returns a function that computes [`Self::upstream_statuses`] without borrowing the context.
    pub fn upstream_status_reader(&self) -> impl Fn() -> Vec<UpstreamStatus> + Send + use<> {
        let (upstreams, requests) = (self.upstreams.clone(), self.requests_per_item());
        move || upstreams.iter().map(|upstream| upstream_status(upstream, &requests)).collect()
    }
}

/// Expected requests per item to each service, as measured by `benches/pipeline.rs`. Used until a batch has its own
/// figures.
struct RequestsPerItem([(&'static str, f64); 3]);

/// The configuration that determines the requests per item.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not depend on each other")]
struct RequestForecast {
    /// An offline copy of Discogs' data is on this machine.
    has_discogs_copy: bool,
    has_musicbrainz_copy: bool,
    /// A Discogs token is set.
    has_token: bool,
    uses_discogs_prices: bool,
    /// Listings show a cover by default.
    shows_covers: bool,
}

impl RequestsPerItem {
    fn new(setup: RequestForecast) -> Self {
        let price = if setup.uses_discogs_prices { 1.0 } else { 0.0 };
        let musicbrainz = match (setup.has_musicbrainz_copy, setup.has_discogs_copy) {
            (true, _) => 0.0,
            // One search and one lookup of links for 25 barcodes.
            (false, true) => 0.09,
            // The search and a release page.
            (false, false) => 1.05,
        };
        let discogs = match (setup.has_discogs_copy, setup.has_token) {
            (true, _) => price,
            (false, true) => 1.0 + price,
            // The release page, which includes a price, found through a link from MusicBrainz.
            (false, false) => 1.0,
        };
        // The front cover, after two redirects. An offline copy tells whether a cover exists.
        let covers = if setup.has_musicbrainz_copy && !setup.shows_covers { 0.0 } else { 3.0 };
        Self([("musicbrainz", musicbrainz), ("discogs", discogs), ("coverartarchive", covers)])
    }

    fn for_service(&self, name: &str) -> f64 {
        self.0.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, count)| *count)
    }
}

fn upstream_status(upstream: &UpstreamClient, requests: &RequestsPerItem) -> UpstreamStatus {
    let (snapshot, name) = (upstream.snapshot(), upstream.name().as_str().to_owned());
    let (paused_until, circuit_open) = match snapshot.circuit {
        CircuitState::Open { until } => (Some(until), true),
        CircuitState::Closed | CircuitState::HalfOpen => (snapshot.paused_until, false),
    };
    UpstreamStatus {
        requests_per_item: requests.for_service(&name),
        requests: snapshot.requests,
        requests_last_minute: snapshot.last_minute,
        limit_per_minute: upstream.requests_per_minute(),
        waiting: snapshot.waiting as u64,
        asked_upcs: snapshot.asked_upcs,
        name,
        paused_until,
        circuit_open,
    }
}
