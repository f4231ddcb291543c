//! Reported misbehavior of eBay: one bad item or token costs no other item its draft, and the result says what to do.

use std::sync::Arc;

use domain::condition::Condition;
use domain::listing::Listing;
use domain::sku::Sku;
use ebay::{Api, EbayError, TokenKind};
use futures::future::join_all;
use sandbox::{EbayFailure, EbayMisbehavior, FaultKind, FaultRule};
use serde_json::json;
use sinks::ebay::DraftManager;
use sinks::{DraftResult, SinkError};
use upstream::UpstreamRequest;

use super::{
    SKU, SellerFixture, auction, compose_listing_for, cover, listing, price, unwrap_created, unwrap_indeterminate,
    unwrap_rejected, unwrap_unchanged,
};
use testing::barcodes::upc_a;
use testing::listings::{nevermind_release, price_estimate_of, seller_terms};

/// Returns a listing of a numbered item.
fn numbered_listing(number: u64) -> Listing {
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

/// An answer that does not certainly mean "no offers" must not lead to overwriting an edited or listed draft.
#[tokio::test(flavor = "multi_thread")]
async fn offers_that_are_not_shown_are_not_taken_for_absent() {
    const ABSENT: &str = r#"{"errors": [{"errorId": 25713, "message": "This Offer is not available."}]}"#;
    let answers = [
        (404, ABSENT),
        (404, r#"{"errors": [{"errorId": 2002, "message": "Resource not found"}]}"#),
        (404, r#"{"errors": [{"errorId": 25001, "message": "A system error has occurred"}]}"#),
        (200, "{}"),
        (200, "[]"),
        (200, r#"{"errors": [{"errorId": 25001, "message": "A system error has occurred"}]}"#),
        (200, r#"{"total": "1", "offers": null}"#),
        (200, r#"{"total": 0, "offers": []}"#),
    ];
    let checks = answers.into_iter().map(|(status, body)| async move {
        for (is_live, is_known) in [(true, true), (false, true), (true, false)] {
            let fixture = SellerFixture::open().await;
            unwrap_created(fixture.draft(0, &listing(1200)).await);
            fixture.sandbox.seller_edits_item(SKU, &json!({"product": {"title": "My own title"}}));
            if is_live {
                fixture.sandbox.seller_lists(SKU);
            }
            let (item, offer) = (fixture.item(), fixture.offer());
            let odd = EbayMisbehavior::OddOffers { attempts: 1, status, body };
            fixture.sandbox.set_ebay_misbehaviors(vec![odd]);
            let other = fixture.another().await;
            drop((if is_known { &fixture } else { &other }).draft(1, &listing(1200)).await);
            assert_eq!((fixture.item(), fixture.offer()), (item, offer), "{status} {body} {is_live} {is_known}");
        }
    });
    join_all(checks).await;
}

/// A part with a success status but errors, or without an offer ID, is not a draft yet: the state on eBay decides.
#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_part_with_errors_is_resolved_by_the_state_at_ebay() {
    for (status, error) in [(200, 25_709), (201, 0)] {
        let fixture = SellerFixture::open().await;
        let part = sandbox::EbayQuirk::PartResponse { sku: SKU.to_owned(), status, error };
        fixture.sandbox.queue_ebay_quirk("bulk_create_offer", 1, part);
        // The sandbox has executed the call.
        unwrap_created(fixture.draft(0, &listing(1200)).await);
        fixture.offer();
        unwrap_unchanged(fixture.draft(1, &listing(1200)).await);
    }
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
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        fixture.sandbox.set_ebay_misbehaviors(Vec::new());
    };
    let (results, ()) = tokio::join!(drafting, recovery);
    for result in results {
        unwrap_created(result);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_not_visible_yet_is_retried() {
    let fixture = SellerFixture::open().await;
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::OfferLag { attempts: 3 }]);
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    assert_eq!(price(&fixture.offer()), "12.00");
    fixture.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_not_visible_yet_is_retried() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    let before = fixture.sandbox.ebay_state();
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::ReadLag { attempts: 2 }]);
    let reason = unwrap_unchanged(fixture.draft(1, &listing(1200)).await);
    assert!(reason.contains("nothing has changed"), "{reason}");
    assert_eq!(
        fixture.sandbox.ebay_state().writes.get("PUT item"),
        before.writes.get("PUT item"),
        "no item is rewritten"
    );
    let (after, call) = (fixture.sandbox.ebay_state(), "bulk_create_or_replace_inventory_item");
    assert_eq!(after.writes.get(call), before.writes.get(call), "the item is not written again");
    fixture.offer();
    fixture.assert_clean();
}

/// An edit made by the seller at this moment is preserved too, even if reads do not show it yet.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_not_visible_yet_is_preserved() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    fixture.sandbox.seller_edits_item(SKU, &json!({"product": {"title": "My own title"}}));
    let edited = fixture.item();
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::ReadLag { attempts: 2 }]);
    let reason = unwrap_unchanged(fixture.draft(1, &listing(1200)).await);
    assert!(reason.contains("edited on eBay"), "{reason}");
    assert_eq!(fixture.item(), edited);
}

/// A draft that the seller deleted is created again, because eBay reports that the item is missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_draft_is_created_again_at_once() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    fixture.sandbox.seller_deletes(SKU);
    unwrap_created(fixture.draft(1, &listing(1200)).await);
    assert_eq!(price(&fixture.offer()), "12.00");
    fixture.assert_clean();
}

/// Error 25002 is ambiguous: if an offer exists on eBay, it means "already exists", otherwise it is a rejection.
#[tokio::test(flavor = "multi_thread")]
async fn an_ambiguous_error_is_resolved_by_the_state_at_ebay() {
    let fixture = SellerFixture::open().await;
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::BareExistsError]);
    fixture.sandbox.queue_concurrent_draft(SKU, &json!({}), &json!({}), false);
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    fixture.offer();

    let other = SellerFixture::open().await;
    let part = sandbox::EbayQuirk::PartResponse { sku: SKU.to_owned(), status: 400, error: 25_002 };
    other.sandbox.queue_ebay_quirk("bulk_create_offer", 1, part);
    let state = other.draft(0, &listing(1200)).await;
    // The sandbox executes the call that it then rejects, so the offer exists.
    unwrap_created(state);
}

/// If an offer at another site or an auction uses the SKU, no draft exists here, so the item has failed.
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_at_another_site_is_not_a_draft_here() {
    let elsewhere = json!({"marketplaceId": "EBAY_GB", "format": "FIXED_PRICE", "status": "UNPUBLISHED"});
    for offer in [elsewhere, auction("PUBLISHED")] {
        let fixture = SellerFixture::open().await;
        fixture.sandbox.seller_adds_item(SKU, &json!({"product": {"title": "by hand"}}), Some(&offer));
        let message = unwrap_rejected(fixture.draft(0, &listing(1200)).await);
        assert!(message.contains("no draft exists here"), "{message}");
        assert_eq!(fixture.item()["product"]["title"], "by hand");
        fixture.assert_clean();
    }
}

/// eBay also rejects expired tokens with status 403 and error 1100.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_lost_its_permission_is_renewed_once() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    fixture.sandbox.deny_access_tokens();
    let before = fixture.sandbox.ebay_state().grants["refresh_token"];
    unwrap_unchanged(fixture.draft(1, &listing(1200)).await);
    assert_eq!(fixture.sandbox.ebay_state().grants["refresh_token"], before + 1);
    assert_eq!(fixture.ebay.tokens().known_sign_in_error(), None);
}

/// The wrong account, a missing scope, or a new token that eBay does not accept: items wait, every command reports the
/// same error, and a new sign-in resumes them.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_permission_is_reported_until_it_is_granted() {
    for (misbehavior, api, id) in [
        (EbayMisbehavior::NoPermission { api: "inventory" }, "inventory", "1100"),
        (EbayMisbehavior::NoPermission { api: "account" }, "account", "1100"),
        (EbayMisbehavior::TokenNotAccepted { api: "inventory" }, "inventory", "1001"),
        (EbayMisbehavior::TokenNotAccepted { api: "account" }, "account", "1001"),
    ] {
        let fixture = SellerFixture::open().await;
        let sink = fixture.open_sink("inventory", 0).await;
        fixture.sandbox.set_ebay_misbehaviors(vec![misbehavior]);
        let refused = fixture.ebay.verify_sign_in().await.unwrap_err();
        assert!(refused.is_terminal() && refused.to_string().contains(id), "{refused}");
        assert!(refused.to_string().contains("EBAY_REFRESH_TOKEN"), "{refused}");
        assert_eq!(fixture.ebay.tokens().known_sign_in_error(), Some(refused));
        let result = sink.create_draft(&listing(1200)).await;
        assert!(matches!(result, Err(SinkError::Unavailable { until: None, .. })), "{api}: {result:?}");
        fixture.sandbox.set_ebay_misbehaviors(Vec::new());
        fixture.ebay.verify_sign_in().await.unwrap();
        assert_eq!(fixture.ebay.tokens().known_sign_in_error(), None);
        unwrap_created(sink.create_draft(&listing(1200)).await);
    }
}

/// An application token needs only the keyset, so the error names the keyset, and no further calls use up eBay's limit
/// of 1,000 application tokens per day.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_token_that_stays_refused_names_the_keyset() {
    let fixture = SellerFixture::open().await;
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::TokenNotAccepted { api: "taxonomy" }]);
    let requests = || fixture.sandbox.ebay_state().grants.get("client_credentials").copied().unwrap_or_default();
    let before = requests();
    for _ in 0..3 {
        let request = UpstreamRequest::for_path(["commerce", "taxonomy", "v1", "get_default_category_tree_id"])
            .query("marketplace_id", "EBAY_US");
        let refused = fixture.ebay.call_json(TokenKind::Application, Api::Taxonomy, request).await.unwrap_err();
        assert!(matches!(refused, EbayError::KeysetRejected { .. }), "{refused}");
        assert!(refused.to_string().contains("1001"), "{refused}");
    }
    assert!(requests() <= before + 2, "one token, and its renewal");
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_scopes_lead_to_a_new_sign_in() {
    for code in ["invalid_scope", "invalid_request", "invalid_grant"] {
        let fixture = SellerFixture::open().await;
        fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::RefreshRefused(code)]);
        let refused = fixture.ebay.verify_sign_in().await.unwrap_err();
        assert!(refused.is_terminal() && refused.to_string().contains(code), "{refused}");
        assert!(refused.to_string().contains("draft-maker auth ebay"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_names_the_language() {
    let fixture = SellerFixture::open().await;
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::AcceptLanguageRequired]);
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    fixture.assert_clean();
}

/// An answer with the offers of other items is not trusted: none of these offers is changed or deleted.
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_of_another_item_is_never_touched() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &numbered_listing(1)).await);
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    let before = fixture.sandbox.ebay_state().offers;
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::MixedUpOffers]);
    let why = unwrap_indeterminate(fixture.draft(1, &listing(900)).await);
    assert!(why.contains("with an offer of"), "{why}");
    let manager = DraftManager::new(&fixture.ebay);
    manager.delete_draft(&Sku::parse(SKU).unwrap()).await.unwrap_err();
    assert_eq!(fixture.sandbox.ebay_state().offers, before);
    fixture.sandbox.set_ebay_misbehaviors(Vec::new());
    unwrap_created(fixture.draft(2, &listing(900)).await);
    assert_eq!(price(&fixture.offer()), "9.00");
    fixture.assert_clean();
}

/// The seller deletes a draft while it is being updated.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_deleted_meanwhile_is_named_and_made_again() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::OfferGoneAtUpdate]);
    let why = unwrap_indeterminate(fixture.draft(1, &listing(900)).await);
    assert!(why.contains("25713") && why.contains("deleted on eBay in the meantime"), "{why}");
    fixture.sandbox.set_ebay_misbehaviors(Vec::new());
    unwrap_created(fixture.draft(2, &listing(900)).await);
    assert_eq!(price(&fixture.offer()), "9.00");
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
