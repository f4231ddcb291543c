//! Repeated runs of a list, copies, and runs that create no drafts.

use std::collections::BTreeSet;
use std::time::Duration;

use sandbox::SandboxOptions;
use store::journal::Journal;

use super::shop::{Shop, files, name};

/// Returns a list of ten releases with complete listings; one of them occurs three times.
fn list_of_ten(shop: &Shop) -> String {
    let upcs = shop.sandbox.synthetic_upcs();
    format!("{}{}\n{}\n", super::shop::lines(&upcs), upcs[0], upcs[0])
}

fn assert_all_have_status(shop: &Shop, status: &str) {
    let statuses = shop.statuses();
    assert_eq!(statuses.len(), 10);
    assert!(statuses.iter().all(|(_, is)| is == status), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_run_twice_drafts_once() {
    let shop = Shop::with_synthetic(10).await;
    let list = shop.list(list_of_ten(&shop));
    let first = shop.run(&["run", list]);
    assert_eq!(first.code, Some(0), "{}{}", first.out, first.err);
    assert_all_have_status(&shop, "exported");
    let rows = shop.draft_rows();
    assert_eq!(rows.len(), 10);
    let quantities: Vec<_> = rows.iter().map(|row| row[6].as_str()).collect();
    assert_eq!(quantities.iter().filter(|quantity| **quantity == "3").count(), 1, "{rows:?}");
    let requests = shop.requests();

    let second = shop.run(&["run", list]);
    assert_eq!(second.code, Some(0), "{}", second.err);
    assert_all_have_status(&shop, "already_drafted");
    // Each run checks its key with one search before the first item.
    assert_eq!(shop.requests(), requests + 1, "known items cause no requests");
    assert_eq!(shop.draft_rows().len(), 10, "one row per SKU");
    let entry = &shop.results()["results"][0];
    assert!(entry["error"].is_null() && entry["note"].is_string(), "{entry}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_no_draft_and_claims_no_sku() {
    let shop = Shop::with_synthetic(10).await;
    let list = shop.list(list_of_ten(&shop));
    for flag in ["--test", "--no-drafts"] {
        let ran = shop.run(&["run", list, flag]);
        assert_eq!(ran.code, Some(0), "{flag}: {}", ran.err);
        assert_all_have_status(&shop, "rehearsed");
        assert!(!files(&shop.output()).iter().any(|file| name(file).contains("drafts")), "{flag}");
    }
    shop.run(&[list]);
    assert_all_have_status(&shop, "exported");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_processes_the_first_items() {
    let shop = Shop::with_synthetic(10).await;
    let ran = shop.run(&["run", shop.list(list_of_ten(&shop)), "--limit", "4"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let mut first: Vec<_> = shop.sandbox.synthetic_upcs()[..4].iter().map(ToString::to_string).collect();
    first.sort();
    assert_eq!(shop.statuses().into_iter().map(|(upc, _)| upc).collect::<Vec<_>>(), first);
}

/// A killed run has drafts in the ledger but no file. Even a new run of the list, not a resume, writes them all.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_run_after_a_kill_writes_every_draft_to_a_file() {
    let shop = Shop::with(SandboxOptions {
        enforce_limits: false,
        synthetic_releases: 120,
        latency: Duration::from_millis(15),
        ..SandboxOptions::default()
    })
    .await;
    let list = shop.synthetic_list();
    let mut killed = shop.start(&["run", list]);
    let drafted = async || {
        let answers = shop.home.path().join(".local/share/draft-maker");
        let journal = Journal::open_read_only(&answers).await.unwrap();
        let Some(job) = journal.job_ids().await.unwrap().pop() else { return 0 };
        journal.outline_projection(&job).await.unwrap().counts.successful()
    };
    while drafted().await < 10 {
        assert_eq!(killed.try_wait().unwrap(), None, "the run ended before the kill");
    }
    killed.kill().unwrap();
    killed.wait().unwrap();

    let jobs = shop.run(&["jobs"]);
    assert!(jobs.out.contains(" interrupted "), "nobody runs it: {}", jobs.out);
    let status = shop.run(&["status"]);
    assert!(status.out.contains(" was interrupted") && status.out.contains("draft-maker resume"), "{}", status.out);
    assert_eq!(status.code, Some(3), "{}", status.err);
    let ran = shop.run(&["run", list]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let statuses = shop.statuses();
    assert!(statuses.iter().any(|(_, status)| status == "already_drafted"), "{statuses:?}");
    let rows = shop.draft_rows();
    let skus: BTreeSet<_> = rows.iter().map(|row| row[1].clone()).collect();
    assert_eq!((rows.len(), skus.len()), (120, 120), "each SKU once");
    let named: BTreeSet<_> = ran.out.lines().filter(|line| line.contains("ebay_drafts_")).collect();
    assert_eq!(named.len(), 2, "both files are named: {}", ran.out);
    let jobs = shop.run(&["jobs"]);
    assert!(jobs.out.contains(" stopped "), "{}", jobs.out);

    let resumed = shop.run(&["resume"]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.err);
    assert_eq!(shop.draft_rows().len(), 120, "no draft exists twice");
}

/// A later run with other settings sends no requests for an item with a draft, and shows the price of that draft.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_with_a_draft_keeps_it_without_requests() {
    for sink in ["csv", "inventory"] {
        let shop = Shop::with_synthetic(10).await;
        let list = shop.synthetic_list();
        let run = |floor: &str, more: &[&str]| {
            let mut program = shop.seller(&["run", list, "--sink", sink]);
            super::shop::run_output(&program.args(more).env("DRAFT_MAKER__PRICING__FLOOR", floor).output().unwrap())
        };
        let first = run("0.50", &[]);
        assert_eq!(first.code, Some(0), "{}{}", first.out, first.err);
        let prices = |shop: &Shop| {
            let results = shop.results()["results"].as_array().unwrap().clone();
            let price = |entry: &serde_json::Value| entry["pricing"]["recommended_price"].as_str().unwrap().to_owned();
            results.iter().map(|entry| (super::shop::text(&entry["upc"]), price(entry))).collect::<Vec<_>>()
        };
        let before = prices(&shop);

        // Every price is below this minimum, and --review sends every item to review.
        let dry = run("0.50", &["--dry-run"]);
        assert_eq!(dry.code, Some(0), "{}{}", dry.out, dry.err);
        assert_all_have_status(&shop, "already_drafted");
        assert!(!dry.out.contains("rehearsed"), "{}", dry.out);
        let second = run("900.00", &["--review"]);
        assert_eq!(second.code, Some(0), "{sink}: {}{}", second.out, second.err);
        assert_all_have_status(&shop, "already_drafted");
        for (upc, price) in before {
            let line = second.out.lines().find(|line| line.contains(&upc) && line.contains("already_drafted"));
            let line = line.unwrap_or_else(|| panic!("{upc}: {}", second.out));
            assert!(line.contains(&format!("{price} USD")) && line.contains("batch_"), "{sink} {price}: {line}");
            assert!(!line.contains("900.00"), "{line}");
        }
        let shown = shop.results()["results"][0].clone();
        assert!(shown["note"].as_str().unwrap().contains("its draft is unchanged"), "{shown}");
    }
}

/// A row that has changed since its draft is not called unchanged if its item needs review.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_row_of_an_item_in_review_is_reported() {
    for sink in ["csv", "inventory"] {
        let shop = Shop::with_synthetic(2).await;
        let upcs = shop.sandbox.synthetic_upcs();
        let run = |list: &str, floor: &str| {
            let mut program = shop.seller(&["run", list, "--sink", sink]);
            super::shop::run_output(&program.env("DRAFT_MAKER__PRICING__FLOOR", floor).output().unwrap())
        };
        assert_eq!(run(shop.synthetic_list(), "0.50").code, Some(0));
        let changed = shop.list(format!("UPC,Note\n{},water damage\n{},\n", upcs[0], upcs[1]));
        let ran = run(changed, "900.00");
        let results = shop.results()["results"].as_array().unwrap().clone();
        let entry = |place: usize| results.iter().find(|entry| entry["upc"] == upcs[place].to_string()).unwrap();
        assert_eq!(entry(0)["status"], "needs_review", "{}{}", ran.out, ran.err);
        assert!(entry(0)["error"].as_str().unwrap().contains("its row has changed since its draft"), "{}", entry(0));
        assert_eq!(entry(1)["status"], "already_drafted", "{}", entry(1));
    }
}
