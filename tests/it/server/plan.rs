//! What an order would lead to, before it is given.

use std::time::Duration;

use serde_json::{Value, json};

use super::served::{LIST, Served};

async fn plan(served: &Served, order: Value, list: Option<Value>) -> Value {
    let body = list.map_or_else(|| json!({"order": order}), |list| json!({"order": order, "list": list}));
    served.post("/api/batch/plan", &body).await.is(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_reads_the_list_and_writes_nothing() {
    let served = Served::with_synthetic(30, Duration::from_millis(20)).await;
    let planned = plan(&served, json!({"gcs_path": LIST}), None).await;
    assert_eq!(planned["list"]["items"], 30, "{planned}");
    let estimate = &planned["forecast"];
    assert_eq!((&estimate["items"], &estimate["plan"]["sink"]), (&json!(30), &json!("csv")));
    assert_eq!(estimate["turn"], json!({"place": 0, "running": 0, "items_before": 0}));
    assert!(estimate["under_way"].is_null() && estimate["to_do"].as_array().unwrap().is_empty(), "{estimate}");
    let discogs = estimate["asked"].as_array().unwrap().iter().find(|asked| asked["name"] == "discogs").unwrap();
    assert_eq!(discogs["has_key"], true);
    assert_eq!(served.get("/api/batch/jobs").await.is(200)["total"], 0, "no job came of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_stands_in_the_way() {
    let served = Served::with_synthetic(60, Duration::from_millis(100)).await;
    let job = served.order(LIST).await;
    served.until_so(&job, |job| !job["total_upcs"].is_null()).await;
    let known = json!({"items": 5, "copies": 7});
    let order = json!({"gcs_path": LIST, "sink": "inventory", "copies": "separate", "test_mode": false});
    let planned = plan(&served, order, Some(known)).await;
    assert!(planned["list"].is_null(), "it was not read: {planned}");
    let estimate = &planned["forecast"];
    assert_eq!((&estimate["items"], &estimate["drafts"]), (&json!(5), &json!(7)));
    assert_eq!(estimate["under_way"], json!({"job_id": job, "state": "running"}));
    assert_eq!(estimate["turn"]["place"], 1, "{estimate}");
    assert!(estimate["turn"]["items_before"].as_u64().unwrap() > 0, "{estimate}");
    assert!(estimate["to_do"][0].as_str().unwrap().contains("EBAY_APP_ID"), "{estimate}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_lists_from_buckets_only() {
    let served = Served::open().await;
    let ask = |path: &str| json!({"order": {"gcs_path": path}});
    served.post("/api/batch/plan", &ask("/etc/passwd")).await.is(400);
    served.post("/api/batch/plan", &ask("gs://draft-maker-bucket/no-such-list.txt")).await.is(404);
    served.post("/api/batch/plan", &json!({"order": {"gcs_path": LIST}, "lists": 1})).await.is(422);
}
