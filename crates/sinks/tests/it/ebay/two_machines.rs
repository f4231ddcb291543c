//! Two machines draft one item at the same moment: one SKU, one offer, and both documents from the same machine.

use serde_json::json;

use super::{SKU, SellerFixture, listing, price, unwrap_created, unwrap_unchanged};

#[tokio::test(flavor = "multi_thread")]
async fn both_documents_come_from_one_machine() {
    let fixture = SellerFixture::open().await;
    let item = json!({"condition": "LIKE_NEW", "product": {"aspects": {"Edition": ["Theirs"]}}});
    fixture.sandbox.queue_concurrent_draft(
        SKU,
        &item,
        &json!({"pricingSummary": {"price": {"value": "55.00"}}}),
        false,
    );
    let note = unwrap_created(fixture.draft(0, &listing(1200)).await).unwrap();
    assert!(note.contains("another machine") && note.contains("55"), "{note}");
    assert_eq!((price(&fixture.offer()), &fixture.item()["condition"]), (&json!("12.00"), &json!("USED_GOOD")));
    assert_eq!(fixture.item()["product"]["aspects"].get("Edition"), None);
    fixture.assert_clean();
    assert!(unwrap_unchanged(fixture.draft(1, &listing(1200)).await).contains("nothing has changed"));
}

/// Another machine created and published the draft between the lookup and the offer. The draft is not changed, and the
/// message reports that the item was written.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_was_published_meanwhile_is_reported() {
    let fixture = SellerFixture::open().await;
    fixture.sandbox.queue_concurrent_draft(
        SKU,
        &json!({}),
        &json!({"pricingSummary": {"price": {"value": "55.00"}}}),
        true,
    );
    let text = unwrap_unchanged(fixture.draft(0, &listing(1200)).await);
    assert!(text.contains("live on eBay") && text.contains("the inventory item was already written"), "{text}");
    assert_eq!(price(&fixture.offer()), "55.00");
    fixture.assert_clean();
}
