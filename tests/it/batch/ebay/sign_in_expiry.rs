//! A sign-in that has expired, belongs to another account, or is stored in an unexpected place.

use sandbox::{EbayAccount, SandboxOptions};

use super::sign_in::{agree, program_without_sign_in, signed_in};
use super::{assert_only_unpublished_offers, shop, with_account};
use crate::batch::shop::{Shop, run_output};

/// Drafts are deferred, and the batch continues as far as possible.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_expired_before_the_start_stops_only_the_drafts() {
    let shop = shop(12).await;
    shop.sandbox.end_consent();
    let ran = shop.sell(&[shop.synthetic_list()]);
    let text = format!("{}{}", ran.out, ran.err);
    assert_eq!(ran.code, Some(3), "{text}");
    assert_eq!(text.matches("the eBay authorization has expired").count(), 1, "{text}");
    assert!(text.contains("EBAY_REFRESH_TOKEN") && text.contains("12 items wait"), "{text}");
    assert!(shop.sandbox.ebay_state().offers.is_empty());
    let asked = shop.sandbox.request_counts()["discogs"].requests;
    assert!(asked >= 12, "lookups and prices continue: {asked}");

    // The sign-in is still expired: no request is repeated, and nothing is lost.
    assert_eq!(shop.sell(&["resume"]).code, Some(3));
    shop.sandbox.renew_consent();
    let ran = shop.sell(&["resume"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 12);
    assert_eq!(shop.sandbox.request_counts()["discogs"].requests, asked, "no lookup is repeated");
}

/// The account cannot be checked without a sign-in. All other checks run, and stop the batch as usual.
#[tokio::test(flavor = "multi_thread")]
async fn other_problems_stop_a_batch_with_an_expired_sign_in() {
    let shop = shop(2).await;
    shop.sandbox.end_consent();
    let mut program = shop.seller(&[shop.synthetic_list()]);
    let ran = run_output(&program.env("DRAFT_MAKER__LISTING__CONDITION", "").output().unwrap());
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("--condition"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_drafts_wait_for_a_sign_in_too() {
    let shop = with_account(3, EbayAccount { has_item_drafts: true, ..EbayAccount::default() }).await;
    shop.sandbox.end_consent();
    assert_eq!(shop.sell(&[shop.synthetic_list(), "--sink", "item-draft"]).code, Some(3));
    shop.sandbox.renew_consent();
    assert_eq!(shop.sell(&["resume"]).code, Some(0));
    assert_eq!(shop.sandbox.ebay_state().item_drafts.len(), 3);
}

/// Signing in would have no effect while the environment variable overrides it.
#[tokio::test(flavor = "multi_thread")]
async fn sign_in_is_rejected_while_a_token_is_configured() {
    let shop = shop(0).await;
    let ran = shop.sell(&["auth", "ebay"]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("EBAY_REFRESH_TOKEN") && !ran.out.contains("http"), "{}{}", ran.out, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_advice_names_where_the_token_came_from() {
    let shop = shop(1).await;
    assert_eq!(signed_in(&shop, agree).await.code, Some(0));
    shop.sandbox.end_consent();
    let of_the_environment = shop.sell(&["drafts"]);
    assert!(of_the_environment.err.contains("EBAY_REFRESH_TOKEN"), "{}", of_the_environment.err);
    let stored = run_output(&program_without_sign_in(&shop, &["drafts"]).output().unwrap());
    assert!(
        stored.err.contains("draft-maker auth ebay") && !stored.err.contains("EBAY_REFRESH_TOKEN"),
        "{}",
        stored.err
    );
    assert!(stored.err.contains("the eBay authorization has expired"), "{}", stored.err);
}

/// A stored token does not show whether eBay still accepts it.
#[tokio::test(flavor = "multi_thread")]
async fn the_status_is_checked_at_ebay() {
    let shop = shop(0).await;
    assert_eq!(signed_in(&shop, agree).await.code, Some(0));
    let status = || run_output(&program_without_sign_in(&shop, &["auth", "status"]).output().unwrap());
    let good = status();
    assert!(good.code == Some(0) && good.out.contains("eBay accepts the sign-in"), "{}", good.out);
    shop.sandbox.end_consent();
    let ended = status();
    assert_eq!(ended.code, Some(3), "{}", ended.out);
    assert!(
        ended.out.contains("authorization has expired") && !ended.out.contains("accepts the sign-in"),
        "{}",
        ended.out
    );
}

/// A script that signs in again after exit code 3 would do so at each outage.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_not_reported_as_a_rejected_sign_in() {
    let shop = shop(0).await;
    let mut program = shop.seller(&["auth", "status"]);
    let ran = run_output(&program.env("EBAY_API_BASE_URL", "http://127.0.0.1:9").output().unwrap());
    assert!(ran.code == Some(1) && ran.out.contains("refused"), "{:?} {}{}", ran.code, ran.out, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_admits_what_is_unknown() {
    let shop = shop(0).await;
    let ran = shop.sell(&["auth", "status"]);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    let line = |name: &str| ran.out.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default();
    assert!(line("sign-in").contains("EBAY_REFRESH_TOKEN"), "{}", ran.out);
    assert!(line("expires").contains("unknown") && line("permissions").contains("unknown"), "{}", ran.out);
}

/// Uploads and quotas recorded for one eBay environment do not apply to another.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_and_quotas_of_one_environment_do_not_apply_to_another() {
    let shop = shop(2).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let other = Shop::with(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }).await;
    let at_the_other = |arguments: &[&str]| {
        let mut program = shop.seller(arguments);
        run_output(&program.envs(other.sandbox.ebay_settings()).output().unwrap())
    };
    let again = at_the_other(&[shop.synthetic_list()]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    let (first, second) = (shop.sandbox.ebay_state(), other.sandbox.ebay_state());
    assert_eq!((first.pictures.len(), second.pictures.len()), (2, 2), "each environment gets its own pictures");
    assert!(second.calls["taxonomy"] >= 4 && second.calls["metadata"] >= 3, "{:?}", second.calls);
    let status = at_the_other(&["auth", "status", "--format", "json"]);
    let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
    let counted = status["calls"].as_array().unwrap().iter().find(|used| used["api"] == "media").unwrap().clone();
    assert_eq!(counted["used"], second.calls["media"], "{status}");
}
