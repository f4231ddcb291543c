//! What eBay holds of an item's drafts, beside what was sent. It reads and never writes; its calls count as all others.

use super::item_pipeline::Policies;
use super::listing_preview::{ListingPreview, preview_listing};
use domain::draft_diff::DraftDiff;
use domain::job_spec::JobId;
use domain::upc::Upc;
use ebay::{EbayClient, EbayError};
use sinks::InventorySink;
use sinks::ebay::{DraftManager, identify_seller};
use store::journal::{Journal, JournalError};

/// Why nothing can be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    #[error("{0} is not in the list of {1}")]
    NotListed(Upc, JobId),
    #[error("{0} has no draft at eBay's Inventory API; what went into a file stands in the file")]
    NoDraft(Upc),
    #[error("no keyset: set EBAY_APP_ID and EBAY_CERT_ID (developer.ebay.com)")]
    NoKeyset,
    #[error("eBay: {0}")]
    Ebay(#[from] EbayError),
    #[error("{0}")]
    Journal(#[from] JournalError),
}

/// Asks eBay for each draft of an item.
///
/// # Errors
/// [`CompareError`].
pub async fn compare_drafts(
    journal: &Journal,
    ebay: Option<&EbayClient>,
    rules: &Policies,
    job: &JobId,
    upc: Upc,
) -> Result<Vec<DraftDiff>, CompareError> {
    let details = journal.item_details(job, &[upc]).await?.pop();
    let details = details.ok_or_else(|| CompareError::NotListed(upc, job.clone()))?;
    let ebay = ebay.ok_or(CompareError::NoKeyset)?;
    let drafts =
        journal.ledger_entries_for_upc(&identify_seller(ebay, journal).await, InventorySink::NAME, upc).await?;
    if drafts.is_empty() {
        return Err(CompareError::NoDraft(upc));
    }
    let manager = DraftManager::new(ebay);
    let spec = journal.job_summary(job).await?.spec;
    let listing = spec.map(|spec| preview_listing(rules, &spec, &details));
    let listing = match &listing {
        Some(ListingPreview::Ready(listing)) => Some(listing.as_ref()),
        _ => None,
    };
    let mut all = Vec::new();
    for draft in drafts {
        all.push(manager.compare_draft(&draft.sku, draft.payload, listing).await?);
    }
    Ok(all)
}
