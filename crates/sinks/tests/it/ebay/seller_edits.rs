//! The seller's changes to a draft on eBay are preserved; values that Draft Maker sent and no longer needs are removed.

use serde_json::json;

use super::{SKU, SellerFixture, listing, price, unwrap_created, unwrap_unchanged, without_style};

#[tokio::test(flavor = "multi_thread")]
async fn additions_by_the_seller_are_preserved() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    let added = json!({"product": {"aspects": {"Signed By": ["Dave Grohl"]}}, "conditionDescription": "A hairline on the tray.",
                       "packageWeightAndSize": {"weight": {"value": 4, "unit": "OUNCE"}}});
    fixture.sandbox.seller_edits_item(SKU, &added);
    fixture.sandbox.seller_edits(
        SKU,
        &json!({"quantityLimitPerBuyer": 1, "listingPolicies": {"bestOfferTerms": {"bestOfferEnabled": true}}}),
    );
    // Both documents change: another price, and one style less.
    let note = unwrap_created(fixture.draft(1, &without_style(1500)).await).unwrap();
    let (item, offer) = (fixture.item(), fixture.offer());
    assert_eq!(item["product"]["aspects"]["Signed By"], json!(["Dave Grohl"]));
    assert_eq!(item["conditionDescription"], "A hairline on the tray.");
    assert_eq!(item["packageWeightAndSize"]["weight"]["value"], 4);
    assert_eq!(item["product"]["aspects"].get("Style"), None);
    assert_eq!((price(&offer), &offer["quantityLimitPerBuyer"]), (&json!("15.00"), &json!(1)));
    assert_eq!(offer["listingPolicies"]["bestOfferTerms"]["bestOfferEnabled"], true);
    for stored in ["kept fields added on eBay", "Signed By", "conditionDescription", "quantityLimitPerBuyer"] {
        assert!(note.contains(stored), "{stored} in {note}");
    }
    fixture.assert_clean();
    assert!(unwrap_unchanged(fixture.draft(2, &without_style(1500)).await).contains("nothing has changed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_no_longer_needed_are_removed() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    assert_eq!(fixture.item()["product"]["aspects"]["Style"], json!(["Grunge"]));
    let note = unwrap_created(fixture.draft(1, &without_style(1200)).await).unwrap();
    assert!(note.contains("Style removed (Grunge)"), "{note}");
    assert_eq!(fixture.item()["product"]["aspects"].get("Style"), None);
    assert_eq!(fixture.sandbox.ebay_state().writes.get("PUT offer"), None, "only the item has changed");
    // A second machine did not send the values, so it must assume that the seller did.
    let text = unwrap_unchanged(fixture.another().await.draft(0, &listing(1200)).await);
    assert!(text.contains("not created from this data folder"), "{text}");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_by_the_seller_stay_and_other_fields_are_updated() {
    let changes = [
        (json!({"product": {"aspects": {"Genre": ["Grunge Rock"]}}}), json!({})),
        (json!({"product": {"imageUrls": ["https://i.ebayimg.example/mine.jpg"]}}), json!({})),
        (json!({"product": {"aspects": {"Style": null}}}), json!({})),
        (json!({}), json!({"listingDescription": "<p>Mine.</p>"})),
    ];
    for (item, offer) in changes {
        let fixture = SellerFixture::open().await;
        unwrap_created(fixture.draft(0, &listing(1200)).await);
        fixture.sandbox.seller_edits_item(SKU, &item);
        fixture.sandbox.seller_edits(SKU, &offer);
        let before = (fixture.item(), fixture.offer());
        let text = unwrap_unchanged(fixture.draft(1, &listing(1200)).await);
        assert!(text.contains("was edited on eBay"), "{text}");
        assert_eq!(before, (fixture.item(), fixture.offer()));
        for (number, cents) in [(2, 1500), (3, 1600)] {
            let note = unwrap_created(fixture.draft(number, &listing(cents)).await).unwrap();
            assert!(note.contains("edited on eBay, so kept: ") && note.contains("changed: price from "), "{note}");
            assert_eq!(before.0, fixture.item());
            let mut offer = fixture.offer();
            assert_eq!(price(&offer), &json!(format!("{}.00", cents / 100)));
            offer["pricingSummary"] = before.1["pricingSummary"].clone();
            assert_eq!(before.1, offer);
        }
        fixture.assert_clean();
    }
}

/// A value that the seller entered before Draft Maker had one is preserved.
#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_seller_filled_first_is_preserved() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &without_style(1200)).await);
    fixture.sandbox.seller_edits_item(SKU, &json!({"product": {"aspects": {"Style": ["Seattle"]}}}));
    let text = unwrap_unchanged(fixture.draft(1, &listing(1200)).await);
    assert!(text.contains("was edited on eBay") && text.contains("Seattle"), "{text}");
    assert_eq!(fixture.item()["product"]["aspects"]["Style"], json!(["Seattle"]));
}

/// The offer has its own description, which would otherwise stay as it was created.
#[tokio::test(flavor = "multi_thread")]
async fn the_description_of_the_offer_follows_the_item() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    let release = domain::release::Release { tracks: None, ..testing::listings::nevermind_release() };
    let terms = testing::listings::seller_terms(Some(domain::condition::Condition::Good));
    let other = super::compose_listing(
        &release,
        &testing::listings::price_estimate_of(1200),
        &terms,
        &super::cover("https://archive.org/front.jpg"),
    );
    unwrap_created(fixture.draft(1, &other).await);
    assert_eq!(fixture.offer()["listingDescription"], other.description());
    assert_eq!(fixture.item()["product"]["description"], other.description());
    fixture.assert_clean();
}
