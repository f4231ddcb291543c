//! A release, its listing inputs and the listing composed of them.

use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::listing::{
    Categories, DescriptionTemplate, Listing, ListingInputs, MissingField, SellerTerms, SkuScheme, StockPhotos,
};
use domain::money::Money;
use domain::pricing::{Confidence, PriceEstimate};
use domain::provenance::Sourced;
use domain::provider::Provider;
use domain::release::{ArtistCredit, Carrier, Format, Medium, Release, ReleaseId, Track};

pub use crate::barcodes::nevermind_upc as upc;
pub use crate::events::MUSICBRAINZ;

pub const ARCHIVE: Provider = Provider::from_static("coverartarchive");

pub fn sourced<T>(value: T) -> Option<Sourced<T>> {
    Some(Sourced::new(value, MUSICBRAINZ))
}

pub fn medium(carrier: Carrier, count: u16, wording: &str, inches: Option<u8>) -> Medium {
    Medium { carrier, count, wording: wording.to_owned(), inches, color: None }
}

pub fn format_with(media: Vec<Medium>) -> Format {
    Format { media, box_set: false }
}

pub fn track(position: &str, title: &str, length_ms: Option<u32>) -> Track {
    Track { position: position.to_owned(), title: title.to_owned(), artist: None, length_ms }
}

pub fn nevermind_release() -> Release {
    Release {
        artist: sourced(ArtistCredit::from_name("Nirvana")),
        title: sourced("Nevermind".to_owned()),
        label: sourced("DGC".to_owned()),
        catalog_number: sourced("DGCD-24425".to_owned()),
        date: sourced("1991-09-24".parse().expect("a date")),
        format: sourced(format_with(vec![medium(Carrier::Cd, 1, "CD, Album", None)])),
        tracks: sourced(vec![
            track("1", "Smells Like Teen Spirit", Some(301_920)),
            track("2", "In Bloom", Some(254_640)),
            track("3", "Come as You Are", None),
        ]),
        genres: sourced(vec!["Rock".to_owned(), "Alternative".to_owned()]),
        styles: sourced(vec!["Grunge".to_owned()]),
        ids: vec![ReleaseId::new(MUSICBRAINZ, "b52a8f31-b5ab-34e9-92f4-f5b7110220f0")],
        ..Release::default()
    }
}

pub fn price_estimate_of(minor: i64) -> PriceEstimate {
    PriceEstimate {
        price: Some(Money::from_minor(minor, iso_currency::Currency::USD)),
        confidence: Confidence::Low,
        rule: String::new(),
        band: None,
        doubts: Vec::new(),
        samples: Vec::new(),
        excluded: Vec::new(),
    }
}

pub fn seller_terms(condition: Option<Condition>) -> SellerTerms {
    SellerTerms {
        site: domain::site::Site::default(),
        copy: condition.into(),
        condition_required: false,
        copies: 1,
        stock_photos: StockPhotos::Always,
        photos: Vec::new(),
        location: None,
        own_sku: None,
        sku: SkuScheme::Barcode,
        title: None,
        cost: None,
        best_offer: None,
        store_category: None,
    }
}

/// Composes the listing of a release with this price, artwork and terms.
///
/// # Errors
/// Returns the missing fields.
pub fn compose_with(
    release: &Release,
    price_estimate: &PriceEstimate,
    artwork: &Artwork,
    terms: &SellerTerms,
) -> Result<Listing, Vec<MissingField>> {
    let events = ListingInputs { upc: upc(), release, price_estimate, artwork };
    Listing::compose(&events, terms, Categories::built_in(), DescriptionTemplate::built_in())
}

/// Composes the listing of a release with a price and no cover.
///
/// # Errors
/// Returns the missing fields.
pub fn compose(release: &Release) -> Result<Listing, Vec<MissingField>> {
    compose_with(release, &price_estimate_of(999), &Artwork::default(), &seller_terms(None))
}
