//! Checks the keys of the data sources and of eBay before the first item: an invalid key would fail every item.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::timeout;

use domain::upc::Upc;
use ebay::{EbayClient, EbayError, TokenKind};
use providers::{ProviderError, ReleaseCatalog};

/// A barcode in every music database: Nirvana, Nevermind.
pub const PROBE_UPC: &str = "720642442524";

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
    /// Catalogs with a configured key, and the environment variable of the key.
    keys: Vec<(Arc<dyn ReleaseCatalog>, &'static str)>,
    /// The eBay client used for prices; `None` if prices do not come from eBay.
    price_client: Option<EbayClient>,
    are_keys_accepted: AtomicBool,
}

impl CredentialCheck {
    /// Creates a check of the keys of these catalogs, and of eBay's keyset if prices come from eBay.
    pub fn new(keys: Vec<(Arc<dyn ReleaseCatalog>, &'static str)>, price_client: Option<EbayClient>) -> Self {
        Self { keys, price_client, are_keys_accepted: AtomicBool::new(false) }
    }

    /// Checks the keys concurrently. If items are looked up, sends one search to each catalog with a key. Requests a
    /// token from eBay if prices come from eBay or drafts are created with `draft_client`.
    ///
    /// # Errors
    /// Returns [`RejectedCredential`] for the first rejected key. A service that does not answer is not an error.
    pub async fn check(&self, draft_client: Option<&EbayClient>, needs_lookup: bool) -> Result<(), RejectedCredential> {
        let ebay = draft_client.or(self.price_client.as_ref().filter(|_| needs_lookup));
        let keys = async { if needs_lookup { self.check_keys().await } else { Ok(()) } };
        let (keys, keyset) = tokio::join!(keys, check_keyset(ebay));
        keys.and(keyset)
    }

    async fn check_keys(&self) -> Result<(), RejectedCredential> {
        if self.are_keys_accepted.load(Ordering::Relaxed) {
            return Ok(());
        }
        let checks = self.keys.iter().map(|(catalog, variable)| check_key(catalog.as_ref(), variable));
        let answered = join_all(checks).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        self.are_keys_accepted.store(answered.into_iter().all(|answered| answered), Ordering::Relaxed);
        Ok(())
    }
}

/// Returns whether the service answered.
async fn check_key(catalog: &dyn ReleaseCatalog, variable: &'static str) -> Result<bool, RejectedCredential> {
    let Ok(upc) = PROBE_UPC.parse::<Upc>() else { return Ok(true) };
    match timeout(CREDENTIAL_CHECK_TIMEOUT, catalog.search_upcs(&[upc])).await {
        Ok(Err(error)) if error.is_refusal() => Err(RejectedCredential::ProviderKey { error, variable }),
        Ok(Err(_)) | Err(_) => Ok(false),
        Ok(Ok(_)) => Ok(true),
    }
}

async fn check_keyset(client: Option<&EbayClient>) -> Result<(), RejectedCredential> {
    let Some(client) = client else { return Ok(()) };
    match timeout(CREDENTIAL_CHECK_TIMEOUT, client.tokens().valid_token(TokenKind::Application)).await {
        Ok(Err(error @ EbayError::KeysetRejected { .. })) => Err(RejectedCredential::EbayKeyset { error }),
        _ => Ok(()),
    }
}
