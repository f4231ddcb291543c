//! What waits for a person, over HTTP: listed, decided, and taken on at once.

use serde_json::{Value, json};

use super::served::Served;

/// Two pressings fit the first equally well, several the second.
const WAITING: &[u8] = b"720642442524\n720642443323\n";

async fn decide(served: &Served, job: &str, decisions: Value) -> Value {
    let path = format!("/api/batch/jobs/{job}/decisions");
    served.post(&path, &json!({"decisions": decisions})).await.is(200)["results"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_are_taken_on_each_by_itself() {
    let served = Served::open().await;
    let list = served.put("boxes/waiting.txt", WAITING);
    let job = served.order(&list).await;
    served.until(&job, "completed").await;
    let waiting = served.get(&format!("/api/batch/jobs/{job}/review?limit=1")).await.is(200);
    served.get(&format!("/api/batch/jobs/{job}/review?after=2000001")).await.is(422);
    assert_eq!((&waiting["total"], &waiting["next"]), (&json!(2), &json!(1)));
    let first = &waiting["items"][0];
    assert!(first["candidates"].as_array().unwrap().len() > 1, "{first}");
    assert!(first["fact"].as_str().unwrap().contains(" or "), "{first}");

    let results = decide(
        &served,
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
    let done = served.until_so(&job, |job| job["status"] == "completed" && job["successful"] == 1).await;
    assert_eq!(done["total_upcs"], 2);
    let again = decide(&served, &job, json!([{"upc": "720642442524", "choose": 1}])).await;
    assert_eq!((&again[0]["outcome"], &again[0]["status"]), (&json!("already"), &json!("exported")));

    for bad in [
        json!({"decisions": []}),
        json!({"decisions": [{"upc": "12", "choose": "1"}]}),
        json!({"decisions": [{"colour": 1}]}),
    ] {
        served.post(&format!("/api/batch/jobs/{job}/decisions"), &bad).await.is(422);
    }
    let nobody = "/api/batch/jobs/batch_20240318_143022_0/decisions";
    served.post(nobody, &json!({"decisions": [{"upc": "720642442524", "choose": "1"}]})).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_adds_candidates_that_are_chosen_as_any_other() {
    let served = Served::open().await;
    let list = served.put("boxes/waiting.txt", b"036000291452\n720642442524\n");
    let job = served.order(&list).await;
    served.until(&job, "completed").await;
    let search = |upc: &str| format!("/api/batch/jobs/{job}/items/{upc}/search");
    let unknown = search("036000291452");
    let nothing = served.post(&unknown, &json!({"text": "zzzz qqqq"})).await.is(200);
    assert_eq!(nothing, json!({"candidates": null}));
    let found = served.post(&unknown, &json!({"text": "DGCD-24425"})).await.is(200);
    let count = found["candidates"].as_u64().unwrap();
    let waiting = served.get(&format!("/api/batch/jobs/{job}/review")).await.is(200);
    let candidates = waiting["items"][0]["candidates"].as_array().unwrap();
    assert_eq!((candidates.len() as u64, waiting["total"].as_u64()), (count, Some(2)), "{waiting}");
    // Two pressings fit this one; they keep their numbers.
    let before = waiting["items"][1]["candidates"].clone();
    served.post(&search("720642442524"), &json!({"text": "collision course"})).await.is(200);
    let after = served.get(&format!("/api/batch/jobs/{job}/review")).await.is(200)["items"][1]["candidates"].clone();
    let (before, after) = (before.as_array().unwrap(), after.as_array().unwrap());
    assert!(after.len() > before.len() && after[..before.len()] == before[..], "{after:?}");

    served.post(&unknown, &json!({"text": " "})).await.is(422);
    served.post(&unknown, &json!({"text": "x".repeat(201)})).await.is(422);
    served.post(&search("093624896326"), &json!({"text": "x"})).await.is(404);
    let results = decide(&served, &job, json!([{"upc": "036000291452", "choose": 1, "price": "7.50"}])).await;
    assert_eq!(results[0]["outcome"], "decided", "{results}");
    let done = served.until_so(&job, |job| job["status"] == "completed" && job["successful"] == 1).await;
    let title = done["results"]["results"][0]["metadata"]["title"].as_str().unwrap_or_default().to_owned();
    assert!(title.contains("Nevermind"), "{done}");
    served.post(&unknown, &json!({"text": "nevermind"})).await.is(409);
}

/// The road over a person's decision leads no rehearsal to eBay.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_ordered_in_test_mode_stays_a_rehearsal() {
    let served = Served::open().await;
    let list = served.put("boxes/waiting.txt", WAITING);
    let order = json!({"gcs_path": list, "test_mode": true, "sink": "inventory", "review": true});
    let job = served.post("/api/batch/process", &order).await.job();
    served.until(&job, "completed").await;
    let results = decide(&served, &job, json!([{"upc": "720642442524", "choose": "1"}])).await;
    assert_eq!(results[0]["outcome"], "decided", "{results}");
    served.until_so(&job, |job| job["status"] == "completed" && job["successful"] == 1).await;
    let item = served.get(&format!("/api/batch/jobs/{job}/items/720642442524")).await.is(200);
    assert_eq!(item["dossier"]["outcome"]["status"], "rehearsed", "{item}");
    assert!(served.shop.sandbox.ebay_state().offers.is_empty());
}

/// `draft-maker review --apply` beside a service: the service decides and goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_fed_to_the_service_that_owns_the_data() {
    let served = Served::open().await;
    let list = served.put("boxes/waiting.txt", WAITING);
    let job = served.order(&list).await;
    served.until(&job, "completed").await;
    let written = served.shop.run(&["review", "--output", "review.toml"]);
    assert_eq!(written.code, Some(0), "{}{}", written.out, written.err);
    let path = served.shop.home.path().join("review.toml");
    let text = std::fs::read_to_string(&path).unwrap().replace("choose = \"\"", "choose = 1");
    std::fs::write(&path, text).unwrap();
    let applied = served.shop.run(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    assert!(applied.out.contains("2  decided") && applied.out.contains("The service continues"), "{}", applied.out);
    served.until_so(&job, |job| job["status"] == "completed" && job["successful"] == 2).await;
}
