//! The cover of a listing: accepted or rejected.

use domain::artwork::{Artwork, ArtworkRules, Cover, CoverFlaw, CoverLicense};
use domain::condition::Condition;
use domain::listing::{SellerTerms, StockPhotos};
use domain::release::ReleaseId;

use super::{ARCHIVE, MUSICBRAINZ, compose_with, nevermind_release, price_estimate_of, seller_terms};

fn cover(url: &str, size: Option<(u32, u32)>) -> Cover {
    Cover {
        url: url.to_owned(),
        provider: ARCHIVE,
        belongs_to: nevermind_release().ids.first().cloned(),
        is_front: true,
        flaw: None,
        size,
        license: CoverLicense::SellersRisk,
    }
}

#[test]
fn a_cover_is_accepted_or_rejected_with_reasons() {
    let good = || cover("https://archive.org/front.jpg", Some((1200, 1180)));
    let stranger = ReleaseId::new(MUSICBRAINZ, "another");
    let table: Vec<(Cover, Option<&str>)> = vec![
        (good(), None),
        (cover("https://a.org/x.jpg", Some((500, 10))), None),
        (cover("https://a.org/x.jpg", Some((499, 499))), Some("499 × 499 px; its longest side needs at least 500 px")),
        (cover("https://a.org/x.jpg", None), Some("its size is unknown")),
        (cover("http://a.org/x.jpg", Some((600, 600))), Some("its address is not https")),
        (cover("http://127.0.0.1:1/x.jpg", Some((600, 600))), Some("its address is not https")),
        (cover("https://a.org/x.jpg\r\nb", Some((600, 600))), Some("its address cannot be read")),
        (cover("javascript:alert(1)", Some((600, 600))), Some("its address is not https")),
        (Cover { belongs_to: None, ..good() }, Some("Cover Art Archive does not say which release it belongs to")),
        (Cover { belongs_to: Some(stranger), ..good() }, Some("it belongs to another release, musicbrainz:another")),
        (Cover { is_front: false, ..good() }, Some("not a front cover")),
        (Cover { flaw: Some(CoverFlaw::RawScan), ..good() }, Some("it is a raw scan")),
        (Cover { flaw: Some(CoverFlaw::NotApproved), ..good() }, Some("the gallery has not approved it yet")),
        (Cover { flaw: Some(CoverFlaw::Spread), ..good() }, Some("it shows more than the front")),
        (
            Cover { license: CoverLicense::PreviewOnly, ..good() },
            Some("the terms of Cover Art Archive do not allow it in listings"),
        ),
    ];
    for (cover, refused) in table {
        let artwork = Artwork::choose_cover(&nevermind_release(), vec![cover.clone()], &ArtworkRules::default());
        assert_eq!(artwork.candidates[0].rejection.as_deref(), refused, "{cover:?}");
        assert_eq!(artwork.chosen, refused.is_none().then_some(cover));
    }
    let two = Cover { is_front: false, size: None, ..good() };
    let artwork = Artwork::choose_cover(&nevermind_release(), vec![two], &ArtworkRules::default());
    assert_eq!(artwork.candidates[0].rejection.as_deref(), Some("not a front cover; its size is unknown"));
}

#[test]
fn plain_http_is_accepted_only_for_the_sandbox() {
    let rules = ArtworkRules { allow_loopback: true, ..ArtworkRules::default() };
    let choose =
        |url| Artwork::choose_cover(&nevermind_release(), vec![cover(url, Some((600, 600)))], &rules).chosen.is_some();
    assert!(choose("http://127.0.0.1:8080/x.jpg") && choose("http://[::1]/x.jpg") && choose("http://localhost/x.jpg"));
    assert!(!choose("http://a.org/x.jpg") && !choose("http://127.0.0.1.a.org/x.jpg"));
}

#[test]
fn the_largest_cover_wins_and_among_large_ones_the_most_trusted() {
    let covers = |sizes: [u32; 3]| {
        let covers = ["https://a.org/1", "https://b.org/2", "https://c.org/3"].into_iter().zip(sizes);
        covers.map(|(url, size)| cover(url, Some((size, size)))).collect::<Vec<_>>()
    };
    let chosen = |sizes| {
        Artwork::choose_cover(&nevermind_release(), covers(sizes), &ArtworkRules::default()).chosen.map(|c| c.url)
    };
    assert_eq!(chosen([500, 900, 600]).as_deref(), Some("https://b.org/2"));
    assert_eq!(
        chosen([1600, 3000, 600]).as_deref(),
        Some("https://a.org/1"),
        "above the zoom size, the more trusted source wins"
    );
    assert_eq!(chosen([300, 200, 100]), None);
}

#[test]
fn a_new_item_shows_the_cover_and_a_used_one_needs_a_photo() {
    let url = "https://archive.org/front.jpg";
    let found =
        Artwork::choose_cover(&nevermind_release(), vec![cover(url, Some((900, 900)))], &ArtworkRules::default());
    let (new, used) = (Some(Condition::New), Some(Condition::VeryGood));
    let table = [
        (StockPhotos::New, new, &found, None),
        (StockPhotos::New, used, &found, Some("needs a photo: eBay does not allow a stock photo for a used item")),
        (
            StockPhotos::New,
            None,
            &found,
            Some("needs a photo: a cover is allowed only for a new item, and no condition is set"),
        ),
        (StockPhotos::Always, used, &found, None),
        (StockPhotos::Never, new, &found, Some("needs a photo: listing.stock_photos = never leaves covers out")),
        (StockPhotos::New, new, &Artwork::default(), Some("needs a photo: no usable cover was found")),
    ];
    for (stock_photos, condition, artwork, note) in table {
        let terms = SellerTerms { stock_photos, ..seller_terms(condition) };
        let listing = compose_with(&nevermind_release(), &price_estimate_of(999), artwork, &terms)
            .expect("a draft needs no picture");
        assert_eq!(listing.photo_note(), note, "{stock_photos:?} {condition:?}");
        assert_eq!(listing.images().is_empty(), note.is_some());
    }
    assert_eq!(domain::listing::Settings::default().stock_photos, StockPhotos::New);
}
