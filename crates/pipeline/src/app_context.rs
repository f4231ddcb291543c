//! What all jobs of a process share.

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
    /// Runs before the first item of a job.
    pub credential_check: CredentialCheck,
    pub policies: Policies,
    /// The services that are asked, one per name.
    pub upstreams: Vec<UpstreamClient>,
    /// The enabled providers, the most trusted one first.
    pub providers: Vec<ProviderInfo>,
    /// How lists are read.
    pub intake: input::Settings,
    /// Where result files are written.
    pub results: ResultStorage,
    /// Maximum number of items of one job that are processed at the same time.
    pub concurrency: usize,
    /// Settings that are missing and would help, a sentence each.
    pub advice: Vec<String>,
    /// Tells the operator in a sentence what a batch waits for before its first item; the default only logs it.
    pub report_wait: fn(&str),
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
        let listing = &self.policies.listing;
        RequestsPerItem::new(RequestForecast {
            has_discogs_copy: self.gateway.has_copy_of(DISCOGS.as_str()),
            has_musicbrainz_copy: self.gateway.has_copy_of(MUSICBRAINZ.as_str()),
            has_token,
            uses_discogs_prices: self.policies.pricing.uses_discogs,
            shows_covers: listing.stock_photos.objection(listing.condition).is_none(),
        })
    }

    /// Returns a function that reads [`Self::upstream_statuses`] and does not borrow the context.
    pub fn upstream_status_reader(&self) -> impl Fn() -> Vec<UpstreamStatus> + Send + use<> {
        let (upstreams, requests) = (self.upstreams.clone(), self.requests_per_item());
        move || upstreams.iter().map(|upstream| upstream_status(upstream, &requests)).collect()
    }
}

/// Requests per item to each service before a batch has figures of its own, as `benches/pipeline.rs` measures them.
struct RequestsPerItem([(&'static str, f64); 3]);

/// What the requests per item depend on.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not depend on each other")]
struct RequestForecast {
    /// A copy of Discogs' data is on this machine.
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
            // A search and a look-up of links for 25 barcodes.
            (false, true) => 0.09,
            // The search and a page.
            (false, false) => 1.05,
        };
        let discogs = match (setup.has_discogs_copy, setup.has_token) {
            (true, _) => price,
            (false, true) => 1.0 + price,
            // The page, which has a price, by the link of MusicBrainz.
            (false, false) => 1.0,
        };
        // The front cover, behind two redirects. A copy tells that there is one.
        let covers = if setup.has_musicbrainz_copy && !setup.shows_covers { 0.0 } else { 3.0 };
        Self([("musicbrainz", musicbrainz), ("discogs", discogs), ("coverartarchive", covers)])
    }

    fn of_service(&self, name: &str) -> f64 {
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
        requests_per_item: requests.of_service(&name),
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
