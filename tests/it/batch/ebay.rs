//! Batches whose drafts go to eBay: one offer for each SKU whatever happens, and nothing live is ever touched.

use super::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_in_seller_gets_unpublished_offers() {
    let shop = Shop::with_synthetic(60).await;
    let list = shop.synthetic_list();
    let ran = shop.sell(&[list]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let books = shop.sandbox.ebay_books();
    assert_eq!((books.items.len(), books.offers.len()), (60, 60));
    assert!(books.offers.iter().all(|offer| offer["status"] == "UNPUBLISHED"));
    assert_eq!(books.violations, Vec::<String>::new());
    assert!(books.writes["bulk_create_offer"] <= 5, "{:?}", books.writes);
}
