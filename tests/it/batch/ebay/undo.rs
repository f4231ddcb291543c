//! Undone decisions and edits, and edits that clear fields.

use serde_json::{Value, json};

use super::{assert_only_unpublished_offers, entry, shop, sku};
use crate::batch::review;
use crate::batch::shop::Shop;

fn list(shop: &Shop) -> &'static str {
    let upcs = shop.sandbox.synthetic_upcs();
    shop.list(format!("UPC,Grade,Price,Notes\n{},VG+,12.00,a note of the list\n{},VG+,12.00,\n", upcs[0], upcs[1]))
}

/// Returns title, price, quantity and condition description of the first draft.
fn draft(shop: &Shop) -> [Value; 4] {
    let state = shop.sandbox.ebay_state();
    let (item, offer) = (&state.items[&sku(shop, 0)], &state.offers_for_sku(&sku(shop, 0))[0]);
    [
        item["product"]["title"].clone(),
        offer["pricingSummary"]["price"]["value"].clone(),
        offer["availableQuantity"].clone(),
        item["conditionDescription"].clone(),
    ]
}

fn edit(shop: &Shop, arguments: &[&str]) {
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let edited = shop.sell(&[&["edit", &upc][..], arguments].concat());
    assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
}

fn undo(shop: &Shop, arguments: &[&str]) -> String {
    let undone = shop.sell(&[&["undo"][..], arguments].concat());
    assert_eq!(undone.code, Some(0), "{}{}", undone.out, undone.err);
    undone.out
}

#[tokio::test(flavor = "multi_thread")]
async fn each_undo_takes_back_one_more_edit() {
    let shop = shop(2).await;
    let list = list(&shop);
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let composed = draft(&shop);
    edit(&shop, &["--title", "My own title CD", "--price", "24.00"]);
    let first = draft(&shop);
    assert_eq!(first[..2], [json!("My own title CD"), json!("24.00")]);
    edit(&shop, &["--price", "30.00", "--quantity", "3", "--media-grade", "G", "--note", "scuffs"]);
    assert_ne!(draft(&shop), first);

    let text = undo(&shop, &[]);
    assert!(text.contains("undone") && text.contains("30.00"), "{text}");
    assert_eq!(draft(&shop), first, "the first edit is still there");
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    undo(&shop, &[&upc]);
    assert_eq!(draft(&shop), composed);
    let nothing = shop.sell(&["undo", &upc]);
    assert_eq!(nothing.code, Some(2), "{}{}", nothing.out, nothing.err);
    assert!(nothing.err.contains("no decision or edit about"), "{}", nothing.err);
    // The same list does not restore what was undone, and a further edit works as usual.
    assert_eq!(shop.sell(&[list]).code, Some(0));
    assert_eq!(draft(&shop), composed);
    edit(&shop, &["--price", "15.00"]);
    assert_eq!(draft(&shop)[1], "15.00");
    assert_only_unpublished_offers(&shop, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_an_earlier_run_can_be_undone_after_the_list_ran_again() {
    let shop = shop(2).await;
    let list = list(&shop);
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let composed = draft(&shop);
    edit(&shop, &["--price", "24.00"]);
    for _ in 0..2 {
        assert_eq!(shop.sell(&[list]).code, Some(0));
        assert_eq!(draft(&shop)[1], "24.00");
    }
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    undo(&shop, &[&upc]);
    assert_eq!(draft(&shop), composed);
    for _ in 0..2 {
        assert_eq!(shop.sell(&[list]).code, Some(0));
        assert_eq!(draft(&shop), composed, "what was undone stays undone");
    }
}

/// The records of every batch show the draft as it is, also those of a batch that repeated the undone edit.
#[tokio::test(flavor = "multi_thread")]
async fn an_undone_edit_is_undone_in_every_batch_that_repeated_it() {
    for names_item in [false, true] {
        let shop = shop(2).await;
        let list = list(&shop);
        assert_eq!(shop.sell(&[list]).code, Some(0));
        let composed = draft(&shop);
        let upc = shop.sandbox.synthetic_upcs()[0].to_string();
        let arguments = if names_item { vec![upc.as_str()] } else { Vec::new() };
        edit(&shop, &["--price", "24.00"]);
        edit(&shop, &["--price", "30.00"]);
        for _ in 0..2 {
            assert_eq!(shop.sell(&[list]).code, Some(0));
        }
        assert_eq!(reported_prices(&shop), ["30.00"; 3]);
        undo(&shop, &arguments);
        assert_eq!(draft(&shop)[1], "24.00");
        assert_eq!(reported_prices(&shop), ["24.00"; 3]);
        undo(&shop, &arguments);
        assert_eq!(draft(&shop), composed);
        assert_eq!(reported_prices(&shop), [composed[1].as_str().unwrap(); 3]);
        let nothing = shop.sell(&[&["undo"][..], &arguments].concat());
        assert_eq!(nothing.code, Some(2), "{}{}", nothing.out, nothing.err);
        assert_only_unpublished_offers(&shop, 2);
    }
}

/// Returns the price of the first draft in the report of each batch.
fn reported_prices(shop: &Shop) -> Vec<String> {
    let jobs: Value = serde_json::from_str(&shop.run(&["jobs", "--json"]).out).unwrap();
    let mut prices = Vec::new();
    for job in jobs.as_array().unwrap() {
        let report = shop.run(&["report", job["job_id"].as_str().unwrap(), "--json"]);
        let report: Value = serde_json::from_str(&report.out).unwrap();
        let line = report.as_array().unwrap().iter().find(|line| line["sku"] == sku(shop, 0)).unwrap();
        prices.push(line["price"].as_str().unwrap().to_owned());
    }
    prices
}

#[tokio::test(flavor = "multi_thread")]
async fn cleared_fields_are_again_what_the_list_states_or_is_composed() {
    let shop = shop(2).await;
    let list = list(&shop);
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let composed = draft(&shop);
    edit(&shop, &["--title", "My own title CD", "--price", "24.00", "--quantity", "2", "--note", "scuffs"]);
    let report: serde_json::Value = serde_json::from_str(&shop.run(&["report", "--json"]).out).unwrap();
    let first = report.as_array().unwrap().iter().find(|line| line["sku"] == sku(&shop, 0)).unwrap();
    assert_eq!(first["copies"], 2, "the edited quantity: {first}");
    edit(&shop, &["--media-grade", "G", "--price", "5.00"]);
    edit(&shop, &["--clear", "title,media-grade,quantity", "--price", "6.00"]);
    let [title, price, quantity, condition] = draft(&shop);
    assert_eq!((&title, &quantity), (&composed[0], &composed[2]));
    assert_eq!(price, "6.00");
    assert!(
        condition.as_str().unwrap().contains("VG+") && condition.as_str().unwrap().contains("scuffs"),
        "{condition}"
    );
    edit(&shop, &["--clear", "price", "--clear", "note"]);
    assert_eq!(draft(&shop), composed);
    // The same list keeps what was cleared, and an undo restores what was cleared last.
    assert_eq!(shop.sell(&[list]).code, Some(0));
    assert_eq!(draft(&shop), composed);
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let both = shop.sell(&["edit", &upc, "--clear", "price", "--price", "9.00"]);
    assert_eq!(both.code, Some(2), "{}{}", both.out, both.err);
    assert!(both.err.contains("set it or clear it"), "{}", both.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_whose_decision_is_undone_waits_for_review_again() {
    let shop = shop(2).await;
    let list = list(&shop);
    let ran = shop.sell(&[list, "--review"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    let upcs = shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect::<Vec<_>>();
    review::edit(&shop, &[(&upcs[0], "choose = \"go\"\nprice = \"44.00\""), (&upcs[1], "choose = \"none\"")]);
    let applied = shop.sell(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    assert_eq!(shop.sell(&["resume"]).code, Some(0));
    assert_eq!(draft(&shop)[1], "44.00");
    assert_only_unpublished_offers(&shop, 1);

    let skipped = undo(&shop, &[&upcs[1]]);
    assert!(skipped.contains("waits for your decision again"), "{skipped}");
    undo(&shop, &[&upcs[0]]);
    let queue: Value = serde_json::from_str(&shop.sell(&["review", "--json"]).out).unwrap();
    assert_eq!(queue["total"], 2, "{queue}");
    let why = queue["items"][0]["why"].as_str().unwrap();
    assert!(why.contains(&format!("draft-maker drafts --delete {}", sku(&shop, 0))), "{why}");
    assert_only_unpublished_offers(&shop, 1);
    // Deciding again updates the existing draft.
    review::edit(&shop, &[(&upcs[0], "choose = \"go\"\nprice = \"33.00\""), (&upcs[1], "choose = \"go\"")]);
    let applied = shop.sell(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    let resumed = shop.sell(&["resume"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
    assert_eq!(draft(&shop)[1], "33.00");
    assert_eq!(entry(&shop, 1)["status"], "drafted", "{}", entry(&shop, 1));
    assert_only_unpublished_offers(&shop, 2);
}

/// An edit of an item in review leads to its first draft. The undo reports that the draft stays.
#[tokio::test(flavor = "multi_thread")]
async fn an_undo_of_the_edit_that_led_to_the_draft_names_the_draft() {
    let shop = shop(1).await;
    let ran = shop.sell(&[shop.synthetic_list(), "--review"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    edit(&shop, &["--price", "24.00"]);
    assert_only_unpublished_offers(&shop, 1);
    let sku = sku(&shop, 0);
    let text = undo(&shop, &[]);
    assert!(text.contains("24.00") && !text.contains("after its draft"), "{text}");
    assert!(text.contains(&format!("Its draft {sku} on eBay did not change")), "{text}");
    let delete = format!("draft-maker drafts --delete {sku}");
    assert!(text.contains(&delete), "{text}");
    let deleted = shop.sell(&["drafts", "--delete", &sku, "--yes"]);
    assert_eq!(deleted.code, Some(0), "{}{}", deleted.out, deleted.err);
    assert_only_unpublished_offers(&shop, 0);
    // A draft that was deleted before the undo is not named.
    edit(&shop, &["--price", "25.00"]);
    assert_eq!(shop.sell(&["drafts", "--delete", &sku, "--yes"]).code, Some(0));
    let text = undo(&shop, &[]);
    assert!(text.contains("waits for your decision again") && !text.contains(&sku), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_several_items_is_undone_as_a_whole() {
    let shop = shop(2).await;
    assert_eq!(shop.sell(&[list(&shop)]).code, Some(0));
    let upcs = shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect::<Vec<_>>();
    let prices = || {
        let state = shop.sandbox.ebay_state();
        [0, 1].map(|place| state.offers_for_sku(&sku(&shop, place))[0]["pricingSummary"]["price"]["value"].clone())
    };
    let edited = shop.sell(&["edit", &upcs[0], &upcs[1], "--price", "24.00"]);
    assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
    assert_eq!(prices(), [json!("24.00"), json!("24.00")]);
    let text = undo(&shop, &[]);
    assert_eq!(text.matches("undone").count(), 2, "{text}");
    assert_eq!(prices(), [json!("12.00"), json!("12.00")]);
}

/// The others are drafted again without the item, and nothing advises to delete their draft.
#[tokio::test(flavor = "multi_thread")]
async fn an_undone_decision_takes_the_item_out_of_its_lot() {
    let shop = shop(3).await;
    let upcs = shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect::<Vec<_>>();
    let list = format!("UPC,Grade,Price,Lot\n{},VG,8.00,A\n{},VG,9.00,A\n{},VG,12.345,\n", upcs[0], upcs[1], upcs[2]);
    assert_eq!(shop.sell(&[shop.list(list)]).code, Some(3));
    let lot_size = || shop.sandbox.ebay_state().offers.iter().map(|offer| offer["lotSize"].clone()).collect::<Vec<_>>();
    assert_eq!(lot_size(), [json!(2)]);
    let decided = shop.sell(&["edit", &upcs[2], "--price", "4.00", "--lot", "A"]);
    assert_eq!(decided.code, Some(0), "{}{}", decided.out, decided.err);
    assert_eq!(lot_size(), [json!(3)]);
    let text = undo(&shop, &[]);
    assert!(text.contains("waits for your decision again") && !text.contains("drafts --delete"), "{text}");
    assert_eq!(lot_size(), [json!(2)], "{text}");
    let waiting = entry(&shop, 2)["error"].as_str().unwrap().to_owned();
    assert!(waiting.contains("its lot continues without it"), "{waiting}");
}
