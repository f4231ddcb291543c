//! Reported misbehavior of eBay: nothing is overwritten or created twice, and the result says what to do.

use std::time::Duration;

use domain::sku::Sku;
use ebay::{Api, EbayError, TokenKind};
use futures::future::join_all;
use sandbox::{EbayMisbehavior, FaultKind, FaultRule};
use serde_json::json;
use sinks::SinkError;
use sinks::ebay::DraftManager;
use upstream::UpstreamRequest;

use super::{
    SKU, SellerFixture, auction, isolation::numbered_listing, listing, price, unwrap_created, unwrap_indeterminate,
    unwrap_rejected, unwrap_unchanged,
};

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

/// A broken connection is retried before it counts as an outage, for which this seller does not wait.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_is_not_an_outage() {
    let mut fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    fixture.patience = Duration::from_secs(1);
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::BrokenOffers { attempts: 1 }]);
    unwrap_unchanged(fixture.draft(1, &listing(1200)).await);
    fixture.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::BrokenOffers { attempts: 2 }]);
    assert!(unwrap_indeterminate(fixture.draft(2, &listing(1200)).await).contains("cut off"));
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

/// While eBay's answers make no sense, the checks before a batch are repeated at growing intervals: at once, and after 2
/// and 6 seconds.
#[tokio::test(flavor = "multi_thread")]
async fn checks_are_repeated_less_and_less_often() {
    let count_requests = async |patience| {
        let fixture = SellerFixture { patience, ..SellerFixture::open().await };
        let nonsense = FaultRule { service: Some("ebay".to_owned()), kind: FaultKind::Null, share: 1.0 };
        fixture.sandbox.set_faults(vec![nonsense]);
        fixture.prepare_sink("inventory").await.err().expect("eBay is not ready");
        fixture.sandbox.request_counts()["ebay"].requests
    };
    let (once, repeated) = tokio::join!(count_requests(Duration::ZERO), count_requests(Duration::from_millis(7_500)));
    assert!(repeated > once && repeated <= 3 * once, "{repeated} requests, {once} per check");
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

/// The daily limit may end in any call, for the whole call with any status or for some parts. The items then wait for
/// the next day and are not rejected.
#[tokio::test(flavor = "multi_thread")]
async fn an_exhausted_daily_limit_defers_items_in_every_call_and_form() {
    const WHOLE: &str = r#"{"errors": [{"errorId": 2001, "domain": "ACCESS", "message": "Too many requests."}]}"#;
    const PART: &str = r#"{"responses": [{"statusCode": 429, "errors": [{"errorId": 2001, "message": "Too many."}]}]}"#;
    for call in ["bulk_get", "bulk_create_or_replace", "bulk_create_offer"] {
        for (status, body) in [(429, WHOLE), (403, WHOLE), (400, WHOLE), (207, PART), (429, PART)] {
            let fixture = SellerFixture::open().await;
            let sink = fixture.open_sink("inventory", 0).await;
            let odd = EbayMisbehavior::OddResponse { sku: SKU.to_owned(), call, status, body };
            fixture.sandbox.set_ebay_misbehaviors(vec![odd]);
            let result = sink.create_draft(&listing(1200)).await;
            assert!(
                matches!(result, Err(SinkError::Unavailable { until: Some(_), .. })),
                "{call} {status} {body}: {result:?}"
            );
        }
    }
}
