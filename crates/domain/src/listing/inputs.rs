//! Inputs of a listing: what was found about one item, and the seller's terms.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::super::artwork::Artwork;
use super::super::condition::Condition;
use super::super::copy_description::CopyDescription;
use super::super::job_spec::Copies;
use super::super::listed_price::ListedPrice;
use super::super::money::Money;
use super::super::pricing::PriceEstimate;
use super::super::release::Release;
use super::super::seller_data::{MediaGrade, SellerData};
use super::super::site::Site;
use super::super::upc::Upc;

/// What was found out about one item.
#[derive(Clone, Copy, Debug)]
pub struct ListingInputs<'a> {
    pub upc: Upc,
    pub release: &'a Release,
    pub price_estimate: &'a PriceEstimate,
    pub artwork: &'a Artwork,
}

/// Settings of every listing: the table `[listing]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Condition of a batch that states none.
    pub condition: Option<Condition>,
    /// Grade of the disc, record or tape in a batch that states none.
    pub media_grade: Option<MediaGrade>,
    /// Grade of the sleeve, booklet or inlay in a batch that states none.
    pub sleeve_grade: Option<MediaGrade>,
    /// Note on the condition in a batch that states none.
    pub condition_note: String,
    /// Requires a condition. Otherwise the draft leaves it open for the seller.
    pub condition_required: bool,
    /// The site of the listings, from the table `[ebay]`.
    #[serde(skip)]
    pub site: Site,
    /// How several copies are drafted in a new batch.
    pub copies: Copies,
    /// When a catalog cover is the picture of a listing.
    pub stock_photos: StockPhotos,
    /// What the SKU, eBay's custom label, begins with.
    pub sku: SkuScheme,
    /// Whether buyers may make an offer, for items whose row does not say so.
    pub best_offer: bool,
    /// Offers of at least this share of the price are accepted by eBay at once.
    pub best_offer_accept_percent: Option<OfferPercent>,
    /// Offers of at most this share of the price are declined by eBay at once.
    pub best_offer_decline_percent: Option<OfferPercent>,
    /// The seller's own words above the release in every description.
    pub header: String,
    /// The seller's own words below the release.
    pub footer: String,
}

/// When a cover from a catalog, which eBay calls a stock photo, is the picture of a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockPhotos {
    /// For items that the seller states as new. eBay allows no stock photo for used items (picture policy,
    /// ebay.com/help/listing-policies/policies/picture-policy?id=4370).
    #[default]
    New,
    /// For every item, at the seller's own risk.
    Always,
    /// For no item.
    Never,
}

/// What a SKU begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkuScheme {
    /// `DM` and the barcode.
    #[default]
    Barcode,
    /// The location of the copies, if the list states one.
    Location,
}

impl StockPhotos {
    /// Returns why no cover may be the picture of an item in this condition; `None` if one may.
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

    /// Checks settings that depend on each other.
    ///
    /// # Errors
    /// Returns a sentence that says what to change.
    pub fn check(&self) -> Result<(), String> {
        match (self.best_offer_accept_percent, self.best_offer_decline_percent) {
            (Some(accept), Some(decline)) if decline >= accept => Err(format!(
                "listing.best_offer_decline_percent is {}, and it must be below listing.best_offer_accept_percent, which is {}",
                decline.0, accept.0
            )),
            _ => Ok(()),
        }
    }
}

/// A share of a price in percent, from 1 to 99.
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

/// How a seller answers offers of buyers (Inventory API, `bestOfferTerms`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfferRules {
    accept: Option<OfferPercent>,
    decline: Option<OfferPercent>,
}

/// Offers that eBay answers at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BestOffer {
    /// Offers of at least this amount are accepted; it is below the price.
    pub accept_from: Option<Money>,
    /// Offers of at most this amount are declined; it is below [`Self::accept_from`].
    pub decline_to: Option<Money>,
}

impl OfferRules {
    /// Returns the bounds for a price. A bound below one minor unit is left out.
    pub(super) fn for_price(self, price: Money) -> BestOffer {
        let bound = |percent: Option<OfferPercent>| {
            percent.map(|percent| percent.share_of(price)).filter(|bound| bound.minor > 0)
        };
        BestOffer { accept_from: bound(self.accept), decline_to: bound(self.decline) }
    }
}

/// A photo of the seller's own, at an address of eBay's picture service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPhoto {
    /// Number of the copy that it shows, from 1.
    pub copy: u32,
    pub address: String,
}

/// The seller's terms for one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerTerms {
    /// As the seller states it for the item or for the batch; never assumed.
    pub copy: CopyDescription,
    /// See [`Settings::condition_required`].
    pub condition_required: bool,
    /// The site of the listing.
    pub site: Site,
    /// Number of copies, the quantity of the draft. 0 counts as 1.
    pub copies: u32,
    /// See [`Settings::stock_photos`].
    pub stock_photos: StockPhotos,
    /// The seller's own photos, in their order.
    pub photos: Vec<OwnPhoto>,
    /// Where the copies stand.
    pub location: Option<CompactString>,
    /// What the SKU begins with.
    pub sku: SkuScheme,
    /// The whole title, instead of the composed one.
    pub title: Option<String>,
    /// What the seller paid for one copy.
    pub cost: Option<ListedPrice>,
    /// How offers of buyers are answered; `None` if none are taken.
    pub best_offer: Option<OfferRules>,
    /// Path of a category in the seller's own eBay store.
    pub store_category: Option<CompactString>,
}

impl SellerTerms {
    /// Returns the terms of so many copies that the seller describes alike.
    pub fn for_copies(settings: &Settings, copy: CopyDescription, copies: u32) -> Self {
        Self {
            copy,
            condition_required: settings.condition_required,
            site: settings.site,
            copies,
            stock_photos: settings.stock_photos,
            photos: Vec::new(),
            location: None,
            sku: settings.sku,
            title: None,
            cost: None,
            best_offer: settings.offer_rules(settings.best_offer),
            store_category: None,
        }
    }

    /// Returns the terms with what the list says about these copies.
    #[must_use]
    pub fn with_seller_data(self, settings: &Settings, data: &SellerData) -> Self {
        let facts = data.facts.as_deref();
        let takes_offers = facts.and_then(|facts| facts.best_offer).unwrap_or(settings.best_offer);
        Self {
            location: data.location.clone(),
            cost: facts.and_then(|facts| facts.cost.clone()),
            best_offer: settings.offer_rules(takes_offers),
            store_category: facts.and_then(|facts| facts.store_category.clone()),
            ..self
        }
    }
}
