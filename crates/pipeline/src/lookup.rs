//! Looks up a single barcode without a job or a sink.

use serde::Serialize;

use super::identify::identify_release;
use super::item_pipeline::{Policies, join_failures, provider_failures};
use super::provider_gateway::ProviderGateway;
use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::listing::{Listing, ListingInputs, MissingField, SellerTerms};
use domain::matching::Verdict;
use domain::pricing::PriceEstimate;
use domain::provider::ProviderFailure;
use domain::upc::Upc;

/// What the providers know about a UPC, with the listing composed from it.
#[derive(Clone, Debug, Serialize)]
pub struct LookupReport {
    pub verdict: Verdict,
    #[serde(rename = "appraisal")]
    pub price_estimate: Option<PriceEstimate>,
    pub artwork: Option<Artwork>,
    /// The listing that a batch would pass to its sink.
    pub listing: Option<Listing>,
    /// Fields that are missing for a listing.
    pub missing: Vec<MissingField>,
    /// Messages about providers that did not answer.
    #[serde(rename = "without")]
    pub unavailable_providers: Vec<ProviderFailure>,
}

/// Nothing was found, and at least one provider did not answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{upc}: {message}")]
pub struct NoProviderReached {
    upc: Upc,
    message: String,
}

/// Looks up a UPC.
///
/// # Errors
/// Returns [`NoProviderReached`] if nothing was found and at least one provider did not answer.
pub async fn lookup_upc(
    gateway: &ProviderGateway,
    upc: Upc,
    condition: Option<Condition>,
    policies: &Policies,
) -> Result<LookupReport, NoProviderReached> {
    let identified = identify_release(gateway, upc, None, &policies.matching).await;
    let identified =
        identified.map_err(|errors| NoProviderReached { upc, message: join_failures(&provider_failures(&errors)) })?;
    let mut report = LookupReport {
        unavailable_providers: provider_failures(&identified.provider_errors),
        verdict: identified.verdict,
        price_estimate: None,
        artwork: None,
        listing: None,
        missing: Vec::new(),
    };
    let Verdict::Matched { best_match, .. } = &report.verdict else { return Ok(report) };
    let objection = policies.listing.stock_photos.objection(condition);
    let ((price_estimate, price_errors), cover) = tokio::join!(
        gateway.estimate_price(best_match, condition, &policies.pricing),
        gateway.find_cover(best_match, &policies.artwork, objection)
    );
    let inputs =
        ListingInputs { upc, release: &best_match.release, price_estimate: &price_estimate, artwork: &cover.artwork };
    let terms = SellerTerms::for_copies(&policies.listing, condition.into(), 1);
    match Listing::compose(&inputs, &terms, policies.categories, policies.template) {
        Ok(listing) => report.listing = Some(listing),
        Err(missing) => report.missing = missing,
    }
    report.unavailable_providers.extend(provider_failures(&price_errors));
    report.unavailable_providers.extend(provider_failures(&cover.errors));
    (report.price_estimate, report.artwork) = (Some(price_estimate), Some(cover.shown));
    Ok(report)
}
