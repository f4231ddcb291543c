//! The same list again, copies, and ways in which nothing is drafted.

use std::collections::BTreeSet;
use std::time::Duration;

use sandbox::SandboxOptions;
use store::journal::Journal;

use super::shop::{Shop, files, name};

/// Ten real releases whose listings lack nothing; one of them three times.
fn ten(shop: &Shop) -> String {
    let upcs = shop.sandbox.synthetic_upcs();
    format!("{}{}\n{}\n", super::shop::lines(&upcs), upcs[0], upcs[0])
}

fn all_are(shop: &Shop, status: &str) {
    let statuses = shop.statuses();
    assert_eq!(statuses.len(), 10);
    assert!(statuses.iter().all(|(_, is)| is == status), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_run_twice_drafts_once() {
    let shop = Shop::with_synthetic(10).await;
    let list = shop.list(ten(&shop));
    let first = shop.run(&["run", list]);
    assert_eq!(first.code, Some(0), "{}{}", first.out, first.err);
    all_are(&shop, "exported");
    let rows = shop.draft_rows();
    assert_eq!(rows.len(), 10);
    let quantities: Vec<_> = rows.iter().map(|row| row[6].as_str()).collect();
    assert_eq!(quantities.iter().filter(|quantity| **quantity == "3").count(), 1, "{rows:?}");
    let requests = shop.requests();

    let second = shop.run(&["run", list]);
    assert_eq!(second.code, Some(0), "{}", second.err);
    all_are(&shop, "already_drafted");
    // A run checks its key with one search before the first item.
    assert_eq!(shop.requests(), requests + 1, "nothing known is asked twice");
    assert_eq!(shop.draft_rows().len(), 10, "no second row for a SKU");
    let entry = &shop.results()["results"][0];
    assert!(entry["error"].is_null() && entry["note"].is_string(), "{entry}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_writes_no_draft_and_takes_no_place() {
    let shop = Shop::with_synthetic(10).await;
    let list = shop.list(ten(&shop));
    for flag in ["--test", "--no-drafts"] {
        let ran = shop.run(&["run", list, flag]);
        assert_eq!(ran.code, Some(0), "{flag}: {}", ran.err);
        all_are(&shop, "rehearsed");
        assert!(!files(&shop.output()).iter().any(|file| name(file).contains("drafts")), "{flag}");
    }
    shop.run(&[list]);
    all_are(&shop, "exported");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_takes_the_first_items() {
    let shop = Shop::with_synthetic(10).await;
    let ran = shop.run(&["run", shop.list(ten(&shop)), "--limit", "4"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let mut first: Vec<_> = shop.sandbox.synthetic_upcs()[..4].iter().map(ToString::to_string).collect();
    first.sort();
    assert_eq!(shop.statuses().into_iter().map(|(upc, _)| upc).collect::<Vec<_>>(), first);
}

/// A killed run has drafts in the ledger and no file. Whoever runs the list again instead of resuming gets them all.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_a_new_run_leaves_no_draft_without_a_file() {
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
        assert_eq!(killed.try_wait().unwrap(), None, "it ended before it was killed");
    }
    killed.kill().unwrap();
    killed.wait().unwrap();

    let jobs = shop.run(&["jobs"]);
    assert!(jobs.out.contains(" interrupted "), "nobody runs it: {}", jobs.out);
    let ran = shop.run(&["run", list]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let statuses = shop.statuses();
    assert!(statuses.iter().any(|(_, status)| status == "already_drafted"), "{statuses:?}");
    let rows = shop.draft_rows();
    let skus: BTreeSet<_> = rows.iter().map(|row| row[1].clone()).collect();
    assert_eq!((rows.len(), skus.len()), (120, 120), "each once");
    assert_eq!(ran.out.matches("ebay_drafts_").count(), 2, "both files are named: {}", ran.out);
    let jobs = shop.run(&["jobs"]);
    assert!(jobs.out.contains(" failed ") || jobs.out.contains(" broke"), "{}", jobs.out);

    let resumed = shop.run(&["resume"]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.err);
    assert_eq!(shop.draft_rows().len(), 120, "and no draft is there twice");
}

/// A later run with other settings neither asks about an item with a draft nor shows a price that the draft does not have.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_with_a_draft_keeps_it_and_is_not_asked_about() {
    for sink in ["csv", "inventory"] {
        let shop = Shop::with_synthetic(10).await;
        let list = shop.synthetic_list();
        let run = |floor: &str, more: &[&str]| {
            let mut program = shop.seller(&["run", list, "--sink", sink]);
            super::shop::ran(&program.args(more).env("DRAFT_MAKER__PRICING__FLOOR", floor).output().unwrap())
        };
        let first = run("0.50", &[]);
        assert_eq!(first.code, Some(0), "{}{}", first.out, first.err);
        let prices = |shop: &Shop| {
            let results = shop.results()["results"].as_array().unwrap().clone();
            let price = |entry: &serde_json::Value| entry["pricing"]["recommended_price"].as_str().unwrap().to_owned();
            results.iter().map(|entry| (super::shop::text(&entry["upc"]), price(entry))).collect::<Vec<_>>()
        };
        let before = prices(&shop);

        // Every price is below this one, and --review asks about every item.
        let dry = run("0.50", &["--dry-run"]);
        assert_eq!(dry.code, Some(0), "{}{}", dry.out, dry.err);
        all_are(&shop, "already_drafted");
        assert!(!dry.out.contains("rehearsed"), "{}", dry.out);
        let second = run("900.00", &["--review"]);
        assert_eq!(second.code, Some(0), "{sink}: {}{}", second.out, second.err);
        all_are(&shop, "already_drafted");
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
