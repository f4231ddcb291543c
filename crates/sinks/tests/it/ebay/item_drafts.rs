//! The Listing API, which can be asked nothing: what was never sent is no draft, and what may have been is not sent again.

use std::time::Duration;

use domain::condition::Condition;
use domain::listing::SellerTerms;
use sandbox::{EbayAccount, FaultKind, FaultRule};
use sinks::SinkError;

use super::{SKU, SellerFixture, compose_listing, cover, listing, unwrap_created, unwrap_rejected, unwrap_unchanged};
use testing::listings::{nevermind, priced, terms};

async fn approved() -> SellerFixture {
    SellerFixture::with(EbayAccount { has_item_drafts: true, ..EbayAccount::default() }).await
}

fn fault(kind: FaultKind, share: f64) -> Vec<FaultRule> {
    vec![FaultRule { service: Some("ebay".to_owned()), kind, share }]
}

/// "Slow down" is no draft: the item is free, and waits for as long as anybody waits for eBay.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_is_not_lost() {
    let fixture = approved().await;
    let sink = fixture.open_sink("item-draft", 0).await;
    fixture.sandbox.set_faults(fault(FaultKind::TooManyRequests, 1.0));
    let out = sink.create_draft(&listing(1200)).await;
    assert!(matches!(&out, Err(SinkError::Indeterminate { .. })), "{out:?}");
    assert_eq!(fixture.sink_in_ledger().await, None, "nothing was made");
    fixture.sandbox.set_faults(Vec::new());
    unwrap_created(sink.create_draft(&listing(1200)).await);
    assert_eq!(fixture.sandbox.ebay_state().item_drafts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_before_the_call_is_waited_out() {
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

/// A circuit that others have opened, and a token that cannot be had: no draft was asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_cannot_be_had_made_no_draft() {
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

/// EBay takes the token no more when the draft is asked for, and the token service is out of order: nothing was made.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_under_the_call_made_no_draft() {
    let fixture = approved().await;
    let sink = fixture.open_sink("item-draft", 0).await;
    fixture.sandbox.expire_tokens_before("listing");
    fixture.sandbox.break_path("/identity/");
    let out = sink.create_draft(&listing(1200)).await;
    assert!(matches!(&out, Err(SinkError::Indeterminate { .. })), "{out:?}");
    assert_eq!(fixture.sink_in_ledger().await, None, "nothing was made");
    fixture.sandbox.break_path("");
    tokio::time::sleep(Duration::from_millis(500)).await;
    unwrap_created(sink.create_draft(&listing(1200)).await);
    assert_eq!(fixture.sandbox.ebay_state().item_drafts.len(), 1);

    // And with a token service that answers, it is one more call.
    let fixture = approved().await;
    let sink = fixture.open_sink("item-draft", 0).await;
    fixture.sandbox.expire_tokens_before("listing");
    unwrap_created(sink.create_draft(&listing(1200)).await);
    assert_eq!(fixture.sandbox.ebay_state().item_drafts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_never_sent_again() {
    let fixture = approved().await;
    let sink = fixture.open_sink("item-draft", 0).await;
    fixture.sandbox.lose_answers_for("/item_draft/");
    for _ in 0..2 {
        assert!(unwrap_rejected(sink.create_draft(&listing(1200)).await).contains("this API cannot be asked"));
    }
    assert_eq!(fixture.sandbox.ebay_state().item_drafts.len(), 1);
}

/// This API knows no quantity, so the seller hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_quantity_is_for_the_seller_to_set() {
    let fixture = approved().await;
    let three = SellerTerms { copies: 3, ..terms(Some(Condition::Good)) };
    let three = compose_listing(&nevermind(), &priced(1200), &three, &cover("https://archive.org/front.jpg"));
    let note = unwrap_created(fixture.open_sink("item-draft", 0).await.create_draft(&three).await).unwrap();
    assert!(note.contains("set it to 3"), "{note}");
}

/// What eBay's inventory holds of an item is asked first, whichever data folder it came from.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_inventory_holds_goes_no_other_way() {
    let fixture = approved().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    let other = fixture.another().await;
    for sink in ["csv", "item-draft"] {
        let message = unwrap_rejected(other.open_sink(sink, 0).await.create_draft(&listing(1200)).await);
        assert!(message.contains("eBay holds") && message.contains("--delete DM0720642442524"), "{message}");
        assert_eq!(other.sink_in_ledger().await, None);
    }
    fixture.sandbox.seller_lists(SKU);
    let message = unwrap_rejected(other.open_sink("csv", 0).await.create_draft(&listing(1200)).await);
    assert!(message.contains("live on eBay as item"), "{message}");

    // Deleted there, it may go another way; and eBay out of order is told and stops nobody.
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
    assert!(note.contains("could not be asked"), "{note}");
}
