//! State that the simulated services share.

use std::net::SocketAddr;
use std::sync::OnceLock;

use super::catalog::SandboxCatalog;
use super::counters::ServiceCounters;
use super::ebay::SandboxEbay;
use super::faults::FaultInjector;
use super::options::SandboxOptions;
use super::rate_window::RateWindow;
use super::storage::BucketStore;

/// State that the services share.
pub(super) struct SandboxState {
    pub(super) catalog: SandboxCatalog,
    pub(super) options: SandboxOptions,
    pub(super) counters: ServiceCounters,
    pub(super) fault_injector: FaultInjector,
    pub(super) rate_windows: ServiceRateWindows,
    pub(super) buckets: BucketStore,
    pub(super) ebay: SandboxEbay,
    pub(super) address: OnceLock<SocketAddr>,
}

/// The documented rate limits of the services.
pub(super) struct ServiceRateWindows {
    /// MusicBrainz reports its limit of one request per second as "22 per 20 seconds".
    pub(super) musicbrainz: RateWindow,
    pub(super) discogs_with_token: RateWindow,
    pub(super) discogs_without_token: RateWindow,
    pub(super) deezer: RateWindow,
    pub(super) itunes: RateWindow,
    pub(super) ebay_media: RateWindow,
}

impl SandboxState {
    pub(super) fn base_url(&self) -> String {
        self.address.get().map_or_else(String::new, |address| format!("http://{address}"))
    }
}
