//! The eBay sites for which listings can be made, with language and currency.

use iso_currency::Currency;

/// One eBay site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marketplace {
    /// Id in the APIs: `EBAY_US`.
    pub id: &'static str,
    /// Language of the listings, as in `Content-Language`: `en-US`.
    pub language: &'static str,
    /// Language of an inventory item, as in its field `locale`: `en_US`.
    pub locale: &'static str,
    /// Currency of the prices.
    pub currency: Currency,
    /// Country of domestic items: ISO 3166 alpha-2.
    pub country: &'static str,
}

/// The sites whose music categories are in `assets/categories.toml`.
pub(super) static MARKETPLACES: &[Marketplace] =
    &[Marketplace { id: "EBAY_US", language: "en-US", locale: "en_US", currency: Currency::USD, country: "US" }];

impl Marketplace {
    /// Returns the site with this id, in any case; `None` if it is not supported.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        MARKETPLACES.iter().find(|known| known.id.eq_ignore_ascii_case(name.trim()))
    }
}
