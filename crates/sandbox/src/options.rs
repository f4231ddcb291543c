//! How the sandbox is to behave.

use std::time::Duration;

use super::ebay::EbayAccount;
use super::faults::FaultRule;

/// What is imitated, and how faithfully.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Whether requests above the documented limits are refused.
    pub enforce_limits: bool,
    /// The limits' minutes and seconds pass so many times faster.
    pub speed: f64,
    /// How long every answer takes at least.
    pub latency: Duration,
    /// What goes wrong, and how often.
    pub faults: Vec<FaultRule>,
    /// Decides which answers the faults hit.
    pub seed: u64,
    /// How many synthetic releases there are beside the table's.
    pub synthetic_releases: usize,
    /// The seller's account at the imitated eBay.
    pub ebay_account: EbayAccount,
    /// How long a day of the imitated eBay lasts; then its limits begin anew.
    pub ebay_day_length: Duration,
    /// The objects in the imitated Cloud Storage: bucket, name, content.
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
