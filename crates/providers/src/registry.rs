//! The entry of a provider in the list, and a connected provider.

use std::path::Path;
use std::sync::Arc;

use super::provider::{CoverSource, PriceGuide, ReleaseCatalog};
use super::settings::Settings;
use domain::provider::Provider;
use ebay::EbayClient;
use upstream::{HttpClient, UpstreamClient};

/// The entry of a provider in [`super::ALL`].
pub struct ProviderFactory {
    /// Name in settings and results.
    pub name: Provider,
    /// What the provider has, in a few words.
    pub description: &'static str,
    /// The key that the service takes, if any.
    pub key_hint: Option<KeyHint>,
    /// Connects the provider with its settings.
    pub connect: fn(&Settings, &UpstreamClients<'_>) -> anyhow::Result<ConnectedProvider>,
}

/// The clients that a provider can use.
#[derive(Clone, Copy)]
pub struct UpstreamClients<'a> {
    /// The HTTP client.
    pub http: &'a HttpClient,
    /// The eBay client, if a keyset is set.
    pub ebay: Option<&'a EbayClient>,
    /// The folder of the offline catalogs, if they are on.
    pub catalog_folder: Option<&'a Path>,
}

/// A key of a service and its benefit.
#[derive(Clone, Copy, Debug)]
pub struct KeyHint {
    /// The environment variable.
    pub variable: &'static str,
    /// What the provider lacks without it, as the end of "lacks …".
    pub benefit: &'static str,
}

/// A connected provider.
#[derive(Clone)]
pub struct ConnectedProvider {
    /// Its releases, if it has any.
    pub catalog: Option<Arc<dyn ReleaseCatalog>>,
    /// Its prices, if it has any.
    pub price_guide: Option<Arc<dyn PriceGuide>>,
    /// Its covers, if it has any.
    pub cover_source: Option<Arc<dyn CoverSource>>,
    /// The upstream, for its state on screens. Providers of the same service share one, which has another name.
    pub upstream: UpstreamClient,
}

impl ConnectedProvider {
    /// Returns the names in its results and errors.
    pub fn provider_names(&self) -> impl Iterator<Item = Provider> {
        let catalog = self.catalog.iter().map(|part| part.provider());
        let price_guide = self.price_guide.iter().map(|part| part.provider());
        catalog.chain(price_guide).chain(self.cover_source.iter().map(|part| part.provider()))
    }
}
