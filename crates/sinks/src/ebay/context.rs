//! What every draft of a job at eBay shares.

use super::super::draft_sink::SinkError;
use super::account::Account;
use super::category_policies::CategoryPolicies;
use super::images::ImageHosting;
use super::inventory::InventorySink;
use super::retrying_client::RetryingClient;
use domain::job_spec::JobId;
use ebay::EbayError;
use store::journal::{Journal, SellerAccount};
use store::response_cache::ResponseCache;

/// One job's way to eBay's Inventory API.
pub(super) struct InventoryContext {
    pub(super) client: RetryingClient,
    /// Which eBay, and whose account there.
    pub(super) account_key: String,
    /// The same for the ledger, where a new sign-in is the same seller.
    pub(super) seller: SellerAccount,
    pub(super) journal: Journal,
    pub(super) response_cache: ResponseCache,
    pub(super) job: JobId,
    pub(super) account: Account,
    pub(super) rules: CategoryPolicies,
    pub(super) image_hosting: ImageHosting,
}

/// What a failed call means for the listings that it was for.
pub(super) fn sink_error(error: &EbayError) -> SinkError {
    let (sink, why) = (InventorySink::NAME, error.to_string());
    if error.is_terminal() {
        return SinkError::Unavailable { sink, why, until: error.retry_at() };
    }
    SinkError::Indeterminate { sink, why: format!("{why}; running the list again is safe") }
}
