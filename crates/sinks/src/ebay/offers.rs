//! The offers of a SKU on eBay.
//!
//! `fetch_offers` returns them as `SkuOffers`: the fixed-price offer at the seller's site, which Draft Maker may
//! change, and all others, which it may not.

use serde_json::{Value, json};

use super::fingerprint::DocumentFingerprint;
use super::payload::OFFER_FORMAT;
use super::retrying_client::RetryingClient;
use super::wire::{self, OfferFields, OfferPage};
use domain::site::Site;
use ebay::{Api, EbayApiError, EbayError, ErrorHandling};
use upstream::UpstreamRequest;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SkuOffers {
    /// The fixed-price offer at this marketplace; there is at most one.
    pub(super) own: Option<RemoteOffer>,
    /// Other offers created by the seller: auctions, and offers at other marketplaces.
    pub(super) others: Vec<RemoteOffer>,
}

impl SkuOffers {
    pub(super) fn all_offers(&self) -> impl Iterator<Item = &RemoteOffer> {
        self.own.iter().chain(&self.others)
    }

    /// Returns the first offer that is live, or whose status is unknown.
    pub(super) fn find_live(&self) -> Option<&RemoteOffer> {
        self.all_offers().find(|offer| !offer.is_draft())
    }

    /// Returns the quantity of [`Self::own`], otherwise of the first other offer.
    pub(super) fn quantity(&self) -> Option<u32> {
        self.all_offers().next()?.fields.available_quantity
    }

    /// Returns the reason why nothing may be written under this SKU, because a change of the item or a second offer
    /// would change what the seller created.
    pub(super) fn write_blocker(&self) -> Option<String> {
        let other_offer = || {
            let offer = self.others.first()?;
            Some(format!(
                "eBay has another offer for this SKU, not created by Draft Maker ({}, offer {})",
                offer.format_and_site(),
                offer.id()
            ))
        };
        self.find_live().map(RemoteOffer::live_description).or_else(other_offer)
    }
}

/// An offer on eBay.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RemoteOffer {
    fields: OfferFields,
    /// The complete offer as eBay sent it.
    pub(super) content: Value,
}

impl RemoteOffer {
    pub(super) fn id(&self) -> &str {
        &self.fields.offer_id
    }

    /// Returns `UNPUBLISHED` or `PUBLISHED`.
    pub(super) fn status(&self) -> &str {
        &self.fields.status
    }

    pub(super) fn listing_id(&self) -> Option<&str> {
        self.fields.listing.listing_id.as_deref()
    }

    /// Returns whether the offer is a draft. An unknown status counts as live, so that nothing is written.
    pub(super) fn is_draft(&self) -> bool {
        self.status() == "UNPUBLISHED" && self.listing_id().is_none()
    }

    /// Returns a clause for messages, such as "it is live on eBay as item 1".
    pub(super) fn live_description(&self) -> String {
        let listing = self.listing_id().map(|id| format!(" as item {id}")).unwrap_or_default();
        format!("it is live on eBay{listing}")
    }

    /// Returns the price in eBay's format: `12.20 USD`.
    pub(super) fn price(&self) -> Option<String> {
        let price = self.fields.pricing_summary.price.as_ref()?;
        Some(format!("{} {}", price.value, price.currency))
    }

    fn format_and_site(&self) -> String {
        let OfferFields { format, marketplace_id, .. } = &self.fields;
        format!("{} at {}", format.as_deref().unwrap_or_default(), marketplace_id.as_deref().unwrap_or_default())
    }

    /// Returns whether this is a fixed-price offer at this marketplace. A field that eBay omits counts as matching.
    fn is_own_kind(&self, site: Site) -> bool {
        let matches = |field: &Option<String>, wanted: &str| field.as_ref().is_none_or(|value| value == wanted);
        matches(&self.fields.marketplace_id, site.as_str()) && matches(&self.fields.format, OFFER_FORMAT)
    }

    /// Returns the values of the offer, to compare them with the sent values.
    pub(super) fn fingerprint(&self) -> DocumentFingerprint {
        DocumentFingerprint::from_document(&self.content)
    }

    fn from_json(content: Value) -> Option<Self> {
        Some(Self { fields: serde_json::from_value(content.clone()).ok()?, content })
    }
}

/// Returns the request for all offers of one SKU. eBay has no request for the offers of several SKUs.
fn offers_request(sku: &str) -> UpstreamRequest {
    UpstreamRequest::for_path(["sell", "inventory", "v1", "offer"]).query("sku", sku)
}

pub(super) fn offer_request(id: &str) -> UpstreamRequest {
    UpstreamRequest::for_path(["sell", "inventory", "v1", "offer", id])
}

/// Fetches all offers of a SKU. An auction and a fixed-price offer may coexist.
///
/// # Errors
/// Returns [`EbayError`] if it is not certain which offers exist.
pub(super) async fn fetch_offers(client: &RetryingClient, sku: &str) -> Result<SkuOffers, EbayError> {
    parse_offers(client.request_json(Api::Inventory, offers_request(sku)).await, sku, client.ebay.site())
}

/// Parses the answer to [`offers_request`]. "No offers" is an empty list, or a 404 with an error ID that means it. Any
/// other 404, an answer without a list and an answer with errors are errors here: to read them as "no offers" would
/// overwrite a draft that the seller has edited or listed. An answer with an offer of another SKU is rejected too,
/// because changing that offer would change another item's draft.
fn parse_offers(answer: Result<Value, EbayError>, sku: &str, site: Site) -> Result<SkuOffers, EbayError> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(EbayError::Api { status: 404, errors, .. }) if errors.iter().any(is_absence) => {
            return Ok(SkuOffers::default());
        }
        Err(error) => return Err(error),
    };
    let page = wire::read_answer::<OfferPage>(answer)?;
    let listed = page.offers.or_else(|| (page.total == Some(0)).then(Vec::new));
    let listed =
        listed.ok_or_else(|| EbayError::InvalidResponse { what: format!("no list of the offers of {sku}") })?;
    let offers = listed.into_iter().map(RemoteOffer::from_json).collect::<Option<Vec<_>>>();
    let offers = offers.filter(|offers| offers.len() as u64 >= page.total.unwrap_or_default());
    let offers =
        offers.ok_or_else(|| EbayError::InvalidResponse { what: "offers without their numbers".to_owned() })?;
    if let Some(other) =
        offers.iter().find_map(|offer| offer.fields.sku.as_deref().filter(|other| !wire::is_same_sku(other, sku)))
    {
        return Err(EbayError::InvalidResponse { what: format!("the offers of {sku} with an offer of {other}") });
    }
    let (own, others): (Vec<_>, Vec<_>) = offers.into_iter().partition(|offer| offer.is_own_kind(site));
    Ok(SkuOffers { own: own.into_iter().next(), others })
}

/// Returns whether this eBay error means that the requested object does not exist.
fn is_absence(error: &EbayApiError) -> bool {
    error.handling() == ErrorHandling::TreatAsAbsent
}

/// Returns the request for the items of at most 25 SKUs (Inventory API, bulkGetInventoryItem).
pub(super) fn bulk_get_items_request(skus: &[&str]) -> UpstreamRequest {
    let requests = skus.iter().map(|sku| json!({ "sku": sku })).collect::<Vec<_>>();
    UpstreamRequest::for_path(["sell", "inventory", "v1", "bulk_get_inventory_item"])
        .post()
        .json(&json!({ "requests": requests }))
}
