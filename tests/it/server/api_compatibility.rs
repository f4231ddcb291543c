//! The API of earlier versions: the same paths, request bodies and keys still work.

use serde_json::{Value, json};

use super::test_server::{LIST, TestServer};

const KEYS: [&str; 10] = [
    "job_id",
    "status",
    "gcs_path",
    "started_at",
    "completed_at",
    "total_upcs",
    "successful",
    "failed",
    "error",
    "results",
];

fn keys(job: &Value) -> Vec<&str> {
    job.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_earlier_versions_still_work() {
    let server = TestServer::open().await;
    let ordered =
        server.post("/api/batch/process", &json!({"gcs_path": LIST, "create_drafts": true, "test_mode": false})).await;
    let job = ordered.job();
    assert_eq!(keys(&ordered.json()).len(), KEYS.len());
    assert!(["pending", "running"].contains(&ordered.json()["status"].as_str().unwrap()), "{ordered:?}");

    let shown = server.until(&job, "completed").await;
    assert!(KEYS.iter().all(|key| shown.get(key).is_some()), "{shown}");
    assert_eq!((&shown["gcs_path"], &shown["total_upcs"], &shown["failed"]), (&json!(LIST), &json!(2), &json!(0)));
    assert!(shown["error"].is_null());
    for time in ["started_at", "completed_at"] {
        assert!(shown[time].as_str().unwrap().ends_with('Z'), "{shown}");
    }
    // The object is the same as in the results file.
    assert_eq!(shown["results"]["job_id"], job.as_str());
    let mut file = server.shop.results();
    for time in ["end_time", "processing_time_seconds"] {
        file[time] = shown["results"][time].clone();
    }
    assert_eq!(shown["results"], file);

    let text = server.get(&format!("/api/batch/status/{job}")).await.text;
    assert_eq!(text.len(), serde_json::to_string(&shown).unwrap().len(), "compact: {text}");

    let second = server.create_job(LIST).await;
    let all = server.get("/api/batch/jobs").await.is(200);
    assert_eq!((&all["total"], &all["filtered"]), (&json!(2), &json!(2)));
    assert_eq!(all["jobs"][0]["job_id"], second.as_str(), "newest first");
    assert!(all["jobs"][1]["results"].is_null() && keys(&all["jobs"][1]).len() == KEYS.len());
    server.until(&second, "completed").await;
    let some = server.get("/api/batch/jobs?limit=1&status=completed").await.is(200);
    assert_eq!((&some["total"], &some["filtered"], some["jobs"].as_array().unwrap().len()), (&json!(2), &json!(2), 1));
    let none = server.get("/api/batch/jobs?status=failed").await.is(200);
    assert_eq!((&none["total"], &none["filtered"], &none["jobs"]), (&json!(2), &json!(0), &json!([])));
    assert_eq!(server.get("/health").await.is(200)["status"], "healthy");
}

#[tokio::test(flavor = "multi_thread")]
async fn single_results_and_items_can_be_read() {
    let server = TestServer::open().await;
    server.put("boxes/1.txt", b"720642462928\n093624896326\nno barcode\n");
    let job = server.create_job(LIST).await;
    server.until(&job, "completed").await;
    let path = |rest: &str| format!("/api/batch/jobs/{job}/{rest}");

    let json = server.get(&path("results.json")).await;
    assert_eq!(json.is(200)["results"].as_array().unwrap().len(), 2);
    assert_eq!(json.json()["summary"]["refused_lines"], 1);
    assert!(json.headers["content-disposition"].to_str().unwrap().contains("batch_results_"));
    let csv = server.get(&path("results.csv")).await;
    assert!(
        csv.text.starts_with("UPC,Success,Artist,Album,Year,Price,SKU,Offer_ID,Listing_ID,Status,Error"),
        "{csv:?}"
    );
    assert_eq!(csv.text.lines().count(), 3);

    let first = server.get(&path("items?limit=1")).await.is(200);
    assert_eq!(
        (&first["total"], &first["items"][0]["upc"], &first["next"]),
        (&json!(2), &json!("720642462928"), &json!(1))
    );
    let last = server.get(&path("items?limit=1&after=1")).await.is(200);
    assert_eq!((&last["items"][0]["upc"], &last["next"]), (&json!("093624896326"), &Value::Null));
    assert_eq!(server.get(&path("items?status=failed")).await.is(200)["items"], json!([]));

    let one = server.get(&path("items/0720642462928")).await.is(200);
    assert_eq!(one["dossier"]["listed"]["upc"], "720642462928");
    let steps: Vec<_> =
        one["history"].as_array().unwrap().iter().map(|event| event["step"].as_str().unwrap()).collect();
    assert_eq!((steps[0], *steps.last().unwrap()), ("identified", "done"));
}
