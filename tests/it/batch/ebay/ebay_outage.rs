//! If eBay temporarily accepts no drafts, items are deferred, and the rest of the batch continues.

use std::collections::BTreeMap;
use std::time::Duration;

use sandbox::{EbayAccount, SandboxOptions};

use super::{assert_only_unpublished_offers, shop, with_account};
use crate::batch::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_sign_in_stops_only_the_drafts() {
    let shop = shop(12).await;
    // The consent is valid for the checks before the first item, and expires before the first draft is sent.
    let mut program = shop.seller(&[shop.synthetic_list()]);
    shop.sandbox.end_consent_after(6);
    let ran = program.output().unwrap();
    let text = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(3), "{text}");
    let times = text.matches("the eBay authorization has expired").count();
    assert!((1..=2).contains(&times), "once as a line and once in the summary, not for each item: {text}");
    assert!(text.contains("draft-maker auth ebay"), "{text}");
    assert!(shop.sandbox.ebay_state().offers.is_empty());
    let asked = shop.sandbox.request_counts()["discogs"].requests;

    shop.sandbox.renew_consent();
    let ran = shop.sell(&["resume"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 12);
    assert_eq!(shop.sandbox.request_counts()["discogs"].requests, asked, "no lookup is repeated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_daily_quota_defers_the_items() {
    // A second day is enough for everything that the first day leaves unfinished.
    let daily = BTreeMap::from([("inventory".to_owned(), 100)]);
    let account = EbayAccount { daily_limits: daily, ..EbayAccount::default() };
    let ebay_day = Duration::from_secs(20);
    let options = SandboxOptions {
        enforce_limits: false,
        synthetic_releases: 60,
        ebay_account: account,
        ebay_day_length: ebay_day,
        ..SandboxOptions::default()
    };
    let shop = Shop::with(options).await;
    shop.sandbox.consume_quota("inventory", 95);
    let ran = shop.sell(&[shop.synthetic_list()]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let text = ran.out + &ran.err;
    assert!(text.contains("items wait until") && text.contains("inventory API is used up"), "{text}");
    assert_only_unpublished_offers(&shop, 60);
    let asked = shop.sandbox.ebay_state().calls["inventory"];
    assert!(asked > 5, "more than the first day had left: {asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_exceeds_the_daily_quota_is_reported_at_the_start() {
    let shop = shop(30).await;
    let mut program = shop.seller(&["run", shop.synthetic_list(), "--limit", "1"]);
    assert!(program.output().unwrap().status.success());
    let data = shop.home.path().join(".local/share/draft-maker/ebay.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", data.display())).await.unwrap();
    sqlx::query("UPDATE counts SET daily = used + 10 WHERE api = 'media'").execute(&pool).await.unwrap();
    pool.close().await;
    let mut program = shop.seller(&[shop.synthetic_list()]);
    let mut child = program.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    crate::batch::shop::send_signal(&child, nix::sys::signal::Signal::SIGTERM);
    crate::batch::shop::wait_for_exit(&mut child).await;
    let ran = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
    assert!(text.contains("cannot finish today") && text.contains("media API, and 10 of"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn api_calls_are_counted_and_shown() {
    let shop = with_account(3, EbayAccount::default()).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    let ran = shop.sell(&["auth", "status", "--format", "json"]);
    let status: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let counted = status["calls"].as_array().unwrap().iter().find(|used| used["api"] == "inventory").unwrap();
    assert_eq!(counted["used"], shop.sandbox.ebay_state().calls["inventory"]);
}
