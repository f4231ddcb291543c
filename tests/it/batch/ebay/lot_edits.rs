//! Edits that combine items into lots, before and after their drafts.

use std::collections::BTreeSet;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::{assert_only_unpublished_offers, entry, shop};
use crate::batch::shop::{Shop, send_signal, wait_for_exit};

/// Runs a list with one item per price. Returns the path of the list.
fn run_list(shop: &Shop, prices: &[&str], arguments: &[&str]) -> &'static str {
    let upcs = shop.sandbox.synthetic_upcs();
    let rows = upcs.iter().zip(prices).fold(String::new(), |text, (upc, price)| format!("{text}{upc},VG,{price}\n"));
    let list = shop.list(format!("UPC,Grade,Price\n{rows}"));
    let ran = shop.sell(&[&[list], arguments].concat());
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    list
}

/// Edits the items at these positions in the list.
fn edit(shop: &Shop, places: &[usize], changes: &[&str]) -> (Option<i32>, String) {
    let upcs = places.iter().map(|place| shop.sandbox.synthetic_upcs()[*place].to_string()).collect::<Vec<_>>();
    let arguments = std::iter::once("edit").chain(upcs.iter().map(String::as_str)).chain(changes.iter().copied());
    let edited = shop.sell(&arguments.collect::<Vec<_>>());
    (edited.code, format!("{}{}", edited.out, edited.err))
}

/// Returns the SKUs of all items and offers on eBay.
fn skus(shop: &Shop) -> BTreeSet<String> {
    let books = shop.sandbox.ebay_state();
    let offers = books.offers.iter().map(|offer| offer["sku"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(offers, books.items.keys().cloned().collect(), "each item has its offer");
    offers
}

/// Returns the offers of lots.
fn lots(shop: &Shop) -> Vec<Value> {
    let books = shop.sandbox.ebay_state();
    books.offers.iter().filter(|offer| !offer["lotSize"].is_null()).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_become_one_lot_and_items_leave_it_again() {
    let shop = shop(4).await;
    let list = run_list(&shop, &["10.00", "5.00", "20.00", "1.50"], &[]);
    let single = skus(&shop);
    assert_eq!(single.len(), 4);

    let (code, text) = edit(&shop, &[0, 1, 2], &["--lot", "Box A"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("lot       Box A"), "{text}");
    assert_only_unpublished_offers(&shop, 2);
    let [lot] = &lots(&shop)[..] else { panic!("{:?}", lots(&shop)) };
    assert_eq!((&lot["lotSize"], &lot["pricingSummary"]["price"]["value"]), (&json!(3), &json!("35.00")));
    assert_eq!(skus(&shop).intersection(&single).count(), 1, "the drafts of the three items are withdrawn");
    let note = entry(&shop, 0)["note"].as_str().unwrap_or_default().to_owned();
    assert!(note.contains("replaces DM"), "{note}");
    assert_eq!(entry(&shop, 1)["seller"]["lot"], "Box A");

    // Running the same list finds the lot, and each edit moves one item.
    let ran = shop.sell(&[list]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 2);
    assert_eq!(lots(&shop)[0]["lotSize"], 3);

    let (code, text) = edit(&shop, &[3], &["--lot", "box a"]);
    assert_eq!(code, Some(0), "{text}");
    assert_only_unpublished_offers(&shop, 1);
    assert_eq!(lots(&shop)[0]["lotSize"], 4);
    // Even the item whose barcode determines the number of the lot can leave.
    for (place, left) in [(3, 3), (0, 2)] {
        let (code, text) = edit(&shop, &[place], &["--lot", "none"]);
        assert_eq!(code, Some(0), "{text}");
        assert_eq!(lots(&shop).iter().map(|lot| lot["lotSize"].clone()).collect::<Vec<_>>(), [json!(left)]);
    }
    assert_only_unpublished_offers(&shop, 3);
    let undone = shop.sell(&["undo", &shop.sandbox.synthetic_upcs()[0].to_string()]);
    assert_eq!(undone.code, Some(0), "{}{}", undone.out, undone.err);
    assert_only_unpublished_offers(&shop, 2);
    assert_eq!(lots(&shop)[0]["lotSize"], 3);

    let (code, text) = edit(&shop, &[0, 1, 2], &["--lot", "none"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(skus(&shop), single, "the drafts of the items alone are as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_of_one_item_waits_for_another() {
    let shop = shop(2).await;
    run_list(&shop, &["10.00", "5.00"], &[]);
    let (code, text) = edit(&shop, &[0], &["--lot", "A"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("has no other item"), "{text}");
    assert_only_unpublished_offers(&shop, 2);
    let (code, text) = edit(&shop, &[1], &["--lot", "A"]);
    assert_eq!(code, Some(0), "{text}");
    assert_only_unpublished_offers(&shop, 1);
    assert_eq!(lots(&shop)[0]["lotSize"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn items_in_review_become_a_lot_by_their_decision() {
    let shop = shop(3).await;
    let upcs = shop.sandbox.synthetic_upcs();
    let rows = upcs.iter().take(3).fold(String::new(), |text, upc| format!("{text}{upc},VG,5.00\n"));
    let list = shop.list(format!("UPC,Grade,Price\n{rows}"));
    let ran = shop.sell(&[list, "--review"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    let (code, text) = edit(&shop, &[0, 1, 2], &["--lot", "A", "--title", "My lot"]);
    assert_eq!(code, Some(0), "{text}");
    assert_only_unpublished_offers(&shop, 1);
    let item = shop.sandbox.ebay_state().items.values().next().unwrap().clone();
    assert_eq!((&item["product"]["title"], &lots(&shop)[0]["lotSize"]), (&json!("My lot"), &json!(3)));
    // Without the review, running the list finds the lot.
    let ran = shop.sell(&[list]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_drafts_file_become_one_row() {
    let shop = shop(4).await;
    run_list(&shop, &["10.00", "5.00", "20.00", "1.50"], &["--sink", "csv"]);
    let (code, text) = edit(&shop, &[0, 1, 2], &["--lot", "Box A"]);
    assert_eq!(code, Some(0), "{text}");
    let rows = shop.draft_rows();
    let lots = rows.iter().filter(|row| row.iter().any(|cell| cell.contains(" Lot of 3 "))).collect::<Vec<_>>();
    assert_eq!((rows.len(), lots.len()), (2, 1), "{rows:?}");
    let (code, text) = edit(&shop, &[0, 1, 2], &["--lot", "none"]);
    assert_eq!(code, Some(0), "{text}");
    let rows = shop.draft_rows();
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(!rows.iter().flatten().any(|cell| cell.contains(" Lot of ")), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_amid_an_edit_leaves_one_draft() {
    for pause in [0, 15, 40] {
        let shop = shop(6).await;
        run_list(&shop, &["10.00", "5.00", "20.00", "1.50", "2.00", "3.00"], &[]);
        let upcs = shop.sandbox.synthetic_upcs().iter().take(6).map(ToString::to_string).collect::<Vec<_>>();
        let mut arguments = vec!["edit"];
        arguments.extend(upcs.iter().map(String::as_str));
        arguments.extend(["--lot", "All"]);
        let mut child = shop.seller(&arguments).spawn().unwrap();
        while child.try_wait().unwrap().is_none() && shop.sandbox.ebay_state().offers.len() == 6 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        if child.try_wait().unwrap().is_none() {
            send_signal(&child, Signal::SIGKILL);
        }
        wait_for_exit(&mut child).await;
        let resumed = shop.sell(&["resume"]);
        assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
        assert_only_unpublished_offers(&shop, 1);
        assert_eq!(lots(&shop)[0]["lotSize"], 6);
    }
}
