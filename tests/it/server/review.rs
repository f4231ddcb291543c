//! Items in review, over HTTP: listed, decided, and continued at once.

use serde_json::{Value, json};

use super::test_server::TestServer;

/// For the first barcode, two pressings match equally well; for the second, several do.
const WAITING: &[u8] = b"720642442524\n720642443323\n";

async fn decide(server: &TestServer, job: &str, decisions: Value) -> Value {
    let path = format!("/api/batch/jobs/{job}/decisions");
    server.post(&path, &json!({"decisions": decisions})).await.is(200)["results"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_decision_is_applied_independently() {
    let server = TestServer::open().await;
    let list = server.put("boxes/waiting.txt", WAITING);
    let job = server.create_job(&list).await;
    server.until(&job, "completed").await;
    let waiting = server.get(&format!("/api/batch/jobs/{job}/review?limit=1")).await.is(200);
    server.get(&format!("/api/batch/jobs/{job}/review?after=2000001")).await.is(422);
    assert_eq!((&waiting["total"], &waiting["next"]), (&json!(2), &json!(1)));
    let first = &waiting["items"][0];
    assert!(first["candidates"].as_array().unwrap().len() > 1, "{first}");
    assert!(first["fact"].as_str().unwrap().contains(" or "), "{first}");

    let results = decide(
        &server,
        &job,
        json!([
            {"upc": "720642442524", "choose": 2, "price": "12.50"},
            {"upc": "720642443323", "choose": "77"},
            {"upc": "093624896326", "choose": "1"},
        ]),
    )
    .await;
    let outcomes: Vec<_> = results.as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["decided", "wrong", "not_listed"], "{results}");
    assert!(results[1]["wrong"][0]["fix"].as_str().unwrap().contains("from 1 to"), "{results}");
    let done = server.wait_for(&job, |job| job["status"] == "completed" && job["successful"] == 1).await;
    assert_eq!(done["total_upcs"], 2);
    let again = decide(&server, &job, json!([{"upc": "720642442524", "choose": 1}])).await;
    assert_eq!((&again[0]["outcome"], &again[0]["status"]), (&json!("already"), &json!("exported")));

    for bad in [
        json!({"decisions": []}),
        json!({"decisions": [{"upc": "12", "choose": "1"}]}),
        json!({"decisions": [{"colour": 1}]}),
    ] {
        server.post(&format!("/api/batch/jobs/{job}/decisions"), &bad).await.is(422);
    }
    let nobody = "/api/batch/jobs/batch_20240318_143022_0/decisions";
    server.post(nobody, &json!({"decisions": [{"upc": "720642442524", "choose": "1"}]})).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn candidates_found_by_search_can_be_chosen() {
    let server = TestServer::open().await;
    let list = server.put("boxes/waiting.txt", b"036000291452\n720642442524\n");
    let job = server.create_job(&list).await;
    server.until(&job, "completed").await;
    let search = |upc: &str| format!("/api/batch/jobs/{job}/items/{upc}/search");
    let unknown = search("036000291452");
    let nothing = server.post(&unknown, &json!({"text": "zzzz qqqq"})).await.is(200);
    assert_eq!(nothing, json!({"candidates": null}));
    let found = server.post(&unknown, &json!({"text": "DGCD-24425"})).await.is(200);
    let count = found["candidates"].as_u64().unwrap();
    let waiting = server.get(&format!("/api/batch/jobs/{job}/review")).await.is(200);
    let candidates = waiting["items"][0]["candidates"].as_array().unwrap();
    assert_eq!((candidates.len() as u64, waiting["total"].as_u64()), (count, Some(2)), "{waiting}");
    // Two pressings match this barcode, and keep their numbers.
    let before = waiting["items"][1]["candidates"].clone();
    server.post(&search("720642442524"), &json!({"text": "collision course"})).await.is(200);
    let after = server.get(&format!("/api/batch/jobs/{job}/review")).await.is(200)["items"][1]["candidates"].clone();
    let (before, after) = (before.as_array().unwrap(), after.as_array().unwrap());
    assert!(after.len() > before.len() && after[..before.len()] == before[..], "{after:?}");

    server.post(&unknown, &json!({"text": " "})).await.is(422);
    server.post(&unknown, &json!({"text": "x".repeat(201)})).await.is(422);
    server.post(&search("093624896326"), &json!({"text": "x"})).await.is(404);
    let results = decide(&server, &job, json!([{"upc": "036000291452", "choose": 1, "price": "7.50"}])).await;
    assert_eq!(results[0]["outcome"], "decided", "{results}");
    let done = server.wait_for(&job, |job| job["status"] == "completed" && job["successful"] == 1).await;
    let title = done["results"]["results"][0]["metadata"]["title"].as_str().unwrap_or_default().to_owned();
    assert!(title.contains("Nevermind"), "{done}");
    server.post(&unknown, &json!({"text": "nevermind"})).await.is(409);
}

/// A dry run stays a dry run after a review decision.
#[tokio::test(flavor = "multi_thread")]
async fn a_decided_item_of_a_dry_run_creates_no_draft() {
    let server = TestServer::open().await;
    let list = server.put("boxes/waiting.txt", WAITING);
    let order = json!({"gcs_path": list, "test_mode": true, "sink": "inventory", "review": true});
    let job = server.post("/api/batch/process", &order).await.job();
    server.until(&job, "completed").await;
    let results = decide(&server, &job, json!([{"upc": "720642442524", "choose": "1"}])).await;
    assert_eq!(results[0]["outcome"], "decided", "{results}");
    server.wait_for(&job, |job| job["status"] == "completed" && job["successful"] == 1).await;
    let item = server.get(&format!("/api/batch/jobs/{job}/items/720642442524")).await.is(200);
    assert_eq!(item["dossier"]["outcome"]["status"], "rehearsed", "{item}");
    assert!(server.shop.sandbox.ebay_state().offers.is_empty());
}

/// `draft-maker review --apply` while a service is running: the service records the decisions and continues.
#[tokio::test(flavor = "multi_thread")]
async fn a_review_file_is_applied_through_the_running_service() {
    let server = TestServer::open().await;
    let list = server.put("boxes/waiting.txt", WAITING);
    let job = server.create_job(&list).await;
    server.until(&job, "completed").await;
    let written = server.shop.run(&["review", "--output", "review.toml"]);
    assert_eq!(written.code, Some(0), "{}{}", written.out, written.err);
    let path = server.shop.home.path().join("review.toml");
    let text = std::fs::read_to_string(&path).unwrap().replace("choose = \"\"", "choose = 1");
    std::fs::write(&path, text).unwrap();
    let applied = server.shop.run(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    assert!(applied.out.contains("2  decided") && applied.out.contains("The service continues"), "{}", applied.out);
    server.wait_for(&job, |job| job["status"] == "completed" && job["successful"] == 2).await;
}
