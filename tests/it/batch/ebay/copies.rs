//! Copies of one UPC over several runs: never more for sale than in the list, and every mismatch is reported.

use sandbox::EbayAccount;
use serde_json::Value;

use super::{entry, shop, sku, with_account};
use crate::batch::shop::Shop;

/// Writes a list with this many copies of the first release.
fn list_of_copies(shop: &Shop, copies: usize) -> &'static str {
    let upc = shop.sandbox.synthetic_upcs()[0];
    shop.list(format!("{upc}\n").repeat(copies))
}

fn sell(shop: &Shop, copies: usize, flags: &[&str]) -> Value {
    let arguments = [&[list_of_copies(shop, copies)], flags].concat();
    let ran = shop.sell(&arguments);
    assert!(matches!(ran.code, Some(0 | 3)), "{}{}", ran.out, ran.err);
    entry(shop, 0)
}

/// Returns SKU and quantity of every offer, and the total quantity.
fn offered(shop: &Shop) -> (Vec<(String, u64)>, u64) {
    let books = shop.sandbox.ebay_state();
    let offers = books
        .offers
        .iter()
        .map(|offer| (offer["sku"].as_str().unwrap().to_owned(), offer["availableQuantity"].as_u64().unwrap()));
    let mut offers = offers.collect::<Vec<_>>();
    offers.sort();
    let all = offers.iter().map(|(_, quantity)| quantity).sum();
    (offers, all)
}

fn text(entry: &Value) -> String {
    format!("{} {}", entry["note"].as_str().unwrap_or_default(), entry["error"].as_str().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn separate_copies_are_counted_across_runs() {
    let shop = shop(1).await;
    sell(&shop, 3, &["--copies", "separate"]);
    assert_eq!(offered(&shop).1, 3);
    let entry = sell(&shop, 3, &[]);
    assert_eq!(offered(&shop).1, 3, "{:?}", offered(&shop));
    assert_eq!(entry["further_drafts"].as_array().unwrap().len(), 2, "{entry}");
    // The list has two more copies, which are added to the first draft.
    sell(&shop, 5, &[]);
    assert_eq!(offered(&shop).0[0], (sku(&shop, 0), 3));
    assert_eq!(offered(&shop).1, 5);
    // One copy is gone: the first draft offers fewer copies, and no draft is superfluous.
    let entry = sell(&shop, 4, &[]);
    assert_eq!((offered(&shop).0[0].1, offered(&shop).1), (2, 4), "{}", text(&entry));
    assert!(!text(&entry).contains("not in the list"), "{}", text(&entry));
}

#[tokio::test(flavor = "multi_thread")]
async fn fewer_copies_than_drafts_are_reported() {
    for flags in [&[][..], &["--copies", "separate"]] {
        let shop = shop(1).await;
        sell(&shop, 3, &["--copies", "separate"]);
        let entry = sell(&shop, 1, flags);
        let message = text(&entry);
        assert!(
            message.contains("3 copies") && message.contains("the list has 1") && message.contains("--delete"),
            "{message}"
        );
        assert!(message.contains(&format!("{}C3", sku(&shop, 0))), "{message}");
        assert_eq!(offered(&shop).1, 3, "no draft is deleted automatically");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_draft_of_a_copy_that_is_gone_is_not_changed() {
    let shop = shop(1).await;
    let upc = shop.sandbox.synthetic_upcs()[0];
    let sell_at = |price: &str, copies: usize| {
        let list = shop.list(format!("UPC,Price\n{}", format!("{upc},{price}\n").repeat(copies)));
        let ran = shop.sell(&[list, "--copies", "separate"]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        text(&entry(&shop, 0))
    };
    sell_at("10.00", 3);
    let message = sell_at("12.00", 2);
    let third = format!("{}C3", sku(&shop, 0));
    assert!(message.contains(&format!("3 copies, and the list has 2: {third} is not in the list")), "{message}");
    let books = shop.sandbox.ebay_state();
    let price = |sku: &str| books.offers_for_sku(sku)[0]["pricingSummary"]["price"]["value"].clone();
    let second = format!("{}C2", sku(&shop, 0));
    assert_eq!([sku(&shop, 0), second, third].map(|sku| price(&sku)), ["12.00", "12.00", "10.00"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_separated_only_if_the_first_draft_can_shrink() {
    let shop = shop(1).await;
    sell(&shop, 3, &[]);
    shop.sandbox.seller_lists(&sku(&shop, 0));
    let entry = sell(&shop, 3, &["--copies", "separate"]);
    assert_eq!(offered(&shop), (vec![(sku(&shop, 0), 3)], 3), "{}", text(&entry));
    assert!(text(&entry).contains("still includes 3 copies"), "{}", text(&entry));
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_cannot_go_to_another_destination() {
    let shop = with_account(1, EbayAccount { has_item_drafts: true, ..EbayAccount::default() }).await;
    sell(&shop, 3, &[]);
    for sink in ["csv", "item-draft"] {
        let entry = sell(&shop, 3, &["--copies", "separate", "--sink", sink]);
        assert_eq!(entry["status"], "skipped");
        assert!(text(&entry).contains("already has a draft at \"inventory\""), "{}", text(&entry));
    }
    assert!(shop.draft_rows().is_empty(), "{:?}", shop.draft_rows());
    assert!(shop.sandbox.ebay_state().item_drafts.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_in_a_drafts_file_are_counted_too() {
    let shop = shop(1).await;
    sell(&shop, 3, &["--sink", "csv"]);
    let entry = sell(&shop, 3, &["--copies", "separate", "--sink", "csv"]);
    assert_eq!(shop.draft_rows().len(), 1, "{:?}", shop.draft_rows());
    assert!(text(&entry).contains("still includes 3 copies"), "{}", text(&entry));
    let entry = sell(&shop, 5, &["--sink", "csv"]);
    assert!(text(&entry).contains("3 copies") && text(&entry).contains("the list has 5"), "{}", text(&entry));
}

#[tokio::test(flavor = "multi_thread")]
async fn drafted_copies_are_reported_beside_a_failed_one() {
    let shop = shop(1).await;
    shop.sandbox.reject_sku(&format!("{}C2", sku(&shop, 0)), 25_604, "Input error: the product is not allowed here.");
    let entry = sell(&shop, 3, &["--copies", "separate"]);
    assert_eq!(entry["status"], "failed");
    let message = text(&entry);
    assert!(
        message.contains("C2: inventory: 25604 Input error: the product is not allowed here. (reason: listing policy)"),
        "{message}"
    );
    assert_eq!(entry["draft"]["sku"], sku(&shop, 0));
    assert_eq!(entry["further_drafts"][0]["sku"], format!("{}C3", sku(&shop, 0)));
    assert_eq!(offered(&shop).1, 2);
}

/// Another data folder does not know how the first one drafted the copies, but eBay does.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_data_folder_counts_the_copies_at_ebay() {
    let shop = shop(1).await;
    sell(&shop, 3, &[]);
    let other = tempfile::TempDir::new().unwrap();
    for _ in 0..2 {
        let entry = sell(&shop, 3, &["--copies", "separate", "--data-dir", other.path().to_str().unwrap()]);
        assert_eq!(offered(&shop), (vec![(sku(&shop, 0), 3)], 3), "{}", text(&entry));
        assert!(text(&entry).contains("still includes 3 copies"), "{}", text(&entry));
    }
}

/// In another data folder of the same seller, the inventory is checked before a row is written, 25 SKUs per call.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_data_folder_makes_no_second_draft() {
    let shop = shop(30).await;
    assert_eq!(shop.sell(&[shop.synthetic_list(), "--limit", "4"]).code, Some(0));
    let other = tempfile::TempDir::new().unwrap();
    let before = shop.sandbox.ebay_state().reads["bulk_get_inventory_item"];
    let flags = ["--sink", "csv", "--data-dir", other.path().to_str().unwrap()];
    let ran = shop.sell(&[&[shop.synthetic_list()][..], &flags].concat());
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert_eq!(shop.draft_rows().len(), 26);
    assert!(text(&entry(&shop, 0)).contains("eBay has offer"), "{}", entry(&shop, 0));
    let asked = shop.sandbox.ebay_state().reads["bulk_get_inventory_item"] - before;
    assert!(asked <= 4, "{asked} calls for 30 items");

    // If eBay is not accessible, the run warns and still writes the file.
    let third = tempfile::TempDir::new().unwrap();
    shop.sandbox.end_consent();
    let flags = ["--sink", "csv", "--data-dir", third.path().to_str().unwrap()];
    let ran = shop.sell(&[&[shop.synthetic_list()][..], &flags].concat());
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!((ran.out + &ran.err).contains("cannot check which items eBay already has"));
    assert_eq!(entry(&shop, 0)["status"], "exported");
}

#[tokio::test(flavor = "multi_thread")]
async fn further_copies_are_listed_and_deleted_with_their_batch() {
    let shop = shop(1).await;
    sell(&shop, 3, &["--copies", "separate"]);
    let skus = offered(&shop).0.into_iter().map(|(sku, _)| sku).collect::<Vec<_>>();
    assert_eq!(skus.len(), 3);
    let listed = shop.sell(&["drafts"]);
    assert!(skus.iter().all(|sku| listed.out.contains(sku.as_str())), "{}", listed.out);
    let job = shop.results()["job_id"].as_str().unwrap().to_owned();
    let deleted = shop.sell(&["drafts", "--yes", "--delete-batch", &job]);
    assert_eq!((deleted.code, deleted.out.matches("Deleted on eBay").count()), (Some(0), 3), "{}", deleted.out);
    assert_eq!(offered(&shop), (Vec::new(), 0));
    // The copies can be drafted again.
    sell(&shop, 3, &["--copies", "separate"]);
    assert_eq!(offered(&shop).1, 3);
}
