//! Actions on jobs, which queue, are paused, resumed, canceled and retried.

use std::time::Duration;

use sandbox::{FaultKind, FaultRule};
use serde_json::json;

use super::test_server::{LIST, TestServer};

const ITEMS: usize = 200;

/// Starts a service that processes [`LIST`] slowly.
async fn slow() -> TestServer {
    TestServer::with_synthetic(ITEMS, Duration::from_millis(60)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_runs_twice_at_once_only_with_force() {
    let server = slow().await;
    let first = server.create_job(LIST).await;
    let refused = server.post("/api/batch/process", &json!({"gcs_path": LIST})).await.is(409);
    assert_eq!(refused["job_id"], first.as_str());
    assert!(refused["detail"].as_str().unwrap().contains("force"), "{refused}");
    let forced = server.post("/api/batch/process", &json!({"gcs_path": LIST, "force": true})).await;
    assert_ne!(forced.job(), first);
    server.action(&forced.job(), "cancel").await.is(200);
    server.action(&first, "pause").await.is(200);
    server.post("/api/batch/process", &json!({"gcs_path": LIST})).await.is(409);
    server.action(&first, "cancel").await.is(200);
    server.post("/api/batch/process", &json!({"gcs_path": LIST})).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_queued_paused_and_resumed() {
    let server = slow().await;
    let first = server.create_job(LIST).await;
    let second = server.create_job(&server.put_synthetic("boxes/2.txt")).await;
    server.until(&first, "running").await;
    let waiting = server.status(&second).await;
    assert_eq!(
        (&waiting["status"], &waiting["started_at"], &waiting["total_upcs"]),
        (&json!("pending"), &json!(null), &json!(null))
    );

    server.wait_for(&first, |job| job["successful"].as_u64() > Some(0)).await;
    let paused = server.action(&first, "pause").await.is(200);
    assert_eq!((&paused["status"], &paused["completed_at"]), (&json!("paused"), &json!(null)));
    assert!(paused["successful"].as_u64().unwrap() < ITEMS as u64, "the job ended before the pause: {paused}");
    assert_eq!(server.action(&first, "pause").await.is(409)["job_status"], "paused");
    server.wait_for(&second, |job| job["status"] != "pending").await;

    server.action(&first, "resume").await.is(200);
    server.action(&first, "resume").await.is(409);
    for job in [&first, &second] {
        let done = server.until(job, "completed").await;
        assert_eq!(done["successful"], ITEMS);
    }
    let events = server.job_event_names(&first).await;
    assert_eq!(
        events,
        [
            "ordered",
            "queued",
            "started",
            "list_described",
            "taken",
            "list_read",
            "paused",
            "queued",
            "resumed",
            "finished"
        ]
    );
    for request in ["pause", "resume", "cancel"] {
        let refused = server.action(&first, request).await.is(409);
        assert_eq!((&refused["job_status"], &refused["job_id"]), (&json!("completed"), &json!(first)));
    }
    assert_eq!(server.shop.draft_rows().len(), ITEMS, "one draft per item across both jobs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canceled_job_accounts_for_every_line() {
    let server = slow().await;
    let first = server.create_job(LIST).await;
    let second = server.create_job(&server.put_synthetic("boxes/2.txt")).await;
    let waited = server.action(&second, "cancel").await.is(200);
    assert_eq!((&waited["status"], &waited["started_at"]), (&json!("cancelled"), &json!(null)));
    server.wait_for(&first, |job| job["successful"].as_u64() > Some(0)).await;
    let cancelled = server.action(&first, "cancel").await.is(200);
    assert_eq!(cancelled["status"], "cancelled");
    let results = server.status(&first).await["results"].clone();
    assert_eq!(results["results"].as_array().unwrap().len(), ITEMS);
    let summary = &results["summary"];
    assert_eq!((&summary["state"], &summary["unfinished"]), (&json!("cancelled"), &json!(0)));
    let skipped = summary["skipped"].as_u64().unwrap();
    assert!(skipped > 0 && skipped < ITEMS as u64, "{summary}");
    let entries = results["results"].as_array().unwrap().iter();
    let mut message =
        entries.filter(|entry| entry["status"] == "skipped").map(|entry| entry["error"].as_str().unwrap());
    assert!(message.all(|message| message.starts_with("canceled by you")), "{results}");
    assert!(server.shop.output().join(format!("batch_results_{}.json", &first[6..])).exists());
    for request in ["pause", "resume", "cancel"] {
        server.action(&first, request).await.is(409);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_items_are_retried_as_a_new_job() {
    let server = TestServer::with_synthetic(1, Duration::ZERO).await;
    server.action("batch_20200101_000000_0", "retry").await.is(404);
    let sick = |service: &str| FaultRule { service: Some(service.into()), kind: FaultKind::ServerError, share: 1.0 };
    server.shop.sandbox.set_faults(vec![sick("musicbrainz"), sick("discogs")]);
    let job = server.create_job(LIST).await;
    let done = server.until(&job, "completed").await;
    assert_eq!((&done["failed"], &done["successful"]), (&json!(1), &json!(0)));
    server.shop.sandbox.set_faults(Vec::new());
    // After this many failures, the circuits stay open for a while. The retried item is the first request afterwards.
    tokio::time::sleep(Duration::from_secs(4)).await;

    let path = format!("/api/batch/jobs/{job}/retry");
    assert_eq!(server.post(&path, &json!({"statuses": ["skipped"]})).await.is(409)["error"], "NOTHING_TO_RETRY");
    server.post(&path, &json!({"statuses": []})).await.is(422);
    server.post(&path, &json!({"statuses": ["lost"]})).await.is(422);
    let new = server.action(&job, "retry").await.job();
    let again = server.until(&new, "completed").await;
    let results = &again["results"]["results"];
    assert_eq!((&again["total_upcs"], &again["successful"]), (&json!(1), &json!(1)), "{results}");
    assert_eq!(again["gcs_path"], LIST);
    assert_eq!(server.status(&job).await["failed"], 1, "the old job is unchanged");
    let events = server.get(&format!("/api/batch/jobs/{new}/events")).await.text;
    assert!(events.contains(&format!("\"retry_of\":\"{job}\"")), "{events}");
    assert_eq!(server.shop.draft_rows().len(), 1);
}
