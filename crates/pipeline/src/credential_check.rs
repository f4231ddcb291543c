//! Checks the keys of the data sources and of eBay before the first item: an invalid key would fail every item.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::timeout;

use domain::provider::Provider;
use domain::upc::Upc;
use ebay::{EbayClient, EbayError, TokenKind};
use providers::ProviderError;

use super::provider_gateway::ProviderGateway;

/// Time limit of the check. If a service is unavailable, the batch waits for it later.
const CREDENTIAL_CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// A service rejected its key.
#[derive(Debug, thiserror::Error)]
pub enum RejectedCredential {
    #[error("{error}\nNo item was processed. Correct {variable}, or remove it to work without a token.")]
    ProviderKey { error: ProviderError, variable: &'static str },
    #[error(
        "{error}\nNo item was processed. If you remove EBAY_APP_ID and EBAY_CERT_ID, drafts go to a file for Seller Hub."
    )]
    EbayKeyset { error: EbayError },
}

/// Checks the configured keys until they have been accepted once.
#[derive(Default)]
pub struct CredentialCheck {
    /// Providers with a configured key, and the environment variable of the key.
    keys: Vec<(Provider, &'static str)>,
    /// The eBay client used for prices; `None` if prices do not come from eBay.
    price_client: Option<EbayClient>,
    are_keys_accepted: AtomicBool,
}

impl CredentialCheck {
    /// Creates a check of the keys of these providers, and of eBay's keyset if prices come from eBay.
    pub const fn new(keys: Vec<(Provider, &'static str)>, price_client: Option<EbayClient>) -> Self {
        Self { keys, price_client, are_keys_accepted: AtomicBool::new(false) }
    }

    /// Checks the keys concurrently. `items` are the first items that will be looked up; empty if none. Each provider
    /// with a key gets one request that these items need in any case. Requests a token from eBay if prices come from
    /// eBay or drafts are created with `draft_client`.
    ///
    /// # Errors
    /// Returns [`RejectedCredential`] for the first rejected key. A service that does not answer is not an error.
    pub async fn check(
        &self,
        gateway: &Arc<ProviderGateway>,
        draft_client: Option<&EbayClient>,
        items: &[Upc],
    ) -> Result<(), RejectedCredential> {
        let ebay = draft_client.or(self.price_client.as_ref().filter(|_| !items.is_empty()));
        let keys = async { if items.is_empty() { Ok(()) } else { self.check_keys(gateway, items).await } };
        let (keys, keyset) = tokio::join!(keys, check_keyset(ebay));
        keys.and(keyset)
    }

    async fn check_keys(&self, gateway: &Arc<ProviderGateway>, items: &[Upc]) -> Result<(), RejectedCredential> {
        if self.are_keys_accepted.load(Ordering::Relaxed) {
            return Ok(());
        }
        let gateway = gateway.for_new_job();
        let checks = self.keys.iter().map(|(provider, variable)| check_key(&gateway, provider, variable, items));
        let answered = join_all(checks).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        self.are_keys_accepted.store(answered.into_iter().all(|answered| answered), Ordering::Relaxed);
        Ok(())
    }
}

/// Returns whether the service answered.
async fn check_key(
    gateway: &ProviderGateway,
    provider: &Provider,
    variable: &'static str,
    items: &[Upc],
) -> Result<bool, RejectedCredential> {
    let Some(catalog) = gateway.catalogs().iter().find(|catalog| catalog.provider() == *provider) else {
        return Ok(true);
    };
    let request = Box::pin(gateway.send_needed_request(catalog.as_ref(), items));
    match timeout(CREDENTIAL_CHECK_TIMEOUT, request).await {
        Ok(Err(error)) if error.is_refusal() => Err(RejectedCredential::ProviderKey { error, variable }),
        Ok(Err(_)) | Err(_) => Ok(false),
        Ok(Ok(())) => Ok(true),
    }
}

async fn check_keyset(client: Option<&EbayClient>) -> Result<(), RejectedCredential> {
    let Some(client) = client else { return Ok(()) };
    match timeout(CREDENTIAL_CHECK_TIMEOUT, client.tokens().valid_token(TokenKind::Application)).await {
        Ok(Err(error @ EbayError::KeysetRejected { .. })) => Err(RejectedCredential::EbayKeyset { error }),
        _ => Ok(()),
    }
}
