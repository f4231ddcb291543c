//! The offers that eBay holds, read.

use serde_json::{Value, json};

use super::fingerprint::DocumentFingerprint;
use super::payload::OFFER_FORMAT;
use super::retrying_client::RetryingClient;
use ebay::{Api, EbayError, Marketplace};
use upstream::UpstreamRequest;

/// The offers of one SKU.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SkuOffers {
    /// The one of our kind at our site: there is one at most.
    pub(super) own: Option<RemoteOffer>,
    /// What else the seller has made of the item.
    pub(super) others: Vec<RemoteOffer>,
}

impl SkuOffers {
    pub(super) fn all_offers(&self) -> impl Iterator<Item = &RemoteOffer> {
        self.own.iter().chain(&self.others)
    }

    /// The first that is no draft.
    pub(super) fn find_live(&self) -> Option<&RemoteOffer> {
        self.all_offers().find(|offer| !offer.is_draft())
    }

    /// How many copies the offer of our kind, or else the first other one, stands for.
    pub(super) fn quantity(&self) -> Option<u32> {
        let count = self.all_offers().next()?.content.get("availableQuantity")?.as_u64()?;
        u32::try_from(count).ok()
    }

    /// Why nothing may be written under this SKU: both the item and a second offer would meddle with what is there.
    pub(super) fn write_blocker(&self) -> Option<String> {
        let of_others = || {
            let offer = self.others.first()?;
            Some(format!(
                "eBay holds another offer of it that we did not make ({}, offer {})",
                offer.format_and_site(),
                offer.id
            ))
        };
        self.find_live().map(RemoteOffer::live_description).or_else(of_others)
    }
}

/// One offer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RemoteOffer {
    pub(super) id: String,
    /// `UNPUBLISHED` or `PUBLISHED`.
    pub(super) status: String,
    pub(super) listing_id: Option<String>,
    pub(super) content: Value,
}

impl RemoteOffer {
    /// True for a draft. Anything else is the seller's business, a state that we do not know included.
    pub(super) fn is_draft(&self) -> bool {
        self.status == "UNPUBLISHED" && self.listing_id.is_none()
    }

    /// In words.
    pub(super) fn live_description(&self) -> String {
        let listing = self.listing_id.as_deref().map(|id| format!(" as item {id}")).unwrap_or_default();
        format!("it is live on eBay{listing}")
    }

    /// As eBay writes it: `12.20 USD`.
    pub(super) fn price(&self) -> Option<String> {
        let price = &self.content["pricingSummary"]["price"];
        Some(format!("{} {}", price["value"].as_str()?, price["currency"].as_str()?))
    }

    fn format_and_site(&self) -> String {
        let text = |key: &str| self.content.get(key).and_then(Value::as_str).unwrap_or_default();
        format!("{} at {}", text("format"), text("marketplaceId"))
    }

    fn is_own_kind(&self, site: &Marketplace) -> bool {
        let says =
            |key: &str, wanted: &str| self.content.get(key).and_then(Value::as_str).is_none_or(|is| is == wanted);
        says("marketplaceId", site.id) && says("format", OFFER_FORMAT)
    }

    /// What it says, to be held against what was sent.
    pub(super) fn fingerprint(&self) -> DocumentFingerprint {
        DocumentFingerprint::from_document(&self.content)
    }

    fn from_json(json: &Value) -> Option<Self> {
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
fn offers_request(sku: &str) -> UpstreamRequest {
    UpstreamRequest::for_path(["sell", "inventory", "v1", "offer"]).query("sku", sku)
}

/// The request for one offer.
pub(super) fn offer_request(id: &str) -> UpstreamRequest {
    UpstreamRequest::for_path(["sell", "inventory", "v1", "offer", id])
}

/// All offers of a SKU. Auction and fixed price may stand side by side.
///
/// # Errors
/// [`EbayError`] where eBay does not say for certain.
pub(super) async fn fetch_offers(line: &RetryingClient, sku: &str) -> Result<SkuOffers, EbayError> {
    parse_offers(line.request_json(INVENTORY_API, offers_request(sku)).await, line.ebay.marketplace())
}

/// The offers in an answer to [`of_sku`]. That there are none is said by a 404 in eBay's own form or by an empty list.
fn parse_offers(answer: Result<Value, EbayError>, site: &Marketplace) -> Result<SkuOffers, EbayError> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(EbayError::Api { status: 404, errors: api_errors, .. }) if !api_errors.is_empty() => {
            return Ok(SkuOffers::default());
        }
        Err(error) => return Err(error),
    };
    let all = answer.get("offers").and_then(Value::as_array).into_iter().flatten();
    let all = all.map(RemoteOffer::from_json).collect::<Option<Vec<_>>>();
    let messages = answer.get("total").and_then(Value::as_u64).unwrap_or(0);
    let all = all.filter(|all| all.len() as u64 >= messages);
    let all = all.ok_or_else(|| EbayError::InvalidResponse { what: "offers without their numbers".to_owned() })?;
    let (ours, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|offer| offer.is_own_kind(site));
    Ok(SkuOffers { own: ours.into_iter().next(), others })
}

/// The request that asks what eBay holds under these SKUs, at most 25.
pub(super) fn bulk_get_items_request(skus: &[&str]) -> UpstreamRequest {
    let requests = skus.iter().map(|sku| json!({ "sku": sku })).collect::<Vec<_>>();
    UpstreamRequest::for_path(["sell", "inventory", "v1", "bulk_get_inventory_item"])
        .post()
        .json(&json!({ "requests": requests }))
}

/// The API that all of this belongs to.
pub(super) const INVENTORY_API: Api = Api::Inventory;
