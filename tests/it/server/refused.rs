//! What is refused, with which status, and in which words. Always JSON.

use reqwest::Method;
use sandbox::{FaultKind, FaultRule};
use serde_json::{Value, json};

use super::served::{LIST, Served, answer};

const PROCESS: &str = "/api/batch/process";
const NOBODY: &str = "batch_20200101_000000_0";

/// The problem that a request is answered with.
async fn problem(request: reqwest::RequestBuilder, status: u16) -> Value {
    let answer = answer(request).await;
    assert_eq!(answer.headers["content-type"], "application/json", "{answer:?}");
    let problem = answer.is(status);
    assert!(problem["detail"].is_string() && problem["error"].is_string(), "{problem}");
    problem
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_body_is_reported_what_is_wrong_and_where() {
    let served = Served::open().await;
    let post = |body: &'static str| {
        served.request(Method::POST, PROCESS).header("content-type", "application/json").body(body)
    };
    for (body, status, word) in [
        ("", 400, "EOF"),
        ("{\"gcs_path\": ", 400, "line 1"),
        ("{}", 422, "gcs_path"),
        ("[\"gs://bucket/upcs.txt\"]", 422, "object"),
        ("\"gs://bucket/upcs.txt\"", 422, "string"),
        ("{\"gcs_path\": 7}", 422, "gcs_path"),
        ("{\"gcs_path\": \"gs://bucket/x\", \"test_mode\": \"yes\"}", 422, "test_mode"),
        ("{\"gcs_path\": \"gs://bucket/x\", \"testmode\": true}", 422, "testmode"),
        ("{\"gcs_path\": \"gs://bucket/x\", \"sink\": \"shop\"}", 422, "item-draft"),
        ("{\"gcs_path\": \"gs://bucket/x\", \"condition\": \"mint\"}", 422, "very_good"),
        ("{\"gcs_path\": \"gs://bucket/x\", \"limit\": 0}", 422, "limit"),
        ("{\"gcs_path\": \"/etc/passwd\"}", 400, "gs://bucket/object"),
        ("{\"gcs_path\": \"-\"}", 400, "gs://bucket/object"),
        ("{\"gcs_path\": \"gs://UPPER/x\"}", 400, "lower-case"),
        ("{\"gcs_path\": \"gs://bucket-only\"}", 400, "object"),
        ("{\"gcs_path\": \"gs://bucket/a\\nb\"}", 400, "line breaks"),
        ("{\"gcs_path\": \"s3://bucket/x\"}", 400, "s3"),
    ] {
        let problem = problem(post(body), status).await;
        assert!(problem["detail"].as_str().unwrap().contains(word), "{body}: {problem}");
    }
    problem(served.request(Method::POST, PROCESS).body("{\"gcs_path\": \"gs://bucket/x\"}"), 415).await;
    let large = format!("{{\"gcs_path\": \"gs://bucket/{}\"}}", "x".repeat(70_000));
    problem(served.request(Method::POST, PROCESS).header("content-type", "application/json").body(large), 413).await;
    assert_eq!(served.get("/api/batch/jobs").await.is(200)["total"], 0, "nothing was begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_reported_at_once() {
    let served = Served::open().await;
    let order = |path: &str| served.request(Method::POST, PROCESS).json(&json!({"gcs_path": path}));
    for path in ["gs://draft-maker-bucket/none.txt", "gs://no-such-bucket/upcs.txt"] {
        let problem = problem(order(path), 404).await;
        assert!(problem["detail"].as_str().unwrap().contains("does not exist"), "{problem}");
    }
    for job in [NOBODY, "batch_7", "..%2f..%2fetc", "%ff"] {
        for path in [
            format!("/api/batch/status/{job}"),
            format!("/api/batch/jobs/{job}/items"),
            format!("/api/batch/jobs/{job}/items/720642462928"),
            format!("/api/batch/jobs/{job}/events"),
            format!("/api/batch/jobs/{job}/results.json"),
            format!("/api/batch/jobs/{job}/results.csv"),
        ] {
            problem(served.request(Method::GET, &path), 404).await;
        }
        for request in ["pause", "resume", "cancel", "retry"] {
            problem(served.request(Method::POST, &format!("/api/batch/jobs/{job}/{request}")), 404).await;
        }
    }
    problem(served.request(Method::GET, "/api/nothing"), 404).await;
    problem(served.request(Method::GET, PROCESS), 405).await;
    problem(served.request(Method::DELETE, "/health"), 405).await;
    assert_eq!(served.get("/api/batch/jobs").await.is(200)["total"], 0, "nothing was begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_held_to_its_words() {
    let served = Served::open().await;
    let job = served.order(LIST).await;
    served.until(&job, "completed").await;
    for (path, word) in [
        ("/api/batch/jobs?status=done".to_owned(), "completed"),
        ("/api/batch/jobs?limit=0".to_owned(), "limit"),
        ("/api/batch/jobs?limit=1001".to_owned(), "1000"),
        ("/api/batch/jobs?limit=-1".to_owned(), "limit"),
        ("/api/batch/jobs?stauts=failed".to_owned(), "stauts"),
        (format!("/api/batch/jobs/{job}/items?status=lost"), "needs_review"),
        (format!("/api/batch/jobs/{job}/events?part=half"), "part"),
        (format!("/api/batch/jobs/{job}/events?after=18446744073709551615"), "number"),
    ] {
        let problem = problem(served.request(Method::GET, &path), 422).await;
        assert!(problem["detail"].as_str().unwrap().contains(word), "{path}: {problem}");
    }
    let of_nothing = format!("/api/batch/jobs/{job}/items/075596111324");
    problem(served.request(Method::GET, &of_nothing), 404).await;
    let events = format!("/api/batch/jobs/{job}/events");
    problem(served.request(Method::GET, &events).header("last-event-id", "seven"), 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_does_not_answer_is_reported_in_its_words() {
    let served = Served::open().await;
    served.shop.sandbox.set_faults(vec![FaultRule {
        service: Some("storage".into()),
        kind: FaultKind::ServerError,
        share: 1.0,
    }]);
    let order = served.request(Method::POST, PROCESS).json(&json!({"gcs_path": LIST}));
    let problem = problem(order, 424).await;
    assert_eq!(problem["error"], "STORAGE");
    assert_eq!(served.get("/api/batch/jobs").await.is(200)["total"], 0);
}
