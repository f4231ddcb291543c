//! Options of the sandbox.

use std::time::Duration;

use super::ebay::EbayAccount;
use super::faults::FaultRule;
use domain::site::Site;

/// What the sandbox simulates, and how faithfully.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Whether requests above the documented limits are refused.
    pub enforce_limits: bool,
    /// Speed-up of the time windows of the limits.
    pub speed: f64,
    /// Minimum duration of every response.
    pub latency: Duration,
    /// Injected faults and their share.
    pub faults: Vec<FaultRule>,
    /// Seed that decides which responses the faults hit.
    pub seed: u64,
    /// Number of synthetic releases in addition to the catalog's.
    pub synthetic_releases: usize,
    /// How many of the synthetic releases, from the first, Discogs blocks from sale.
    pub blocked_releases: usize,
    /// The eBay site on which the seller lists; the seller's Discogs account sells in its currency.
    pub site: Site,
    /// The seller's account at the simulated eBay.
    pub ebay_account: EbayAccount,
    /// Length of a day of the simulated eBay, after which its limits reset.
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
