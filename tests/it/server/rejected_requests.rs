//! Rejected requests: their status and their error text, always as JSON.

use reqwest::Method;
use sandbox::{FaultKind, FaultRule};
use serde_json::{Value, json};

use super::test_server::{LIST, TestServer, send_request};

const PROCESS: &str = "/api/batch/process";
const UNKNOWN_JOB: &str = "batch_20200101_000000_0";

/// Sends the request, asserts this status, and returns the problem in the body.
async fn problem(request: reqwest::RequestBuilder, status: u16) -> Value {
    let answer = send_request(request).await;
    assert_eq!(answer.headers["content-type"], "application/json", "{answer:?}");
    let problem = answer.is(status);
    assert!(problem["detail"].is_string() && problem["error"].is_string(), "{problem}");
    problem
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_body_is_rejected_with_cause_and_location() {
    let server = TestServer::open().await;
    let post = |body: &'static str| {
        server.request(Method::POST, PROCESS).header("content-type", "application/json").body(body)
    };
    for (body, status, word) in [
        ("", 400, "the body is not JSON: it ends too early"),
        ("{\"gcs_path\": ", 400, "it ends too early (line 1, column 13)"),
        ("{}", 422, "the field `gcs_path` is missing"),
        ("\u{feff}{}", 422, "the field `gcs_path` is missing"),
        ("[\"gs://bucket/upcs.txt\"]", 422, "object"),
        ("\"gs://bucket/upcs.txt\"", 422, "it must be an object"),
        ("{\"gcs_path\": 7}", 422, "gcs_path: this is the number 7; it must be a text (line 1, column 14)"),
        (
            "{\"gcs_path\": \"gs://bucket/x\", \"test_mode\": \"yes\"}",
            422,
            "test_mode: this is the text \"yes\"; it must be true or false",
        ),
        (
            "{\"gcs_path\": \"gs://bucket/x\", \"testmode\": true}",
            422,
            "unknown field `testmode`; the fields are `gcs_path`, ",
        ),
        ("{\"gcs_path\": \"gs://bucket/x\", \"sink\": \"shop\"}", 422, "item-draft"),
        ("{\"gcs_path\": \"gs://bucket/x\", \"condition\": \"mint\"}", 422, "very_good"),
        ("{\"gcs_path\": \"gs://bucket/x\", \"condition\": 5}", 422, "condition: this is not a valid value"),
        ("{\"gcs_path\": \"gs://bucket/x\", \"limit\": 0}", 422, "it must be a whole number, 1 or more"),
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
    problem(server.request(Method::POST, PROCESS).body("{\"gcs_path\": \"gs://bucket/x\"}"), 415).await;
    let compressed = server.request(Method::POST, PROCESS).header("Content-Type", "application/json");
    problem(compressed.header("Content-Encoding", "gzip").body("\x1f"), 415).await;
    let large = format!("{{\"gcs_path\": \"gs://bucket/{}\"}}", "x".repeat(70_000));
    problem(server.request(Method::POST, PROCESS).header("content-type", "application/json").body(large), 413).await;
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 0, "no job was created");
}

/// A text that is longer than the API description allows is rejected in every request.
#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_too_long_is_refused() {
    let server = TestServer::open().await;
    let list = server.put("boxes/long.txt", b"720642462928\n");
    let job = |key: &str, length: usize| json!({"gcs_path": list, "test_mode": true, key: "ä".repeat(length)});
    let scan = json!({"note": "x".repeat(1001)});
    let sheet = json!({"gcs_path": list, "list_options": {"sheet": "x".repeat(201)}});
    let upload = format!("/api/batch/upload?note={}", "x".repeat(1001));
    for (request, name) in [
        (server.request(Method::POST, PROCESS).json(&job("note", 1001)), "note has 1001 characters"),
        (server.request(Method::POST, PROCESS).json(&sheet), "sheet has 201 characters"),
        (server.request(Method::POST, "/api/batch/scan").json(&scan), "note has 1001 characters"),
        (server.request(Method::POST, &upload).body("720642462928\n"), "note has 1001 characters"),
    ] {
        let problem = problem(request, 422).await;
        assert!(problem["detail"].as_str().unwrap().contains(name), "{problem}");
    }
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 0, "no job was created");
    send_request(server.request(Method::POST, PROCESS).json(&job("note", 1000))).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_job_list_or_route_is_reported_at_once() {
    let server = TestServer::open().await;
    let order = |path: &str| server.request(Method::POST, PROCESS).json(&json!({"gcs_path": path}));
    for path in ["gs://draft-maker-bucket/none.txt", "gs://no-such-bucket/upcs.txt"] {
        let problem = problem(order(path), 404).await;
        assert!(problem["detail"].as_str().unwrap().contains("does not exist"), "{problem}");
    }
    let wrong_id = problem(server.request(Method::GET, "/api/batch/status/batch_7"), 404).await;
    let expected = "\"batch_7\" is not a batch: the ID of a batch looks like batch_20240318_143022_0";
    assert_eq!(wrong_id["detail"], expected);
    for job in [UNKNOWN_JOB, "batch_7", "..%2f..%2fetc", "%ff"] {
        for path in [
            format!("/api/batch/status/{job}"),
            format!("/api/batch/jobs/{job}/items"),
            format!("/api/batch/jobs/{job}/items/720642462928"),
            format!("/api/batch/jobs/{job}/events"),
            format!("/api/batch/jobs/{job}/results.json"),
            format!("/api/batch/jobs/{job}/results.csv"),
        ] {
            problem(server.request(Method::GET, &path), 404).await;
        }
        for request in ["pause", "resume", "cancel", "retry"] {
            problem(server.request(Method::POST, &format!("/api/batch/jobs/{job}/{request}")), 404).await;
        }
    }
    problem(server.request(Method::GET, "/api/nothing"), 404).await;
    problem(server.request(Method::GET, PROCESS), 405).await;
    problem(server.request(Method::DELETE, "/health"), 405).await;
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 0, "no job was created");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_query_parameters_and_values_are_rejected() {
    let server = TestServer::open().await;
    let job = server.create_job(LIST).await;
    server.until(&job, "completed").await;
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
        let problem = problem(server.request(Method::GET, &path), 422).await;
        assert!(problem["detail"].as_str().unwrap().contains(word), "{path}: {problem}");
    }
    let of_nothing = format!("/api/batch/jobs/{job}/items/075596111324");
    problem(server.request(Method::GET, &of_nothing), 404).await;
    let events = format!("/api/batch/jobs/{job}/events");
    problem(server.request(Method::GET, &events).header("last-event-id", "seven"), 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_bucket_is_reported_with_its_own_message() {
    let server = TestServer::open().await;
    server.shop.sandbox.set_faults(vec![FaultRule {
        service: Some("storage".into()),
        kind: FaultKind::ServerError,
        share: 1.0,
    }]);
    let order = server.request(Method::POST, PROCESS).json(&json!({"gcs_path": LIST}));
    let problem = problem(order, 424).await;
    assert_eq!(problem["error"], "STORAGE");
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 0);
}

/// Otherwise serde would accept an array as the fields of an object, in their order.
#[tokio::test(flavor = "multi_thread")]
async fn an_array_instead_of_an_object_is_rejected() {
    let server = TestServer::open().await;
    for (path, body) in [
        (PROCESS, json!({"gcs_path": LIST, "list_options": []})),
        ("/api/batch/plan", json!({"order": [LIST]})),
        ("/api/batch/plan", json!({"order": {"gcs_path": LIST}, "list": [1, 1]})),
        ("/api/batch/jobs/batch_20200101_000000_0/decisions", json!({"decisions": [["720642462928"]]})),
        ("/api/batch/jobs/batch_20200101_000000_0/scans", json!({"scans": [["key", "720642462928"]]})),
    ] {
        let problem = problem(server.request(Method::POST, path).json(&body), 422).await;
        assert!(problem["detail"].as_str().unwrap().contains("object"), "{path}: {problem}");
    }
}

/// A value that the API description forbids is rejected, and the error names the field.
#[tokio::test(flavor = "multi_thread")]
async fn values_outside_the_described_range_are_rejected() {
    let server = TestServer::open().await;
    let plan = |items: u64| {
        let body = json!({"order": {"gcs_path": LIST}, "list": {"items": items, "copies": 1}});
        server.request(Method::POST, "/api/batch/plan").json(&body)
    };
    for items in [1_000_000_001, 1 << 63, u64::MAX] {
        let problem = problem(plan(items), 422).await;
        assert!(problem["detail"].as_str().unwrap().contains("list.items"), "{problem}");
    }
    assert_eq!(send_request(plan(1_000_000_000)).await.status, 200);
    let catalog = json!({"items": 1, "found": 1, "discogs": null, "musicbrainz": 1_000_000_001, "without_barcode": 3});
    let list = json!({"items": 1, "copies": 1, "catalog": catalog});
    let body = json!({"order": {"gcs_path": LIST}, "list": list});
    let rejected = problem(server.request(Method::POST, "/api/batch/plan").json(&body), 422).await;
    assert!(rejected["detail"].as_str().unwrap().contains("list.catalog.musicbrainz"), "{rejected}");
    let job = server.create_job(LIST).await;
    server.until(&job, "completed").await;
    let decisions = format!("/api/batch/jobs/{job}/decisions");
    for decision in [json!({"choose": "go"}), json!({"upc": "", "choose": "go"}), json!({"year": "1991"})] {
        let body = json!({"decisions": [decision]});
        let problem = problem(server.request(Method::POST, &decisions).json(&body), 422).await;
        assert!(problem["detail"].as_str().unwrap().contains("upc"), "{problem}");
    }
    let retry = format!("/api/batch/jobs/{job}/retry");
    for path in [PROCESS, "/api/batch/scan", "/api/batch/upload", &retry] {
        for key in ["two words", "a\tb", "", &"k".repeat(256)] {
            let request = server.request(Method::POST, path).header("idempotency-key", key).json(&json!({}));
            assert_eq!(problem(request, 400).await["error"], "BAD_KEY", "{path}: {key:?}");
        }
    }
}
