//! Checks whether an item for another sink already exists on eBay. A drafts file and the Listing API cannot be queried,
//! and the ledger covers one data folder; eBay's inventory contains the drafts of all data folders.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::draft_sink::{DraftResult, InFlightGuard, SinkError};
use super::bulk_response::PendingCause;
use super::offers;
use super::remote_items::{self, LISTING_BATCHES, MAX_BULK_ITEMS, RemoteItem};
use super::retrying_client::RetryingClient;
use domain::listing::Listing;
use domain::sku::Sku;
use ebay::EbayClient;
use store::journal::{Journal, JournalError, SellerAccount};
use upstream::batcher::Batcher;

/// Whether another sink may take an item. The texts are for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InventoryConflict {
    None,
    /// The reason why no other sink may take the item: it exists on eBay.
    Found(String),
    /// The reason why eBay could not be queried.
    Unknown(String),
}

/// Conflicts of the SKUs that exist on eBay.
type ConflictsBySku = BTreeMap<String, InventoryConflict>;

/// Checks up to 25 SKUs in one call.
pub(crate) struct DuplicateChecker {
    batcher: Batcher<Listing, InventoryConflict>,
}

impl DuplicateChecker {
    /// Creates a checker for the signed-in seller.
    pub(crate) fn new(ebay: EbayClient) -> Self {
        let client = RetryingClient::new(ebay, Duration::ZERO);
        let batcher = Batcher::spawn(LISTING_BATCHES, move |listings: Vec<Listing>| {
            let client = client.clone();
            async move { check_listings(&client, &listings).await }
        });
        Self { batcher }
    }

    pub(crate) fn track_in_flight(&self) -> InFlightGuard {
        self.batcher.expect_request().into()
    }

    pub(crate) fn flush_pending(&self) {
        self.batcher.flush();
    }

    /// Checks whether another sink may take a listing. A SKU in the ledger was checked when it was claimed, and is not
    /// checked again.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the ledger cannot be read.
    pub(crate) async fn find_conflict(
        &self,
        listing: &Listing,
        journal: &Journal,
        seller: &SellerAccount,
    ) -> Result<InventoryConflict, JournalError> {
        if journal.find_ledger_sink(seller, listing.sku()).await?.is_some() {
            return Ok(InventoryConflict::None);
        }
        let without_reply = |_| InventoryConflict::Unknown("the request was canceled".to_owned());
        Ok(self.batcher.submit(listing.clone()).await.unwrap_or_else(without_reply))
    }
}

impl InventoryConflict {
    /// Creates a draft with `create` unless eBay has the item. If that is unknown, the result gets a note that begins
    /// with `unchecked`.
    pub(crate) async fn guard_creation(
        self,
        unchecked: &str,
        create: impl Future<Output = Result<DraftResult, SinkError>>,
    ) -> Result<DraftResult, SinkError> {
        match self {
            Self::None => create.await,
            Self::Found(reason) => Ok(DraftResult::Rejected(reason)),
            Self::Unknown(message) => Ok(create.await?.with_note(&format!("{unchecked}: {message}"))),
        }
    }
}

async fn check_listings(client: &RetryingClient, listings: &[Listing]) -> Vec<InventoryConflict> {
    let skus = listings.iter().flat_map(related_skus).map(|sku| sku.to_string()).collect::<BTreeSet<_>>();
    let skus = skus.into_iter().collect::<Vec<_>>();
    let mut conflicts = ConflictsBySku::new();
    for chunk in skus.chunks(MAX_BULK_ITEMS) {
        conflicts.extend(fetch_conflicts(client, chunk).await);
    }
    listings.iter().map(|listing| conflict_for(listing, &conflicts)).collect()
}

/// Returns the listing's own SKU, and the SKU of a draft of all copies, which includes this copy, with and without the
/// location, because that setting may have changed. For a lot, also the SKUs of its items.
fn related_skus(listing: &Listing) -> Vec<Sku> {
    let at_location = Sku::for_draft(listing.upc(), 1, listing.location());
    let mut skus = vec![listing.sku().clone(), Sku::for_upc(listing.upc()), at_location];
    skus.extend_from_slice(listing.lot_skus());
    skus
}

fn conflict_for(listing: &Listing, conflicts: &ConflictsBySku) -> InventoryConflict {
    let related = related_skus(listing);
    let found = related.iter().filter_map(|sku| conflicts.get(sku.as_str())).collect::<Vec<_>>();
    let certain = found.iter().find(|conflict| matches!(conflict, InventoryConflict::Found(_)));
    certain.or(found.first()).map_or(InventoryConflict::None, |conflict| (*conflict).clone())
}

async fn fetch_conflicts(client: &RetryingClient, skus: &[String]) -> ConflictsBySku {
    let sku_texts = skus.iter().map(String::as_str).collect::<Vec<_>>();
    let items = match remote_items::fetch_items(client, &sku_texts).await {
        Ok(items) => items,
        Err(error) => vec![RemoteItem::Unknown(PendingCause::Fault, error.to_string()); skus.len()],
    };
    let mut conflicts = ConflictsBySku::new();
    for (sku, item) in skus.iter().zip(items) {
        let conflict = match item {
            RemoteItem::Absent => continue,
            RemoteItem::Unknown(_, message) => InventoryConflict::Unknown(message),
            RemoteItem::Present(_) => find_offer_conflict(client, sku).await,
        };
        conflicts.insert(sku.clone(), conflict);
    }
    conflicts
}

/// Returns why the offers of a SKU conflict with another draft. An item without an offer does not conflict, because it
/// cannot be sold.
async fn find_offer_conflict(client: &RetryingClient, sku: &str) -> InventoryConflict {
    let offers = match offers::fetch_offers(client, sku).await {
        Ok(offers) => offers,
        Err(error) => return InventoryConflict::Unknown(error.to_string()),
    };
    let Some(first) = offers.all_offers().next() else { return InventoryConflict::None };
    let what = offers.find_live().map_or_else(
        || format!("eBay has offer {} for this item", first.id()),
        |live| format!("eBay has a listing of this item: {}", live.live_description()),
    );
    let why = "and a draft elsewhere would sell it twice";
    InventoryConflict::Found(format!(
        "{what}, {why}; to give up a draft on eBay, run `draft-maker drafts --delete {sku}`"
    ))
}
