//! The plan: what a batch would do if it were started.

use std::time::Duration;

use serde_json::{Value, json};

use super::test_server::{LIST, TestServer};

async fn plan(server: &TestServer, order: Value, list: Option<Value>) -> Value {
    let body = list.map_or_else(|| json!({"order": order}), |list| json!({"order": order, "list": list}));
    server.post("/api/batch/plan", &body).await.is(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_reads_the_list_and_writes_nothing() {
    let server = TestServer::with_synthetic(30, Duration::from_millis(20)).await;
    let planned = plan(&server, json!({"gcs_path": LIST}), None).await;
    assert_eq!(planned["list"]["items"], 30, "{planned}");
    let estimate = &planned["forecast"];
    assert_eq!((&estimate["items"], &estimate["plan"]["sink"]), (&json!(30), &json!("csv")));
    assert_eq!(estimate["turn"], json!({"place": 0, "running": 0, "items_before": 0}));
    assert!(estimate["under_way"].is_null() && estimate["to_do"].as_array().unwrap().is_empty(), "{estimate}");
    let discogs = estimate["asked"].as_array().unwrap().iter().find(|asked| asked["name"] == "discogs").unwrap();
    assert_eq!(discogs["has_key"], true);
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 0, "no job was created");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_reports_what_blocks_the_batch() {
    let server = TestServer::with_synthetic(60, Duration::from_millis(100)).await;
    let job = server.create_job(LIST).await;
    server.wait_for(&job, |job| !job["total_upcs"].is_null()).await;
    let known = json!({"items": 5, "copies": 7});
    let order = json!({"gcs_path": LIST, "sink": "inventory", "copies": "separate", "test_mode": false});
    let mut limited = order.clone();
    limited["limit"] = json!(2);
    let limited = plan(&server, limited, Some(known.clone())).await;
    assert_eq!(limited["forecast"]["drafts"], 4, "two items may have four of the seven copies");
    let planned = plan(&server, order, Some(known)).await;
    assert!(planned["list"].is_null(), "the list was not read: {planned}");
    let estimate = &planned["forecast"];
    assert_eq!((&estimate["items"], &estimate["drafts"]), (&json!(5), &json!(7)));
    assert_eq!(estimate["under_way"], json!({"job_id": job, "state": "running"}));
    assert_eq!(estimate["turn"]["place"], 1, "{estimate}");
    assert!(estimate["turn"]["items_before"].as_u64().unwrap() > 0, "{estimate}");
    assert!(estimate["to_do"][0].as_str().unwrap().contains("EBAY_APP_ID"), "{estimate}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_accepts_only_lists_in_buckets() {
    let server = TestServer::open().await;
    let ask = |path: &str| json!({"order": {"gcs_path": path}});
    server.post("/api/batch/plan", &ask("/etc/passwd")).await.is(400);
    server.post("/api/batch/plan", &ask("gs://draft-maker-bucket/no-such-list.txt")).await.is(404);
    server.post("/api/batch/plan", &json!({"order": {"gcs_path": LIST}, "lists": 1})).await.is(422);
}
