//! Compares an item on eBay with its draft, over the API and in a joined console, with the seller's edits marked.

use serde_json::{Value, json};

use super::test_server::TestServer;
use crate::batch::ebay::sign_in::{agree, program_without_sign_in, signed_in};
use crate::batch::shop::Shop;
use sandbox::{EbayMisbehavior, SandboxOptions};

#[tokio::test(flavor = "multi_thread")]
async fn edits_by_the_seller_are_marked() {
    let shop =
        Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: 1, ..SandboxOptions::default() }).await;
    let sold = shop.sell(&[shop.synthetic_list()]);
    assert_eq!(sold.code, Some(0), "{}{}", sold.out, sold.err);
    let upc = shop.sandbox.synthetic_upcs()[0];
    let sku = format!("DM{}", upc.ean13());
    let price = json!({"pricingSummary": {"price": {"value": "77.00", "currency": "USD"}}});
    shop.sandbox.seller_edits(&sku, &price);
    shop.sandbox.seller_edits_item(&sku, &json!({"conditionDescription": "A hairline on the tray."}));
    let writes = shop.sandbox.ebay_state().writes;

    let command = shop.seller(&[]);
    let server = TestServer::start(shop, command).await;
    let jobs = server.get("/api/batch/jobs").await.is(200);
    let job = jobs["jobs"][0]["job_id"].as_str().unwrap().to_owned();
    let answer = server.get(&format!("/api/batch/jobs/{job}/items/{upc}/ebay")).await.is(200);
    let draft = &answer["drafts"][0];
    assert_eq!((&draft["sku"], &draft["state"]), (&json!(sku), &json!("UNPUBLISHED")));
    let field = |name: &str| -> Value {
        let fields = draft["fields"].as_array().unwrap();
        fields.iter().find(|field| field["name"] == name).unwrap_or_else(|| panic!("{name} in {draft}")).clone()
    };
    assert_eq!((&field("price")["is"], &field("price")["theirs"]), (&json!("edited"), &json!("77.00")));
    assert_ne!(field("price")["ours"], "77");
    assert_eq!(
        field("condition description"),
        json!({"name": "condition description", "ours": null,
        "theirs": "A hairline on the tray.", "is": "edited"})
    );
    assert_eq!(field("title")["is"], "same");
    let description = field("description");
    assert!(description["is"] == "same" && description["theirs"].as_str().unwrap().contains("<h2>"), "{description}");
    assert_eq!(server.shop.sandbox.ebay_state().writes, writes, "nothing was written");

    let missing = server.get(&format!("/api/batch/jobs/{job}/items/720642462928/ebay")).await.is(404);
    assert_eq!(missing["error"], "UNKNOWN_ITEM");
    let whole = server.get(&format!("/api/batch/jobs/{job}/items/{upc}")).await.is(200);
    assert!(whole["listing"]["description"].as_str().unwrap().contains("<h2>"), "{whole}");
    assert_eq!(whole["dossier"]["steps"][0]["step"], "identified");
}

/// The seller signs in on the command line after the service has started without a sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn a_later_sign_in_takes_effect_without_a_restart() {
    let shop =
        Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: 1, ..SandboxOptions::default() }).await;
    let command = program_without_sign_in(&shop, &[]);
    let server = TestServer::start(shop, command).await;
    let list = server.put_synthetic("boxes/1.txt");
    let order = json!({"gcs_path": list, "sink": "inventory"});
    let refused = server.post("/api/batch/process", &order).await.is(422);
    assert!(refused["detail"].as_str().unwrap().contains("draft-maker auth ebay"), "{refused}");
    let signed_in = signed_in(&server.shop, agree).await;
    assert_eq!(signed_in.code, Some(0), "{}{}", signed_in.out, signed_in.err);
    let job = server.post("/api/batch/process", &order).await.job();
    server.until(&job, "completed").await;
    assert_eq!(server.shop.sandbox.ebay_state().offers.len(), 1);
}

/// The job did not fail: it waits until eBay answers.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_ebay_at_the_start_leaves_a_job_that_can_be_resumed() {
    let shop =
        Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: 1, ..SandboxOptions::default() }).await;
    let command = shop.seller(&[]);
    let server = TestServer::start(shop, command).await;
    server.shop.sandbox.break_path("/commerce/taxonomy");
    let list = server.put_synthetic("boxes/1.txt");
    let job = server.post("/api/batch/process", &json!({"gcs_path": list, "sink": "inventory"})).await.job();
    let stopped = server.until(&job, "stopped").await;
    assert!(stopped["error"].as_str().unwrap().contains("eBay cannot take drafts"), "{stopped}");
    server.shop.sandbox.break_path("");
    server.action(&job, "resume").await.is(200);
    server.until(&job, "completed").await;
    assert_eq!(server.shop.sandbox.ebay_state().offers.len(), 1);
}

/// If eBay keeps rejecting a token with 401, every view reports a refused account, as for a missing permission.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_stays_refused_is_reported_everywhere() {
    let shop =
        Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: 1, ..SandboxOptions::default() }).await;
    shop.sandbox.set_ebay_misbehaviors(vec![EbayMisbehavior::TokenNotAccepted { api: "inventory" }]);
    for arguments in [["doctor"].as_slice(), &["auth", "status"]] {
        let ran = shop.sell(arguments);
        let text = ran.out + &ran.err;
        assert!(text.contains("1001") && text.contains("EBAY_REFRESH_TOKEN"), "{arguments:?}: {text}");
    }
    let command = shop.seller(&[]);
    let server = TestServer::start(shop, command).await;
    let list = server.put_synthetic("boxes/1.txt");
    let job = server.post("/api/batch/process", &json!({"gcs_path": list, "sink": "inventory"})).await.job();
    let stopped = server.until(&job, "stopped").await;
    assert!(stopped["error"].as_str().unwrap().contains("refuses the signed-in account"), "{stopped}");
    let health = server.get("/health").await.json();
    assert!(health.to_string().contains("refuses the signed-in account"), "{health}");
    server.shop.sandbox.set_ebay_misbehaviors(Vec::new());
    server.action(&job, "resume").await.is(200);
    server.until(&job, "completed").await;
    assert_eq!(server.shop.sandbox.ebay_state().offers.len(), 1);
}
