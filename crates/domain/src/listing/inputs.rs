//! Inputs of a listing: the data found about an item, and the seller's terms.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::super::artwork::Artwork;
use super::super::condition::Condition;
use super::super::copy_description::CopyDescription;
use super::super::inventory_facts::CopyCosts;
use super::super::job_spec::Copies;
use super::super::money::Money;
use super::super::pricing::PriceEstimate;
use super::super::release::Release;
use super::super::seller_data::{MediaGrade, SellerData};
use super::super::site::Site;
use super::super::upc::Upc;

/// Data found about an item.
#[derive(Clone, Copy, Debug)]
pub struct ListingInputs<'a> {
    pub upc: Upc,
    pub release: &'a Release,
    pub price_estimate: &'a PriceEstimate,
    pub artwork: &'a Artwork,
}

/// Settings for all listings: the `[listing]` settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Condition for batches that state none.
    pub condition: Option<Condition>,
    /// Grade of the disc, record or tape for batches that state none.
    pub media_grade: Option<MediaGrade>,
    /// Grade of the sleeve, booklet or inlay for batches that state none.
    pub sleeve_grade: Option<MediaGrade>,
    /// Condition note for batches that state none.
    pub condition_note: String,
    /// Whether a condition is required. If not, drafts may leave it open for the seller.
    pub condition_required: bool,
    /// eBay site of the listings, from the `[ebay]` settings.
    #[serde(skip)]
    pub site: Site,
    /// How new batches draft several copies of an item.
    pub copies: Copies,
    /// When a listing may show a catalog cover.
    pub stock_photos: StockPhotos,
    /// How SKUs (eBay's custom labels) start.
    pub sku: SkuScheme,
    /// Whether buyers may make offers, for items whose row does not state it.
    pub best_offer: bool,
    /// eBay accepts offers of at least this share of the price automatically.
    pub best_offer_accept_percent: Option<OfferPercent>,
    /// eBay declines offers of at most this share of the price automatically.
    pub best_offer_decline_percent: Option<OfferPercent>,
    /// The seller's text above the release in every description.
    pub header: String,
    /// The seller's text below the release in every description.
    pub footer: String,
}

/// When a listing may show a catalog cover, which eBay calls a stock photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockPhotos {
    /// For items that the seller states as new. eBay does not allow stock photos for used items (picture policy,
    /// ebay.com/help/listing-policies/policies/picture-policy?id=4370).
    #[default]
    New,
    /// For all items, at the seller's own risk.
    Always,
    /// For no items.
    Never,
}

/// How a SKU starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkuScheme {
    /// With `DM` and the barcode.
    #[default]
    Barcode,
    /// With the location of the copies, if the list states one.
    Location,
}

impl StockPhotos {
    /// Returns why the listing of an item in this condition may not show a cover; `None` if it may.
    pub fn objection(self, condition: Option<Condition>) -> Option<&'static str> {
        match (self, condition) {
            (Self::Always, _) | (Self::New, Some(Condition::New)) => None,
            (Self::Never, _) => Some("listing.stock_photos = never leaves covers out"),
            (Self::New, None) => Some("a cover is allowed only for a new item, and no condition is set"),
            (Self::New, Some(_)) => Some("eBay does not allow a stock photo for a used item"),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            condition: None,
            media_grade: None,
            sleeve_grade: None,
            condition_note: String::new(),
            condition_required: false,
            site: Site::default(),
            copies: Copies::Together,
            stock_photos: StockPhotos::default(),
            sku: SkuScheme::default(),
            best_offer: false,
            best_offer_accept_percent: None,
            best_offer_decline_percent: None,
            header: String::new(),
            footer: String::new(),
        }
    }
}

impl Settings {
    fn offer_rules(&self, takes_offers: bool) -> Option<OfferRules> {
        let rules = OfferRules { accept: self.best_offer_accept_percent, decline: self.best_offer_decline_percent };
        takes_offers.then_some(rules)
    }

    /// Checks that the settings are consistent.
    ///
    /// # Errors
    /// Returns [`OfferPercentOrder`].
    pub fn check(&self) -> Result<(), OfferPercentOrder> {
        match (self.best_offer_accept_percent, self.best_offer_decline_percent) {
            (Some(accept), Some(decline)) if decline >= accept => {
                Err(OfferPercentOrder { accept: accept.0, decline: decline.0 })
            }
            _ => Ok(()),
        }
    }
}

/// The share at which an offer is declined is not below the one at which it is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "listing.best_offer_decline_percent is {decline}, and it must be below listing.best_offer_accept_percent, which is \
     {accept}"
)]
pub struct OfferPercentOrder {
    accept: u8,
    decline: u8,
}

/// Share of a price in percent, from 1 to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "u8")]
pub struct OfferPercent(u8);

impl TryFrom<u8> for OfferPercent {
    type Error = String;

    fn try_from(percent: u8) -> Result<Self, String> {
        if (1..=99).contains(&percent) { Ok(Self(percent)) } else { Err(format!("{percent} is not from 1 to 99")) }
    }
}

impl OfferPercent {
    /// Returns this share of a price, rounded down to the minor unit.
    fn share_of(self, price: Money) -> Money {
        Money::from_minor(price.minor.saturating_mul(i64::from(self.0)) / 100, price.currency)
    }
}

/// How a seller answers offers from buyers (Inventory API, `bestOfferTerms`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfferRules {
    accept: Option<OfferPercent>,
    decline: Option<OfferPercent>,
}

/// Amounts at which eBay answers offers automatically.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BestOffer {
    /// Minimum amount of offers that are accepted; below the price.
    pub accept_from: Option<Money>,
    /// Maximum amount of offers that are declined; below [`Self::accept_from`].
    pub decline_to: Option<Money>,
}

impl OfferRules {
    /// Returns the amounts for a price. Omits amounts below one minor unit, and an amount to decline that would also be
    /// accepted: the shares of a low price may be equal.
    pub(super) fn for_price(self, price: Money) -> BestOffer {
        let bound = |percent: Option<OfferPercent>| {
            percent.map(|percent| percent.share_of(price)).filter(|bound| bound.minor > 0)
        };
        let accept_from = bound(self.accept);
        let is_declined = |amount: &Money| accept_from.is_none_or(|accepted| amount.minor < accepted.minor);
        BestOffer { accept_from, decline_to: bound(self.decline).filter(is_declined) }
    }
}

/// One of the seller's own photos, hosted by eBay's picture service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPhoto {
    /// Number of the copy that the photo shows, from 1.
    pub copy: u32,
    pub address: String,
}

/// The seller's terms for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerTerms {
    /// Condition, grades and note as the seller states them for the item or the batch. Never assumed.
    pub copy: CopyDescription,
    /// See [`Settings::condition_required`].
    pub condition_required: bool,
    /// eBay site of the listing.
    pub site: Site,
    /// Number of copies, which is the quantity of the draft. 0 counts as 1.
    pub copies: u32,
    /// See [`Settings::stock_photos`].
    pub stock_photos: StockPhotos,
    /// The seller's own photos, in order.
    pub photos: Vec<OwnPhoto>,
    /// Where the copies are stored.
    pub location: Option<CompactString>,
    /// The seller's own SKUs of the copies.
    pub own_sku: Option<CompactString>,
    /// How the SKU starts.
    pub sku: SkuScheme,
    /// Complete title that replaces the composed one.
    pub title: Option<String>,
    /// Price that the seller paid per copy.
    pub cost: Option<CopyCosts>,
    /// How offers from buyers are answered; `None` if offers are not accepted.
    pub best_offer: Option<OfferRules>,
    /// Path of a category in the seller's own eBay store.
    pub store_category: Option<CompactString>,
}

impl SellerTerms {
    /// Returns the location with which new SKUs start; `None` if they start without one.
    pub(super) fn sku_location(&self) -> Option<&str> {
        self.location.as_deref().filter(|_| self.sku == SkuScheme::Location)
    }

    /// Creates the terms of copies with the same description.
    pub fn for_copies(settings: &Settings, copy: CopyDescription, copies: u32) -> Self {
        Self {
            copy,
            condition_required: settings.condition_required,
            site: settings.site,
            copies,
            stock_photos: settings.stock_photos,
            photos: Vec::new(),
            location: None,
            own_sku: None,
            sku: settings.sku,
            title: None,
            cost: None,
            best_offer: settings.offer_rules(settings.best_offer),
            store_category: None,
        }
    }

    /// Returns the terms with the data that the list states about these copies.
    #[must_use]
    pub fn with_seller_data(self, settings: &Settings, data: &SellerData) -> Self {
        let facts = data.facts();
        let takes_offers = facts.and_then(|facts| facts.best_offer).unwrap_or(settings.best_offer);
        Self {
            location: data.location().map(Into::into),
            own_sku: data.sku.clone(),
            cost: facts.and_then(|facts| facts.cost.clone()),
            best_offer: settings.offer_rules(takes_offers),
            store_category: facts.and_then(|facts| facts.store_category.clone()),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_amount_is_both_accepted_and_declined() {
        let rules = OfferRules { accept: Some(OfferPercent(51)), decline: Some(OfferPercent(50)) };
        let offer_for = |minor| {
            let offer = rules.for_price(Money::from_minor(minor, crate::site::Site::default().currency()));
            [offer.accept_from, offer.decline_to].map(|amount| amount.map(|amount| amount.minor))
        };
        assert_eq!(offer_for(1000), [Some(510), Some(500)]);
        assert_eq!(offer_for(50), [Some(25), None]);
        assert_eq!(offer_for(1), [None, None]);
    }
}
