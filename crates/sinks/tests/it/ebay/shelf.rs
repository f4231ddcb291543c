//! What eBay holds of ours: all of it, and nothing is taken away that is live.

use domain::sku::Sku;
use serde_json::json;
use sinks::ebay::{Deleted, Shelf};

use super::{Desk, SKU, auction, drafted, listing};

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_read() {
    let desk = Desk::open().await;
    for number in 0..450 {
        let item = json!({"product": {"title": format!("Title {number}")}});
        desk.sandbox.seller_holds(&format!("DM{number:013}"), &item, None);
    }
    for number in 0..10 {
        desk.sandbox.seller_holds(&format!("AA{number}"), &json!({}), None);
    }
    let held = Shelf::of(&desk.ebay).all().await.unwrap();
    assert_eq!(held.len(), 450, "every one of ours, and nobody else's");
    assert!(held.windows(2).all(|pair| pair[0].sku < pair[1].sku), "each once");
    assert_eq!(desk.sandbox.ebay_books().reads["inventory_item list"], 3);
    desk.is_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auction_of_the_sku_keeps_it_from_being_deleted() {
    let sku = Sku::parse(SKU).unwrap();
    let desk = Desk::open().await;
    drafted(desk.draft(0, &listing(1200)).await);
    let item = desk.item();
    desk.sandbox.seller_holds(SKU, &item, Some(&auction("PUBLISHED")));
    let held = Shelf::of(&desk.ebay).all().await.unwrap();
    assert_eq!(held.iter().map(|held| held.state.as_str()).collect::<Vec<_>>(), ["UNPUBLISHED", "PUBLISHED"]);
    assert!(matches!(Shelf::of(&desk.ebay).delete(&sku).await.unwrap(), Deleted::Live { .. }));
    let books = desk.sandbox.ebay_books();
    assert_eq!((books.items.len(), books.offers.len()), (1, 2));
    desk.is_clean();

    // A draft of another kind is somebody's work too: our offer goes, the item stays under it.
    let desk = Desk::open().await;
    drafted(desk.draft(0, &listing(1200)).await);
    desk.sandbox.seller_holds(SKU, &item, Some(&auction("UNPUBLISHED")));
    assert_eq!(Shelf::of(&desk.ebay).delete(&sku).await.unwrap(), Deleted::OfferOnly);
    let books = desk.sandbox.ebay_books();
    assert_eq!((books.items.len(), books.offers.len(), books.offers[0]["format"].as_str()), (1, 1, Some("AUCTION")));
}
