//! The way of one barcode without a journal and without a market: for looking one up.

use serde::Serialize;

use super::identify::identify_release;
use super::item_pipeline::Policies;
use super::provider_gateway::ProviderGateway;
use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::listing::{Listing, ListingInputs, MissingField, SellerTerms};
use domain::matching::Verdict;
use domain::pricing::PriceEstimate;
use domain::upc::Upc;

/// Everything that is found out about a UPC.
#[derive(Clone, Debug, Serialize)]
pub struct LookupReport {
    pub verdict: Verdict,
    #[serde(rename = "appraisal")]
    pub price_estimate: Option<PriceEstimate>,
    pub artwork: Option<Artwork>,
    /// What a batch would hand to a market.
    pub listing: Option<Listing>,
    pub missing: Vec<MissingField>,
    /// Providers that could not answer, in their own words.
    #[serde(rename = "without")]
    pub unavailable_providers: Vec<String>,
}

/// No provider could answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{upc}: {words}")]
pub struct NoProviderReached {
    upc: Upc,
    words: String,
}

/// Looks `upc` up.
///
/// # Errors
/// [`Unreached`] where nothing was found and at least one provider did not answer.
pub async fn lookup_upc(
    gateway: &ProviderGateway,
    upc: Upc,
    condition: Option<Condition>,
    rules: &Policies,
) -> Result<LookupReport, NoProviderReached> {
    let identified = identify_release(gateway, upc, None, &rules.matching).await;
    let identified = identified
        .map_err(|error| NoProviderReached { upc, words: super::item_pipeline::error_messages(&error).join("; ") })?;
    let mut report = LookupReport {
        unavailable_providers: super::item_pipeline::error_messages(&identified.provider_errors),
        verdict: identified.verdict,
        price_estimate: None,
        artwork: None,
        listing: None,
        missing: Vec::new(),
    };
    let Verdict::Matched { best_match: found, .. } = &report.verdict else { return Ok(report) };
    let ((price_estimate, no_price), (artwork, no_cover)) = tokio::join!(
        gateway.estimate_price(found, condition, &rules.pricing),
        gateway.find_cover(found, &rules.artwork)
    );
    let events = ListingInputs { upc, release: &found.release, price_estimate: &price_estimate, artwork: &artwork };
    let listing = &rules.listing;
    let terms = SellerTerms {
        condition,
        condition_required: listing.condition_required,
        currency: listing.currency,
        copies: 1,
    };
    match Listing::compose(&events, &terms, rules.categories, rules.template) {
        Ok(listing) => report.listing = Some(listing),
        Err(missing) => report.missing = missing,
    }
    report.unavailable_providers.extend(
        super::item_pipeline::error_messages(&no_price)
            .into_iter()
            .chain(super::item_pipeline::error_messages(&no_cover)),
    );
    (report.price_estimate, report.artwork) = (Some(price_estimate), Some(artwork));
    Ok(report)
}
