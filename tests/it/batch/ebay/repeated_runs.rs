//! Repeated runs of a list: one offer per SKU, updated only if something has changed, and not changed if the seller has
//! edited it.

use serde_json::json;

use super::{assert_only_unpublished_offers, entry, shop, sku};

#[tokio::test(flavor = "multi_thread")]
async fn a_rerun_writes_nothing() {
    let shop = shop(5).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let before = shop.sandbox.ebay_state();
    let ran = shop.sell(&[shop.synthetic_list()]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let after = shop.sandbox.ebay_state();
    assert_eq!((before.writes, before.offers, before.items), (after.writes, after.offers, after.items));
    assert_eq!(before.pictures, after.pictures, "pictures are uploaded once");
    let entry = entry(&shop, 0);
    assert_eq!(entry["status"], "already_drafted");
    assert!(entry["note"].as_str().unwrap().contains("nothing has changed"), "{entry}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_changes_are_written() {
    let shop = shop(3).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let before = shop.sandbox.ebay_state();
    // A higher minimum price changes the offers but not the inventory items.
    let mut again = shop.seller(&[shop.synthetic_list()]);
    let ran = again.env("DRAFT_MAKER__PRICING__FLOOR", "99.50").output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let after = shop.sandbox.ebay_state();
    assert_eq!(before.items, after.items);
    assert_eq!(after.writes["PUT offer"], 3);
    assert_eq!(after.writes["bulk_create_offer"], before.writes["bulk_create_offer"]);
    assert!(after.offers.iter().all(|offer| offer["pricingSummary"]["price"]["value"] == "99.50"));
    let ids = |books: &sandbox::EbayStateSnapshot| {
        books.offers.iter().map(|offer| offer["offerId"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&before), ids(&after));
    let entry = entry(&shop, 0);
    assert_eq!(entry["status"], "drafted");
    assert!(entry["note"].as_str().unwrap().contains("to 99.50 USD"), "{entry}");
    assert_only_unpublished_offers(&shop, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_by_the_seller_are_preserved() {
    let shop = shop(4).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    shop.sandbox.seller_edits(&sku(&shop, 0), &json!({"pricingSummary": {"price": {"value": "77.00"}}}));
    shop.sandbox.seller_lists(&sku(&shop, 1));
    shop.sandbox.seller_deletes(&sku(&shop, 2));
    let mut again = shop.seller(&[shop.synthetic_list()]);
    let ran = again.env("DRAFT_MAKER__PRICING__FLOOR", "99.50").output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let books = shop.sandbox.ebay_state();
    let price = |place| books.offers_for_sku(&sku(&shop, place))[0]["pricingSummary"]["price"]["value"].clone();
    assert_eq!(price(0), "77.00", "edited by the seller");
    assert_ne!(price(1), "99.50", "live");
    assert_eq!((price(2), price(3)), ("99.50".into(), "99.50".into()), "one deleted and so created again, one updated");
    assert_eq!(books.live_revisions, 0);
    let note = |place| entry(&shop, place)["note"].as_str().unwrap().to_owned();
    assert!(note(0).contains("was edited on eBay") && note(0).contains("77"), "{}", note(0));
    assert!(note(1).contains("live on eBay as item"), "{}", note(1));
    assert_eq!(entry(&shop, 0)["status"], "already_drafted");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_machine_finds_the_drafts_of_the_first() {
    let shop = shop(4).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    shop.sandbox.seller_edits(&sku(&shop, 0), &json!({"pricingSummary": {"price": {"value": "77.00"}}}));
    let before = shop.sandbox.ebay_state();
    let other = tempfile::TempDir::new().unwrap();
    let mut second = shop.seller(&[shop.synthetic_list(), "--data-dir", other.path().to_str().unwrap()]);
    let ran = second.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let after = shop.sandbox.ebay_state();
    assert_eq!(before.offers, after.offers);
    assert_eq!(entry(&shop, 1)["status"], "already_drafted");
    assert!(
        entry(&shop, 0)["note"].as_str().unwrap().contains("not created from this data folder"),
        "{}",
        entry(&shop, 0)
    );
}
