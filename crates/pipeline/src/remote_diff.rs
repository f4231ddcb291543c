//! Compares eBay's drafts of a processed item with its listing, which is composed again. Writes nothing, but its calls
//! to eBay count against the limits.

use super::app_context::AppContext;
use super::item_pipeline::Policies;
use domain::draft_diff::DraftDiff;
use domain::item_details::ItemDetails;
use domain::job_spec::{JobId, JobSpec};
use domain::listing::{Listing, ListingInputs, MissingField, OwnPhoto};
use domain::matching::Verdict;
use domain::upc::Upc;
use ebay::EbayError;
use sinks::InventorySink;
use sinks::ebay::{DraftManager, identify_seller};
use store::StoreDatabaseError;
use store::journal::JournalError;

/// The listing composed from an item's recorded data.
#[derive(Clone, Debug, PartialEq)]
pub enum ListingPreview {
    Ready(Box<Listing>),
    /// Fields are missing for a listing.
    Missing(Vec<MissingField>),
    /// The item has no release, no price or no cover choice yet.
    Incomplete,
}

/// Composes the listing of an item with the current settings, which may differ from those of its batch. `photos` are
/// the seller's own, see [`ItemPhotos::own_photos`](crate::ItemPhotos::own_photos).
pub fn preview_listing(
    policies: &Policies,
    spec: &JobSpec,
    item: &ItemDetails,
    photos: Vec<OwnPhoto>,
) -> ListingPreview {
    let (Some(Verdict::Matched { best_match, .. }), Some(price_estimate), Some(artwork)) =
        (&item.verdict, &item.price_estimate, &item.artwork)
    else {
        return ListingPreview::Incomplete;
    };
    let inputs = ListingInputs { upc: item.input.upc, release: &best_match.release, price_estimate, artwork };
    // If copies are described differently, only the first group is shown.
    let groups = item.draft_groups(&spec.copy_defaults());
    let Some(group) = groups.first() else { return ListingPreview::Incomplete };
    match policies.compose_listing(&inputs, item, group, photos) {
        Ok(listing) => ListingPreview::Ready(Box::new(listing)),
        Err(missing) => ListingPreview::Missing(missing),
    }
}

/// The reason why the drafts of an item cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// The UPC is not in the job's list.
    #[error("{0} is not in the list of {1}")]
    NotListed(Upc, JobId),
    /// The ledger has no Inventory API draft of the item.
    #[error("{0} has no draft in eBay's inventory; drafts for Seller Hub are in the drafts file")]
    NoDraft(Upc),
    /// No eBay developer keyset is configured.
    #[error("no eBay developer keyset: set EBAY_APP_ID and EBAY_CERT_ID (docs/EBAY.md, step 1)")]
    NoKeyset,
    /// eBay did not answer.
    #[error("{}", .0.describe_with_service())]
    Ebay(#[from] EbayError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The photos cannot be read.
    #[error(transparent)]
    Photos(#[from] StoreDatabaseError),
}

/// Requests each draft of an item from eBay and compares it with what was sent and with the listing as composed now.
///
/// # Errors
/// Returns [`CompareError`] if a draft cannot be compared.
pub async fn compare_drafts(context: &AppContext, job: &JobId, upc: Upc) -> Result<Vec<DraftDiff>, CompareError> {
    let AppContext { journal, policies, photos, .. } = context;
    let details = journal.item_details(job, &[upc]).await?.pop();
    let details = details.ok_or_else(|| CompareError::NotListed(upc, job.clone()))?;
    let ebay = context.ebay.as_ref().ok_or(CompareError::NoKeyset)?;
    let seller = identify_seller(ebay, journal).await;
    let sink = ebay.site().ledger_name(InventorySink::NAME);
    let entries = journal.ledger_entries_for_upc(&seller, &sink, upc).await?;
    if entries.is_empty() {
        return Err(CompareError::NoDraft(upc));
    }
    let manager = DraftManager::new(ebay);
    let spec = journal.job_summary(job).await?.spec;
    let photos = photos.own_photos(upc).await?;
    let preview = spec.map(|spec| preview_listing(policies, &spec, &details, photos));
    let listing = match &preview {
        Some(ListingPreview::Ready(listing)) => Some(listing.as_ref()),
        _ => None,
    };
    let mut diffs = Vec::new();
    for entry in entries {
        diffs.push(manager.compare_draft(&entry.sku, entry.payload, listing).await?);
    }
    Ok(diffs)
}
