//! All kinds of upstream failures.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use nix::sys::signal::Signal;
use sandbox::{FaultKind, FaultRule, SandboxOptions};
use tokio::task::{JoinSet, block_in_place};

use super::shop::{Shop, files, run_output, send_signal};

fn share(service: Option<&str>, kind: FaultKind, share: f64) -> Vec<FaultRule> {
    vec![FaultRule { service: service.map(str::to_owned), kind, share }]
}

async fn shop_with_faults(faults: Vec<FaultRule>, extra: usize) -> Shop {
    Shop::with(SandboxOptions {
        enforce_limits: false,
        faults,
        synthetic_releases: extra,
        speed: 50.0,
        ..SandboxOptions::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn occasional_faults_are_retried() {
    let mut checks = JoinSet::new();
    for (name, kind) in FaultKind::ALL {
        checks.spawn(check_occasional_fault(name, kind));
    }
    checks.join_all().await;
}

async fn check_occasional_fault(name: &str, kind: FaultKind) {
    // A hanging connection costs one full timeout.
    let often = if kind == FaultKind::Hang { 0.05 } else { 0.15 };
    let shop = shop_with_faults(share(None, kind, often), 8).await;
    let mut program = shop.program(&["run", shop.synthetic_list()]);
    program.env("DRAFT_MAKER__HTTP__ATTEMPT_TIMEOUT_S", "1");
    let ran = block_in_place(|| run_output(&program.output().unwrap()));
    let statuses = shop.statuses();
    assert_eq!(statuses.len(), 8, "{name}");
    assert!(matches!(ran.code, Some(0 | 3)), "{name}: {}", ran.err);
    let drafted = statuses.iter().filter(|(_, status)| status == "exported").count();
    assert!(drafted >= 4, "{name}: {statuses:?}");
    for entry in shop.results()["results"].as_array().unwrap() {
        assert!(entry["success"] == true || entry["error"].is_string(), "{name}: {entry}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_others_continue_if_one_service_fails() {
    let shop = shop_with_faults(share(Some("discogs"), FaultKind::ServerError, 1.0), 8).await;
    let ran = shop.run(&["run", shop.synthetic_list()]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    for entry in shop.results()["results"].as_array().unwrap() {
        assert_eq!(entry["status"], "failed", "identified by MusicBrainz, but no price source responds: {entry}");
        let error = entry["error"].as_str().unwrap();
        assert!(error.starts_with("Discogs: ") && error.contains("run the list again"), "{error}");
        assert_eq!(entry["metadata"]["sources"]["title"], "musicbrainz");
        let without = entry["without"].to_string();
        assert!(without.contains("discogs"), "the failed service is named: {without}");
    }
    assert!(ran.out.contains("Services that did not answer:\n  Discogs, "), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_without_a_cover_reports_unreachable_cover_sources() {
    let shop = shop_with_faults(share(Some("coverartarchive"), FaultKind::ServerError, 1.0), 4).await;
    let ran = shop.run(&["run", shop.synthetic_list()]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    for entry in shop.results()["results"].as_array().unwrap() {
        assert_eq!(entry["status"], "exported");
        let note = entry["note"].as_str().unwrap();
        assert!(note.contains("needs a photo: ") && note.contains("no cover: Cover Art Archive: "), "{entry}");
    }
    assert!(ran.out.contains("Services that did not answer:\n  Cover Art Archive, "), "{}", ran.out);
}

/// The services fail from the first request on, and recover while the items wait: no item fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_waits_for_the_end_of_an_outage() {
    for service in ["musicbrainz", "discogs", "coverartarchive"] {
        let shop = shop_with_faults(share(Some(service), FaultKind::ServerError, 1.0), 12).await;
        let mut program = shop.program(&["run", shop.synthetic_list()]);
        program.env("DRAFT_MAKER__BATCH__PATIENCE_S", "60").stdout(std::process::Stdio::null());
        let mut running = program.spawn().unwrap();
        while shop.sandbox.request_counts().get(service).is_none_or(|count| count.requests < 9) {
            assert_eq!(running.try_wait().unwrap(), None, "{service}: the batch did not wait");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        shop.sandbox.set_faults(Vec::new());
        assert_eq!(running.wait().unwrap().code(), Some(0), "{service}");
        let statuses = shop.statuses();
        assert_eq!(statuses.len(), 12);
        assert!(statuses.iter().all(|(_, status)| status == "exported"), "{service}: {statuses:?}");
        let results = shop.results();
        let notes = results["results"].as_array().unwrap().iter().map(|entry| entry["note"].to_string());
        assert_eq!(notes.filter(|note| note != "null").collect::<Vec<_>>(), Vec::<String>::new(), "{service}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_item_reports_that_no_service_is_reachable() {
    let shop = Shop::with_synthetic(3).await;
    let mut program = shop.program(&["run", shop.synthetic_list()]);
    for service in ["MUSICBRAINZ", "DISCOGS", "COVERARTARCHIVE"] {
        // No service listens on the discard port.
        program.env(format!("{service}_BASE_URL"), "http://127.0.0.1:9/");
    }
    let ran = run_output(&program.output().unwrap());
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    for entry in shop.results()["results"].as_array().unwrap() {
        assert_eq!(entry["status"], "failed");
        let error = entry["error"].as_str().unwrap();
        assert!(error.contains("no connection to MusicBrainz") && error.contains("later"), "{error}");
        assert!(error.len() < 120, "short, since every item repeats it: {error}");
    }
}

/// With a keyset, the wait is announced, and a drafts file waits only briefly for eBay's rules.
#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_ebay_is_reported_at_once() {
    let shop = Shop::with_synthetic(1).await;
    let run = |sink: &str, patience: &str| {
        let mut program = shop.seller(&["run", shop.synthetic_list(), "--sink", sink]);
        program.env("EBAY_API_BASE_URL", "http://127.0.0.1:9").env("EBAY_AUTH_BASE_URL", "http://127.0.0.1:9");
        run_output(&program.env("DRAFT_MAKER__BATCH__PATIENCE_S", patience).output().unwrap())
    };
    let inventory = run("inventory", "3");
    assert_eq!(inventory.code, Some(1), "{}{}", inventory.out, inventory.err);
    assert_eq!(inventory.err.matches("its checks are repeated until").count(), 1, "{}", inventory.err);
    // The default timeout is longer than a test may take.
    let csv = run("csv", "100000");
    assert_eq!(csv.code, Some(0), "{}{}", csv.out, csv.err);
    assert_eq!(shop.draft_rows().len(), 1);
    assert!(csv.err.contains("could not be read, so they are not checked"), "{}", csv.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_key_is_reported_before_the_first_item() {
    let shop = Shop::with_synthetic(3).await;
    let mut program = shop.program(&["run", shop.synthetic_list()]);
    let ran = run_output(&program.env("DISCOGS_PERSONAL_ACCESS_TOKEN", "wrong").output().unwrap());
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("Correct DISCOGS_PERSONAL_ACCESS_TOKEN"), "what to do is said: {}", ran.err);
    assert!(ran.err.starts_with("error: Discogs rejected the token (401)."), "nothing before the error: {}", ran.err);
    assert_eq!(files(&shop.output()), Vec::<PathBuf>::new());
    assert!(shop.run(&["jobs"]).out.contains("No batches yet"));
    let counts = shop.sandbox.request_counts();
    assert_eq!((counts["discogs"].requests, counts.contains_key("musicbrainz")), (1, false), "only the key is checked");
}

/// Every command that starts work reports the invalid key and processes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_key_stops_scans_resumed_and_service_batches() {
    let shop = Shop::with_synthetic(3).await;
    let wrong = |arguments: &[&str]| {
        let mut program = shop.program(arguments);
        program.env("DISCOGS_PERSONAL_ACCESS_TOKEN", "wrong");
        program
    };
    let list = shop.synthetic_list();
    let scanned = fs::File::open(shop.home.path().join(list)).unwrap();
    let scan = run_output(&wrong(&["scan"]).stdin(scanned).output().unwrap());
    assert_eq!(scan.code, Some(2), "{}{}", scan.out, scan.err);
    assert!(scan.err.contains("Correct DISCOGS_PERSONAL_ACCESS_TOKEN"), "{}", scan.err);
    assert!(shop.run(&["jobs"]).out.contains("No batches yet"));

    let mut service = wrong(&["serve", "--port", "0"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    shop.wait_for_service().await;
    let served = shop.run(&["run", list]);
    assert_ne!(served.code, Some(0), "{}{}", served.out, served.err);
    assert!(served.out.contains("Correct DISCOGS_PERSONAL_ACCESS_TOKEN"), "{}{}", served.out, served.err);
    assert!(served.out.contains("not finished"), "no item was worked on: {}", served.out);
    send_signal(&service, Signal::SIGTERM);
    service.wait().unwrap();
    let resume = run_output(&wrong(&["resume"]).output().unwrap());
    assert_eq!(resume.code, Some(2), "{}{}", resume.out, resume.err);
    assert!(resume.err.contains("Correct DISCOGS_PERSONAL_ACCESS_TOKEN"), "{}", resume.err);
    assert!(!shop.sandbox.request_counts().contains_key("musicbrainz"), "nothing was looked up");

    let resumed = shop.run(&["resume"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
    assert_eq!(shop.draft_rows().len(), 3);
}

/// A key that is revoked during a batch costs only the data that no other service has.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_revoked_later_is_reported_and_the_batch_continues() {
    let faults = [(FaultKind::Hang, "musicbrainz"), (FaultKind::ServerError, "discogs")];
    let shop =
        shop_with_faults(faults.into_iter().flat_map(|(kind, service)| share(Some(service), kind, 1.0)).collect(), 3)
            .await;
    let mut killed = shop.start(&["run", shop.synthetic_list()]);
    while !shop.sandbox.request_counts().contains_key("musicbrainz") {
        assert_eq!(killed.try_wait().unwrap(), None);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    shop.sandbox.set_faults(Vec::new());
    let before = shop.sandbox.request_counts()["discogs"].requests;

    // The key passes the check with the search for the first item, and is rejected afterwards.
    shop.sandbox.withdraw_discogs_token_after(1);
    let ran = shop.run(&["resume"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let results = shop.results();
    assert_eq!(results["total_upcs"], 3);
    for entry in results["results"].as_array().unwrap() {
        assert_eq!(entry["metadata"]["sources"]["title"], "musicbrainz");
        let without = entry["without"].to_string();
        assert!(without.contains("DISCOGS_PERSONAL_ACCESS_TOKEN"), "the message says what to do: {without}");
    }
    let asked = shop.sandbox.request_counts()["discogs"].requests - before;
    assert!(asked <= 7, "a rejected key was tried {asked} times");
}
