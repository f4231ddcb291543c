//! Jobs wait for each other, are set aside, go on, are given up, and are tried again.

use std::time::Duration;

use sandbox::{FaultKind, FaultRule};
use serde_json::json;

use super::served::{LIST, Served};

const ITEMS: usize = 200;

/// A service that takes its time over [`LIST`].
async fn slow() -> Served {
    Served::with_synthetic(ITEMS, Duration::from_millis(60)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_list_at_the_same_time_has_to_be_wanted() {
    let served = slow().await;
    let first = served.order(LIST).await;
    let refused = served.post("/api/batch/process", &json!({"gcs_path": LIST})).await.is(409);
    assert_eq!(refused["job_id"], first.as_str());
    assert!(refused["detail"].as_str().unwrap().contains("force"), "{refused}");
    let forced = served.post("/api/batch/process", &json!({"gcs_path": LIST, "force": true})).await;
    assert_ne!(forced.job(), first);
    served.action(&forced.job(), "cancel").await.is(200);
    served.action(&first, "pause").await.is(200);
    served.post("/api/batch/process", &json!({"gcs_path": LIST})).await.is(409);
    served.action(&first, "cancel").await.is(200);
    served.post("/api/batch/process", &json!({"gcs_path": LIST})).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_waits_for_its_turn_is_set_aside_and_goes_on() {
    let served = slow().await;
    let first = served.order(LIST).await;
    let second = served.order(&served.put_synthetic("boxes/2.txt")).await;
    served.until(&first, "running").await;
    let waiting = served.status(&second).await;
    assert_eq!(
        (&waiting["status"], &waiting["started_at"], &waiting["total_upcs"]),
        (&json!("pending"), &json!(null), &json!(null))
    );

    served.until_so(&first, |job| job["successful"].as_u64() > Some(0)).await;
    let paused = served.action(&first, "pause").await.is(200);
    assert_eq!((&paused["status"], &paused["completed_at"]), (&json!("paused"), &json!(null)));
    assert!(paused["successful"].as_u64().unwrap() < ITEMS as u64, "it came too late to pause anything: {paused}");
    assert_eq!(served.action(&first, "pause").await.is(409)["job_status"], "paused");
    served.until_so(&second, |job| job["status"] != "pending").await;

    served.action(&first, "resume").await.is(200);
    served.action(&first, "resume").await.is(409);
    for job in [&first, &second] {
        let done = served.until(job, "completed").await;
        assert_eq!(done["successful"], ITEMS);
    }
    let events = served.facts(&first).await;
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
        let refused = served.action(&first, request).await.is(409);
        assert_eq!((&refused["job_status"], &refused["job_id"]), (&json!("completed"), &json!(first)));
    }
    assert_eq!(served.shop.draft_rows().len(), ITEMS, "one item, one draft, over both jobs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_given_up_accounts_for_every_line() {
    let served = slow().await;
    let first = served.order(LIST).await;
    let second = served.order(&served.put_synthetic("boxes/2.txt")).await;
    let waited = served.action(&second, "cancel").await.is(200);
    assert_eq!((&waited["status"], &waited["started_at"]), (&json!("cancelled"), &json!(null)));
    served.until_so(&first, |job| job["successful"].as_u64() > Some(0)).await;
    let cancelled = served.action(&first, "cancel").await.is(200);
    assert_eq!(cancelled["status"], "cancelled");
    let results = served.status(&first).await["results"].clone();
    assert_eq!(results["results"].as_array().unwrap().len(), ITEMS);
    let summary = &results["summary"];
    assert_eq!((&summary["state"], &summary["unfinished"]), (&json!("cancelled"), &json!(0)));
    let skipped = summary["skipped"].as_u64().unwrap();
    assert!(skipped > 0 && skipped < ITEMS as u64, "{summary}");
    let entries = results["results"].as_array().unwrap().iter();
    let mut message =
        entries.filter(|entry| entry["status"] == "skipped").map(|entry| entry["error"].as_str().unwrap());
    assert!(message.all(|message| message.starts_with("canceled by you")), "{results}");
    assert!(served.shop.output().join(format!("batch_results_{}.json", &first[6..])).exists());
    for request in ["pause", "resume", "cancel"] {
        served.action(&first, request).await.is(409);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_tried_again_as_a_job_of_its_own() {
    let served = Served::with_synthetic(1, Duration::ZERO).await;
    served.action("batch_20200101_000000_0", "retry").await.is(404);
    let sick = |service: &str| FaultRule { service: Some(service.into()), kind: FaultKind::ServerError, share: 1.0 };
    served.shop.sandbox.set_faults(vec![sick("musicbrainz"), sick("discogs")]);
    let job = served.order(LIST).await;
    let done = served.until(&job, "completed").await;
    assert_eq!((&done["failed"], &done["successful"]), (&json!(1), &json!(0)));
    served.shop.sandbox.set_faults(Vec::new());
    // Each service is left alone for a while after so many failures; the one item is who asks whether it is well again.
    tokio::time::sleep(Duration::from_secs(4)).await;

    let path = format!("/api/batch/jobs/{job}/retry");
    assert_eq!(served.post(&path, &json!({"statuses": ["skipped"]})).await.is(409)["error"], "NOTHING_TO_RETRY");
    served.post(&path, &json!({"statuses": []})).await.is(422);
    served.post(&path, &json!({"statuses": ["lost"]})).await.is(422);
    let new = served.action(&job, "retry").await.job();
    let again = served.until(&new, "completed").await;
    let results = &again["results"]["results"];
    assert_eq!((&again["total_upcs"], &again["successful"]), (&json!(1), &json!(1)), "{results}");
    assert_eq!(again["gcs_path"], LIST);
    assert_eq!(served.status(&job).await["failed"], 1, "the old job stays what it was");
    let events = served.get(&format!("/api/batch/jobs/{new}/events")).await.text;
    assert!(events.contains(&format!("\"retry_of\":\"{job}\"")), "{events}");
    assert_eq!(served.shop.draft_rows().len(), 1);
}
