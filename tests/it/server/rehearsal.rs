//! `test_mode` never reaches an eBay write, whatever else is asked for or set.

use serde_json::json;

use super::served::Served;
use crate::batch::shop::Shop;

async fn seller(extra: usize, environment: &[(&str, &str)]) -> Served {
    let shop = Shop::with_synthetic(extra).await;
    let mut command = shop.seller(&[]);
    command.envs(environment.iter().copied());
    let served = Served::start(shop, command).await;
    served.put_synthetic("boxes/1.txt");
    served
}

fn nothing_was_written(served: &Served) {
    let books = served.shop.sandbox.ebay_state();
    assert_eq!((books.items.len(), books.offers.len(), books.item_drafts.len()), (0, 0, 0));
    assert!(books.writes.is_empty() && books.pictures.is_empty(), "{:?} {:?}", books.writes, books.pictures);
}

const LIST: &str = super::served::LIST;

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_leaves_ebays_books_empty() {
    let served = seller(5, &[]).await;
    for sink in ["inventory", "item-draft", "csv"] {
        for (test_mode, create_drafts) in [(true, true), (true, false), (false, false)] {
            let order = json!({
                "gcs_path": LIST, "test_mode": test_mode, "create_drafts": create_drafts, "sink": sink, "force": true,
            });
            let job = served.post("/api/batch/process", &order).await.job();
            assert_eq!(served.until(&job, "completed").await["successful"], 5, "{order}");
            nothing_was_written(&served);
        }
    }
    assert_eq!(served.shop.draft_rows().len(), 0);
    // The same seller, in earnest: it would have been possible.
    let job = served.order(LIST).await;
    served.until(&job, "completed").await;
    assert_eq!(served.shop.sandbox.ebay_state().offers.len(), 5);
}

/// A retry rehearses where its job did.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_set_to_rehearse_rehearses() {
    let served = seller(3, &[("TEST_MODE", "true")]).await;
    let order = json!({"gcs_path": LIST, "test_mode": false, "sink": "inventory"});
    let job = served.post("/api/batch/process", &order).await.job();
    served.until(&job, "completed").await;
    let path = format!("/api/batch/jobs/{job}/retry");
    let again = served.post(&path, &json!({"statuses": ["rehearsed"]})).await.job();
    assert_eq!(served.until(&again, "completed").await["successful"], 3);
    nothing_was_written(&served);
}
