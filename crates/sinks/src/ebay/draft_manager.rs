//! What eBay holds of ours, as eBay says it; and taking a draft away.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use serde::Serialize;
use serde_json::Value;

use super::offers::{self, INVENTORY_API, RemoteOffer};
use super::retrying_client::RetryingClient;
use domain::sku::Sku;
use ebay::{EbayClient, EbayError};
use upstream::UpstreamRequest;

/// Items of one page (Inventory API, getInventoryItems: at most 200).
const ITEMS_PER_PAGE: u64 = 200;

/// Questions for offers at the same time.
const MAX_CONCURRENT_LOOKUPS: usize = 4;

/// One of our items at eBay, with one of its offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RemoteDraft {
    pub sku: String,
    /// `UNPUBLISHED`, `PUBLISHED`, or `no offer` for an item without one.
    pub state: String,
    pub offer_id: Option<String>,
    pub listing_id: Option<String>,
    pub title: Option<String>,
    /// As eBay writes it: `12.20 USD`.
    pub price: Option<String>,
    pub quantity: Option<u64>,
}

/// What became of a wish to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeleteResult {
    /// Our offer is gone; the item stays, for another offer of the seller's stands on it.
    OfferOnly,
    /// Offer and item are gone.
    Deleted,
    /// EBay holds nothing under this SKU.
    NotFound,
    /// It, or another offer of the SKU, is live, so it is not ours to take away.
    Live { listing_id: Option<String> },
}

/// The seller's inventory, as far as it is ours.
pub struct DraftManager {
    pub(super) client: RetryingClient,
}

impl DraftManager {
    /// Of the seller who is signed in.
    pub fn new(ebay: &EbayClient) -> Self {
        Self { client: RetryingClient::new(ebay.clone(), Duration::ZERO) }
    }

    /// Everything under a SKU of ours, an entry for each offer.
    ///
    /// # Errors
    /// [`EbayError`] where eBay does not answer.
    pub async fn list_drafts(&self) -> Result<Vec<RemoteDraft>, EbayError> {
        // Items that come or go meanwhile shift the pages, so one may be seen twice.
        let (mut ours, mut page) = (BTreeMap::new(), 0);
        loop {
            let (items, pages) = self.fetch_page(page).await?;
            page += 1;
            let done = items.is_empty() || page >= pages;
            let named = items.into_iter().filter_map(|item| Some((item["sku"].as_str()?.to_owned(), item)));
            ours.extend(named.filter(|(sku, _)| Sku::is_own_sku(sku)));
            if done {
                break;
            }
        }
        let held =
            stream::iter(ours.into_iter().map(|(sku, item)| async move { self.fetch_item_drafts(&sku, &item).await }));
        let held = held.buffered(MAX_CONCURRENT_LOOKUPS).collect::<Vec<_>>().await;
        Ok(held.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// A page of items, from 0, and how many pages there are (getInventoryItems: `offset` is the number of the page).
    async fn fetch_page(&self, page: u64) -> Result<(Vec<Value>, u64), EbayError> {
        let request = UpstreamRequest::for_path(["sell", "inventory", "v1", "inventory_item"])
            .query("limit", ITEMS_PER_PAGE.to_string())
            .query("offset", page.to_string());
        let mut answer = self.client.request_json(INVENTORY_API, request).await?;
        let items = match answer.get_mut("inventoryItems").map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        let total = answer.get("total").and_then(Value::as_u64);
        // Where it does not say, a full page has another one after it.
        let pages = total.map_or_else(
            || page + 1 + u64::from(items.len() as u64 == ITEMS_PER_PAGE),
            |total| total.div_ceil(ITEMS_PER_PAGE),
        );
        Ok((items, pages))
    }

    async fn fetch_item_drafts(&self, sku: &str, item: &Value) -> Result<Vec<RemoteDraft>, EbayError> {
        let offers = offers::fetch_offers(&self.client, sku).await?;
        let held = |offer: Option<&RemoteOffer>| RemoteDraft {
            sku: sku.to_owned(),
            state: offer.map_or_else(|| "no offer".to_owned(), |offer| offer.status.clone()),
            offer_id: offer.map(|offer| offer.id.clone()),
            listing_id: offer.and_then(|offer| offer.listing_id.clone()),
            title: item["product"]["title"].as_str().map(str::to_owned),
            price: offer.and_then(RemoteOffer::price),
            quantity: item["availability"]["shipToLocationAvailability"]["quantity"].as_u64(),
        };
        let each = offers.all_offers().map(|offer| held(Some(offer))).collect::<Vec<_>>();
        Ok(if each.is_empty() { vec![held(None)] } else { each })
    }

    /// Takes a draft away, offer first. Deleting an item ends its live listings and deletes its other drafts, so it goes
    /// only once no offer is left.
    ///
    /// # Errors
    /// [`EbayError`] where eBay does not answer or refuses; deleting again is safe.
    pub async fn delete_draft(&self, sku: &Sku) -> Result<DeleteResult, EbayError> {
        let offers = offers::fetch_offers(&self.client, sku.as_str()).await?;
        if let Some(live) = offers.find_live() {
            return Ok(DeleteResult::Live { listing_id: live.listing_id.clone() });
        }
        if let Some(ours) = &offers.own {
            was_deleted(self.client.call(INVENTORY_API, offers::offer_request(&ours.id).delete()).await)?;
        }
        let left = offers::fetch_offers(&self.client, sku.as_str()).await?;
        if let Some(live) = left.find_live() {
            return Ok(DeleteResult::Live { listing_id: live.listing_id.clone() });
        }
        if left.all_offers().next().is_some() {
            return Ok(DeleteResult::OfferOnly);
        }
        let item = UpstreamRequest::for_path(["sell", "inventory", "v1", "inventory_item", sku.as_str()]);
        let gone = was_deleted(self.client.call(INVENTORY_API, item.delete()).await)?;
        Ok(if gone { DeleteResult::Deleted } else { DeleteResult::NotFound })
    }
}

/// True where there was something to delete.
fn was_deleted(answer: Result<upstream::UpstreamResponse, EbayError>) -> Result<bool, EbayError> {
    match answer {
        Ok(_) => Ok(true),
        Err(EbayError::Api { status: 404, .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
