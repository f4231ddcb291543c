//! Batches with prices from eBay offers, and their behavior when the daily quota is used up.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use nix::sys::signal::Signal;
use sandbox::{EbayAccount, SandboxOptions};
use serde_json::Value;

use crate::batch::shop::{ProgramOutput, Shop, lines, run_output, send_signal, wait_for_exit};

/// Discogs has neither a suggested price nor an offer for this release (`assets/demo/releases.toml`).
const WITHOUT_A_PRICE: &str = "9399603077122";

/// Returns the program with the Browse API, a minimum price, and a condition for which the sandbox has offers.
fn priced(shop: &Shop, arguments: &[&str]) -> Command {
    let mut command = shop.seller(arguments);
    command.env("DRAFT_MAKER__PROVIDERS__EBAY_BROWSE__ON", "true").env("DRAFT_MAKER__PRICING__FLOOR", "0.50");
    command.env("DRAFT_MAKER__LISTING__CONDITION", "very_good");
    command
}

/// Returns the same program without other sources of prices.
fn priced_by_offers_only(shop: &Shop, arguments: &[&str]) -> Command {
    let mut command = priced(shop, arguments);
    command.env("DRAFT_MAKER__PROVIDERS__DISCOGS__ON", "false");
    command
}

fn run(mut command: Command) -> ProgramOutput {
    run_output(&command.output().unwrap())
}

fn with_days(items: usize, daily: u64, ebay_day: Duration) -> SandboxOptions {
    let daily = BTreeMap::from([("browse".to_owned(), daily)]);
    let account = EbayAccount { daily_limits: daily, ..EbayAccount::default() };
    SandboxOptions {
        enforce_limits: false,
        synthetic_releases: items,
        ebay_account: account,
        ebay_day_length: ebay_day,
        ..SandboxOptions::default()
    }
}

/// Changes the stored quota counts.
async fn change_quota_counts(shop: &Shop, change: &str) {
    let data = shop.home.path().join(".local/share/draft-maker/ebay.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", data.display())).await.unwrap();
    assert!(sqlx::query(sqlx::AssertSqlSafe(change.to_owned())).execute(&pool).await.unwrap().rows_affected() > 0);
    pool.close().await;
}

fn entries(shop: &Shop) -> Vec<Value> {
    shop.results()["results"].as_array().unwrap().clone()
}

fn rule(entry: &Value) -> &str {
    entry["pricing"]["rule"].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_determine_the_prices_of_a_batch() {
    let shop = Shop::with(with_days(0, 5_000, Duration::from_hours(24))).await;
    let list = shop.list(format!("075596111324\n{WITHOUT_A_PRICE}\n"));
    let ran = run(priced_by_offers_only(&shop, &[list, "--no-drafts"]));
    assert!(ran.code.is_some_and(|code| code != 1 && code != 2), "{}{}", ran.out, ran.err);
    let entries = entries(&shop);
    let of = |upc: &str| entries.iter().find(|entry| entry["upc"] == upc).unwrap().clone();
    // eBay finds offers for a UPC by `gtin`, and offers for an EAN by keyword.
    for upc in ["075596111324", WITHOUT_A_PRICE] {
        let by_barcode = of(upc);
        assert!(rule(&by_barcode).contains("asked at eBay"), "{by_barcode}");
        assert!(!rule(&by_barcode).contains("artist and title"), "{by_barcode}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_price_quota_defers_the_items() {
    let shop = Shop::with(with_days(12, 5, Duration::from_secs(6))).await;
    let ran = run(priced_by_offers_only(&shop, &[shop.synthetic_list(), "--sink", "csv"]));
    let text = format!("{}{}", ran.out, ran.err);
    assert!(text.contains("items wait until") && text.contains("browse API is used up"), "{text}");
    let entries = entries(&shop);
    assert_eq!(entries.len(), 12, "{text}");
    for entry in &entries {
        assert!(rule(entry).contains("asked") && entry["pricing"]["recommended_price"] != "0.50", "{entry}");
    }
    assert!(shop.sandbox.ebay_state().calls["browse"] >= 12);
}

/// A price suggested by Discogs outranks offers, so items with one do not wait for the Browse API or for other items.
#[tokio::test(flavor = "multi_thread")]
async fn only_an_item_without_a_better_price_waits() {
    let shop = Shop::with(with_days(5, 5_000, Duration::from_hours(24))).await;
    let upcs = lines(&shop.sandbox.synthetic_upcs());
    assert_eq!(run(priced(&shop, &["run", shop.list(&upcs), "--limit", "1", "--no-drafts"])).code, Some(0));
    let tomorrow = Timestamp::now().checked_add(24.hours()).unwrap().as_millisecond();
    change_quota_counts(&shop, &format!("UPDATE counts SET spent_until = {tomorrow} WHERE api = 'browse'")).await;
    let mut program = priced(&shop, &[shop.list(format!("{WITHOUT_A_PRICE}\n{upcs}")), "--no-drafts"]);
    let mut child = program.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("waits until") {
        assert!(out.read_line(&mut text).unwrap() > 0, "{text}");
    }
    send_signal(&child, Signal::SIGTERM);
    assert_eq!(wait_for_exit(&mut child).await, Some(3));
    assert!(text.contains("1 item waits until"), "{text}");
    assert_eq!(text.matches("rehearsed").count(), 5, "the other items do not wait: {text}");

    change_quota_counts(&shop, "UPDATE counts SET spent_until = 1 WHERE api = 'browse'").await;
    let ran = run(priced(&shop, &["resume"]));
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    for entry in entries(&shop) {
        let expected = if entry["upc"] == WITHOUT_A_PRICE { "asked" } else { "suggested by Discogs" };
        assert!(rule(&entry).contains(expected), "{entry}");
    }
}

/// A price guide that only the operator can enable is skipped, as before.
#[tokio::test(flavor = "multi_thread")]
async fn a_price_guide_without_a_reset_time_is_skipped() {
    let shop = Shop::with(with_days(2, 5_000, Duration::from_hours(24))).await;
    let mut program = priced_by_offers_only(&shop, &[shop.synthetic_list(), "--no-drafts"]);
    program.env("DRAFT_MAKER__PROVIDERS__EBAY_BROWSE__ON", "false");
    program.env("DRAFT_MAKER__PROVIDERS__EBAY_INSIGHTS__ON", "true");
    let ran = run(program);
    let text = format!("{}{}", ran.out, ran.err);
    assert!(text.contains("ebay_insights") && !text.contains("items wait"), "{text}");
    assert!(entries(&shop).iter().all(|entry| entry["pricing"]["recommended_price"] == "0.50"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insufficient_price_quota_is_reported_for_every_destination() {
    let shop = Shop::with(with_days(12, 5_000, Duration::from_hours(24))).await;
    assert!(run(priced(&shop, &["run", shop.synthetic_list(), "--limit", "1", "--no-drafts"])).code == Some(0));
    change_quota_counts(&shop, "UPDATE counts SET daily = used + 20 WHERE api = 'browse'").await;
    for arguments in [["--sink", "csv"], ["--sink", "inventory"], ["--no-drafts", "--quiet"]] {
        let mut all = vec![shop.synthetic_list()];
        all.extend(arguments);
        let ran = run(priced(&shop, &all));
        let text = format!("{}{}", ran.out, ran.err);
        let is_reported = text.contains("12 items need about 24 calls of eBay's browse API, and");
        assert_eq!(is_reported, !arguments.contains(&"--quiet"), "{arguments:?} {text}");
    }
}
