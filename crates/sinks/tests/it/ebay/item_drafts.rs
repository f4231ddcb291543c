//! The Listing API cannot list existing drafts: a call that was never sent leaves no draft, and a call that may have
//! been executed is not repeated.

use std::time::Duration;

use domain::condition::Condition;
use domain::listing::SellerTerms;
use sandbox::{EbayAccount, FaultKind, FaultRule};
use sinks::{DraftResult, SinkError};

use super::{SKU, SellerFixture, compose_listing, cover, listing, unwrap_created, unwrap_rejected, unwrap_unchanged};
use testing::listings::{nevermind_release, price_estimate_of, seller_terms};

async fn approved() -> SellerFixture {
    SellerFixture::with(EbayAccount { has_item_drafts: true, ..EbayAccount::default() }).await
}

fn fault(kind: FaultKind, share: f64) -> Vec<FaultRule> {
    vec![FaultRule { service: Some("ebay".to_owned()), kind, share }]
}

/// A throttled call created no draft: the claim of the item is released, and the item can be submitted again.
#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_call_leaves_the_item_unclaimed() {
    let fixture = approved().await;
    let sink = fixture.open_sink("item-draft", 0).await;
    fixture.sandbox.set_faults(fault(FaultKind::TooManyRequests, 1.0));
    let out = sink.create_draft(&listing(1200)).await;
    assert!(matches!(&out, Err(SinkError::Indeterminate { .. })), "{out:?}");
    assert_eq!(fixture.sink_in_ledger().await, None, "no draft was created");
    fixture.sandbox.set_faults(Vec::new());
    unwrap_created(sink.create_draft(&listing(1200)).await);
    assert_eq!(fixture.sandbox.ebay_state().item_drafts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_before_the_call_is_retried() {
    let mut fixture = approved().await;
    fixture.patience = Duration::from_mins(2);
    let sink = fixture.open_sink("item-draft", 0).await;
    fixture.sandbox.set_faults(fault(FaultKind::TooManyRequests, 1.0));
    let (sandbox, listing) = (fixture.sandbox.clone(), listing(1200));
    let (out, ()) = tokio::join!(sink.create_draft(&listing), async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        sandbox.set_faults(Vec::new());
    });
    unwrap_created(out);
    assert_eq!(fixture.sandbox.ebay_state().item_drafts.len(), 1);
}

/// If the token service is unavailable, no draft was requested.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_no_draft_is_created() {
    let fixture = approved().await;
    let sink = fixture.open_sink("item-draft", 0).await;
    fixture.sandbox.expire_tokens();
    fixture.sandbox.break_path("/identity/");
    let out = sink.create_draft(&listing(1200)).await;
    assert!(matches!(&out, Err(SinkError::Indeterminate { .. })), "{out:?}");
    fixture.sandbox.break_path("");
    tokio::time::sleep(Duration::from_millis(500)).await;
    unwrap_created(sink.create_draft(&listing(1200)).await);
    assert_eq!(fixture.sandbox.ebay_state().item_drafts.len(), 1);
}

/// If eBay rejects the token and the token service is unavailable, no draft was created.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_with_a_rejected_token_creates_no_draft() {
    let fixture = approved().await;
    let sink = fixture.open_sink("item-draft", 0).await;
    fixture.sandbox.expire_tokens_before("listing");
    fixture.sandbox.break_path("/identity/");
    let out = sink.create_draft(&listing(1200)).await;
    assert!(matches!(&out, Err(SinkError::Indeterminate { .. })), "{out:?}");
    assert_eq!(fixture.sink_in_ledger().await, None, "no draft was created");
    fixture.sandbox.break_path("");
    tokio::time::sleep(Duration::from_millis(500)).await;
    unwrap_created(sink.create_draft(&listing(1200)).await);
    assert_eq!(fixture.sandbox.ebay_state().item_drafts.len(), 1);

    // If the token service answers, the call is sent once more.
    let fixture = approved().await;
    let sink = fixture.open_sink("item-draft", 0).await;
    fixture.sandbox.expire_tokens_before("listing");
    unwrap_created(sink.create_draft(&listing(1200)).await);
    assert_eq!(fixture.sandbox.ebay_state().item_drafts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_with_a_lost_response_is_never_repeated() {
    let fixture = approved().await;
    let sink = fixture.open_sink("item-draft", 0).await;
    fixture.sandbox.lose_responses_for("/item_draft/");
    for _ in 0..2 {
        let result = sink.create_draft(&listing(1200)).await;
        let Ok(DraftResult::Uncertain(reason)) = &result else { panic!("{result:?}") };
        assert!(reason.contains("it is unknown whether the draft was created"), "{reason}");
        assert!(reason.contains("`draft-maker drafts --delete DM0720642442524`"), "{reason}");
    }
    assert_eq!(fixture.sandbox.ebay_state().item_drafts.len(), 1);
}

/// This API has no quantity, so a note informs the seller.
#[tokio::test(flavor = "multi_thread")]
async fn a_quantity_is_left_to_the_seller() {
    let fixture = approved().await;
    let three = SellerTerms { copies: 3, ..seller_terms(Some(Condition::Good)) };
    let three = compose_listing(
        &nevermind_release(),
        &price_estimate_of(1200),
        &three,
        &cover("https://archive.org/front.jpg"),
    );
    let note = unwrap_created(fixture.open_sink("item-draft", 0).await.create_draft(&three).await).unwrap();
    assert!(note.contains("set it to 3"), "{note}");
}

/// The inventory is checked first, so an item drafted from another data folder is found too.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_in_the_inventory_goes_to_no_other_sink() {
    let fixture = approved().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    let other = fixture.another().await;
    for sink in ["csv", "item-draft"] {
        let message = unwrap_rejected(other.open_sink(sink, 0).await.create_draft(&listing(1200)).await);
        assert!(message.contains("eBay has offer") && message.contains("--delete DM0720642442524"), "{message}");
        assert_eq!(other.sink_in_ledger().await, None);
    }
    fixture.sandbox.seller_lists(SKU);
    let message = unwrap_rejected(other.open_sink("csv", 0).await.create_draft(&listing(1200)).await);
    assert!(message.contains("live on eBay as item"), "{message}");

    // Once the item is deleted there, it may go to another sink. An unavailable eBay is reported, and blocks nothing.
    fixture.sandbox.seller_deletes(SKU);
    unwrap_created(other.open_sink("item-draft", 0).await.create_draft(&listing(1200)).await);
    assert!(
        unwrap_unchanged(other.open_sink("item-draft", 1).await.create_draft(&listing(1200)).await)
            .contains("drafted by")
    );
    let third = fixture.another().await;
    let market = third.open_sink("csv", 0).await;
    fixture.sandbox.set_faults(fault(FaultKind::Unavailable, 1.0));
    let note = unwrap_created(market.create_draft(&listing(1200)).await).unwrap();
    assert!(note.contains("cannot check whether"), "{note}");
}
