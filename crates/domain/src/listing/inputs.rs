//! Inputs of a listing: what was found about one item, and the seller's terms.

use compact_str::CompactString;
use iso_currency::Currency;
use serde::Deserialize;

use super::super::artwork::Artwork;
use super::super::condition::Condition;
use super::super::copy_description::CopyDescription;
use super::super::job_spec::Copies;
use super::super::pricing::PriceEstimate;
use super::super::release::Release;
use super::super::seller_data::MediaGrade;
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
    /// Currency of the prices, from the table `[pricing]`; a listing needs that of the site.
    pub currency: Currency,
    /// How several copies are drafted in a new batch.
    pub copies: Copies,
    /// When a catalog cover is the picture of a listing.
    pub stock_photos: StockPhotos,
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
            currency: Currency::USD,
            copies: Copies::Together,
            stock_photos: StockPhotos::default(),
            header: String::new(),
            footer: String::new(),
        }
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
    /// See [`Settings::currency`].
    pub currency: Currency,
    /// Number of copies, the quantity of the draft. 0 counts as 1.
    pub copies: u32,
    /// See [`Settings::stock_photos`].
    pub stock_photos: StockPhotos,
    /// The seller's own photos, in their order.
    pub photos: Vec<OwnPhoto>,
    /// Where the copies stand.
    pub location: Option<CompactString>,
}

impl SellerTerms {
    /// Returns the terms of so many copies that the seller describes alike.
    pub fn for_copies(settings: &Settings, copy: CopyDescription, copies: u32) -> Self {
        Self {
            copy,
            condition_required: settings.condition_required,
            site: settings.site,
            currency: settings.currency,
            copies,
            stock_photos: settings.stock_photos,
            photos: Vec::new(),
            location: None,
        }
    }
}
