//! The way of one barcode without a journal and without a market: for looking one up.

use serde::Serialize;

use super::gather::Gatherer;
use super::identify::identify;
use super::steps::Rules;
use domain::appraisal::Appraisal;
use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::listing::{Facts, Listing, Missing, Terms};
use domain::matching::Verdict;
use domain::upc::Upc;

/// Everything that is found out about a UPC.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    pub verdict: Verdict,
    pub appraisal: Option<Appraisal>,
    pub artwork: Option<Artwork>,
    /// What a batch would hand to a market.
    pub listing: Option<Listing>,
    pub missing: Vec<Missing>,
    /// Providers that could not answer, in their own words.
    pub without: Vec<String>,
}

/// No provider could answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{upc}: {words}")]
pub struct Unreached {
    upc: Upc,
    words: String,
}

/// Looks `upc` up.
///
/// # Errors
/// [`Unreached`] where nothing was found and at least one provider did not answer.
pub async fn inspect(
    gatherer: &Gatherer,
    upc: Upc,
    condition: Option<Condition>,
    rules: &Rules,
) -> Result<Inspection, Unreached> {
    let identified = identify(gatherer, upc, None, &rules.matching).await;
    let identified =
        identified.map_err(|unanswered| Unreached { upc, words: super::steps::words(&unanswered).join("; ") })?;
    let mut inspection = Inspection {
        without: super::steps::words(&identified.without),
        verdict: identified.verdict,
        appraisal: None,
        artwork: None,
        listing: None,
        missing: Vec::new(),
    };
    let Verdict::Matched { found, .. } = &inspection.verdict else { return Ok(inspection) };
    let ((appraisal, no_price), (artwork, no_cover)) =
        tokio::join!(gatherer.appraise(found, condition, &rules.pricing), gatherer.illustrate(found, &rules.artwork));
    let facts = Facts { upc, release: &found.release, appraisal: &appraisal, artwork: &artwork };
    let listing = &rules.listing;
    let terms =
        Terms { condition, condition_required: listing.condition_required, currency: listing.currency, copies: 1 };
    match Listing::compose(&facts, &terms, rules.categories, rules.template) {
        Ok(listing) => inspection.listing = Some(listing),
        Err(missing) => inspection.missing = missing,
    }
    inspection.without.extend(super::steps::words(&no_price).into_iter().chain(super::steps::words(&no_cover)));
    (inspection.appraisal, inspection.artwork) = (Some(appraisal), Some(artwork));
    Ok(inspection)
}
