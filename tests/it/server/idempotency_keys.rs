//! `Idempotency-Key`: a request that is repeated because its response was lost creates only one job.

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};

use super::test_server::{ApiResponse, LIST, TestServer, send_request};

async fn create_job_with_key(server: &TestServer, key: &str, body: &Value) -> ApiResponse {
    send_request(server.request(Method::POST, "/api/batch/process").header("idempotency-key", key).json(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_is_the_same_job_even_after_a_restart() {
    let mut server = TestServer::open().await;
    let wanted = json!({"gcs_path": LIST, "test_mode": true});
    let job = create_job_with_key(&server, "monday-1", &wanted).await.job();
    // Repeated while the job runs and after its end, with reordered fields and explicit defaults.
    let same = json!({"test_mode": true, "create_drafts": true, "gcs_path": LIST});
    assert_eq!(create_job_with_key(&server, "monday-1", &same).await.job(), job);
    server.until(&job, "completed").await;
    let again = create_job_with_key(&server, "monday-1", &wanted).await;
    assert_eq!((again.job(), again.json()["status"].clone()), (job.clone(), json!("completed")));
    let other = create_job_with_key(&server, "monday-1", &json!({"gcs_path": LIST})).await.is(422);
    assert_eq!((&other["error"], &other["job_id"]), (&json!("KEY_USED"), &json!(job)));

    server.signal(Signal::SIGKILL);
    server.wait_for_exit().await;
    server.restart().await;
    assert_eq!(create_job_with_key(&server, "monday-1", &wanted).await.job(), job);
    assert_ne!(create_job_with_key(&server, "monday-2", &wanted).await.job(), job);
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 2);
    create_job_with_key(&server, "", &wanted).await.is(400);
    create_job_with_key(&server, &"k".repeat(256), &wanted).await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_with_one_key_create_one_job() {
    let server = TestServer::open().await;
    let wanted = json!({"gcs_path": LIST, "test_mode": true});
    let orders = (0..20).map(|_| create_job_with_key(&server, "all-at-once", &wanted));
    let answers = futures::future::join_all(orders).await;
    let jobs: std::collections::BTreeSet<_> = answers.iter().map(ApiResponse::job).collect();
    assert_eq!(jobs.len(), 1);
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_retries_and_of_new_jobs_do_not_collide() {
    let server = TestServer::open().await;
    // The barcode is unknown everywhere, so the item ends in review.
    server.put("boxes/1.txt", b"012345678905\n");
    let job = create_job_with_key(&server, "one", &json!({"gcs_path": LIST, "test_mode": true})).await.job();
    server.until(&job, "completed").await;
    let path = format!("/api/batch/jobs/{job}/retry");
    let retry = |key: &'static str| {
        let body = json!({"statuses": ["needs_review"]});
        send_request(server.request(Method::POST, &path).header("idempotency-key", key).json(&body))
    };
    assert_eq!(retry("one").await.is(422)["error"], "KEY_USED");
    let new = retry("two").await.job();
    server.until(&new, "completed").await;
    assert_eq!(retry("two").await.job(), new);
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 2);
}
