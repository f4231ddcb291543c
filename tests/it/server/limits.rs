//! Two concurrent jobs share the rate limits of the upstreams, and the queue is bounded.

use std::time::Duration;

use reqwest::Method;
use sandbox::SandboxOptions;
use serde_json::json;

use super::test_server::TestServer;
use crate::batch::shop::{Shop, lines};

const SPEED: f64 = 20.0;

#[tokio::test(flavor = "multi_thread")]
async fn two_concurrent_jobs_keep_the_rate_limits_of_one() {
    let shop = Shop::with(SandboxOptions { speed: SPEED, synthetic_releases: 40, ..SandboxOptions::default() }).await;
    let mut command = shop.program(&[]);
    command.env("DRAFT_MAKER__SERVER__JOBS_AT_ONCE", "2");
    // Slightly below the documented rates, multiplied by the speed of the sandbox.
    for (service, pace) in [("MUSICBRAINZ", 59.0), ("DISCOGS", 58.0)] {
        let name = format!("DRAFT_MAKER__PROVIDERS__{service}__REQUESTS_PER_MINUTE");
        command.env(name, (pace * SPEED).to_string());
    }
    let server = TestServer::start(shop, command).await;
    let upcs = server.shop.sandbox.synthetic_upcs();
    // The end of one list is the beginning of the other.
    let (left, right) = (lines(&upcs[..25]), lines(&upcs[15..]));
    let left = server.create_job(&server.put("boxes/left.txt", left.as_bytes())).await;
    let right = server.create_job(&server.put("boxes/right.txt", right.as_bytes())).await;
    let both = server.wait_for(&right, |job| job["status"] != "pending").await;
    assert_eq!(
        (both["status"].as_str(), server.status(&left).await["status"].as_str()),
        (Some("running"), Some("running"))
    );
    for job in [&left, &right] {
        let done = server.until(job, "completed").await;
        assert_eq!(done["successful"], 25, "{done}");
    }
    for (service, count) in server.shop.sandbox.request_counts() {
        assert_eq!(count.refused, 0, "{service} had to refuse some of {} requests", count.requests);
    }
    assert_eq!(server.shop.repeated_requests(), Vec::new(), "no request is repeated by the other job");
    assert_eq!(server.shop.draft_rows().len(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_rejects_a_batch_and_accepts_it_later() {
    let latency = Duration::from_millis(400);
    let options =
        SandboxOptions { enforce_limits: false, synthetic_releases: 60, latency, ..SandboxOptions::default() };
    let shop = Shop::with(options).await;
    let mut command = shop.program(&[]);
    command.env("DRAFT_MAKER__SERVER__MAX_WAITING_JOBS", "1");
    let server = TestServer::start(shop, command).await;
    let running = server.create_job(&server.put_synthetic("boxes/1.txt")).await;
    server.until(&running, "running").await;
    let waiting = server.create_job(&server.put_synthetic("boxes/2.txt")).await;
    let order = json!({"gcs_path": server.put_synthetic("boxes/3.txt"), "test_mode": true});
    let refused = server.request(Method::POST, "/api/batch/process").json(&order).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    let refused: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(refused["error"], "QUEUE_FULL");
    assert!(refused["detail"].as_str().unwrap().contains("server.max_waiting_jobs"), "{refused}");
    let cancel = format!("/api/batch/jobs/{waiting}/cancel");
    assert_eq!(server.request(Method::POST, &cancel).send().await.unwrap().status(), 200);
    let taken = server.request(Method::POST, "/api/batch/process").json(&order).send().await.unwrap();
    assert_eq!(taken.status(), 200, "the queue has room again");
}
