//! A consent that has ended, is another's, or stands where nobody looks for it.

use sandbox::{EbayAccount, SandboxOptions};

use super::signing_in::{agree, signed_in, unsigned};
use super::{all_is_well, shop, with_account};
use crate::batch::shop::{Shop, ran};

/// The eBay side waits, and the batch goes on as far as it can.
#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_has_ended_before_the_start_stops_the_drafts_alone() {
    let shop = shop(12).await;
    shop.sandbox.end_consent();
    let ran = shop.sell(&[shop.synthetic_list()]);
    let text = format!("{}{}", ran.out, ran.err);
    assert_eq!(ran.code, Some(3), "{text}");
    assert_eq!(text.matches("the eBay authorization has expired").count(), 1, "{text}");
    assert!(text.contains("EBAY_REFRESH_TOKEN") && text.contains("12 items wait"), "{text}");
    assert!(shop.sandbox.ebay_state().offers.is_empty());
    let asked = shop.sandbox.request_counts()["discogs"].requests;
    assert!(asked >= 12, "facts and prices are found all the same: {asked}");

    // Still ended: nothing is asked again, and nothing is lost.
    assert_eq!(shop.sell(&["resume"]).code, Some(3));
    shop.sandbox.renew_consent();
    let ran = shop.sell(&["resume"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    all_is_well(&shop, 12);
    assert_eq!(shop.sandbox.request_counts()["discogs"].requests, asked, "nothing is looked up twice");
}

/// Without a seller the account cannot be looked at; what can be is, and stops the batch as ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_else_is_lacking_stops_a_batch_whose_consent_has_ended() {
    let shop = shop(2).await;
    shop.sandbox.end_consent();
    let mut program = shop.seller(&[shop.synthetic_list()]);
    let ran = ran(&program.env("DRAFT_MAKER__LISTING__CONDITION", "").output().unwrap());
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("--condition"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listing_api_waits_for_a_sign_in_too() {
    let shop = with_account(3, EbayAccount { has_item_drafts: true, ..EbayAccount::default() }).await;
    shop.sandbox.end_consent();
    assert_eq!(shop.sell(&[shop.synthetic_list(), "--sink", "item-draft"]).code, Some(3));
    shop.sandbox.renew_consent();
    assert_eq!(shop.sell(&["resume"]).code, Some(0));
    assert_eq!(shop.sandbox.ebay_state().item_drafts.len(), 3);
}

/// Signing in would change nothing while the variable stands over it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_beneath_a_consent_that_is_set() {
    let shop = shop(0).await;
    let ran = shop.sell(&["auth", "ebay"]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("EBAY_REFRESH_TOKEN") && !ran.out.contains("http"), "{}{}", ran.out, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_remedy_is_where_the_consent_came_from() {
    let shop = shop(1).await;
    assert_eq!(signed_in(&shop, agree).await.code, Some(0));
    shop.sandbox.end_consent();
    let of_the_environment = shop.sell(&["drafts"]);
    assert!(of_the_environment.err.contains("EBAY_REFRESH_TOKEN"), "{}", of_the_environment.err);
    let stored = ran(&unsigned(&shop, &["drafts"]).output().unwrap());
    assert!(
        stored.err.contains("draft-maker auth ebay") && !stored.err.contains("EBAY_REFRESH_TOKEN"),
        "{}",
        stored.err
    );
    assert!(stored.err.contains("the eBay authorization has expired"), "{}", stored.err);
}

/// A kept token says nothing about whether eBay still takes it.
#[tokio::test(flavor = "multi_thread")]
async fn status_is_what_ebay_says_now() {
    let shop = shop(0).await;
    assert_eq!(signed_in(&shop, agree).await.code, Some(0));
    let status = || ran(&unsigned(&shop, &["auth", "status"]).output().unwrap());
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

#[tokio::test(flavor = "multi_thread")]
async fn status_says_what_it_does_not_know() {
    let shop = shop(0).await;
    let ran = shop.sell(&["auth", "status"]);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    let line = |name: &str| ran.out.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default();
    assert!(line("sign-in").contains("EBAY_REFRESH_TOKEN"), "{}", ran.out);
    assert!(line("expires").contains("unknown") && line("permissions").contains("unknown"), "{}", ran.out);
}

/// What one eBay has taken in or counted is nothing to another.
#[tokio::test(flavor = "multi_thread")]
async fn another_ebay_gets_nothing_of_the_first_ones() {
    let shop = shop(2).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let other = Shop::with(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }).await;
    let at_the_other = |arguments: &[&str]| {
        let mut program = shop.seller(arguments);
        ran(&program.envs(other.sandbox.ebay_settings()).output().unwrap())
    };
    let again = at_the_other(&[shop.synthetic_list()]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    let (first, second) = (shop.sandbox.ebay_state(), other.sandbox.ebay_state());
    assert_eq!((first.pictures.len(), second.pictures.len()), (2, 2), "each takes in its own");
    assert!(second.calls["taxonomy"] >= 4 && second.calls["metadata"] >= 3, "{:?}", second.calls);
    let status = at_the_other(&["auth", "status", "--format", "json"]);
    let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
    let counted = status["calls"].as_array().unwrap().iter().find(|used| used["api"] == "media").unwrap().clone();
    assert_eq!(counted["used"], second.calls["media"], "{status}");
}
