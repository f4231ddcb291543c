//! eBay as a price guide: what others ask for the same item, and for approved applications what was paid for it.
//!
//! ```text
//! release ──query──> search ──EbayClient (authorized, counted per day)──> parse ──> Sample
//! ```
//!
//! Both use the client of [`ebay`] with its address, keyset and limits. eBay's API license may restrict pricing from its
//! data, so both are off by default (`docs/TERMS.md`).

mod browse;
mod insights;
pub(super) mod parse;
mod query;
mod search;

use std::time::Duration;

pub(super) use browse::BROWSE_FACTORY;
pub(super) use insights::INSIGHTS_FACTORY;

use super::provider::CacheTtl;
use super::registry::UpstreamClients;
use domain::provider::Provider;
use ebay::EbayClient;

/// The Browse API's name in settings and results.
pub const EBAY_BROWSE: Provider = Provider::from_static("ebay_browse");

/// The Marketplace Insights API's name in settings and results.
pub const EBAY_INSIGHTS: Provider = Provider::from_static("ebay_insights");

/// One day: offers change, and the 5,000 calls per day must not be spent twice on one item.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(24), not_found: Duration::from_hours(24) };

/// Returns the eBay client, or an error that says which settings are missing.
fn require_client(provider: &Provider, clients: &UpstreamClients<'_>) -> anyhow::Result<EbayClient> {
    let name = provider.as_str();
    let missing =
        || anyhow::anyhow!("providers.{name}.on needs an eBay developer keyset: set EBAY_APP_ID and EBAY_CERT_ID");
    clients.ebay.cloned().ok_or_else(missing)
}
