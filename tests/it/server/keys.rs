//! `Idempotency-Key`: an order whose answer got lost is sent again, and is one order.

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};

use super::served::{Answer, LIST, Served, answer};

async fn order(served: &Served, key: &str, body: &Value) -> Answer {
    answer(served.request(Method::POST, "/api/batch/process").header("idempotency-key", key).json(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_is_the_same_job_also_after_a_restart() {
    let mut served = Served::open().await;
    let wanted = json!({"gcs_path": LIST, "test_mode": true});
    let job = order(&served, "monday-1", &wanted).await.job();
    // Under way or ended, in another order of the fields, with what is the default anyway.
    let same = json!({"test_mode": true, "create_drafts": true, "gcs_path": LIST});
    assert_eq!(order(&served, "monday-1", &same).await.job(), job);
    served.until(&job, "completed").await;
    let again = order(&served, "monday-1", &wanted).await;
    assert_eq!((again.job(), again.json()["status"].clone()), (job.clone(), json!("completed")));
    let other = order(&served, "monday-1", &json!({"gcs_path": LIST})).await.is(422);
    assert_eq!((&other["error"], &other["job_id"]), (&json!("KEY_USED"), &json!(job)));

    served.signal(Signal::SIGKILL);
    served.end().await;
    served.again().await;
    assert_eq!(order(&served, "monday-1", &wanted).await.job(), job);
    assert_ne!(order(&served, "monday-2", &wanted).await.job(), job);
    assert_eq!(served.get("/api/batch/jobs").await.is(200)["total"], 2);
    order(&served, "", &wanted).await.is(400);
    order(&served, &"k".repeat(256), &wanted).await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_send_at_once_get_one_job() {
    let served = Served::open().await;
    let wanted = json!({"gcs_path": LIST, "test_mode": true});
    let orders = (0..20).map(|_| order(&served, "all-at-once", &wanted));
    let answers = futures::future::join_all(orders).await;
    let jobs: std::collections::BTreeSet<_> = answers.iter().map(Answer::job).collect();
    assert_eq!(jobs.len(), 1);
    assert_eq!(served.get("/api/batch/jobs").await.is(200)["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_is_stored_apart_from_an_order() {
    let served = Served::open().await;
    // Nobody knows it: it ends for review.
    served.put("boxes/1.txt", b"012345678905\n");
    let job = order(&served, "one", &json!({"gcs_path": LIST, "test_mode": true})).await.job();
    served.until(&job, "completed").await;
    let path = format!("/api/batch/jobs/{job}/retry");
    let retry = |key: &'static str| {
        let body = json!({"statuses": ["needs_review"]});
        answer(served.request(Method::POST, &path).header("idempotency-key", key).json(&body))
    };
    assert_eq!(retry("one").await.is(422)["error"], "KEY_USED");
    let new = retry("two").await.job();
    served.until(&new, "completed").await;
    assert_eq!(retry("two").await.job(), new);
    assert_eq!(served.get("/api/batch/jobs").await.is(200)["total"], 2);
}
