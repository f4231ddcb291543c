//! eBay at its worst: lost answers, its own faults, tokens that end. One offer per SKU, and nothing is lost.

use sandbox::{FaultKind, FaultRule, SandboxOptions};

use super::{all_is_well, entry, shop, sku};
use crate::batch::shop::Shop;

fn fault(kind: FaultKind, share: f64) -> FaultRule {
    FaultRule { service: Some("ebay".to_owned()), kind, share }
}

async fn drafted_in_spite_of(faults: Vec<FaultRule>, items: usize) -> Shop {
    // Twenty times faster, so that nobody sits through what eBay asks for.
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
    all_is_well(&shop, items);
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_make_no_second_offer() {
    drafted_in_spite_of(vec![fault(FaultKind::LostAnswer, 0.4)], 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_own_faults_are_tried_again_part_by_part() {
    drafted_in_spite_of(vec![fault(FaultKind::SystemError, 0.15), fault(FaultKind::ConcurrentWrite, 0.15)], 30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_broken_answers_are_no_answers() {
    let faults = [
        FaultKind::Html,
        FaultKind::Truncated,
        FaultKind::ServerError,
        FaultKind::Unavailable,
        FaultKind::TooManyRequests,
    ];
    drafted_in_spite_of(faults.map(|kind| fault(kind, 0.06)).to_vec(), 30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_early_is_renewed_once() {
    let shop = shop(3).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    shop.sandbox.expire_tokens();
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let grants = shop.sandbox.ebay_state().grants;
    // The seller's token comes from the environment's consent, so each process asks for one; the application's is kept.
    assert_eq!((grants["refresh_token"], grants["client_credentials"]), (2, 2), "{grants:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ebay_refuses_is_reported_in_its_own_words_and_frees_the_item() {
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
        "its number and parameters: {error}"
    );
    // Never taken there, so it may go another way.
    let ran = shop.sell(&[shop.synthetic_list(), "--sink", "csv"]);
    assert_eq!(entry(&shop, 1)["status"], "exported", "{}{}", ran.out, ran.err);
    assert!(entry(&shop, 0)["error"].as_str().unwrap().contains("already has a draft at \"inventory\""));
}

/// What is live, edited or deleted is met in the worst of conditions, and none of it is touched.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_did_stays_under_faults() {
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
        FaultKind::LostAnswer,
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

/// A connection that is taken and says nothing ends by itself, and the draft is made once.
#[tokio::test(flavor = "multi_thread")]
async fn an_ebay_that_hangs_is_asked_again() {
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
    all_is_well(&shop, 6);
}
