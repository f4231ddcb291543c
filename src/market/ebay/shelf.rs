//! What eBay holds of ours, as eBay says it; and taking a draft away.

use futures::StreamExt;
use futures::stream;
use serde::Serialize;
use serde_json::Value;

use super::offers::{self, API, Offer};
use crate::domain::sku::Sku;
use crate::ebay::{Access, Ebay, EbayError};
use crate::http::Request;

/// Items of one page (Inventory API, getInventoryItems: at most 200).
const PAGE: usize = 200;

/// Questions for offers at the same time.
const AT_ONCE: usize = 4;

/// One of our items at eBay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
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
pub enum Deleted {
    /// Offer and item are gone.
    Gone,
    /// EBay holds nothing under this SKU.
    NotThere,
    /// It is live, so it is not ours to take away.
    Live { listing_id: Option<String> },
}

/// The seller's inventory, as far as it is ours.
pub struct Shelf<'a> {
    ebay: &'a Ebay,
}

impl<'a> Shelf<'a> {
    /// Of the seller who is signed in.
    pub fn of(ebay: &'a Ebay) -> Self {
        Self { ebay }
    }

    /// Everything under a SKU of ours.
    ///
    /// # Errors
    /// [`EbayError`] where eBay does not answer.
    pub async fn all(&self) -> Result<Vec<Held>, EbayError> {
        let mut items = Vec::new();
        loop {
            let page = self.page(items.len()).await?;
            let count = page.len();
            items.extend(page);
            if count < PAGE {
                break;
            }
        }
        let ours = items.into_iter().filter(|item| item["sku"].as_str().is_some_and(Sku::is_ours));
        let held = stream::iter(ours.map(|item| async move { self.held(&item).await })).buffered(AT_ONCE);
        held.collect::<Vec<_>>().await.into_iter().collect()
    }

    async fn page(&self, offset: usize) -> Result<Vec<Value>, EbayError> {
        let request = Request::path(["sell", "inventory", "v1", "inventory_item"])
            .query("limit", PAGE.to_string())
            .query("offset", offset.to_string());
        let mut answer = self.ebay.ask(Access::Seller, API, request).await?;
        Ok(match answer.get_mut("inventoryItems").map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        })
    }

    async fn held(&self, item: &Value) -> Result<Held, EbayError> {
        let sku = item["sku"].as_str().unwrap_or_default().to_owned();
        let offer = self.offer(&sku).await?;
        let price = offer.as_ref().map(|offer| &offer.content["pricingSummary"]["price"]);
        let price =
            price.and_then(|price| Some(format!("{} {}", price["value"].as_str()?, price["currency"].as_str()?)));
        Ok(Held {
            state: offer.as_ref().map_or_else(|| "no offer".to_owned(), |offer| offer.status.clone()),
            listing_id: offer.as_ref().and_then(|offer| offer.listing_id.clone()),
            title: item["product"]["title"].as_str().map(str::to_owned),
            quantity: item["availability"]["shipToLocationAvailability"]["quantity"].as_u64(),
            offer_id: offer.map(|offer| offer.id),
            sku,
            price,
        })
    }

    async fn offer(&self, sku: &str) -> Result<Option<Offer>, EbayError> {
        let answer = self.ebay.ask(Access::Seller, API, offers::of_sku(sku)).await;
        Ok(offers::ours(offers::read(answer)?, self.ebay.site()))
    }

    /// Takes a draft away, offer first. Deleting an item ends its live listings, so the item goes only once no offer
    /// is left.
    ///
    /// # Errors
    /// [`EbayError`] where eBay does not answer or refuses; deleting again is safe.
    pub async fn delete(&self, sku: &Sku) -> Result<Deleted, EbayError> {
        let item = || Request::path(["sell", "inventory", "v1", "inventory_item", sku.as_str()]);
        if let Some(offer) = self.offer(sku.as_str()).await? {
            if !offer.is_draft() {
                return Ok(Deleted::Live { listing_id: offer.listing_id });
            }
            absent(self.ebay.call(Access::Seller, API, offers::one(&offer.id).delete()).await)?;
        }
        if let Some(offer) = self.offer(sku.as_str()).await? {
            return Ok(Deleted::Live { listing_id: offer.listing_id });
        }
        let gone = absent(self.ebay.call(Access::Seller, API, item().delete()).await)?;
        Ok(if gone { Deleted::Gone } else { Deleted::NotThere })
    }
}

/// True where there was something to delete.
fn absent(answer: Result<crate::http::Reply, EbayError>) -> Result<bool, EbayError> {
    match answer {
        Ok(_) => Ok(true),
        Err(EbayError::Refused { status: 404, .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
