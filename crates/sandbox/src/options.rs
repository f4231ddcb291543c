//! Options of the sandbox.

use std::time::Duration;

use super::ebay::EbayAccount;
use super::faults::FaultRule;
use domain::site::Site;

/// What the sandbox simulates, and how closely.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Port on 127.0.0.1; 0 selects a free port.
    pub port: u16,
    /// Whether requests above the documented limits are refused.
    pub enforce_limits: bool,
    /// Factor by which the time windows of the limits are shortened.
    pub speed: f64,
    /// Minimum duration of every response.
    pub latency: Duration,
    /// Faults to inject, each with its share of the responses.
    pub faults: Vec<FaultRule>,
    /// Seed that decides which responses the faults hit.
    pub seed: u64,
    /// Number of synthetic releases in addition to the catalog's.
    pub synthetic_releases: usize,
    /// Number of synthetic releases, from the first one, that Discogs blocks from sale.
    pub blocked_releases: usize,
    /// Number of synthetic releases, from the first one, that MusicBrainz does not link to Discogs.
    pub unlinked_releases: usize,
    /// Site where the seller lists. It determines the currency of the seller's Discogs account.
    pub site: Site,
    /// The seller's account at the simulated eBay.
    pub ebay_account: EbayAccount,
    /// Length of a day at the simulated eBay, after which the daily limits reset.
    pub ebay_day_length: Duration,
    /// Objects of the simulated Cloud Storage: bucket, name, content.
    pub objects: Vec<(String, String, Vec<u8>)>,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            port: 0,
            enforce_limits: true,
            speed: 1.0,
            latency: Duration::ZERO,
            faults: Vec::new(),
            seed: 1,
            synthetic_releases: 0,
            blocked_releases: 0,
            unlinked_releases: 0,
            site: Site::default(),
            ebay_account: EbayAccount::default(),
            ebay_day_length: Duration::from_hours(24),
            objects: vec![(
                "draft-maker-bucket".to_owned(),
                "upcs.txt".to_owned(),
                super::DEMO_LIST.as_bytes().to_vec(),
            )],
        }
    }
}
