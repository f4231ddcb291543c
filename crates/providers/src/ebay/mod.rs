//! EBay as a price guide: what others ask for the same item, and, for approved applications, what was paid for it.
//!
//! ```text
//! pressing ──question──> search ──Ebay (signed, counted by the day)──> read ──> Sample
//! ```
//!
//! Both go the way of [`ebay`] and have no address, key or pace of their own. EBay's API licence may restrict
//! making prices from its data, so both are off until they are switched on (`docs/TERMS.md`).

mod browse;
mod insights;
pub(super) mod parse;
mod query;
mod search;

use std::time::Duration;

pub use browse::EbayBrowse;
pub use insights::EbayInsights;

pub(super) use browse::FACTORY as BROWSE;
pub(super) use insights::FACTORY as INSIGHTS;

use super::provider::CacheTtl;
use super::registry::UpstreamClients;
use domain::provider::Provider;
use ebay::EbayClient;

/// The Browse API's name in settings and results.
pub const EBAY_BROWSE: Provider = Provider::from_static("ebay_browse");

/// The Marketplace Insights API's name in settings and results.
pub const EBAY_INSIGHTS: Provider = Provider::from_static("ebay_insights");

/// A day: offers come and go, and 5,000 calls a day want to be used once each.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(24), not_found: Duration::from_hours(24) };

/// The way to eBay, or what lacks for it.
fn require_client(provider: &Provider, clients: &UpstreamClients<'_>) -> anyhow::Result<EbayClient> {
    let lacks = || anyhow::anyhow!("providers.{provider}.on needs a keyset of eBay: set EBAY_APP_ID and EBAY_CERT_ID");
    clients.ebay.cloned().ok_or_else(lacks)
}
