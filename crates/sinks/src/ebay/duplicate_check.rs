//! Does eBay hold a draft already of what is to go another way? A drafts file and the Listing API have no memory, and
//! our ledger knows one data folder; eBay's inventory knows them all.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::draft_sink::InFlightGuard;
use super::batcher::{ListingBatcher, MAX_BATCH_LISTINGS};
use super::offers;
use super::remote_items::{self, RemoteItem};
use super::retrying_client::RetryingClient;
use domain::listing::Listing;
use domain::sku::Sku;
use ebay::EbayClient;

/// For each SKU why it may not go another way, or why that is not known; none for one that eBay does not hold.
type ConflictsBySku = BTreeMap<String, Result<String, String>>;

/// Asks for up to 25 SKUs in one call.
pub(crate) struct DuplicateChecker {
    batcher: ListingBatcher<Result<Option<String>, String>>,
}

impl DuplicateChecker {
    /// Of the seller who is signed in.
    pub(crate) fn new(ebay: EbayClient) -> Self {
        let line = RetryingClient::new(ebay, Duration::ZERO);
        let batcher = ListingBatcher::spawn_worker(move |listings| {
            let line = line.clone();
            async move { check_listings(&line, &listings).await }
        });
        Self { batcher }
    }

    pub(crate) fn track_in_flight(&self) -> InFlightGuard {
        self.batcher.track_in_flight()
    }

    pub(crate) fn flush_pending(&self) {
        self.batcher.flush_pending();
    }

    /// Why a listing may go no other way, where eBay holds the item.
    ///
    /// # Errors
    /// In words, where eBay could not be asked.
    pub(crate) async fn find_conflict(&self, listing: &Listing) -> Result<Option<String>, String> {
        self.batcher.submit(listing.clone()).await.unwrap_or_else(|| Err("the question was given up".to_owned()))
    }
}

async fn check_listings(line: &RetryingClient, listings: &[Listing]) -> Vec<Result<Option<String>, String>> {
    let skus = listings.iter().flat_map(related_skus).map(|sku| sku.to_string()).collect::<BTreeSet<_>>();
    let skus = skus.into_iter().collect::<Vec<_>>();
    let mut found = ConflictsBySku::new();
    for some in skus.chunks(MAX_BATCH_LISTINGS) {
        found.extend(fetch_conflicts(line, some).await);
    }
    listings.iter().map(|listing| conflict_for(listing, &found)).collect()
}

/// Its own, and that of all copies together: a draft of those stands for this copy too.
fn related_skus(listing: &Listing) -> [Sku; 2] {
    [listing.sku().clone(), Sku::for_upc(listing.upc())]
}

fn conflict_for(listing: &Listing, found: &ConflictsBySku) -> Result<Option<String>, String> {
    let text = related_skus(listing).into_iter().filter_map(|sku| found.get(sku.as_str())).collect::<Vec<_>>();
    match text.iter().find(|text| text.is_ok()).or(text.first()) {
        None => Ok(None),
        Some(Ok(message)) => Ok(Some(message.clone())),
        Some(Err(message)) => Err(message.clone()),
    }
}

async fn fetch_conflicts(line: &RetryingClient, skus: &[String]) -> ConflictsBySku {
    let asked = skus.iter().map(String::as_str).collect::<Vec<_>>();
    let seen = match remote_items::fetch_items(line, &asked).await {
        Ok(seen) => seen,
        Err(error) => vec![RemoteItem::Unknown(error.to_string()); skus.len()],
    };
    let mut found = ConflictsBySku::new();
    for (sku, seen) in skus.iter().zip(seen) {
        match seen {
            RemoteItem::Absent => {}
            RemoteItem::Unknown(message) => drop(found.insert(sku.clone(), Err(message))),
            RemoteItem::Present(_) => {
                found.extend(find_offer_conflict(line, sku).await.map(|text| (sku.clone(), text)))
            }
        }
    }
    found
}

/// An item without an offer is nothing that could be sold.
async fn find_offer_conflict(line: &RetryingClient, sku: &str) -> Option<Result<String, String>> {
    let offers = match offers::fetch_offers(line, sku).await {
        Ok(offers) => offers,
        Err(error) => return Some(Err(error.to_string())),
    };
    let first = offers.all_offers().next()?;
    let what = offers.find_live().map_or_else(
        || format!("eBay holds offer {} of it", first.id),
        |live| format!("eBay holds it, and {}", live.live_description()),
    );
    let why = "and a draft elsewhere would sell it twice";
    Some(Ok(format!("{what}, {why}; `draft-maker drafts --delete {sku}` gives a draft there up")))
}
