//! What eBay holds of an item's drafts, beside what was sent. It reads and never writes; its calls count as all others.

use super::composed::{Composed, composed};
use super::steps::Rules;
use domain::batch::JobId;
use domain::comparison::Compared;
use domain::upc::Upc;
use ebay::{Ebay, EbayError};
use sinks::Inventory;
use sinks::ebay::{Shelf, seller};
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
pub async fn compare(
    journal: &Journal,
    ebay: Option<&Ebay>,
    rules: &Rules,
    job: &JobId,
    upc: Upc,
) -> Result<Vec<Compared>, CompareError> {
    let dossier = journal.dossiers(job, &[upc]).await?.pop();
    let dossier = dossier.ok_or_else(|| CompareError::NotListed(upc, job.clone()))?;
    let ebay = ebay.ok_or(CompareError::NoKeyset)?;
    let drafts = journal.ledger_of(&seller(ebay, journal).await, Inventory::SINK, upc).await?;
    if drafts.is_empty() {
        return Err(CompareError::NoDraft(upc));
    }
    let shelf = Shelf::of(ebay);
    let order = journal.job(job).await?.order;
    let listing = order.map(|order| composed(rules, &order, &dossier));
    let listing = match &listing {
        Some(Composed::Listing(listing)) => Some(listing.as_ref()),
        _ => None,
    };
    let mut all = Vec::new();
    for draft in drafts {
        all.push(shelf.compare(&draft.sku, draft.row, listing).await?);
    }
    Ok(all)
}
