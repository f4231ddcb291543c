//! Provider factories for the list of providers, and connected providers.

use std::path::Path;
use std::sync::Arc;

use super::provider::{CoverSource, PriceGuide, ReleaseCatalog};
use super::settings::Settings;
use domain::provider::Provider;
use ebay::{Api, EbayClient};
use upstream::{HttpClient, UpstreamClient};

/// The entry for a provider in [`super::ALL`].
pub struct ProviderFactory {
    /// Name in settings and results.
    pub name: Provider,
    /// Short description of the provider's data.
    pub description: &'static str,
    /// The key that the service accepts, if any.
    pub key_hint: Option<KeyHint>,
    /// Connects the provider using its settings.
    pub connect: fn(&Settings, &UpstreamClients<'_>) -> anyhow::Result<ConnectedProvider>,
}

/// The clients and the folder that a provider may use.
#[derive(Clone, Copy)]
pub struct UpstreamClients<'a> {
    /// The HTTP client.
    pub http: &'a HttpClient,
    /// The eBay client; `None` if no keyset is configured.
    pub ebay: Option<&'a EbayClient>,
    /// Folder of the offline catalogs; `None` if they are off.
    pub catalog_folder: Option<&'a Path>,
}

/// A service's key and the benefit of setting it.
#[derive(Clone, Copy, Debug)]
pub struct KeyHint {
    /// Environment variable of the key.
    pub variable: &'static str,
    /// What is missing without the key, to complete the message "lacks …".
    pub benefit: &'static str,
}

/// A connected provider with the data that it offers.
#[derive(Clone)]
pub struct ConnectedProvider {
    /// Source of releases, if any.
    pub catalog: Option<Arc<dyn ReleaseCatalog>>,
    /// Source of prices, if any.
    pub price_guide: Option<Arc<dyn PriceGuide>>,
    /// Source of covers, if any.
    pub cover_source: Option<Arc<dyn CoverSource>>,
    /// The upstream client, which also provides the status for screens. Providers of the same service share a client
    /// with another name.
    pub upstream: UpstreamClient,
    /// Set if the provider is an API of eBay, which needs a token and has a daily limit.
    pub ebay_api: Option<Api>,
}

impl ConnectedProvider {
    /// Returns the provider names used in results and errors.
    pub fn provider_names(&self) -> impl Iterator<Item = Provider> {
        let catalog = self.catalog.iter().map(|part| part.provider());
        let price_guide = self.price_guide.iter().map(|part| part.provider());
        catalog.chain(price_guide).chain(self.cover_source.iter().map(|part| part.provider()))
    }
}
