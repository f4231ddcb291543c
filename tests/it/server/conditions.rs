//! A list that states conditions needs no condition for the batch, however the batch is started.

use reqwest::Method;
use sandbox::SandboxOptions;
use serde_json::json;

use super::test_server::{TestServer, send_request};
use crate::batch::shop::{Shop, run_output};

/// Starts a service of a seller on eBay whose settings state no condition.
async fn server() -> TestServer {
    let options = SandboxOptions { enforce_limits: false, synthetic_releases: 2, ..SandboxOptions::default() };
    let shop = Shop::with(options).await;
    let mut command = shop.seller(&[]);
    command.env("DRAFT_MAKER__LISTING__CONDITION", "");
    TestServer::start(shop, command).await
}

/// Returns a list of both releases with a column of conditions or grades.
fn list(shop: &Shop, column: &str, value: &str) -> String {
    let rows = shop.sandbox.synthetic_upcs().into_iter().map(|upc| format!("{upc},{value}\n"));
    format!("UPC,{column}\n{}", rows.collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_in_the_list_or_a_grade_for_the_batch_is_enough() {
    let server = server().await;
    let stated = list(&server.shop, "Condition", "VG+");
    let upload = |options: &str, body: &str| {
        send_request(server.request(Method::POST, &format!("/api/batch/upload?{options}")).body(body.to_owned()))
    };
    let job = upload("name=a.csv", &stated).await.job();
    let ended = server.until(&job, "completed").await;
    assert_eq!(ended["results"]["summary"]["drafted"], 2, "{ended}");

    // The same list in a bucket, in a plan and as a batch.
    let address = server.put("boxes/stated.csv", stated.as_bytes());
    let planned = server.post("/api/batch/plan", &json!({ "order": { "gcs_path": address } })).await.is(200);
    assert_eq!(planned["forecast"]["to_do"], json!([]), "{planned}");
    assert_eq!(planned["list"]["states_condition"], true);
    let job = server.post("/api/batch/process", &json!({ "gcs_path": address })).await.job();
    server.until(&job, "completed").await;

    // No row states a grade, but the batch does.
    let bare = list(&server.shop, "Notes", "");
    let job = upload("name=b.csv&media_grade=VG%2B", &bare).await.job();
    server.until(&job, "completed").await;

    // Neither the list nor the batch states a condition.
    for (name, response) in [
        ("upload", upload("name=c.csv", &bare).await),
        (
            "process",
            server
                .post("/api/batch/process", &json!({ "gcs_path": server.put("boxes/bare.csv", bare.as_bytes()) }))
                .await,
        ),
    ] {
        let detail = response.is(422)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("neither the list nor the batch states a condition"), "{name}: {detail}");
        assert!(!detail.contains("in the request"), "{detail}");
    }
}

/// The first job had a condition in one row, its retry has none.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_needs_a_condition_like_a_new_batch() {
    let server = server().await;
    let upcs = server.shop.sandbox.synthetic_upcs();
    let mixed = format!("UPC,Condition\n{},VG+\n{},\n", upcs[0], upcs[1]);
    let address = server.put("boxes/mixed.csv", mixed.as_bytes());
    let job = server.post("/api/batch/process", &json!({ "gcs_path": address })).await.job();
    let ended = server.until(&job, "completed").await;
    assert_eq!(ended["results"]["summary"]["drafted"], 1, "{ended}");
    let before = server.get("/api/batch/jobs").await.is(200);
    let statuses = json!({ "statuses": ["failed", "needs_review"] });
    let refused = server.post(&format!("/api/batch/jobs/{job}/retry"), &statuses).await.is(422);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.starts_with("condition: neither the list nor the batch states a condition"), "{detail}");
    assert_eq!(server.get("/api/batch/jobs").await.is(200), before, "no job was created");
}

#[tokio::test(flavor = "multi_thread")]
async fn run_beside_a_service_uses_the_conditions_of_the_list() {
    let server = server().await;
    let shop = &server.shop;
    let name = shop.list(list(shop, "Media Condition", "VG+"));
    let mut program = shop.seller(&["run", name]);
    let run = run_output(&program.env("DRAFT_MAKER__LISTING__CONDITION", "").output().unwrap());
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert_eq!(shop.sandbox.ebay_state().offers.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_predicts_a_missing_condition_only_if_none_is_stated() {
    let options = SandboxOptions { enforce_limits: false, synthetic_releases: 2, ..SandboxOptions::default() };
    let shop = Shop::with(options).await;
    let predicts = |list: &str, more: &[&str]| {
        let mut program = shop.seller(&["run", shop.list(list), "--sink", "inventory", "--dry-run"]);
        let run = run_output(&program.args(more).env("DRAFT_MAKER__LISTING__CONDITION", "").output().unwrap());
        format!("{}{}", run.out, run.err).contains("A real run would fail")
    };
    let bare = list(&shop, "Notes", "");
    assert!(predicts(&bare, &[]));
    assert!(!predicts(&bare, &["--media-grade", "VG+"]));
    assert!(!predicts(&list(&shop, "Condition", "VG+"), &[]));
}

/// What a real run would lack is in the results of the dry run, and in its plan.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_the_service_names_a_missing_condition() {
    let server = server().await;
    let bare = server.put("boxes/bare.csv", list(&server.shop, "Notes", "").as_bytes());
    let order = json!({ "gcs_path": bare, "test_mode": true });
    let planned = server.post("/api/batch/plan", &json!({ "order": order })).await.is(200);
    let missing = "A real run would fail: neither the list nor the batch states a condition";
    assert!(planned["forecast"]["advice"][0].as_str().unwrap().starts_with(missing), "{planned}");
    assert_eq!(planned["forecast"]["to_do"], json!([]), "the dry run itself can start");
    let job = server.post("/api/batch/process", &order).await.job();
    let ended = server.until(&job, "completed").await;
    let notices = ended["results"]["summary"]["reading"]["notices"].as_array().unwrap().clone();
    assert!(notices.iter().any(|notice| notice.as_str().unwrap().starts_with(missing)), "{ended}");
    let stated = server.put("boxes/stated.csv", list(&server.shop, "Condition", "VG+").as_bytes());
    let job = server.post("/api/batch/process", &json!({ "gcs_path": stated, "test_mode": true })).await.job();
    assert!(!server.until(&job, "completed").await.to_string().contains("A real run would fail"));
}

/// An order whose destination needs an account that is not there is refused before anything is read or looked up.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_for_ebay_without_an_account_is_refused() {
    let shop = Shop::with_synthetic(2).await;
    let bare = shop.program(&[]);
    let mut without_sign_in = shop.seller(&[]);
    without_sign_in.env_remove("EBAY_REFRESH_TOKEN");
    let mut server = TestServer::start(shop, bare).await;
    let address = server.put_synthetic("boxes/1.txt");
    for (start, words) in [(None, "EBAY_APP_ID"), (Some(without_sign_in), "draft-maker auth ebay")] {
        if let Some(command) = start {
            server.signal(nix::sys::signal::Signal::SIGTERM);
            server.wait_for_exit().await;
            server.restart_with(command).await;
        }
        for sink in ["inventory", "item-draft"] {
            let order = json!({ "gcs_path": address, "sink": sink, "condition": "good" });
            let upload = format!("/api/batch/upload?sink={sink}&condition=good");
            for response in [
                server.post("/api/batch/process", &order).await,
                send_request(server.request(Method::POST, &upload).body("720642462928\n")).await,
                server.post("/api/batch/scan", &json!({ "sink": sink, "condition": "good" })).await,
            ] {
                let detail = response.is(422)["detail"].as_str().unwrap().to_owned();
                assert!(detail.starts_with(&format!("sink: {sink} ")) && detail.contains(words), "{detail}");
            }
            let dry_run = json!({ "gcs_path": address, "sink": sink, "condition": "good", "test_mode": true });
            let job = server.post("/api/batch/process", &dry_run).await.job();
            let ended = server.until(&job, "completed").await.to_string();
            assert!(ended.contains("A real run would fail") && ended.contains(words), "{ended}");
        }
    }
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 4, "only the dry runs");
}
