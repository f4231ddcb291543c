//! The eBay sites that listings can be made for: what a site is called, its language and its currency.

use iso_currency::Currency;

/// One of eBay's sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marketplace {
    /// As the APIs name it: `EBAY_US`.
    pub id: &'static str,
    /// The language of its listings, as `Content-Language` takes it.
    pub language: &'static str,
    /// The same as an inventory item's `locale`: `en_US`.
    pub locale: &'static str,
    pub currency: Currency,
    /// Where items lie that are sold at home: ISO 3166.
    pub country: &'static str,
}

/// The sites whose music categories are those of `assets/categories.toml`.
pub static MARKETPLACES: &[Marketplace] =
    &[Marketplace { id: "EBAY_US", language: "en-US", locale: "en_US", currency: Currency::USD, country: "US" }];

impl Marketplace {
    /// The site of this name.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        MARKETPLACES.iter().find(|known| known.id.eq_ignore_ascii_case(name.trim()))
    }
}
