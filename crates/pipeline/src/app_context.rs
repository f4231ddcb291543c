//! The parts that every job of a process shares: one memory, one way to each provider, and with it one pace.

use std::sync::Arc;

use super::item_pipeline::Policies;
use super::provider_gateway::ProviderGateway;
use domain::batch_estimate::ProviderInfo;
use ebay::EbayClient;
use store::journal::Journal;
use store::response_cache::ResponseCache;
use upstream::UpstreamClient;

/// What a process works with. Filled from the settings by whoever starts it.
pub struct AppContext {
    pub journal: Journal,
    pub response_cache: ResponseCache,
    /// Where a keyset of eBay is set.
    pub ebay: Option<EbayClient>,
    /// Which eBay is meant, also where no keyset is set.
    pub ebay_environment_id: String,
    pub gateway: Arc<ProviderGateway>,
    pub policies: Policies,
    /// The services that are asked, one for each name.
    pub upstreams: Vec<UpstreamClient>,
    /// The providers that are switched on, in the order of trust.
    pub providers: Vec<ProviderInfo>,
    /// How lists are read.
    pub intake: input::Settings,
    /// How many items of a job are worked on at the same time.
    pub concurrency: usize,
    /// What is not set and would help, a sentence each.
    pub advice: Vec<String>,
}
