//! All drafts that Draft Maker created on eBay are listed, and live listings are never deleted.

use domain::sku::Sku;
use sandbox::EbayMisbehavior;
use serde_json::json;
use sinks::ebay::{DeleteResult, DraftManager};

use super::{SKU, SellerFixture, auction, listing, unwrap_created};

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_read() {
    let fixture = SellerFixture::open().await;
    for number in 0..450 {
        let item = json!({"product": {"title": format!("Title {number}")}});
        fixture.sandbox.seller_adds_item(&format!("DM{number:013}"), &item, None);
    }
    for number in 0..10 {
        fixture.sandbox.seller_adds_item(&format!("AA{number}"), &json!({}), None);
    }
    let held = DraftManager::new(&fixture.ebay).list_drafts().await.unwrap();
    assert_eq!(held.len(), 450, "every draft by Draft Maker, and no other");
    assert!(held.windows(2).all(|pair| pair[0].sku < pair[1].sku), "each draft once");
    assert_eq!(fixture.sandbox.ebay_state().reads["inventory_item list"], 3);
    fixture.assert_clean();
}

/// A list that is cut off at the limit would silently lack drafts.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_a_total_that_does_not_end_is_an_error() {
    let fixture = SellerFixture::open().await;
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::EndlessItemsWithoutTotal]);
    let error = DraftManager::new(&fixture.ebay).with_max_pages(4).list_drafts().await.unwrap_err();
    assert!(error.to_string().contains("does not end: 5 pages were read"), "{error}");
    assert_eq!(fixture.sandbox.ebay_state().reads["inventory_item list"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_with_an_auction_is_not_deleted() {
    let sku = Sku::parse(SKU).unwrap();
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    let item = fixture.item();
    fixture.sandbox.seller_adds_item(SKU, &item, Some(&auction("PUBLISHED")));
    let held = DraftManager::new(&fixture.ebay).list_drafts().await.unwrap();
    assert_eq!(held.iter().map(|held| held.state.as_str()).collect::<Vec<_>>(), ["UNPUBLISHED", "PUBLISHED"]);
    assert!(matches!(DraftManager::new(&fixture.ebay).delete_draft(&sku).await.unwrap(), DeleteResult::Live { .. }));
    let books = fixture.sandbox.ebay_state();
    assert_eq!((books.items.len(), books.offers.len()), (1, 2));
    fixture.assert_clean();

    // An auction draft belongs to the seller: only the fixed-price offer is deleted.
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    fixture.sandbox.seller_adds_item(SKU, &item, Some(&auction("UNPUBLISHED")));
    assert_eq!(DraftManager::new(&fixture.ebay).delete_draft(&sku).await.unwrap(), DeleteResult::OfferOnly);
    let books = fixture.sandbox.ebay_state();
    assert_eq!((books.items.len(), books.offers.len(), books.offers[0]["format"].as_str()), (1, 1, Some("AUCTION")));
}
