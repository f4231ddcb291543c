//! State shared by all jobs of a process.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::credential_check::CredentialCheck;
use super::item_photos::ItemPhotos;
use super::item_pipeline::Policies;
use super::provider_gateway::ProviderGateway;
use super::request_forecast::RequestForecast;
use super::result_storage::ResultStorage;
use domain::batch_estimate::ProviderInfo;
use domain::condition::Condition;
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
    /// Folder of the offline catalogs; `None` if they are off.
    pub catalog_folder: Option<PathBuf>,
    /// Storage for result files.
    pub results: ResultStorage,
    /// Maximum number of a job's items that are processed concurrently.
    pub concurrency: usize,
    /// Hints about missing settings, one sentence each.
    pub advice: Vec<String>,
    /// Tells the operator in one sentence what a batch waits for before its first item. The default only logs it.
    pub notify_wait: fn(&str),
}

impl AppContext {
    /// Returns the status of every service for items of this condition.
    pub fn upstream_statuses_for(&self, condition: Option<Condition>) -> Vec<UpstreamStatus> {
        let forecast = self.request_forecast(condition);
        self.upstreams.iter().map(|upstream| upstream_status(upstream, forecast)).collect()
    }

    /// Returns the configuration that determines the requests per item.
    fn request_forecast(&self, condition: Option<Condition>) -> RequestForecast {
        RequestForecast {
            has_discogs_copy: self.gateway.has_copy_of(DISCOGS.as_str()),
            has_musicbrainz_copy: self.gateway.has_copy_of(MUSICBRAINZ.as_str()),
            has_token: self.providers.iter().any(|one| one.name == DISCOGS.as_str() && one.has_key == Some(true)),
            uses_discogs_prices: self.policies.pricing.uses_discogs,
            shows_covers: self.policies.listing.stock_photos.objection(condition).is_none(),
        }
    }

    /// Returns a function that computes [`Self::upstream_statuses_for`] without borrowing the context.
    pub fn upstream_status_reader(
        &self,
        condition: Option<Condition>,
    ) -> impl Fn() -> Vec<UpstreamStatus> + Send + use<> {
        let (upstreams, forecast) = (self.upstreams.clone(), self.request_forecast(condition));
        move || upstreams.iter().map(|upstream| upstream_status(upstream, forecast)).collect()
    }
}

fn upstream_status(upstream: &UpstreamClient, forecast: RequestForecast) -> UpstreamStatus {
    let (snapshot, name) = (upstream.snapshot(), upstream.name().as_str().to_owned());
    let (paused_until, circuit_open) = match snapshot.circuit {
        CircuitState::Open { until } => (Some(until), true),
        CircuitState::Closed | CircuitState::HalfOpen => (snapshot.paused_until, false),
    };
    let (requests_per_item, requests_per_other_item) = forecast.for_service(&name).unzip();
    UpstreamStatus {
        requests_per_item: requests_per_item.unwrap_or_default(),
        requests_per_other_item,
        requests: snapshot.requests,
        requests_last_minute: snapshot.last_minute,
        limit_per_minute: upstream.requests_per_minute(),
        waiting: snapshot.waiting as u64,
        asked_upcs: snapshot.asked_upcs,
        unanswered_since: snapshot.longest_wait.and_then(time_before_now),
        failing_since: snapshot.longest_failure.and_then(time_before_now),
        name,
        paused_until,
        circuit_open,
    }
}

fn time_before_now(age: Duration) -> Option<Timestamp> {
    Timestamp::now().checked_sub(age).ok()
}
