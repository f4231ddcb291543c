//! The eBay sites for which drafts can be created, with country, currency and language.

use iso_currency::Currency;
use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

use super::release::Country;

/// An eBay site. Its name in settings, events and eBay's APIs is the marketplace ID, such as `EBAY_GB`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::IntoStaticStr,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE", const_into_str)]
pub enum Site {
    /// Site of all batches and ledger entries of versions without sites.
    #[default]
    EbayUs,
    EbayGb,
    EbayDe,
    EbayAu,
    EbayCa,
    EbayFr,
    EbayIt,
    EbayEs,
    EbayAt,
    EbayNl,
    EbayIe,
}

/// Language of a listing's texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ListingLanguage {
    #[default]
    AmericanEnglish,
    BritishEnglish,
    German,
    French,
    Italian,
    Spanish,
    Dutch,
}

impl ListingLanguage {
    /// Returns true if a listing can use the English words of databases unchanged.
    pub const fn is_english(self) -> bool {
        matches!(self, Self::AmericanEnglish | Self::BritishEnglish)
    }
}

/// A name that is not a supported site. The error message suggests the site that it may mean, or else lists the sites.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a supported eBay site; {}", Site::suggest(.name))]
pub struct UnknownSiteError {
    pub name: String,
}

impl std::str::FromStr for Site {
    type Err = UnknownSiteError;

    fn from_str(name: &str) -> Result<Self, UnknownSiteError> {
        let known = Self::ALL.iter().find(|site| site.as_str().eq_ignore_ascii_case(name.trim()));
        known.copied().ok_or_else(|| UnknownSiteError { name: name.to_owned() })
    }
}

/// Separator between destination and site in a ledger name.
const LEDGER_SEPARATOR: &str = " at ";

impl Site {
    /// All sites, the default one first.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Returns the marketplace ID in the APIs (developer.ebay.com, `MarketplaceIdEnum`), such as `EBAY_US`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// Returns the IDs of all sites: `EBAY_US, EBAY_GB`.
    pub fn list_names() -> String {
        Self::ALL.iter().map(|site| site.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Returns the part of an error message that says which names are allowed.
    fn suggest(name: &str) -> String {
        match Self::find_likely(name) {
            Some(site) => format!("did you mean {site}? The sites are {}", Self::list_names()),
            None => format!("use {}", Self::list_names()),
        }
    }

    /// Returns the site that a name probably means: a country (`UK`, `Germany`, `EBAY_UK`), an address (`ebay.de`), or an
    /// ID with a typing error.
    fn find_likely(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        let host = name.trim_start_matches("https://").trim_start_matches("www.").trim_end_matches('/');
        let is_host = |site: &&Self| site.web_host().trim_start_matches("www.") == host;
        let by_host = Self::ALL.iter().find(is_host);
        let country = host.trim_start_matches("ebay").trim_start_matches(['_', '-', '.', ' ']);
        let country = Country(country.to_owned()).to_code();
        let by_country = || Self::ALL.iter().find(|site| site.country_code() == country.0);
        // The code of another country is not a typing error.
        let is_similar = |site: &&Self| {
            country.0.len() != 2 && strsim::damerau_levenshtein(&site.as_str().to_lowercase(), &name) <= 1
        };
        let mut similar = Self::ALL.iter().filter(is_similar);
        let by_spelling = || similar.next().filter(|_| similar.next().is_none());
        by_host.or_else(by_country).or_else(by_spelling).copied()
    }

    /// Returns true for the site of old batches, which name no site.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the currency of prices.
    pub const fn currency(self) -> Currency {
        match self {
            Self::EbayUs => Currency::USD,
            Self::EbayGb => Currency::GBP,
            Self::EbayAu => Currency::AUD,
            Self::EbayCa => Currency::CAD,
            Self::EbayDe | Self::EbayFr | Self::EbayIt | Self::EbayEs | Self::EbayAt | Self::EbayNl | Self::EbayIe => {
                Currency::EUR
            }
        }
    }

    /// Returns the country of domestic items (ISO 3166 alpha-2), such as `GB`.
    pub fn country_code(self) -> &'static str {
        self.as_str().trim_start_matches("EBAY_")
    }

    /// Returns the value of `Content-Language` and `Accept-Language` (developer.ebay.com, "Marketplace ID and language
    /// header values"), such as `en-GB`.
    pub const fn language_tag(self) -> &'static str {
        match self {
            Self::EbayUs => "en-US",
            Self::EbayGb => "en-GB",
            Self::EbayDe => "de-DE",
            Self::EbayAu => "en-AU",
            Self::EbayCa => "en-CA",
            Self::EbayFr => "fr-FR",
            Self::EbayIt => "it-IT",
            Self::EbayEs => "es-ES",
            Self::EbayAt => "de-AT",
            Self::EbayNl => "nl-NL",
            Self::EbayIe => "en-IE",
        }
    }

    /// Returns the language of an inventory item for its `locale` field, such as `en_GB`.
    pub fn locale_code(self) -> String {
        self.language_tag().replace('-', "_")
    }

    /// Returns the language of titles and descriptions.
    pub const fn listing_language(self) -> ListingLanguage {
        match self {
            Self::EbayUs => ListingLanguage::AmericanEnglish,
            Self::EbayGb | Self::EbayAu | Self::EbayCa | Self::EbayIe => ListingLanguage::BritishEnglish,
            Self::EbayDe | Self::EbayAt => ListingLanguage::German,
            Self::EbayFr => ListingLanguage::French,
            Self::EbayIt => ListingLanguage::Italian,
            Self::EbayEs => ListingLanguage::Spanish,
            Self::EbayNl => ListingLanguage::Dutch,
        }
    }

    /// Returns the host of the site's web pages, such as `www.ebay.co.uk`.
    pub const fn web_host(self) -> &'static str {
        match self {
            Self::EbayUs => "www.ebay.com",
            Self::EbayGb => "www.ebay.co.uk",
            Self::EbayDe => "www.ebay.de",
            Self::EbayAu => "www.ebay.com.au",
            Self::EbayCa => "www.ebay.ca",
            Self::EbayFr => "www.ebay.fr",
            Self::EbayIt => "www.ebay.it",
            Self::EbayEs => "www.ebay.es",
            Self::EbayAt => "www.ebay.at",
            Self::EbayNl => "www.ebay.nl",
            Self::EbayIe => "www.ebay.ie",
        }
    }

    /// Returns true if the site's product identifier is the UPC. At other sites it is the EAN, and a UPC becomes an EAN
    /// with a leading zero (GS1 General Specifications, "GTIN").
    pub const fn identifies_by_upc(self) -> bool {
        matches!(self, Self::EbayUs | Self::EbayCa)
    }

    /// Returns the product identifier text for an item without a barcode (Trading API, `GeteBayDetails`,
    /// `ProductIdentifierUnavailableText`).
    pub const fn no_identifier_text(self) -> &'static str {
        match self.listing_language() {
            ListingLanguage::AmericanEnglish | ListingLanguage::BritishEnglish => "Does not apply",
            ListingLanguage::German => "Nicht zutreffend",
            ListingLanguage::French => "Non applicable",
            ListingLanguage::Italian => "Non applicabile",
            ListingLanguage::Spanish => "No aplicable",
            ListingLanguage::Dutch => "Niet van toepassing",
        }
    }

    /// Returns the ledger name of a destination at this site: `csv at EBAY_GB`, or `csv` for the default site of old
    /// entries.
    pub fn ledger_name(self, sink: &str) -> String {
        if self.is_default() { sink.to_owned() } else { format!("{sink}{LEDGER_SEPARATOR}{self}") }
    }

    /// Parses a ledger name into destination and site.
    pub fn parse_ledger_name(name: &str) -> (&str, Self) {
        let named = name.split_once(LEDGER_SEPARATOR).and_then(|(sink, site)| Some((sink, site.parse().ok()?)));
        named.unwrap_or((name, Self::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_name_of_a_site_is_not_accepted_but_its_id_is_suggested() {
        let cases = [
            ("UK", "EBAY_GB"),
            ("EBAY_UK", "EBAY_GB"),
            ("gb", "EBAY_GB"),
            ("ebay.co.uk", "EBAY_GB"),
            ("https://www.ebay.co.uk/", "EBAY_GB"),
            ("us", "EBAY_US"),
            ("USA", "EBAY_US"),
            ("ebay.com", "EBAY_US"),
            ("Germany", "EBAY_DE"),
            ("ebay.de", "EBAY_DE"),
            ("EBAYDE", "EBAY_DE"),
            ("EBAI_FR", "EBAY_FR"),
            ("ebay.com.au", "EBAY_AU"),
        ];
        for (name, id) in cases {
            let error = name.parse::<Site>().unwrap_err().to_string();
            assert!(error.contains(&format!("; did you mean {id}? The sites are EBAY_US, EBAY_GB, ")), "{error}");
        }
        for name in ["EBAY_PL", "Japan", "", "EBAY_", "everywhere"] {
            let error = name.parse::<Site>().unwrap_err().to_string();
            assert!(error.contains("is not a supported eBay site; use EBAY_US, "), "{error}");
        }
    }
}
