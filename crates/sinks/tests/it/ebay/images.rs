//! Covers on eBay's picture service, including its outages.

use std::time::{Duration, Instant};

use domain::condition::Condition;
use domain::listing::{Categories, DescriptionTemplate, Listing, LotTerms};
use domain::lot::lot_code;
use serde_json::Value;

use sandbox::{EbayAccount, FaultKind, FaultRule, PathFault};

use super::{SellerFixture, compose_listing, compose_listing_for, cover, listing, unwrap_created};
use testing::listings::{nevermind_release, price_estimate_of, seller_terms, upc};

/// No draft waits for the picture service, because the original address is sufficient.
#[tokio::test(flavor = "multi_thread")]
async fn an_unavailable_picture_service_delays_no_draft() {
    let mut fixture = SellerFixture::open().await;
    // Longer than the test may last: it would time out if it waited.
    fixture.patience = Duration::from_hours(1);
    let sink = fixture.open_sink("inventory", 0).await;
    fixture.sandbox.break_path("/image/create_image_from_url");
    let began = Instant::now();
    let note = unwrap_created(sink.create_draft(&listing(1200)).await).unwrap();
    assert!(note.contains("the draft links to the cover"), "{note}");
    assert_eq!(fixture.item()["product"]["imageUrls"][0], "https://archive.org/front.jpg");
    let uploads = || {
        let counts = fixture.sandbox.request_counts();
        let paths = counts["ebay"].paths.iter().filter(|(path, _)| path.contains("create_image_from_url"));
        paths.map(|(_, count)| *count).sum::<u64>()
    };
    let first = uploads();
    assert!(first > 0, "the first picture is tried");
    for cents in [1500, 1600, 1700] {
        unwrap_created(sink.create_draft(&listing(cents)).await);
    }
    assert_eq!(uploads(), first, "uploads pause after a failure");
    assert!(began.elapsed() < Duration::from_mins(30));

    // The service is available again, and another job uploads the picture.
    fixture.sandbox.break_path("");
    unwrap_created(fixture.draft(1, &listing(1500)).await);
    assert!(fixture.item()["product"]["imageUrls"][0].as_str().unwrap().starts_with("https://i.ebayimg.example/"));
}

/// eBay rejects a mix of its own picture addresses and others.
#[tokio::test(flavor = "multi_thread")]
async fn a_lot_with_one_uploaded_cover_has_no_other_addresses() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    fixture.sandbox.break_path("/image/create_image_from_url");
    let items = ["front", "other", "third"].map(|name| {
        let terms = seller_terms(Some(Condition::Good));
        let cover = cover(&format!("https://archive.org/{name}.jpg"));
        compose_listing(&nevermind_release(), &price_estimate_of(1200), &terms, &cover)
    });
    for (first, effect) in [(0, "the draft lacks a cover"), (1, "the draft links to the cover")] {
        let code = lot_code(&format!("A{first}"), &[upc()]).unwrap();
        let terms = LotTerms { code, price_percent: 100, title: None, quantity: None };
        let (categories, template) = (Categories::built_in(), DescriptionTemplate::built_in());
        let lot = Listing::compose_lot(&items[first..], &terms, categories, template).unwrap();
        let note = unwrap_created(fixture.draft(1, &lot).await).unwrap();
        assert!(note.contains(effect), "{note}");
        let item = fixture.sandbox.ebay_state().items[lot.sku().as_str()].clone();
        let addresses = item["product"]["imageUrls"].as_array().unwrap().clone();
        let is_hosted = |address: &Value| address.as_str().unwrap().starts_with("https://i.ebayimg.example/");
        let hosted = addresses.iter().filter(|address| is_hosted(address)).count();
        assert_eq!((addresses.len(), hosted), if first == 0 { (1, 1) } else { (2, 0) }, "{addresses:?}");
    }
}

/// However the service fails, the draft is created, and the next one does not try again.
#[tokio::test(flavor = "multi_thread")]
async fn no_fault_of_the_picture_service_costs_a_draft() {
    let faults = [500, 501, 502, 504, 507, 520].map(PathFault::Status).into_iter().chain([PathFault::Hang]);
    for fault in faults {
        let fixture = SellerFixture::open().await;
        let sink = fixture.open_sink("inventory", 0).await;
        fixture.sandbox.break_path_with("/image/create_image_from_url", fault);
        let note = unwrap_created(sink.create_draft(&listing(1200)).await).unwrap();
        assert!(note.contains("the draft links to the cover"), "{fault:?}: {note}");
        assert_eq!(fixture.item()["product"]["imageUrls"][0], "https://archive.org/front.jpg", "{fault:?}");
        let uploads = || {
            let counts = fixture.sandbox.request_counts();
            counts["ebay"].paths.iter().filter(|(path, _)| path.contains("create_image")).map(|(_, n)| *n).sum::<u64>()
        };
        let first = uploads();
        assert!(first > 0, "{fault:?}: the first picture is tried");
        unwrap_created(sink.create_draft(&listing(1500)).await);
        assert_eq!(uploads(), first, "{fault:?}: uploads pause after a failure");
    }
}

/// A picture without an https address has no fallback: if eBay rejects it, the listing is rejected.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_without_https_has_no_fallback() {
    let fixture = SellerFixture::open().await;
    let plain = compose_listing(
        &nevermind_release(),
        &price_estimate_of(1200),
        &seller_terms(Some(Condition::Good)),
        &cover("http://archive.org/front.jpg"),
    );
    let message = super::unwrap_rejected(fixture.draft(0, &plain).await);
    assert!(message.contains("190202"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_response_of_the_picture_service_costs_no_draft() {
    let fixture = SellerFixture::open().await;
    let sink = fixture.open_sink("inventory", 0).await;
    fixture.sandbox.set_faults(vec![FaultRule {
        service: Some("ebay".to_owned()),
        kind: FaultKind::LostResponse,
        share: 0.3,
    }]);
    unwrap_created(sink.create_draft(&listing(1200)).await);
    fixture.sandbox.set_faults(Vec::new());
    fixture.assert_clean();
}

/// eBay deletes pictures that no listing uses. A picture that expires soon is uploaded again; others are never uploaded
/// twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_uploaded_again_before_it_expires() {
    for (picture_hours, times) in [(30 * 24, 1), (40, 2)] {
        let fixture =
            SellerFixture::with(EbayAccount { picture_lifetime_hours: picture_hours, ..EbayAccount::default() }).await;
        unwrap_created(fixture.draft(0, &listing(1200)).await);
        unwrap_created(fixture.draft(1, &listing(1500)).await);
        assert_eq!(fixture.sandbox.ebay_state().pictures["https://archive.org/front.jpg"], times, "{picture_hours} h");
    }
}

/// eBay allows 50 uploads in 5 seconds; further uploads wait, and none is rejected.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_stay_within_the_rate_limit() {
    let fixture = SellerFixture::at_the_limits().await;
    let sink = fixture.open_sink("inventory", 0).await;
    let listings = (0..60).map(|number| {
        let upc = crate::all_sinks::ean13_from(number).parse().unwrap();
        let cover = cover(&format!("https://archive.org/{number}.jpg"));
        compose_listing_for(
            upc,
            &nevermind_release(),
            &price_estimate_of(1200),
            &seller_terms(Some(Condition::Good)),
            &cover,
        )
    });
    let listings = listings.collect::<Vec<_>>();
    for result in futures::future::join_all(listings.iter().map(|listing| sink.create_draft(listing))).await {
        assert!(result.is_ok(), "{result:?}");
    }
    let counts = fixture.sandbox.request_counts();
    assert_eq!((fixture.sandbox.ebay_state().pictures.len(), counts["ebay"].refused), (60, 0));
}
