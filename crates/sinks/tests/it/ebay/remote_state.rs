//! The state on eBay is known before anything is written, whatever the format of the answer; "the offer exists" is
//! recognized in every format.

use futures::future::join_all;
use std::time::{Duration, Instant};

use sandbox::{EbayAccount, EbayQuirk};

use super::{
    SKU, SellerFixture, auction, listing, price, unwrap_created, unwrap_indeterminate, unwrap_rejected,
    unwrap_unchanged,
};

const GET: &str = "bulk_get_inventory_item";
const OFFERS: &str = "bulk_create_offer";

fn part(status: u16, error: u64) -> EbayQuirk {
    EbayQuirk::PartResponse { sku: SKU.to_owned(), status, error }
}

/// A part that fails once is requested again; an existing item is never mistaken for a missing one.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_without_a_result_is_requested_again() {
    let odd = [
        (part(500, 25_001), "its own fault"),
        (EbayQuirk::MissingPart(SKU.to_owned()), "no part"),
        (part(200, 0), "a part without an item"),
        (EbayQuirk::NoContent, "no body"),
        (EbayQuirk::GatewayNotFound, "a gateway's page"),
    ];
    for (oddity, what) in odd {
        let fixture = SellerFixture::open().await;
        unwrap_created(fixture.draft(0, &listing(1200)).await);
        fixture.sandbox.seller_lists(SKU);
        fixture.sandbox.queue_ebay_quirk(GET, 1, oddity);
        let text = unwrap_unchanged(fixture.draft(1, &listing(9900)).await);
        assert!(text.contains("live on eBay as item"), "{what}: {text}");
        assert_ne!(price(&fixture.offer()), "99.00", "{what}");
        fixture.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_if_the_state_at_ebay_is_unknown() {
    let cases =
        [part(500, 25_001), part(400, 25_709), EbayQuirk::MissingPart(SKU.to_owned()), EbayQuirk::GatewayNotFound];
    let checks = cases.into_iter().map(|oddity| async move {
        let fixture = SellerFixture::open().await;
        unwrap_created(fixture.draft(0, &listing(1200)).await);
        fixture.sandbox.seller_lists(SKU);
        let before = fixture.sandbox.ebay_state();
        fixture.sandbox.queue_ebay_quirk(GET, 100, oddity.clone());
        let why = unwrap_indeterminate(fixture.draft(1, &listing(9900)).await);
        assert!(why.contains("eBay did not say whether it has the item"), "{why}");
        let after = fixture.sandbox.ebay_state();
        assert_eq!(
            (before.items, before.offers, before.writes),
            (after.items, after.offers, after.writes),
            "{oddity:?}"
        );
        fixture.assert_clean();
    });
    join_all(checks).await;
}

/// The last attempt is not followed by a wait: the result is returned at once.
#[tokio::test(flavor = "multi_thread")]
async fn no_wait_follows_the_last_attempt_of_a_bulk_call() {
    let fixture = SellerFixture::open().await;
    let sink = fixture.open_sink("inventory", 0).await;
    fixture.sandbox.queue_ebay_quirk("bulk_create_or_replace_inventory_item", 100, part(500, 25_001));
    let sandbox = fixture.sandbox.clone();
    let request_count = move || sandbox.request_counts()["ebay"].requests;
    let result = tokio::spawn(async move { sink.create_draft(&listing(1200)).await });
    let (mut seen, mut last_request) = (request_count(), Instant::now());
    loop {
        let is_finished = result.is_finished();
        if request_count() != seen {
            (seen, last_request) = (request_count(), Instant::now());
        }
        if is_finished {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(last_request.elapsed() < Duration::from_secs(2), "{:?} after the last request", last_request.elapsed());
    assert!(unwrap_indeterminate(result.await.unwrap()).contains("25001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn unusual_responses_are_understood() {
    let oddities = [
        EbayQuirk::LowercaseSkusReversed,
        EbayQuirk::PartsWithoutSku,
        EbayQuirk::PartsWithoutStatus,
        EbayQuirk::NullLists,
        EbayQuirk::BadRequestWithParts,
    ];
    for oddity in oddities {
        let fixture = SellerFixture::open().await;
        for call in [GET, "bulk_create_or_replace_inventory_item", OFFERS] {
            fixture.sandbox.queue_ebay_quirk(call, 9, oddity.clone());
        }
        unwrap_created(fixture.draft(0, &listing(1200)).await);
        let text = unwrap_unchanged(fixture.draft(1, &listing(1200)).await);
        assert!(text.contains("nothing has changed"), "{oddity:?}: {text}");
        assert_eq!(price(&fixture.offer()), "12.00");
        fixture.assert_clean();
    }
}

/// eBay reports an existing offer in a part (with two error IDs and in any language), as the status of the whole call,
/// and for a single call. Each time the offer is reconciled, and the SKU stays claimed.
#[tokio::test(flavor = "multi_thread")]
async fn an_existing_offer_is_recognized_in_every_form() {
    for language in ["en", "de"] {
        for oddity in [None, Some(EbayQuirk::BadRequestWithErrors), Some(EbayQuirk::BadRequestWithParts)] {
            // Two rounds, so that the offer number is even once: the sandbox reports 25002 for even numbers, otherwise
            // 25729.
            for further in 0..2 {
                let fixture = SellerFixture::with(EbayAccount { language, ..EbayAccount::default() }).await;
                for number in 0..further {
                    fixture.sandbox.seller_adds_item(
                        &format!("OTHER{number}"),
                        &serde_json::json!({}),
                        Some(&auction("UNPUBLISHED")),
                    );
                }
                fixture.sandbox.queue_concurrent_draft(SKU, &serde_json::json!({}), &serde_json::json!({}), false);
                if let Some(oddity) = &oddity {
                    fixture.sandbox.queue_ebay_quirk(OFFERS, 9, oddity.clone());
                }
                unwrap_created(fixture.draft(0, &listing(1200)).await);
                assert_eq!(price(&fixture.offer()), "12.00");
                let csv = fixture.open_sink("csv", 1).await.create_draft(&listing(1200)).await;
                assert!(
                    matches!(&csv, Ok(sinks::DraftResult::ExistsElsewhere(other)) if other.sink == "inventory"),
                    "{csv:?}"
                );
                fixture.assert_clean();
            }
        }
    }
}

/// A rejection releases the claim of the item only if eBay reports that it has no offer.
#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_item_stays_claimed_if_an_offer_exists() {
    let fixture = SellerFixture::open().await;
    fixture.sandbox.queue_concurrent_draft(SKU, &serde_json::json!({}), &serde_json::json!({}), false);
    // The answer hides that the offer exists.
    fixture.sandbox.queue_ebay_quirk(OFFERS, 9, part(400, 25_709));
    unwrap_rejected(fixture.draft(0, &listing(1200)).await);
    assert_eq!(fixture.sink_in_ledger().await.as_deref(), Some("inventory"));

    let other = SellerFixture::open().await;
    other.sandbox.reject_sku(SKU, 25_604, "Input error: the product is not allowed here.");
    assert!(unwrap_rejected(other.draft(0, &listing(1200)).await).contains("not allowed here"));
    assert_eq!(other.sink_in_ledger().await, None);
}

/// The first attempt claims the item, and the second one finds that eBay has nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_item_is_released_although_its_first_attempt_had_no_result() {
    let fixture = SellerFixture::open().await;
    let sink = fixture.open_sink("inventory", 0).await;
    fixture.sandbox.break_path("/inventory/");
    assert!(sink.create_draft(&listing(1200)).await.is_err());
    assert_eq!(fixture.sink_in_ledger().await.as_deref(), Some("inventory"));
    fixture.sandbox.break_path("");
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    fixture.sandbox.reject_sku(SKU, 25_604, "Input error: the product is not allowed here.");
    assert!(unwrap_rejected(sink.create_draft(&listing(1200)).await).contains("not allowed here"));
    assert_eq!(fixture.sink_in_ledger().await, None);
}

/// The result has eBay's message, error ID and parameters, even for parts without a SKU.
#[tokio::test(flavor = "multi_thread")]
async fn messages_of_parts_without_a_sku_are_reported() {
    for oddity in [EbayQuirk::PartsWithoutSku, EbayQuirk::BadRequestWithErrors] {
        let fixture = SellerFixture::open().await;
        fixture.sandbox.reject_sku(SKU, 25_604, "Input error: not allowed here.");
        fixture.sandbox.queue_ebay_quirk("bulk_create_or_replace_inventory_item", 9, oddity);
        let message = unwrap_rejected(fixture.draft(0, &listing(1200)).await);
        assert!(message.contains("25604 Input error: not allowed here. (reason: listing policy)"), "{message}");
    }
}

/// An auction of the same SKU belongs to the seller, both as a draft and live.
#[tokio::test(flavor = "multi_thread")]
async fn another_offer_of_the_sku_is_unchanged() {
    for (status, message) in [("PUBLISHED", "live on eBay"), ("UNPUBLISHED", "another offer")] {
        let fixture = SellerFixture::open().await;
        let item = serde_json::json!({"product": {"title": "by hand"}});
        fixture.sandbox.seller_adds_item(SKU, &item, Some(&auction(status)));
        let text = unwrap_rejected(fixture.draft(0, &listing(1200)).await);
        assert!(text.contains(message), "{text}");
        assert_eq!(fixture.item(), item);
        assert_eq!(fixture.offer()["format"], "AUCTION");
        fixture.assert_clean();
    }
}

/// Recorded answers in two languages: the error ID is ambiguous, the parameter decides.
#[test]
fn recorded_responses_name_the_existing_offer() {
    let Some(folder) = testing::recordings::folder() else { return };
    for (file, offer) in
        [("offer_already_exists_400.json", "104682640013"), ("offer_already_exists_400_de.json", "228960962011")]
    {
        let text = std::fs::read_to_string(folder.join("ebay").join(file)).unwrap();
        let reported = ebay::parse_api_errors(&serde_json::from_str(&text).unwrap(), "errors");
        assert_eq!((reported[0].id, reported[0].parameter("offerId")), (25_002, Some(offer)));
    }
    let text = std::fs::read_to_string(folder.join("ebay/publish_missing_aspect_400.json")).unwrap();
    let reported = ebay::parse_api_errors(&serde_json::from_str(&text).unwrap(), "errors");
    assert!(
        reported.iter().all(|reported| reported.parameter("offerId").is_none()),
        "the same error ID with another meaning: {reported:?}"
    );
}
