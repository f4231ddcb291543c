//! Faults of eBay: lost responses, server errors, expired tokens. One offer per SKU, and nothing is lost.

use sandbox::{EbayMisbehavior, FaultKind, FaultRule, SandboxOptions};

use super::{assert_only_unpublished_offers, entry, shop, sku};
use crate::batch::shop::Shop;

fn fault(kind: FaultKind, share: f64) -> FaultRule {
    FaultRule { service: Some("ebay".to_owned()), kind, share }
}

async fn shop_drafted_despite(faults: Vec<FaultRule>, items: usize) -> Shop {
    // Twenty times faster, to shorten the delays that eBay asks for.
    let shop = Shop::with(SandboxOptions {
        enforce_limits: false,
        speed: 20.0,
        synthetic_releases: items,
        ..SandboxOptions::default()
    })
    .await;
    shop.sandbox.set_faults(faults);
    let mut program = shop.seller(&[shop.synthetic_list()]);
    let ran = program.env("DRAFT_MAKER__BATCH__PATIENCE_S", "120").output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_only_unpublished_offers(&shop, items);
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_responses_create_no_second_offer() {
    shop_drafted_despite(vec![fault(FaultKind::LostResponse, 0.2)], 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn server_errors_are_retried_for_the_failed_parts() {
    shop_drafted_despite(vec![fault(FaultKind::SystemError, 0.15), fault(FaultKind::ConcurrentWrite, 0.15)], 30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn error_pages_and_broken_responses_are_retried() {
    let faults = [
        FaultKind::Html,
        FaultKind::Truncated,
        FaultKind::ServerError,
        FaultKind::Unavailable,
        FaultKind::TooManyRequests,
    ];
    shop_drafted_despite(faults.map(|kind| fault(kind, 0.06)).to_vec(), 30).await;
}

/// RFC 8259, section 4, does not define the meaning of duplicate field names. The last one counts, for every service.
#[tokio::test(flavor = "multi_thread")]
async fn fields_that_come_twice_are_read_once() {
    let fault = FaultRule { service: None, kind: FaultKind::DuplicateField, share: 1.0 };
    shop_drafted_despite(vec![fault], 10).await;
}

/// Each renewal counts against the token service's daily limit, so tokens that arrive expired must not be renewed for
/// each item.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_arrive_expired_stop_the_batch_and_not_the_quota() {
    for lifetime in [0, -7_200, i64::MIN] {
        let shop = shop(12).await;
        shop.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::TokenLifetime(lifetime)]);
        let ran = shop.sell(&[shop.synthetic_list()]);
        assert_ne!(ran.code, Some(0), "{lifetime}: {}", ran.out);
        let printed = ran.out + &ran.err;
        assert!(printed.contains("already expired"), "{lifetime}: {printed}");
        let state = shop.sandbox.ebay_state();
        let requests: u64 = state.grants.values().sum();
        assert!(requests <= 4, "{lifetime}: {:?}", state.grants);
        assert_eq!(state.offers.len(), 0);

        shop.sandbox.set_ebay_misbehaviors(Vec::new());
        assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
        assert_only_unpublished_offers(&shop, 12);
    }
}

/// A lifetime of a year or more is accepted until eBay rejects the token, so a wrong clock costs one renewal.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_claims_to_last_is_renewed_when_ebay_rejects_it() {
    for lifetime in [31_536_000, i64::MAX] {
        let shop = shop(4).await;
        shop.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::TokenLifetime(lifetime)]);
        assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
        shop.sandbox.expire_tokens();
        assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
        assert_only_unpublished_offers(&shop, 4);
        let grants = shop.sandbox.ebay_state().grants;
        assert_eq!((grants["refresh_token"], grants["client_credentials"]), (2, 2), "{lifetime}: {grants:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_early_is_renewed_once() {
    let shop = shop(3).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    shop.sandbox.expire_tokens();
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let grants = shop.sandbox.ebay_state().grants;
    // The seller's token comes from the environment, so each process requests one; the application token is stored.
    assert_eq!((grants["refresh_token"], grants["client_credentials"]), (2, 2), "{grants:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_reported_as_ebay_states_it_and_frees_the_item() {
    let shop = shop(2).await;
    shop.sandbox.reject_sku(&sku(&shop, 1), 25_604, "Input error: the product is not allowed here.");
    let ran = shop.sell(&[shop.synthetic_list()]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    let error = entry(&shop, 1)["error"].as_str().unwrap().to_owned();
    assert!(error.contains("25604") && error.contains("the product is not allowed here"), "{error}");
    assert!(ran.out.contains("the product is not allowed here") || ran.err.contains("the product is not allowed here"));
    assert_eq!(entry(&shop, 0)["status"], "drafted");
    let error = entry(&shop, 1)["error"].as_str().unwrap().to_owned();
    assert!(
        error.contains("25604") && error.contains("(reason: listing policy)"),
        "the error code and its parameters: {error}"
    );
    // eBay never accepted the draft, so it may go to another destination.
    let ran = shop.sell(&[shop.synthetic_list(), "--sink", "csv"]);
    assert_eq!(entry(&shop, 1)["status"], "exported", "{}{}", ran.out, ran.err);
    assert!(entry(&shop, 0)["error"].as_str().unwrap().contains("already has a draft at \"inventory\""));
}

/// Live, edited and deleted drafts are not changed, even under the worst faults.
#[tokio::test(flavor = "multi_thread")]
async fn edits_by_the_seller_are_preserved_under_faults() {
    let shop = Shop::with(SandboxOptions {
        enforce_limits: false,
        speed: 20.0,
        synthetic_releases: 12,
        ..SandboxOptions::default()
    })
    .await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    for place in 0..4 {
        shop.sandbox.seller_lists(&sku(&shop, place));
        shop.sandbox.seller_edits(
            &sku(&shop, 4 + place),
            &serde_json::json!({"pricingSummary": {"price": {"value": "77.00"}}}),
        );
        shop.sandbox.seller_deletes(&sku(&shop, 8 + place));
    }
    let kinds = [
        FaultKind::SystemError,
        FaultKind::ConcurrentWrite,
        FaultKind::LostResponse,
        FaultKind::Html,
        FaultKind::Truncated,
    ];
    shop.sandbox.set_faults(kinds.map(|kind| fault(kind, 0.12)).to_vec());
    for _ in 0..3 {
        let mut program = shop.seller(&[shop.synthetic_list()]);
        program
            .env("DRAFT_MAKER__BATCH__PATIENCE_S", "120")
            .env("DRAFT_MAKER__PRICING__FLOOR", "99.50")
            .output()
            .unwrap();
    }
    let books = shop.sandbox.ebay_state();
    assert_eq!((books.violations, books.live_revisions), (Vec::<String>::new(), 0));
    for place in 0..12 {
        let offers = shop.sandbox.ebay_state();
        let offers = offers.offers_for_sku(&sku(&shop, place));
        assert_eq!(offers.len(), 1, "{place}");
        let price = offers[0]["pricingSummary"]["price"]["value"].as_str().unwrap();
        match place {
            0..4 => assert_ne!(price, "99.50"),
            4..8 => assert_eq!(price, "77.00"),
            _ => assert_eq!(price, "99.50"),
        }
    }
}

/// A request that eBay accepts but never answers times out, and the draft is created once.
#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_request_is_retried() {
    let shop = Shop::with(SandboxOptions {
        enforce_limits: false,
        speed: 20.0,
        synthetic_releases: 6,
        ..SandboxOptions::default()
    })
    .await;
    shop.sandbox.set_faults(vec![fault(FaultKind::Hang, 0.15)]);
    let mut program = shop.seller(&[shop.synthetic_list()]);
    program.env("DRAFT_MAKER__BATCH__PATIENCE_S", "120").env("DRAFT_MAKER__HTTP__ATTEMPT_TIMEOUT_S", "1");
    let ran = program.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_only_unpublished_offers(&shop, 6);
}
