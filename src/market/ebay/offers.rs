//! The offers that eBay holds, read.

use serde_json::{Value, json};

use super::content::FORMAT;
use super::fingerprint::Fingerprint;
use crate::ebay::{Api, EbayError, Marketplace};
use crate::http::Request;

/// One offer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offer {
    pub(super) id: String,
    /// `UNPUBLISHED` or `PUBLISHED`.
    pub(super) status: String,
    pub(super) listing_id: Option<String>,
    pub(super) content: Value,
}

impl Offer {
    /// True for a draft. Anything else is the seller's business, a state that we do not know included.
    pub(super) fn is_draft(&self) -> bool {
        self.status == "UNPUBLISHED" && self.listing_id.is_none()
    }

    /// What it says, to be held against what was sent.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.content)
    }

    fn read(json: &Value) -> Option<Self> {
        let text = |json: &Value, key: &str| json.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            id: text(json, "offerId")?,
            status: text(json, "status").unwrap_or_default(),
            listing_id: json.get("listing").and_then(|listing| text(listing, "listingId")),
            content: json.clone(),
        })
    }
}

/// The request for all offers of a SKU. Without a SKU eBay answers that the SKU is invalid.
pub(super) fn of_sku(sku: &str) -> Request {
    Request::path(["sell", "inventory", "v1", "offer"]).query("sku", sku)
}

/// The request for one offer.
pub(super) fn one(id: &str) -> Request {
    Request::path(["sell", "inventory", "v1", "offer", id])
}

/// The offers in an answer to [`of_sku`]. That there are none is said by a 404 or by an empty list.
pub(super) fn read(answer: Result<Value, EbayError>) -> Result<Vec<Offer>, EbayError> {
    match answer {
        Ok(answer) => {
            Ok(answer.get("offers").and_then(Value::as_array).into_iter().flatten().filter_map(Offer::read).collect())
        }
        Err(EbayError::Refused { status: 404, .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The one of our kind at our site: there is one at most.
pub(super) fn ours(offers: Vec<Offer>, site: &Marketplace) -> Option<Offer> {
    offers.into_iter().find(|offer| {
        let says =
            |key: &str, wanted: &str| offer.content.get(key).and_then(Value::as_str).is_none_or(|is| is == wanted);
        says("marketplaceId", site.id) && says("format", FORMAT)
    })
}

/// The request that asks what eBay holds under these SKUs, at most 25.
pub(super) fn items(skus: &[&str]) -> Request {
    let requests = skus.iter().map(|sku| json!({ "sku": sku })).collect::<Vec<_>>();
    Request::path(["sell", "inventory", "v1", "bulk_get_inventory_item"]).post().json(&json!({ "requests": requests }))
}

/// The API that all of this belongs to.
pub(super) const API: Api = Api::Inventory;
