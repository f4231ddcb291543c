//! A job in `test_mode` never writes to eBay, whatever other options and settings say.

use serde_json::json;

use super::test_server::TestServer;
use crate::batch::shop::Shop;

async fn seller(extra: usize, environment: &[(&str, &str)]) -> TestServer {
    let shop = Shop::with_synthetic(extra).await;
    let mut command = shop.seller(&[]);
    command.envs(environment.iter().copied());
    let server = TestServer::start(shop, command).await;
    server.put_synthetic("boxes/1.txt");
    server
}

fn assert_nothing_was_written(server: &TestServer) {
    let books = server.shop.sandbox.ebay_state();
    assert_eq!((books.items.len(), books.offers.len(), books.item_drafts.len()), (0, 0, 0));
    assert!(books.writes.is_empty() && books.pictures.is_empty(), "{:?} {:?}", books.writes, books.pictures);
}

const LIST: &str = super::test_server::LIST;

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing_to_ebay() {
    let server = seller(5, &[]).await;
    for sink in ["inventory", "item-draft", "csv"] {
        for (test_mode, create_drafts) in [(true, true), (true, false), (false, false)] {
            let order = json!({
                "gcs_path": LIST, "test_mode": test_mode, "create_drafts": create_drafts, "sink": sink, "force": true,
            });
            let job = server.post("/api/batch/process", &order).await.job();
            assert_eq!(server.until(&job, "completed").await["successful"], 5, "{order}");
            assert_nothing_was_written(&server);
        }
    }
    assert_eq!(server.shop.draft_rows().len(), 0);
    // Without test mode, the same seller can create drafts.
    let job = server.create_job(LIST).await;
    server.until(&job, "completed").await;
    assert_eq!(server.shop.sandbox.ebay_state().offers.len(), 5);
}

/// A retry of a dry run is a dry run.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_set_to_dry_runs_never_writes() {
    let server = seller(3, &[("TEST_MODE", "true")]).await;
    let order = json!({"gcs_path": LIST, "test_mode": false, "sink": "inventory"});
    let job = server.post("/api/batch/process", &order).await.job();
    server.until(&job, "completed").await;
    let path = format!("/api/batch/jobs/{job}/retry");
    let again = server.post(&path, &json!({"statuses": ["rehearsed"]})).await.job();
    assert_eq!(server.until(&again, "completed").await["successful"], 3);
    assert_nothing_was_written(&server);
}
