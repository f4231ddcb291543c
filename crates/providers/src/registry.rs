//! How a provider is listed, and what it brings once it is connected.

use std::sync::Arc;

use super::provider::{CoverSource, PriceGuide, ReleaseCatalog};
use super::settings::Settings;
use domain::provider::Provider;
use ebay::EbayClient;
use upstream::{HttpClient, UpstreamClient};

/// A provider's entry in the list of all.
pub struct ProviderFactory {
    pub name: Provider,
    /// What it is good for, in a few words.
    pub description: &'static str,
    /// The key that it takes, where it takes one.
    pub key_hint: Option<KeyHint>,
    /// Builds it from its settings.
    pub connect: fn(&Settings, &UpstreamClients<'_>) -> anyhow::Result<ConnectedProvider>,
}

/// The ways out that a provider can take.
#[derive(Clone, Copy)]
pub struct UpstreamClients<'a> {
    pub http: &'a HttpClient,
    /// Where a keyset of eBay is set.
    pub ebay: Option<&'a EbayClient>,
}

/// A key, and what the operator gains by it.
#[derive(Clone, Copy, Debug)]
pub struct KeyHint {
    /// The environment variable.
    pub variable: &'static str,
    /// What it adds, as the end of "with it, there is also …".
    pub benefit: &'static str,
}

/// A provider that can be asked.
#[derive(Clone)]
pub struct ConnectedProvider {
    pub catalog: Option<Arc<dyn ReleaseCatalog>>,
    pub price_guide: Option<Arc<dyn PriceGuide>>,
    pub cover_source: Option<Arc<dyn CoverSource>>,
    /// Its queue, for screens. Those who ask the same service share one, and its name is then none of theirs.
    pub upstream: UpstreamClient,
}

impl ConnectedProvider {
    /// The names under which it answers, and says that it does not.
    pub fn provider_names(&self) -> impl Iterator<Item = Provider> {
        let catalogue = self.catalog.iter().map(|part| part.provider());
        let guide = self.price_guide.iter().map(|part| part.provider());
        catalogue.chain(guide).chain(self.cover_source.iter().map(|part| part.provider()))
    }
}
