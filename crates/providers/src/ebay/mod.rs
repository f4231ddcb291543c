//! eBay as a price guide: asking prices for the same item and, for approved applications, sold prices.
//!
//! ```text
//! release ──query──> search ──EbayClient (authorized, counted per day)──> parse ──> Sample
//! ```
//!
//! Both use the client of [`ebay`] with its address, keyset and limits. eBay's API license may restrict pricing based
//! on its data, so both are off by default (`docs/TERMS.md`).

mod browse;
mod insights;
mod offer_title;
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

/// Name of the Browse API in settings and results.
pub const EBAY_BROWSE: Provider = Provider::from_static("ebay_browse");

/// Name of the Marketplace Insights API in settings and results.
pub const EBAY_INSIGHTS: Provider = Provider::from_static("ebay_insights");

/// One day: offers change, but the 5,000 calls per day must not be spent twice on an item.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(24), not_found: Duration::from_hours(24) };

/// Returns the eBay client, or an error that names the missing settings.
fn require_client(provider: &Provider, clients: &UpstreamClients<'_>) -> anyhow::Result<EbayClient> {
    let name = provider.as_str();
    let missing =
        || anyhow::anyhow!("providers.{name}.on needs an eBay developer keyset: set EBAY_APP_ID and EBAY_CERT_ID");
    clients.ebay.cloned().ok_or_else(missing)
}
