//! A service with the setting `intake.watch`.

use std::process::Command;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::test_server::TestServer;
use crate::batch::shop::Shop;

fn watching(shop: &Shop) -> Command {
    let mut command = shop.program(&[]);
    command.env("DRAFT_MAKER__INTAKE__WATCH", "gs://draft-maker-bucket/incoming/");
    command.env("DRAFT_MAKER__INTAKE__WATCH_INTERVAL_S", "1").env("DRAFT_MAKER__BATCH__TEST_MODE", "true");
    command
}

/// Waits until this many jobs have ended, and returns all of them.
async fn ended(server: &TestServer, count: usize) -> Vec<Value> {
    loop {
        let jobs = server.get("/api/batch/jobs").await.is(200)["jobs"].as_array().unwrap().clone();
        if jobs.len() >= count && jobs.iter().all(|job| !job["completed_at"].is_null()) {
            return jobs;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_objects_become_jobs_even_after_a_restart() {
    let shop = Shop::open().await;
    let command = watching(&shop);
    let mut server = TestServer::start(shop, command).await;
    server.put("incoming/1.txt", b"720642462928\n");
    assert_eq!(ended(&server, 1).await.len(), 1);
    server.put("incoming/2.jpg", &[0xff, 0xd8, 0xff, 0xe0, 0, 0x10, b'J', b'F', b'I', b'F', 0, 1]);
    let jobs = ended(&server, 2).await;
    let failed: Vec<&Value> = jobs.iter().filter(|job| job["status"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{jobs:?}");
    assert!(failed[0]["error"].as_str().unwrap().contains("incoming/2.jpg: this is a picture"), "{failed:?}");
    server.signal(Signal::SIGTERM);
    assert_eq!(server.wait_for_exit().await, Some(0));

    let command = watching(&server.shop);
    server.restart_with(command).await;
    server.put("incoming/1.txt", b"720642462928\n093624896326\n");
    let jobs = ended(&server, 3).await;
    assert_eq!(jobs.len(), 3, "earlier objects are not processed again: {jobs:?}");
    assert_eq!(jobs.iter().filter(|job| job["gcs_path"] == "gs://draft-maker-bucket/incoming/1.txt").count(), 2);
    server.signal(Signal::SIGTERM);
    assert_eq!(server.wait_for_exit().await, Some(0));
}

/// A folder in a request is a single list of all its objects.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_one_batch() {
    let server = TestServer::open().await;
    server.put("march/", b"");
    server.put("march/1.txt", b"720642462928\n");
    server.put("march/2.csv", b"UPC,Qty\n093624896326,2\n");
    let body = json!({"gcs_path": "gs://draft-maker-bucket/march/", "test_mode": true});
    let planned = server.post("/api/batch/plan", &json!({"order": body})).await.is(200);
    let reading = &planned["list"]["reading"];
    assert_eq!((&reading["items"], &reading["copies"]), (&json!(2), &json!(3)), "{planned}");
    assert_eq!(reading["files"].as_array().unwrap().len(), 2);
    let job = server.post("/api/batch/process", &body).await.job();
    let shown = server.until(&job, "completed").await;
    assert_eq!(shown["total_upcs"], 2);
    server.post("/api/batch/process", &json!({"gcs_path": "gs://draft-maker-bucket/april/"})).await.is(404);
}
