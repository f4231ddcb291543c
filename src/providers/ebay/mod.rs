//! EBay as a price guide: what others ask for the same item, and, for approved applications, what was paid for it.
//!
//! ```text
//! pressing ──question──> Ebay (signed, counted by the day) ──read──> Sample
//! ```
//!
//! Both go the way of [`crate::ebay`] and have no address, key or pace of their own. EBay's API licence may restrict
//! making prices from its data, so both are off until they are switched on (`docs/TERMS.md`).

mod browse;
mod insights;
mod question;
pub(super) mod read;

use std::time::Duration;

use serde_json::Value;

pub use browse::{EBAY_BROWSE, EbayBrowse};
pub use insights::{EBAY_INSIGHTS, EbayInsights};

pub(super) use browse::REGISTRATION as BROWSE;
pub(super) use insights::REGISTRATION as INSIGHTS;

use super::provider::{Keep, Unanswered};
use super::registration::Ways;
use crate::domain::provider::Provider;
use crate::ebay::{Ebay, EbayError, complaints};

/// A day: offers come and go, and 5,000 calls a day want to be used once each.
const KEEP: Keep = Keep { found: Duration::from_hours(24), not_found: Duration::from_hours(24) };

/// The way to eBay, or what lacks for it.
fn way(provider: &Provider, ways: &Ways<'_>) -> anyhow::Result<Ebay> {
    let lacks = || anyhow::anyhow!("providers.{provider}.on needs a keyset of eBay: set EBAY_APP_ID and EBAY_CERT_ID");
    ways.ebay.cloned().ok_or_else(lacks)
}

/// A bad filter is answered with unfiltered items and a warning. Every item is looked at again here, so the warning is
/// for the log only.
fn log_warnings(provider: &Provider, answer: &Value) {
    let warnings = complaints(answer, "warnings");
    if !warnings.is_empty() {
        let words = warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        tracing::warn!(%provider, words, "eBay warns of the question");
    }
}

/// Why there is no answer, under the name of who asked.
fn unanswered(provider: Provider, error: EbayError) -> Unanswered {
    let words = error.to_string();
    match error {
        EbayError::Http(error) => Unanswered::Http { provider, error },
        EbayError::Spent { until, .. } => Unanswered::Closed { provider, until: Some(until), words },
        // The counts lie on this machine, and eBay was not asked.
        EbayError::Allowance(_) => Unanswered::Closed { provider, until: None, words },
        EbayError::Unreadable { what } => Unanswered::Unreadable { provider, what },
        EbayError::NotSignedIn { .. }
        | EbayError::ConsentEnded { .. }
        | EbayError::Keyset { .. }
        | EbayError::Refused { .. } => Unanswered::Refused { provider, words },
    }
}
