//! Actions on single items of a job: pause, resume, cancel and retry, with a result for each item.

use std::time::Duration;

use nix::sys::signal::Signal;
use sandbox::{FaultKind, FaultRule, SandboxOptions};
use serde_json::{Value, json};

use super::test_server::{ApiResponse, LIST, TestServer};
use crate::batch::shop::Shop;

async fn act(server: &TestServer, job: &str, act: &str, upcs: &[String]) -> ApiResponse {
    server.post(&format!("/api/batch/jobs/{job}/items"), &json!({"act": act, "upcs": upcs})).await
}

fn upcs(server: &TestServer) -> Vec<String> {
    server.shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect()
}

async fn item(server: &TestServer, job: &str, upc: &str) -> Value {
    let list = server.get(&format!("/api/batch/jobs/{job}/items?limit=1000")).await.is(200);
    list["items"].as_array().unwrap().iter().find(|item| item["upc"] == upc).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_skips_paused_items_and_survives_a_kill() {
    let mut server = TestServer::with_synthetic(200, Duration::from_millis(60)).await;
    let (job, all) = (server.create_job(LIST).await, upcs(&server));
    server.wait_for(&job, |job| !job["total_upcs"].is_null()).await;
    let last = &all[195..];
    let done = act(&server, &job, "pause", last).await.is(200);
    assert_eq!((done["done"].as_array().unwrap().len(), &done["job_id"]), (5, &json!(job)));
    let again = act(&server, &job, "pause", &[all[199].clone(), "720642442524".into(), "12".into()]).await.is(207);
    let why = again["failed"].as_array().unwrap().iter().map(|one| one["error"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(why[0].contains("already paused") && why[1].contains("not in this batch") && why.len() == 3, "{why:?}");

    server.signal(Signal::SIGKILL);
    server.wait_for_exit().await;
    server.restart().await;
    let stopped = server.until(&job, "stopped").await;
    assert!(stopped["error"].as_str().unwrap().contains("only paused items are left (5)"), "{stopped}");
    assert_eq!(stopped["successful"], 195);
    assert!(item(&server, &job, &all[199]).await["held"].as_bool().unwrap());

    act(&server, &job, "cancel", &all[199..]).await.is(200);
    assert_eq!(item(&server, &job, &all[199]).await["status"], "skipped");
    act(&server, &job, "resume", &all[195..196]).await.is(200);
    server.wait_for(&job, |job| job["status"] == "stopped" && job["successful"] == 196).await;
    let mixed = act(&server, &job, "resume", &all[194..196]).await.is(207);
    assert!(mixed["failed"][0]["error"].as_str().unwrap().contains("it is finished: exported"), "{mixed}");
    // Resuming the whole job affects only the three remaining items.
    server.action(&job, "resume").await.is(200);
    assert_eq!(server.until(&job, "completed").await["successful"], 199);
    assert_eq!(server.shop.draft_rows().len(), 199, "one draft per item, none for canceled items");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_canceled_while_in_progress_gets_no_draft() {
    let server = TestServer::with_synthetic(200, Duration::from_millis(60)).await;
    let (job, all) = (server.create_job(LIST).await, upcs(&server));
    server.wait_for(&job, |job| job["successful"].as_u64() > Some(0)).await;
    let answer = act(&server, &job, "cancel", &all).await.is(207);
    let count = |key: &str| answer[key].as_array().unwrap().len() as u64;
    assert_eq!(count("done") + count("failed"), 200, "a result for each item");
    let ended = server.until(&job, "completed").await;
    assert_eq!(ended["successful"].as_u64().unwrap(), count("failed"), "items already being drafted are completed");
    assert_eq!(server.shop.draft_rows().len() as u64, count("failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_covers_only_the_named_items() {
    let server = TestServer::with_synthetic(6, Duration::ZERO).await;
    let sick = |service: &str| FaultRule { service: Some(service.into()), kind: FaultKind::ServerError, share: 1.0 };
    server.shop.sandbox.set_faults(vec![sick("musicbrainz"), sick("discogs")]);
    let (job, all) = (server.create_job(LIST).await, upcs(&server));
    server.until(&job, "completed").await;
    server.shop.sandbox.set_faults(Vec::new());
    // After this many failures, each circuit stays open for a while.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let answer = act(&server, &job, "retry", &all[1..2]).await.is(200);
    let new = answer["job_id"].as_str().unwrap();
    let again = server.until(new, "completed").await;
    assert_eq!((&again["total_upcs"], &again["successful"]), (&json!(1), &json!(1)));
    let rejected = act(&server, new, "retry", &all[1..2]).await.is(207);
    assert_eq!((&rejected["done"], rejected["failed"].as_array().unwrap().len()), (&json!([]), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_actions_and_foreign_origins_are_rejected() {
    let server = TestServer::open().await;
    let job = server.create_job(LIST).await;
    let path = format!("/api/batch/jobs/{job}/items");
    server.post(&path, &json!({"act": "pause", "upcs": []})).await.is(422);
    server.post(&path, &json!({"act": "lose", "upcs": ["1"]})).await.is(422);
    server.post(&path, &json!({"act": "pause", "upcs": ["1"], "more": 1})).await.is(422);
    server
        .post("/api/batch/jobs/batch_20200101_000000_0/items", &json!({"act": "pause", "upcs": ["720642442524"]}))
        .await
        .is(404);
    let stranger = server.request(reqwest::Method::POST, &path).header("Origin", "https://elsewhere.example");
    super::test_server::send_request(stranger.json(&json!({"act": "cancel", "upcs": ["720642442524"]}))).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn upstreams_are_reported() {
    let server = TestServer::open().await;
    let job = server.create_job(LIST).await;
    server.until(&job, "completed").await;
    let all = server.get("/api/upstreams").await.is(200);
    let discogs = all["upstreams"].as_array().unwrap().iter().find(|one| one["name"] == "discogs").unwrap().clone();
    assert!(discogs["requests"].as_u64() > Some(0) && discogs["last_minute"] == discogs["requests"], "{discogs}");
    assert_eq!(
        (&discogs["per_item"], &discogs["quiet_until"], &discogs["waiting"]),
        (&json!(2.0), &json!(null), &json!(0))
    );
    let other = json!({ "missing": 2.0, "only_in_musicbrainz": 2.0, "without_barcode": 2.0 });
    assert_eq!(discogs["per_other_item"], other, "{discogs}");
}

/// Only a listing of new copies shows a cover, and so needs the archive's list of covers.
#[tokio::test(flavor = "multi_thread")]
async fn the_requests_for_an_item_are_those_of_the_running_batch() {
    let shop = Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: 2, ..SandboxOptions::default() });
    let shop = shop.await;
    let hang = FaultRule { service: Some("musicbrainz".into()), kind: FaultKind::Hang, share: 1.0 };
    shop.sandbox.set_faults(vec![hang]);
    let mut command = shop.program(&[]);
    command.env_remove("DRAFT_MAKER__LISTING__STOCK_PHOTOS");
    let server = TestServer::start(shop, command).await;
    let cover_requests = async || {
        let all = server.get("/api/upstreams").await.is(200);
        let archive = all["upstreams"].as_array().unwrap().iter().find(|one| one["name"] == "coverartarchive");
        archive.unwrap()["per_item"].clone()
    };
    assert_eq!(cover_requests().await, json!(3.0), "the settings state used copies");
    let list = server.put_synthetic("boxes/new.txt");
    let job = server.post("/api/batch/process", &json!({ "gcs_path": list, "condition": "new" })).await.job();
    server.until(&job, "running").await;
    assert_eq!(cover_requests().await, json!(5.0), "the batch states new copies");
}
