//! Titles and descriptions in the language of a site; American English is the default and uses the databases' words.

use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::listing::Listing;
use domain::listing::language::{aspect_names, value_forms};
use domain::money::Money;
use domain::release::{Carrier, Country, Release};
use domain::seller_data::MediaGrade;
use domain::site::{ListingLanguage, Site};

use super::{compose_with, format_with, medium, nevermind_release, price_estimate_of, seller_terms, sourced};

fn listing_at(site: Site, release: &Release) -> Listing {
    let mut terms = seller_terms(Some(Condition::VeryGood));
    (terms.site, terms.copy.media_grade) = (site, Some(MediaGrade::VeryGoodPlus));
    let mut price = price_estimate_of(999);
    price.price = Some(Money::from_minor(999, site.currency()));
    compose_with(release, &price, &Artwork::default(), &terms).expect("a listing")
}

fn red_reissue(country: &str) -> Release {
    Release {
        format: sourced(format_with(vec![medium(Carrier::Vinyl, 2, "LP, Album", Some(12))])),
        edition: sourced(vec!["Limited Edition".to_owned(), "Reissue".to_owned()]),
        color: sourced("Red".to_owned()),
        country: sourced(Country(country.to_owned())),
        ..nevermind_release()
    }
}

#[test]
fn the_title_is_in_the_language_of_the_site() {
    let titles = [Site::EbayUs, Site::EbayGb, Site::EbayDe, Site::EbayFr, Site::EbayIt, Site::EbayEs, Site::EbayNl]
        .map(|site| format!("{site} {}", listing_at(site, &red_reissue("DE")).title()));
    insta::assert_snapshot!(titles.join("\n"), @r"
    EBAY_US Nirvana - Nevermind 2 LP Red Vinyl Limited Edition Reissue 1991 Germany DGC
    EBAY_GB Nirvana - Nevermind 2 LP Red Vinyl Limited Edition Reissue 1991 Germany DGC
    EBAY_DE Nirvana - Nevermind 2 LP Rotes Vinyl Limitierte Auflage Neuauflage 1991 DGC
    EBAY_FR Nirvana - Nevermind 2 LP Vinyle Rouge Édition limitée Réédition 1991 Allemagne
    EBAY_IT Nirvana - Nevermind 2 LP Vinile Rosso Edizione limitata Ristampa 1991 Germania
    EBAY_ES Nirvana - Nevermind 2 LP Vinilo Rojo Edición limitada Reedición 1991 Alemania
    EBAY_NL Nirvana - Nevermind 2 LP Rood Vinyl Gelimiteerde oplage Heruitgave 1991 DGC
    ");
}

/// The country of a release matters only to buyers in other countries.
#[test]
fn the_sites_own_country_is_not_in_the_title() {
    let has = |site, country: &str, word| {
        let release = Release { country: sourced(Country(country.to_owned())), ..nevermind_release() };
        listing_at(site, &release).title().contains(word)
    };
    assert!(!has(Site::EbayUs, "US", "US") && has(Site::EbayUs, "GB", "UK"));
    assert!(has(Site::EbayGb, "US", "USA") && !has(Site::EbayGb, "GB", "UK"));
    assert!(has(Site::EbayDe, "US", "USA") && !has(Site::EbayDe, "DE", "Deutschland"));
    assert!(has(Site::EbayAt, "DE", "Deutschland"));
    // A language without a name for the country omits it.
    assert!(has(Site::EbayUs, "BG", "Bulgaria") && !has(Site::EbayDe, "BG", "Bulgaria"));
}

#[test]
fn the_description_is_in_the_language_of_the_site() {
    let german = listing_at(Site::EbayDe, &red_reissue("US"));
    insta::assert_snapshot!(german.description(), @r#"<div vocab="https://schema.org/" typeof="Product"><span property="description">Nirvana - Nevermind. 2 LP Rotes Vinyl, Limitierte Auflage, Neuauflage, DGC, DGCD-24425, 1991, USA, 3 Titel. Zustand: Sehr gut (gebraucht). Tonträger: Very Good Plus (VG+).</span></div><h2>Nirvana – Nevermind</h2><ul><li><b>Format:</b> 2 LP Rotes Vinyl</li><li><b>Anzahl Tonträger:</b> 2</li><li><b>Ausgabe:</b> Limitierte Auflage, Neuauflage</li><li><b>Zustand:</b> Sehr gut (gebraucht)</li><li><b>Zustand Tonträger:</b> Very Good Plus (VG+)</li><li><b>Label:</b> DGC</li><li><b>Katalognummer:</b> DGCD-24425</li><li><b>Jahr:</b> 1991</li><li><b>Land:</b> USA</li><li><b>Barcode:</b> 720642442524</li></ul><h3>Titelliste</h3><ul><li>1. Smells Like Teen Spirit (5:02)</li><li>2. In Bloom (4:15)</li><li>3. Come as You Are</li></ul>"#);
    assert_eq!(german.condition_description(), Some("Tonträger: Very Good Plus (VG+)."));
    let american = listing_at(Site::EbayUs, &red_reissue("US"));
    assert!(american.description().contains("<h3>Track list</h3>"), "{}", american.description());
    assert_eq!(american.condition_description(), Some("Media: Very Good Plus (VG+)."));
}

#[test]
fn names_of_artists_and_albums_are_not_translated() {
    let release = Release { title: sourced("Red".to_owned()), ..nevermind_release() };
    for site in [Site::EbayDe, Site::EbayFr, Site::EbayIt, Site::EbayEs, Site::EbayNl] {
        let listing = listing_at(site, &release);
        assert!(listing.title().starts_with("Nirvana - Red"), "{}", listing.title());
        assert_eq!(value_forms(site.listing_language(), "Release Title", "Red"), ["Red"]);
        assert_ne!(aspect_names(site.listing_language(), "Artist")[0], "Artist");
    }
    assert_eq!(aspect_names(ListingLanguage::AmericanEnglish, "Artist"), ["Artist"]);
}

#[test]
fn a_price_in_another_currency_is_rejected() {
    let mut terms = seller_terms(Some(Condition::Good));
    terms.site = Site::EbayGb;
    let missing = compose_with(&nevermind_release(), &price_estimate_of(999), &Artwork::default(), &terms).unwrap_err();
    let expected = "price is missing: it is in USD, but EBAY_GB sells in GBP; write a price in GBP in the list or in \
                    review. If you sell in USD, set ebay.marketplace to your site: EBAY_US";
    assert_eq!(missing[0].to_string(), expected);
    let mut yen = price_estimate_of(999);
    yen.price = Some(Money::from_minor(900, iso_currency::Currency::JPY));
    let missing = compose_with(&nevermind_release(), &yen, &Artwork::default(), &terms).unwrap_err();
    assert!(missing[0].to_string().ends_with("in the list or in review"), "no site sells in JPY: {missing:?}");
}

#[test]
fn an_unknown_site_is_rejected_with_a_list_of_sites() {
    let error = "EBAY_MARS".parse::<Site>().unwrap_err().to_string();
    assert!(error.contains("EBAY_MARS") && error.contains("EBAY_US, EBAY_GB, EBAY_DE"), "{error}");
    assert_eq!(" ebay_gb ".parse(), Ok(Site::EbayGb));
    assert_eq!(Site::EbayGb.ledger_name("csv"), "csv at EBAY_GB");
    assert_eq!(Site::parse_ledger_name("csv at EBAY_GB"), ("csv", Site::EbayGb));
    assert_eq!(
        Site::parse_ledger_name("inventory"),
        ("inventory", Site::EbayUs),
        "a ledger entry of an earlier version"
    );
}
