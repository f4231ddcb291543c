//! Checks whether an item for another sink already exists on eBay. A drafts file and the Listing API cannot be queried,
//! and the ledger covers one data folder; eBay's inventory contains the drafts of all data folders.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::draft_sink::InFlightGuard;
use super::bulk_response::PendingCause;
use super::offers;
use super::remote_items::{self, LISTING_BATCHES, MAX_BULK_ITEMS, RemoteItem};
use super::retrying_client::RetryingClient;
use domain::listing::Listing;
use domain::sku::Sku;
use ebay::EbayClient;
use upstream::batcher::Batcher;

/// For each SKU on eBay, the reason why no other sink may take it, or the reason why that is unknown. SKUs that do not
/// exist on eBay are absent.
type ConflictsBySku = BTreeMap<String, Result<String, String>>;

/// Checks up to 25 SKUs in one call.
pub(crate) struct DuplicateChecker {
    batcher: Batcher<Listing, Result<Option<String>, String>>,
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

    /// Returns the reason why no other sink may take a listing, if the item exists on eBay.
    ///
    /// # Errors
    /// Returns a message if eBay could not be queried.
    pub(crate) async fn find_conflict(&self, listing: &Listing) -> Result<Option<String>, String> {
        let without_reply = |_| "the request was canceled".to_owned();
        self.batcher.submit(listing.clone()).await.map_err(without_reply)?
    }
}

async fn check_listings(client: &RetryingClient, listings: &[Listing]) -> Vec<Result<Option<String>, String>> {
    let skus = listings.iter().flat_map(related_skus).map(|sku| sku.to_string()).collect::<BTreeSet<_>>();
    let skus = skus.into_iter().collect::<Vec<_>>();
    let mut conflicts = ConflictsBySku::new();
    for chunk in skus.chunks(MAX_BULK_ITEMS) {
        conflicts.extend(fetch_conflicts(client, chunk).await);
    }
    listings.iter().map(|listing| conflict_for(listing, &conflicts)).collect()
}

/// Returns the listing's own SKU, and the SKU of a draft of all copies, which includes this copy, with and without the
/// location, because that setting may have changed.
fn related_skus(listing: &Listing) -> [Sku; 3] {
    let at_location = Sku::for_draft(listing.upc(), 1, listing.location());
    [listing.sku().clone(), Sku::for_upc(listing.upc()), at_location]
}

fn conflict_for(listing: &Listing, conflicts: &ConflictsBySku) -> Result<Option<String>, String> {
    let related = related_skus(listing);
    let found = related.iter().filter_map(|sku| conflicts.get(sku.as_str())).collect::<Vec<_>>();
    match found.iter().find(|conflict| conflict.is_ok()).or(found.first()) {
        None => Ok(None),
        Some(Ok(message)) => Ok(Some(message.clone())),
        Some(Err(message)) => Err(message.clone()),
    }
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
            RemoteItem::Absent => None,
            RemoteItem::Unknown(_, message) => Some(Err(message)),
            RemoteItem::Present(_) => find_offer_conflict(client, sku).await,
        };
        conflicts.extend(conflict.map(|conflict| (sku.clone(), conflict)));
    }
    conflicts
}

/// Returns why the offers of a SKU conflict with another draft. An item without an offer does not conflict, because it
/// cannot be sold.
async fn find_offer_conflict(client: &RetryingClient, sku: &str) -> Option<Result<String, String>> {
    let offers = match offers::fetch_offers(client, sku).await {
        Ok(offers) => offers,
        Err(error) => return Some(Err(error.to_string())),
    };
    let first = offers.all_offers().next()?;
    let what = offers.find_live().map_or_else(
        || format!("eBay has offer {} for this item", first.id()),
        |live| format!("eBay has a listing of this item: {}", live.live_description()),
    );
    let why = "and a draft elsewhere would sell it twice";
    Some(Ok(format!("{what}, {why}; to give up a draft on eBay, run `draft-maker drafts --delete {sku}`")))
}
