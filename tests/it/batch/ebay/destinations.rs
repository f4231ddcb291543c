//! Each item goes to one destination; drafts on eBay are listed and deleted only if Draft Maker created them.

use sandbox::EbayAccount;

use super::{assert_only_unpublished_offers, entry, shop, sku, with_account};
use crate::batch::review;

#[tokio::test(flavor = "multi_thread")]
async fn an_item_goes_to_one_destination_only() {
    let shop = shop(2).await;
    assert_eq!(shop.sell(&[shop.synthetic_list(), "--sink", "csv"]).code, Some(0));
    let ran = shop.sell(&[shop.synthetic_list(), "--sink", "inventory"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(shop.sandbox.ebay_state().offers.is_empty());
    let skipped = entry(&shop, 0);
    assert_eq!((&skipped["status"], &skipped["success"]), (&"skipped".into(), &false.into()), "{skipped}");
    let error = skipped["error"].as_str().unwrap().to_owned();
    assert!(error.contains("already has a draft at \"csv\" (batch_") && error.contains("drafts --delete"), "{error}");

    assert!(!ran.out.contains("To retry"), "a retry would end the same: {}", ran.out);
    let is_announced = |text: &str| {
        let both = "2 items already have their drafts in the drafts file of batch_";
        text.contains(both) && text.contains("--sink csv") && text.contains("drafts --delete-batch batch_")
    };
    assert!(is_announced(&ran.out) || is_announced(&ran.err), "in the summary: {}{}", ran.out, ran.err);
    let first_item = ran.err.find(" skipped ").or_else(|| ran.out.find(" skipped ")).unwrap();
    let start = format!("{}{}", ran.err, ran.out);
    assert!(start.find("2 items already have").unwrap() < first_item + ran.err.len(), "before the first item: {start}");

    // A dry run reports the same.
    let dry = shop.sell(&[shop.synthetic_list(), "--sink", "inventory", "--dry-run"]);
    assert_eq!(entry(&shop, 0)["status"], "skipped", "{}{}", dry.out, dry.err);

    let ran = shop.sell(&["drafts", "--yes", "--delete", &sku(&shop, 0)]);
    assert!(ran.out.contains("delete the draft in Seller Hub"), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("Its row is still in output/ebay_drafts_"), "{}", ran.out);
    shop.sell(&[shop.synthetic_list(), "--sink", "inventory"]);
    assert_eq!(entry(&shop, 0)["status"], "drafted");
    assert_only_unpublished_offers(&shop, 1);
}

/// Each page is full of new items, and the total grows with every page.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_items_that_never_ends_is_an_error() {
    let shop = shop(1).await;
    shop.sandbox.set_ebay_misbehaviors(vec![sandbox::EbayMisbehavior::EndlessItems]);
    let ran = shop.sell(&["drafts"]);
    assert_ne!(ran.code, Some(0), "{}", ran.out);
    assert!(ran.err.contains("does not end"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_listed_as_ebay_reports_them_and_can_be_deleted() {
    let shop = shop(3).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    shop.sandbox.seller_lists(&sku(&shop, 1));
    shop.sandbox.seller_edits(&sku(&shop, 2), &serde_json::json!({"pricingSummary": {"price": {"value": "77.00"}}}));
    let ran = shop.sell(&["drafts"]);
    let shown = |place: usize| ran.out.lines().find(|line| line.contains(&sku(&shop, place))).unwrap().to_owned();
    assert!(
        shown(0).contains("UNPUBLISHED") && shown(1).contains(" PUBLISHED") && shown(2).contains("77.00 USD"),
        "{}",
        ran.out
    );

    let live = shop.sell(&["drafts", "--yes", "--delete", &sku(&shop, 1)]);
    assert_eq!(live.code, Some(3));
    assert!(live.out.contains("is live on eBay"), "{}", live.out);
    let gone = shop.sell(&["drafts", "--yes", "--delete", &sku(&shop, 0)]);
    assert!(gone.code == Some(0) && gone.out.contains("Deleted on eBay"), "{}{}", gone.out, gone.err);
    let again = shop.sell(&["drafts", "--yes", "--delete", &sku(&shop, 0)]);
    assert!(again.out.contains("has no draft"), "{}", again.out);
    let books = shop.sandbox.ebay_state();
    assert_eq!((books.items.len(), books.offers.len(), books.live_revisions), (2, 2, 0));
    // Once deleted, the item may be drafted again.
    shop.sell(&[shop.synthetic_list()]);
    assert_eq!(shop.sandbox.ebay_state().offers.len(), 3);
    let foreign = shop.sell(&["drafts", "--delete", "SOMEBODY1"]);
    assert_eq!(foreign.code, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listing_api_creates_each_draft_once() {
    let shop = with_account(4, EbayAccount { has_item_drafts: true, ..EbayAccount::default() }).await;
    let ran = shop.sell(&[shop.synthetic_list(), "--sink", "item-draft"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(shop.sandbox.ebay_state().item_drafts.len(), 4);
    assert!(entry(&shop, 0)["draft"]["url"].as_str().unwrap().starts_with("https://www.ebay.example/"));
    let ran = shop.sell(&[shop.synthetic_list(), "--sink", "item-draft"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(entry(&shop, 0)["status"], "already_drafted");
    assert_eq!(shop.sandbox.ebay_state().item_drafts.len(), 4);
}

/// This API has no idempotency key: after a lost response, nothing is sent again.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_response_of_the_listing_api_goes_to_review() {
    let shop = with_account(3, EbayAccount { has_item_drafts: true, ..EbayAccount::default() }).await;
    shop.sandbox.lose_responses_for("/item_draft/");
    let ran = shop.sell(&[shop.synthetic_list(), "--sink", "item-draft"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert_eq!(entry(&shop, 0)["status"], "needs_review");
    assert!(entry(&shop, 0)["error"].as_str().unwrap().contains("it is unknown whether the draft was created"));
    let made = shop.sandbox.ebay_state().item_drafts.len();
    shop.sandbox.lose_responses_for("");
    shop.sell(&[shop.synthetic_list(), "--sink", "item-draft"]);
    assert_eq!((made, shop.sandbox.ebay_state().item_drafts.len()), (3, 3));

    // The seller has not found one of them in Seller Hub.
    assert_eq!(shop.sell(&["drafts", "--yes", "--delete", &sku(&shop, 0)]).code, Some(0));
    let upc = entry(&shop, 0)["upc"].as_str().unwrap().to_owned();
    review::edit(&shop, &[(&upc, "choose = \"go\"")]);
    let applied = shop.sell(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    let resumed = shop.sell(&["resume"]);
    assert_eq!(entry(&shop, 0)["status"], "drafted", "{}{}", resumed.out, resumed.err);
    assert_eq!((shop.sandbox.ebay_state().item_drafts.len(), &entry(&shop, 1)["status"]), (4, &"needs_review".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_access_to_the_listing_api_is_reported() {
    let shop = shop(1).await;
    let ran = shop.sell(&[shop.synthetic_list(), "--sink", "item-draft"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert!(entry(&shop, 0)["error"].as_str().unwrap().contains("1100"), "{}", entry(&shop, 0));
}

/// With `--json`, nothing else says what was deleted.
#[tokio::test(flavor = "multi_thread")]
async fn deletions_before_an_error_are_reported() {
    let shop = shop(2).await;
    assert_eq!(shop.run(&[shop.synthetic_list(), "--limit", "1", "--sink", "csv"]).code, Some(0));
    let ran = shop.run(&["drafts", "--yes", "--json", "--delete", &sku(&shop, 0), &sku(&shop, 1)]);
    assert!(ran.code == Some(2) && ran.err.contains("EBAY_APP_ID"), "{:?} {}{}", ran.code, ran.out, ran.err);
    let deleted: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((deleted.as_array().unwrap().len(), &deleted[0]["sku"]), (1, &sku(&shop, 0).into()), "{deleted}");
}

/// Moves a whole batch from its drafts file to eBay.
#[tokio::test(flavor = "multi_thread")]
async fn the_drafts_of_a_batch_and_of_several_skus_are_deleted_at_once() {
    let shop = shop(5).await;
    let list = shop.synthetic_list();
    assert_eq!(shop.sell(&[list, "--sink", "csv"]).code, Some(0));
    let two = [sku(&shop, 0), sku(&shop, 1)];
    let ran = shop.sell(&["drafts", "--yes", "--json", "--delete", &two[0], &two[1]]);
    let deleted: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(deleted.as_array().unwrap().len(), 2, "{deleted}");
    let job = shop.results()["job_id"].as_str().unwrap().to_owned();
    let unconfirmed = shop.sell(&["drafts", "--delete-batch", &job]);
    assert!(unconfirmed.code == Some(2) && unconfirmed.err.contains("the 3 drafts of"), "{}", unconfirmed.err);
    let ran = shop.sell(&["drafts", "--yes", "--delete-batch", &job]);
    assert_eq!((ran.code, ran.out.matches("Forgotten").count()), (Some(0), 3), "{}{}", ran.out, ran.err);
    let again = shop.sell(&["drafts", "--yes", "--delete-batch", &job]);
    assert!(again.code == Some(2) && again.err.contains("has no drafts"), "{}", again.err);

    let moved = shop.sell(&[list, "--sink", "inventory"]);
    assert_eq!(moved.code, Some(0), "{}{}", moved.out, moved.err);
    assert_only_unpublished_offers(&shop, 5);
    assert!(!format!("{}{}", moved.out, moved.err).contains("already have their drafts"));
}
