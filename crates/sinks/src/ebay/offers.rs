//! The offers that eBay holds, read.

use serde_json::{Value, json};

use super::content::FORMAT;
use super::fingerprint::Fingerprint;
use super::line::Line;
use ebay::{Api, EbayError, Marketplace};
use upstream::Request;

/// The offers of one SKU.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Offers {
    /// The one of our kind at our site: there is one at most.
    pub(super) ours: Option<Offer>,
    /// What else the seller has made of the item.
    pub(super) others: Vec<Offer>,
}

impl Offers {
    pub(super) fn all(&self) -> impl Iterator<Item = &Offer> {
        self.ours.iter().chain(&self.others)
    }

    /// The first that is no draft.
    pub(super) fn live(&self) -> Option<&Offer> {
        self.all().find(|offer| !offer.is_draft())
    }

    /// How many copies the offer of our kind, or else the first other one, stands for.
    pub(super) fn copies(&self) -> Option<u32> {
        let count = self.all().next()?.content.get("availableQuantity")?.as_u64()?;
        u32::try_from(count).ok()
    }

    /// Why nothing may be written under this SKU: both the item and a second offer would meddle with what is there.
    pub(super) fn hands_off(&self) -> Option<String> {
        let of_others = || {
            let offer = self.others.first()?;
            Some(format!("eBay holds another offer of it that we did not make ({}, offer {})", offer.kind(), offer.id))
        };
        self.live().map(Offer::is_live_as).or_else(of_others)
    }
}

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

    /// In words.
    pub(super) fn is_live_as(&self) -> String {
        let listing = self.listing_id.as_deref().map(|id| format!(" as item {id}")).unwrap_or_default();
        format!("it is live on eBay{listing}")
    }

    /// As eBay writes it: `12.20 USD`.
    pub(super) fn price(&self) -> Option<String> {
        let price = &self.content["pricingSummary"]["price"];
        Some(format!("{} {}", price["value"].as_str()?, price["currency"].as_str()?))
    }

    fn kind(&self) -> String {
        let said = |key: &str| self.content.get(key).and_then(Value::as_str).unwrap_or_default();
        format!("{} at {}", said("format"), said("marketplaceId"))
    }

    fn is_of_our_kind(&self, site: &Marketplace) -> bool {
        let says =
            |key: &str, wanted: &str| self.content.get(key).and_then(Value::as_str).is_none_or(|is| is == wanted);
        says("marketplaceId", site.id) && says("format", FORMAT)
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
fn of_sku(sku: &str) -> Request {
    Request::path(["sell", "inventory", "v1", "offer"]).query("sku", sku)
}

/// The request for one offer.
pub(super) fn one(id: &str) -> Request {
    Request::path(["sell", "inventory", "v1", "offer", id])
}

/// All offers of a SKU. Auction and fixed price may stand side by side.
///
/// # Errors
/// [`EbayError`] where eBay does not say for certain.
pub(super) async fn of(line: &Line, sku: &str) -> Result<Offers, EbayError> {
    read(line.ask(API, of_sku(sku)).await, line.ebay.site())
}

/// The offers in an answer to [`of_sku`]. That there are none is said by a 404 in eBay's own form or by an empty list.
fn read(answer: Result<Value, EbayError>, site: &Marketplace) -> Result<Offers, EbayError> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(EbayError::Refused { status: 404, complaints, .. }) if !complaints.is_empty() => {
            return Ok(Offers::default());
        }
        Err(error) => return Err(error),
    };
    let all = answer.get("offers").and_then(Value::as_array).into_iter().flatten();
    let all = all.map(Offer::read).collect::<Option<Vec<_>>>();
    let told = answer.get("total").and_then(Value::as_u64).unwrap_or(0);
    let all = all.filter(|all| all.len() as u64 >= told);
    let all = all.ok_or_else(|| EbayError::Unreadable { what: "offers without their numbers".to_owned() })?;
    let (ours, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|offer| offer.is_of_our_kind(site));
    Ok(Offers { ours: ours.into_iter().next(), others })
}

/// The request that asks what eBay holds under these SKUs, at most 25.
pub(super) fn items(skus: &[&str]) -> Request {
    let requests = skus.iter().map(|sku| json!({ "sku": sku })).collect::<Vec<_>>();
    Request::path(["sell", "inventory", "v1", "bulk_get_inventory_item"]).post().json(&json!({ "requests": requests }))
}

/// The API that all of this belongs to.
pub(super) const API: Api = Api::Inventory;
