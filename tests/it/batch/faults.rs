//! Services that fail in every way that services do.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use nix::sys::signal::Signal;
use sandbox::{FaultKind, FaultRule, SandboxOptions};

use super::shop::{Shop, files, ran, send};

fn share(service: Option<&str>, kind: FaultKind, share: f64) -> Vec<FaultRule> {
    vec![FaultRule { service: service.map(str::to_owned), kind, share }]
}

async fn with(faults: Vec<FaultRule>, extra: usize) -> Shop {
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
async fn a_fault_now_and_then_is_ridden_out() {
    for (name, kind) in FaultKind::ALL {
        // A connection that hangs costs the whole time of a try.
        let often = if kind == FaultKind::Hang { 0.05 } else { 0.15 };
        let shop = with(share(None, kind, often), 8).await;
        let mut program = shop.program(&["run", shop.synthetic_list()]);
        let ran = ran(&program.env("DRAFT_MAKER__HTTP__ATTEMPT_TIMEOUT_S", "1").output().unwrap());
        let statuses = shop.statuses();
        assert_eq!(statuses.len(), 8, "{name}");
        assert!(matches!(ran.code, Some(0 | 3)), "{name}: {}", ran.err);
        let drafted = statuses.iter().filter(|(_, status)| status == "exported").count();
        assert!(drafted >= 4, "{name}: {statuses:?}");
        for entry in shop.results()["results"].as_array().unwrap() {
            assert!(entry["success"] == true || entry["error"].is_string(), "{name}: {entry}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_service_is_sick_the_others_go_on() {
    let shop = with(share(Some("discogs"), FaultKind::ServerError, 1.0), 8).await;
    let ran = shop.run(&["run", shop.synthetic_list()]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    for entry in shop.results()["results"].as_array().unwrap() {
        assert_eq!(entry["status"], "failed", "known to MusicBrainz, and its price to nobody who answers: {entry}");
        let error = entry["error"].as_str().unwrap();
        assert!(error.starts_with("discogs: ") && error.contains("run the list again"), "{error}");
        assert_eq!(entry["metadata"]["sources"]["title"], "musicbrainz");
        let without = entry["without"].to_string();
        assert!(without.contains("discogs"), "who did not answer is named: {without}");
    }
    assert!(ran.out.contains("Services that did not answer:\n  discogs, "), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_without_a_cover_says_that_nobody_could_be_asked() {
    let shop = with(share(Some("coverartarchive"), FaultKind::ServerError, 1.0), 4).await;
    let ran = shop.run(&["run", shop.synthetic_list()]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    for entry in shop.results()["results"].as_array().unwrap() {
        assert_eq!(entry["status"], "exported");
        let note = entry["note"].as_str().unwrap();
        assert!(note.contains("needs a photo: ") && note.contains("no cover: coverartarchive: "), "{entry}");
    }
    assert!(ran.out.contains("Services that did not answer:\n  coverartarchive, "), "{}", ran.out);
}

/// Sick from the first answer on, and well again while the items wait: none of them is spent.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_waited_out() {
    for service in ["musicbrainz", "discogs", "coverartarchive"] {
        let shop = with(share(Some(service), FaultKind::ServerError, 1.0), 40).await;
        let mut program = shop.program(&["run", shop.synthetic_list()]);
        program.env("DRAFT_MAKER__BATCH__PATIENCE_S", "60").stdout(std::process::Stdio::null());
        let mut running = program.spawn().unwrap();
        while shop.sandbox.request_counts().get(service).is_none_or(|count| count.requests < 9) {
            assert_eq!(running.try_wait().unwrap(), None, "{service}: it did not wait");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        shop.sandbox.set_faults(Vec::new());
        assert_eq!(running.wait().unwrap().code(), Some(0), "{service}");
        let statuses = shop.statuses();
        assert_eq!(statuses.len(), 40);
        assert!(statuses.iter().all(|(_, status)| status == "exported"), "{service}: {statuses:?}");
        let results = shop.results();
        let notes = results["results"].as_array().unwrap().iter().map(|entry| entry["note"].to_string());
        assert_eq!(notes.filter(|note| note != "null").collect::<Vec<_>>(), Vec::<String>::new(), "{service}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_be_reached_every_item_says_so() {
    let shop = Shop::with_synthetic(3).await;
    let mut program = shop.program(&["run", shop.synthetic_list()]);
    for service in ["MUSICBRAINZ", "DISCOGS", "COVERARTARCHIVE"] {
        // The discard port: nobody listens there.
        program.env(format!("{service}_BASE_URL"), "http://127.0.0.1:9/");
    }
    let ran = ran(&program.output().unwrap());
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    for entry in shop.results()["results"].as_array().unwrap() {
        assert_eq!(entry["status"], "failed");
        let error = entry["error"].as_str().unwrap();
        assert!(error.contains("no connection to musicbrainz") && error.contains("later"), "{error}");
        assert!(error.len() < 120, "short, since each item says it: {error}");
    }
}

/// With a keyset, the wait is announced, and a drafts file does not wait for eBay's rules for long.
#[tokio::test(flavor = "multi_thread")]
async fn an_ebay_that_cannot_be_reached_is_named_at_once() {
    let shop = Shop::with_synthetic(1).await;
    let run = |sink: &str, patience: &str| {
        let mut program = shop.seller(&["run", shop.synthetic_list(), "--sink", sink]);
        program.env("EBAY_API_BASE_URL", "http://127.0.0.1:9").env("EBAY_AUTH_BASE_URL", "http://127.0.0.1:9");
        ran(&program.env("DRAFT_MAKER__BATCH__PATIENCE_S", patience).output().unwrap())
    };
    let inventory = run("inventory", "3");
    assert_eq!(inventory.code, Some(2), "{}{}", inventory.out, inventory.err);
    assert_eq!(inventory.err.matches("its checks are repeated until").count(), 1, "{}", inventory.err);
    // Its patience is longer than a test may take.
    let csv = run("csv", "100000");
    assert_eq!(csv.code, Some(0), "{}{}", csv.out, csv.err);
    assert_eq!(shop.draft_rows().len(), 1);
    assert!(csv.err.contains("could not be read, so they are not checked"), "{}", csv.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_named_before_the_first_item() {
    let shop = Shop::with_synthetic(3).await;
    let mut program = shop.program(&["run", shop.synthetic_list()]);
    let ran = ran(&program.env("DISCOGS_PERSONAL_ACCESS_TOKEN", "wrong").output().unwrap());
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("Correct DISCOGS_PERSONAL_ACCESS_TOKEN"), "what to do is said: {}", ran.err);
    assert_eq!(files(&shop.output()), Vec::<PathBuf>::new());
    assert!(shop.run(&["jobs"]).out.contains("No batches yet"));
    let counts = shop.sandbox.request_counts();
    assert_eq!((counts["discogs"].requests, counts.contains_key("musicbrainz")), (1, false), "only the key is checked");
}

/// Every way to start work says so, and works on nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_stops_scans_resumed_batches_and_batches_of_a_service() {
    let shop = Shop::with_synthetic(3).await;
    let wrong = |arguments: &[&str]| {
        let mut program = shop.program(arguments);
        program.env("DISCOGS_PERSONAL_ACCESS_TOKEN", "wrong");
        program
    };
    let list = shop.synthetic_list();
    let scanned = fs::File::open(shop.home.path().join(list)).unwrap();
    let scan = ran(&wrong(&["scan"]).stdin(scanned).output().unwrap());
    assert_eq!(scan.code, Some(2), "{}{}", scan.out, scan.err);
    assert!(scan.err.contains("Correct DISCOGS_PERSONAL_ACCESS_TOKEN"), "{}", scan.err);
    assert!(shop.run(&["jobs"]).out.contains("No batches yet"));

    let mut service = wrong(&["serve", "--port", "0"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    shop.until_served().await;
    let served = shop.run(&["run", list]);
    assert_ne!(served.code, Some(0), "{}{}", served.out, served.err);
    assert!(served.out.contains("Correct DISCOGS_PERSONAL_ACCESS_TOKEN"), "{}{}", served.out, served.err);
    assert!(served.out.contains("not finished"), "no item was worked on: {}", served.out);
    send(&service, Signal::SIGTERM);
    service.wait().unwrap();
    let resume = ran(&wrong(&["resume"]).output().unwrap());
    assert_eq!(resume.code, Some(2), "{}{}", resume.out, resume.err);
    assert!(resume.err.contains("Correct DISCOGS_PERSONAL_ACCESS_TOKEN"), "{}", resume.err);
    assert!(!shop.sandbox.request_counts().contains_key("musicbrainz"), "nothing was looked up");

    let resumed = shop.run(&["resume"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
    assert_eq!(shop.draft_rows().len(), 3);
}

/// A key that is withdrawn while a batch is under way costs what only that service knows.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_later_is_named_and_the_rest_goes_on() {
    let faults = [(FaultKind::Hang, "musicbrainz"), (FaultKind::ServerError, "discogs")];
    let shop = with(faults.into_iter().flat_map(|(kind, service)| share(Some(service), kind, 1.0)).collect(), 3).await;
    let mut killed = shop.start(&["run", shop.synthetic_list()]);
    while !shop.sandbox.request_counts().contains_key("musicbrainz") {
        assert_eq!(killed.try_wait().unwrap(), None);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    shop.sandbox.set_faults(Vec::new());
    let before = shop.sandbox.request_counts()["discogs"].requests;

    // The key is checked with one search, and refused after that.
    shop.sandbox.withdraw_discogs_token_after(1);
    let ran = shop.run(&["resume"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    let results = shop.results();
    assert_eq!(results["total_upcs"], 3);
    for entry in results["results"].as_array().unwrap() {
        assert_eq!(entry["metadata"]["sources"]["title"], "musicbrainz");
        let without = entry["without"].to_string();
        assert!(without.contains("DISCOGS_PERSONAL_ACCESS_TOKEN"), "what to do is said: {without}");
    }
    let asked = shop.sandbox.request_counts()["discogs"].requests - before;
    assert!(asked <= 7, "a refused key is not tried {asked} times");
}
