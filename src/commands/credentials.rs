//! Checks the keys of the data sources before the first item of a batch.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::timeout;

use crate::bootstrap;
use crate::commands::error::UsageError;
use crate::config::{BatchSettings, Config};
use domain::pricing::PriceRules;
use domain::upc::Upc;
use providers::{ConnectedProvider, ProviderError};

/// A barcode that every music database knows: Nirvana, Nevermind.
const PROBE_UPC: &str = "720642442524";

/// Time limit of the check. A service that is unavailable is a matter for the batch, which waits for it.
const CREDENTIAL_CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends one search to each provider whose key is set, all at the same time.
///
/// # Errors
/// Returns [`UsageError`] if a provider rejects its key: all items would fail for the same reason.
pub(super) async fn check_provider_keys(config: &Config) -> anyhow::Result<()> {
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    let clients = bootstrap::OutboundClients::from_config(config, &data_dir).await?;
    let (connected, _) = bootstrap::connect_providers(config, &clients)?;
    let uses_discogs_prices = config.section::<PriceRules>("pricing")?.uses_discogs;
    let mut with_key = Vec::new();
    for factory in providers::ALL {
        let settings = config.section::<providers::Settings>(&format!("providers.{}", factory.name))?;
        let Some(hint) = factory.key_hint.filter(|_| settings.key.is_some()) else { continue };
        let provider = connected.iter().find(|one| one.provider_names().any(|name| name == factory.name));
        // With a copy of its data and without its prices, a provider may not be asked at all.
        let provider = provider.filter(|one| uses_discogs_prices || !one.catalog.iter().any(|c| c.has_copy()));
        with_key.extend(provider.map(|provider| (provider, hint.variable)));
    }
    let checks = with_key.into_iter().map(|(provider, variable)| check_key(provider, variable));
    match join_all(checks).await.into_iter().flatten().next() {
        Some(message) => Err(UsageError(message).into()),
        None => Ok(()),
    }
}

async fn check_key(provider: &ConnectedProvider, variable: &str) -> Option<String> {
    let (catalog, upc) = (provider.catalog.as_ref()?, PROBE_UPC.parse::<Upc>().ok()?);
    match timeout(CREDENTIAL_CHECK_TIMEOUT, catalog.search_upcs(&[upc])).await {
        Ok(Err(error @ ProviderError::Refused { .. })) => {
            Some(format!("{error}\nNo item was processed. Correct {variable}, or remove it to work without a token."))
        }
        _ => None,
    }
}
