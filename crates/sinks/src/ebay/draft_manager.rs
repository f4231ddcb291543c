//! Lists and deletes the drafts that Draft Maker created on eBay.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream;
use serde::Serialize;

use super::offers::{self, RemoteOffer};
use super::remote_items::{self, MAX_BULK_ITEMS, RemoteItem};
use super::retrying_client::RetryingClient;
use super::wire::{self, InventoryItemFields, InventoryItemPage};
use domain::sku::Sku;
use ebay::{Api, EbayClient, EbayError};
use upstream::{UpstreamRequest, UpstreamResponse};

/// Maximum number of pages beyond twice the count in the first answer. Items may be added while the list is read.
const MAX_ADDED_PAGES: u64 = 10;

/// Maximum number of pages of a list without a total: a million items.
const MAX_PAGES: u64 = 5_000;

/// Maximum number of items per page (Inventory API, getInventoryItems: 200).
const ITEMS_PER_PAGE: u64 = 200;

/// Maximum number of concurrent calls for offers.
const MAX_CONCURRENT_LOOKUPS: usize = 4;

/// An item on eBay that Draft Maker created, with one of its offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RemoteDraft {
    pub sku: String,
    /// `UNPUBLISHED`, `PUBLISHED`, or `no offer` for an item without an offer.
    pub state: String,
    pub offer_id: Option<String>,
    pub listing_id: Option<String>,
    pub title: Option<String>,
    /// Price in eBay's format: `12.20 USD`.
    pub price: Option<String>,
    pub quantity: Option<u64>,
}

/// Result of deleting a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeleteResult {
    /// The offer was deleted. The item stays, because the seller has another offer of it.
    OfferOnly,
    /// The offer and the item were deleted.
    Deleted,
    /// Nothing exists on eBay under this SKU.
    NotFound,
    /// An offer of the SKU is live, so nothing was deleted.
    Live { listing_id: Option<String> },
}

/// Lists, compares and deletes the drafts of the signed-in seller.
pub struct DraftManager {
    pub(super) client: RetryingClient,
    max_pages: u64,
}

impl DraftManager {
    pub fn new(ebay: &EbayClient) -> Self {
        Self::with_client(RetryingClient::new(ebay.clone(), Duration::ZERO))
    }

    /// Creates a manager for a sink, which retries calls like the sink.
    pub(super) fn with_client(client: RetryingClient) -> Self {
        Self { client, max_pages: MAX_PAGES }
    }

    /// Sets the maximum number of pages of a list without a total.
    #[cfg(feature = "test-support")]
    #[must_use]
    pub fn with_max_pages(self, max_pages: u64) -> Self {
        Self { max_pages, ..self }
    }

    /// Lists all SKUs created by Draft Maker, with one entry per offer.
    ///
    /// # Errors
    /// Returns [`EbayError`] if eBay does not answer.
    pub fn list_drafts(&self) -> BoxFuture<'_, Result<Vec<RemoteDraft>, EbayError>> {
        Box::pin(self.fetch_all_drafts())
    }

    async fn fetch_all_drafts(&self) -> Result<Vec<RemoteDraft>, EbayError> {
        // Items added or deleted meanwhile shift the pages, so an item may be read twice.
        let (mut items, mut seen, mut page) = (BTreeMap::new(), HashSet::new(), 0);
        let mut max_pages = None;
        loop {
            let (page_items, page_count) = self.fetch_page(page).await?;
            page += 1;
            let bound =
                page_count.map_or(self.max_pages, |pages| pages.saturating_mul(2).saturating_add(MAX_ADDED_PAGES));
            if page > *max_pages.get_or_insert(bound) {
                let what = format!("the list of the items does not end: {page} pages were read");
                return Err(EbayError::InvalidResponse { what });
            }
            // Without a total, a full page is followed by another one.
            let is_full = page_items.len() as u64 == ITEMS_PER_PAGE;
            let is_last = page_items.is_empty() || page_count.map_or(!is_full, |pages| page >= pages);
            let named = page_items.into_iter().filter_map(|item| Some((item.sku.clone()?, item))).collect::<Vec<_>>();
            let known = seen.len();
            seen.extend(named.iter().map(|(sku, _)| sku.clone()));
            if !is_last && seen.len() == known {
                let what = format!("page {page} of the items shows only items of earlier pages");
                return Err(EbayError::InvalidResponse { what });
            }
            items.extend(named.into_iter().filter(|(sku, _)| Sku::is_own_sku(sku)));
            if is_last {
                break;
            }
        }
        let lookups = items.into_iter().map(|(sku, item)| async move { self.fetch_item_drafts(&sku, &item).await });
        let drafts = stream::iter(lookups).buffered(MAX_CONCURRENT_LOOKUPS).collect::<Vec<_>>().await;
        Ok(drafts.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// Returns a page of items, counted from 0, and the number of pages if the answer has a total (getInventoryItems:
    /// `offset` is the page number).
    async fn fetch_page(&self, page: u64) -> Result<(Vec<InventoryItemFields>, Option<u64>), EbayError> {
        let request = UpstreamRequest::for_path(["sell", "inventory", "v1", "inventory_item"])
            .query("limit", ITEMS_PER_PAGE.to_string())
            .query("offset", page.to_string());
        let answer = wire::read_answer::<InventoryItemPage>(self.client.request_json(Api::Inventory, request).await?)?;
        Ok((answer.inventory_items, answer.total.map(|total| total.div_ceil(ITEMS_PER_PAGE))))
    }

    async fn fetch_item_drafts(&self, sku: &str, item: &InventoryItemFields) -> Result<Vec<RemoteDraft>, EbayError> {
        let offers = offers::fetch_offers(&self.client, sku).await?;
        let draft_with = |offer: Option<&RemoteOffer>| RemoteDraft {
            sku: sku.to_owned(),
            state: offer.map_or("no offer", RemoteOffer::status).to_owned(),
            offer_id: offer.map(|offer| offer.id().to_owned()),
            listing_id: offer.and_then(RemoteOffer::listing_id).map(str::to_owned),
            title: item.product.title.clone(),
            price: offer.and_then(RemoteOffer::price),
            quantity: item.availability.ship_to_location_availability.quantity,
        };
        let drafts = offers.all_offers().map(|offer| draft_with(Some(offer))).collect::<Vec<_>>();
        Ok(if drafts.is_empty() { vec![draft_with(None)] } else { drafts })
    }

    /// Returns those of the SKUs that have an offer.
    ///
    /// # Errors
    /// Returns [`EbayError`] if eBay does not answer.
    pub(super) async fn with_offers(&self, skus: Vec<Sku>) -> Result<Vec<Sku>, EbayError> {
        let mut with_offers = Vec::new();
        for chunk in skus.chunks(MAX_BULK_ITEMS) {
            let texts = chunk.iter().map(Sku::as_str).collect::<Vec<_>>();
            let items = remote_items::fetch_items(&self.client, &texts).await?;
            for (sku, item) in chunk.iter().zip(items) {
                let is_absent = matches!(item, RemoteItem::Absent);
                if !is_absent && offers::fetch_offers(&self.client, sku.as_str()).await?.all_offers().next().is_some() {
                    with_offers.push(sku.clone());
                }
            }
        }
        Ok(with_offers)
    }

    /// Deletes a draft, its offer first. Deleting an item ends its live listings and deletes its other drafts, so the
    /// item is deleted only if it has no other offer.
    ///
    /// # Errors
    /// Returns [`EbayError`] if eBay does not answer or rejects the request. Deleting again is safe.
    pub async fn delete_draft(&self, sku: &Sku) -> Result<DeleteResult, EbayError> {
        let live_result =
            |offer: &RemoteOffer| DeleteResult::Live { listing_id: offer.listing_id().map(str::to_owned) };
        let offers = offers::fetch_offers(&self.client, sku.as_str()).await?;
        if let Some(live) = offers.find_live() {
            return Ok(live_result(live));
        }
        if let Some(own) = &offers.own {
            was_deleted(self.client.call(Api::Inventory, offers::offer_request(own.id()).delete()).await)?;
        }
        let remaining = offers::fetch_offers(&self.client, sku.as_str()).await?;
        if let Some(live) = remaining.find_live() {
            return Ok(live_result(live));
        }
        if remaining.all_offers().next().is_some() {
            return Ok(DeleteResult::OfferOnly);
        }
        let item = UpstreamRequest::for_path(["sell", "inventory", "v1", "inventory_item", sku.as_str()]);
        let is_deleted = was_deleted(self.client.call(Api::Inventory, item.delete()).await)?;
        Ok(if is_deleted { DeleteResult::Deleted } else { DeleteResult::NotFound })
    }
}

/// Returns whether something was deleted. Only a 404 with an eBay error means that there was nothing to delete; a 404
/// of a gateway has none.
fn was_deleted(answer: Result<UpstreamResponse, EbayError>) -> Result<bool, EbayError> {
    match answer {
        Ok(_) => Ok(true),
        Err(EbayError::Api { status: 404, errors, .. }) if !errors.is_empty() => Ok(false),
        Err(error) => Err(error),
    }
}
