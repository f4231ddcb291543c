//! One item at which eBay fails, or that it never answers, costs no other item its draft.

use std::sync::Arc;
use std::time::Duration;

use domain::condition::Condition;
use domain::listing::Listing;
use futures::StreamExt as _;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use sandbox::{EbayFailure, EbayMisbehavior, EbayQuirk, FaultKind, FaultRule};
use sinks::{DraftResult, SinkError};

use super::{SellerFixture, compose_listing_for, cover, unwrap_created, unwrap_indeterminate, unwrap_rejected};
use testing::barcodes::upc_a;
use testing::listings::{nevermind_release, price_estimate_of, seller_terms};

/// Returns a listing of a numbered item.
pub(super) fn numbered_listing(number: u64) -> Listing {
    let artwork = cover("https://archive.org/front.jpg");
    compose_listing_for(
        upc_a(60_000_000_000 + number),
        &nevermind_release(),
        &price_estimate_of(1200),
        &seller_terms(Some(Condition::Good)),
        &artwork,
    )
}

/// Submits all listings concurrently to one sink.
async fn draft_all(fixture: &SellerFixture, number: u32, listings: &[Listing]) -> Vec<Result<DraftResult, SinkError>> {
    let sink = fixture.open_sink("inventory", number).await;
    let guards = listings.iter().map(|_| sink.track_in_flight()).collect::<Vec<_>>();
    let all = listings.iter().zip(guards).map(|(listing, guard)| {
        let sink = Arc::clone(&sink);
        async move {
            let result = sink.create_draft(listing).await;
            drop(guard);
            result
        }
    });
    join_all(all).await
}

fn failing(sku: &str, call: &'static str, failure: EbayFailure) -> EbayMisbehavior {
    EbayMisbehavior::FailingSku { sku: sku.to_owned(), call, failure }
}

/// In every call and at any position, only the bad items fail, with eBay's error ID, and the circuit stays closed.
#[tokio::test(flavor = "multi_thread")]
async fn a_failing_item_costs_no_other_item_its_draft() {
    let listings = (0..11).map(numbered_listing).collect::<Vec<_>>();
    let cases = [
        ("bulk_create_or_replace", vec![0, 1, 2], EbayFailure::SystemError(25_001), "25001"),
        ("bulk_create_or_replace", vec![10], EbayFailure::GatewayError, "500"),
        ("bulk_create_or_replace", vec![0, 1, 2], EbayFailure::Unavailable, "503"),
        ("bulk_create_offer", vec![0, 1, 2], EbayFailure::Disconnected, "cut off"),
        ("bulk_create_offer", vec![1, 9], EbayFailure::Truncated, "eBay sent an unreadable answer"),
        ("bulk_create_offer", vec![4, 5], EbayFailure::SystemError(25_001), "25001"),
        ("bulk_get", vec![7], EbayFailure::SystemError(25_001), "25001"),
        ("bulk_get", vec![0], EbayFailure::GatewayError, "500"),
        ("", vec![3], EbayFailure::SystemError(2003), "2003"),
    ];
    let checks = cases.into_iter().map(|(call, culprits, failure, reason)| {
        let listings = &listings;
        async move {
            let fixture = SellerFixture::open().await;
            let behaviors =
                culprits.iter().map(|place: &usize| failing(listings[*place].sku().as_str(), call, failure));
            fixture.sandbox.set_ebay_misbehaviors(behaviors.collect());
            let results = draft_all(&fixture, 0, listings).await;
            for (place, result) in results.into_iter().enumerate() {
                if culprits.contains(&place) {
                    let why = unwrap_indeterminate(result);
                    assert!(why.contains("running the list again is safe"), "{call}: {why}");
                    assert!(why.contains(reason), "{call}: {why}");
                } else {
                    unwrap_created(result);
                }
            }
            let circuit = fixture.ebay.upstream().snapshot().circuit;
            assert_eq!(circuit, upstream::CircuitState::Closed, "{call}");
            fixture.sandbox.set_ebay_misbehaviors(Vec::new());
            for result in draft_all(&fixture, 1, listings).await {
                result.unwrap();
            }
            assert_eq!(fixture.sandbox.ebay_state().offers.len(), listings.len(), "{call}");
            fixture.assert_clean();
        }
    });
    join_all(checks).await;
}

/// While a failing item is tried again, the others are drafted and reported, and screens can name eBay. Later items still
/// share a call.
#[tokio::test(flavor = "multi_thread")]
async fn a_failing_item_delays_no_result_of_another_item() {
    let listings = (0..11).map(numbered_listing).collect::<Vec<_>>();
    let later_listing = numbered_listing(11);
    let checks = ["bulk_get", "bulk_create_or_replace", "bulk_create_offer"].map(|call| {
        let (listings, later_listing) = (&listings, &later_listing);
        async move {
            let fixture = SellerFixture::open().await;
            let failure = EbayFailure::SystemError(25_001);
            fixture.sandbox.set_ebay_misbehaviors(vec![failing(listings[0].sku().as_str(), call, failure)]);
            let sink = fixture.open_sink("inventory", 0).await;
            let guards = listings.iter().map(|_| sink.track_in_flight()).collect::<Vec<_>>();
            let drafts = listings.iter().zip(guards).enumerate().map(|(place, (listing, guard))| {
                let sink = &sink;
                async move {
                    let result = sink.create_draft(listing).await;
                    drop(guard);
                    (place, result)
                }
            });
            let mut results = drafts.collect::<FuturesUnordered<_>>();
            for _ in 1..listings.len() {
                let (place, result) = results.next().await.unwrap();
                assert_ne!(place, 0, "{call}: the failing item is last");
                unwrap_created(result);
            }
            let upstream = fixture.ebay.upstream();
            assert!(upstream.snapshot().longest_failure.is_some(), "{call}: a request is repeated");
            let later_guards = [sink.track_in_flight(), sink.track_in_flight()];
            let mut later = sink.create_draft(later_listing);
            let failed = tokio::select! {
                failed = results.next() => failed,
                sent = &mut later => panic!("{call}: it was sent without the other announced item: {sent:?}"),
            };
            let (place, result) = failed.unwrap();
            assert_eq!(place, 0);
            assert!(unwrap_indeterminate(result).contains("25001"));
            drop(later_guards);
            unwrap_created(later.await);
            while upstream.snapshot().longest_failure.is_some() {
                tokio::task::yield_now().await;
            }
        }
    });
    join_all(checks).await;
}

/// eBay never answers calls with some SKUs: each of them is tried three times per call, alone at last, and not again.
#[tokio::test(flavor = "multi_thread")]
async fn items_without_an_answer_are_isolated_and_not_waited_for_again() {
    let listings = (0..25).map(numbered_listing).collect::<Vec<_>>();
    let culprits = [0, 1, 12, 24];
    let checks = ["bulk_get", "bulk_create_or_replace", "bulk_create_offer"].map(|call| {
        let listings = &listings;
        async move {
            let fixture = SellerFixture::with_timeout(Duration::from_secs(4)).await;
            let hanging = culprits.map(|place| failing(listings[place].sku().as_str(), call, EbayFailure::Hang));
            fixture.sandbox.set_ebay_misbehaviors(hanging.to_vec());
            let count = || fixture.sandbox.ebay_state().failed_calls;
            for (place, result) in draft_all(&fixture, 0, listings).await.into_iter().enumerate() {
                if culprits.contains(&place) {
                    let why = unwrap_indeterminate(result);
                    assert!(why.contains("no complete answer within 4 s; running the list again is safe"), "{why}");
                } else {
                    unwrap_created(result);
                }
            }
            assert_eq!(count(), 1 + 3 + 4, "{call}: one call of 25, three of 5, four of 1");
        }
    });
    join_all(checks).await;
}

/// The offers of one item are never shown, while eBay answers everything else.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_whose_offers_are_never_answered_is_not_taken_for_an_outage() {
    let listings = (0..3).map(numbered_listing).collect::<Vec<_>>();
    let fixture = SellerFixture::with_timeout(Duration::from_secs(4)).await;
    for result in draft_all(&fixture, 0, &listings).await {
        unwrap_created(result);
    }
    let hanging = failing(listings[0].sku().as_str(), "offer by sku", EbayFailure::Hang);
    fixture.sandbox.set_ebay_misbehaviors(vec![hanging]);
    let mut results = draft_all(&fixture, 1, &listings).await.into_iter();
    unwrap_indeterminate(results.next().expect("a result"));
    results.for_each(|result| drop(result.expect("eBay has answered for this item")));
    assert!(fixture.sandbox.ebay_state().failed_calls <= 3);
}

/// The token or a limit ends within a call, which eBay then says of some parts only.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_within_a_call_costs_no_item_its_draft() {
    let listings = (0..3).map(numbered_listing).collect::<Vec<_>>();
    for (status, error) in [(401, 1001), (401, 0), (403, 1100), (429, 0)] {
        let fixture = SellerFixture::open().await;
        for (call, place) in [("bulk_create_or_replace_inventory_item", 0), ("bulk_create_offer", 2)] {
            let part = EbayQuirk::PartResponse { sku: listings[place].sku().as_str().to_owned(), status, error };
            fixture.sandbox.queue_ebay_quirk(call, 1, part);
        }
        draft_all(&fixture, 0, &listings).await.into_iter().for_each(|result| drop(unwrap_created(result)));
        fixture.assert_clean();
    }
}

/// A firewall rejects a call because of one word in it, with any status and an HTML page.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_rejected_by_a_firewall_costs_no_other_item_its_draft() {
    let listings = (0..7).map(numbered_listing).collect::<Vec<_>>();
    for (status, culprit) in [(403, 0), (409, 6), (413, 3), (422, 2)] {
        let fixture = SellerFixture::open().await;
        let sku = listings[culprit].sku().as_str().to_owned();
        fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::BlockedSku { sku, status }]);
        let results = draft_all(&fixture, 0, &listings).await;
        for (place, result) in results.into_iter().enumerate() {
            if place == culprit {
                let why = unwrap_rejected(result);
                assert!(why.contains(&status.to_string()), "{why}");
            } else {
                unwrap_created(result);
            }
        }
    }
}

/// A gateway or eBay fails at one item and sends an answer that does not cover the parts.
#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_answer_costs_no_other_item_its_draft() {
    const PAGE: &str = "<html><title>We are sorry</title></html>";
    let listings = (0..7).map(numbered_listing).collect::<Vec<_>>();
    let cases = [
        ("bulk_create_or_replace", 200, PAGE, 0),
        ("bulk_create_offer", 200, "{}", 6),
        ("bulk_create_offer", 200, r#"{"responses": []}"#, 3),
        ("bulk_create_or_replace", 302, "", 2),
        ("bulk_create_or_replace", 503, r#"{"errors": [{"errorId": 25001, "message": "A system error"}]}"#, 5),
        ("bulk_get", 404, PAGE, 1),
        ("bulk_get", 200, r#"{"responses": [{"#, 4),
    ];
    let checks = cases.into_iter().map(|(call, status, body, culprit)| {
        let listings = &listings;
        async move {
            let fixture = SellerFixture::open().await;
            let sku = listings[culprit].sku().as_str().to_owned();
            fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::OddResponse { sku, call, status, body }]);
            for (place, result) in draft_all(&fixture, 0, listings).await.into_iter().enumerate() {
                if place == culprit {
                    assert!(unwrap_indeterminate(result).contains("running the list again is safe"), "{call} {status}");
                } else {
                    unwrap_created(result);
                }
            }
            fixture.sandbox.set_ebay_misbehaviors(Vec::new());
            for result in draft_all(&fixture, 1, listings).await {
                result.unwrap();
            }
            assert_eq!(fixture.sandbox.ebay_state().offers.len(), listings.len(), "{call} {status}");
        }
    });
    join_all(checks).await;
}

/// A missing answer is an outage: the call waits, and few requests reach the service meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_not_mistaken_for_bad_items() {
    let listings = (0..20).map(numbered_listing).collect::<Vec<_>>();
    let fixture = SellerFixture::open().await;
    let all = listings.iter().map(|listing| failing(listing.sku().as_str(), "bulk_get", EbayFailure::GatewayError));
    fixture.sandbox.set_ebay_misbehaviors(all.collect());
    let drafting = draft_all(&fixture, 0, &listings);
    let recovery = async {
        let count = || fixture.sandbox.request_counts().get("ebay").map_or(0, |count| count.requests);
        while count() < 30 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        fixture.sandbox.set_ebay_misbehaviors(Vec::new());
    };
    let (results, ()) = tokio::join!(drafting, recovery);
    for result in results {
        unwrap_created(result);
    }
}

/// Undocumented answers, in every call and of every kind: no draft is created twice, the next run drafts what is
/// missing, and no item is rejected because of them.
#[tokio::test(flavor = "multi_thread")]
async fn answers_of_another_form_cost_no_item_its_draft() {
    let listings = (0..9).map(numbered_listing).collect::<Vec<_>>();
    let cases = [
        FaultKind::DamagedGzip,
        FaultKind::NoContent,
        FaultKind::Null,
        FaultKind::Latin1,
        FaultKind::RedirectLoop,
        FaultKind::BareTooManyRequests,
        FaultKind::Oversized,
    ];
    let checks = cases.into_iter().map(|kind| {
        let listings = &listings;
        async move {
            let fixture = SellerFixture::open().await;
            fixture.ebay.verify_sign_in().await.unwrap();
            let sink = fixture.open_sink("inventory", 0).await;
            fixture.sandbox.set_faults(vec![FaultRule { service: Some("ebay".to_owned()), kind, share: 0.3 }]);
            let results = join_all(listings.iter().map(|listing| sink.create_draft(listing))).await;
            for result in results {
                assert!(!matches!(result, Ok(DraftResult::Rejected(_))), "{kind:?}: {result:?}");
            }
            fixture.sandbox.set_faults(Vec::new());
            for result in draft_all(&fixture, 1, listings).await {
                assert!(
                    matches!(result, Ok(DraftResult::Created { .. } | DraftResult::Unchanged { .. })),
                    "{kind:?}: {result:?}"
                );
            }
            assert_eq!(fixture.sandbox.ebay_state().offers.len(), listings.len(), "{kind:?}");
            fixture.assert_clean();
        }
    });
    join_all(checks).await;
}
