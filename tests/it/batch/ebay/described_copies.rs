//! Lists that describe each copy: condition, grades, price, note and location.

use super::{assert_only_unpublished_offers, entry, shop, sku};
use crate::batch::shop::Shop;

/// Writes a list with one row per release, given the text after the barcode.
fn table(shop: &Shop, rows: &[&str]) -> &'static str {
    let upcs = shop.sandbox.synthetic_upcs();
    let rows = upcs.iter().zip(rows).map(|(upc, row)| format!("{upc},{row}")).collect::<Vec<_>>().join("\n");
    shop.list(format!("UPC,Condition,Media Condition,Sleeve Condition,Price,Notes,Location,SKU\n{rows}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_copy_is_drafted_as_its_row_describes() {
    let shop = shop(4).await;
    let rows = [
        ",Very Good Plus (VG+),VG,$17.35,\"Light scuffs, plays fine <b>\",Box 14,A-77",
        "acceptable,,,,,,",
        ",sealed,,,,,",
        ",,,,,,",
    ];
    let ran = shop.sell(&[table(&shop, &rows)]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 4);
    let books = shop.sandbox.ebay_state();
    let item = |place| &books.items[&sku(&shop, place)];
    assert_eq!(item(0)["condition"], "USED_VERY_GOOD");
    let text = "Media: Very Good Plus (VG+). Sleeve: Very Good (VG). Light scuffs, plays fine <b>";
    assert_eq!(item(0)["conditionDescription"], text);
    let aspects = &item(0)["product"]["aspects"];
    assert_eq!(aspects["CD Grading"][0], "Very Good Plus (VG+)", "{aspects}");
    assert_eq!(aspects["Inlay Condition"][0], "Very Good (VG)");
    let page = item(0)["product"]["description"].as_str().unwrap();
    assert!(page.contains("Media grade:</b> Very Good Plus (VG+)"), "{page}");
    assert!(page.contains("<p>Light scuffs, plays fine &lt;b&gt;</p>"), "{page}");
    assert_eq!(books.offers_for_sku(&sku(&shop, 0))[0]["pricingSummary"]["price"]["value"], "17.35");
    assert_eq!(item(1)["condition"], "USED_ACCEPTABLE");
    assert!(item(1)["conditionDescription"].is_null());
    assert_eq!(item(2)["condition"], "NEW");
    assert!(item(2)["conditionDescription"].is_null(), "eBay takes none for new items: {}", item(2));
    assert_eq!(item(3)["condition"], "USED_GOOD", "the condition of the batch");

    let first = entry(&shop, 0);
    let seller = &first["seller"];
    assert_eq!((&seller["condition"], &seller["media_grade"]), (&"very_good".into(), &"VG+".into()), "{seller}");
    assert_eq!((&seller["location"], &seller["own_sku"]), (&"Box 14".into(), &"A-77".into()), "{seller}");
    assert_eq!(first["pricing"]["rule"], "the price of your list");
    assert_eq!(entry(&shop, 3)["seller"]["condition"], "good");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_condition_updates_the_draft_and_keeps_edits() {
    let shop = shop(2).await;
    assert_eq!(shop.sell(&[table(&shop, &[",VG+,VG,12.00,,,", ",VG+,VG,12.00,,,"])]).code, Some(0));
    shop.sandbox.seller_edits(&sku(&shop, 1), &serde_json::json!({"pricingSummary": {"price": {"value": "77.00"}}}));
    let ran = shop.sell(&[table(&shop, &[",VG,VG,12.00,warped,,", ",VG,VG,12.00,warped,,"])]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 2);
    let books = shop.sandbox.ebay_state();
    let item = |place| &books.items[&sku(&shop, place)];
    assert_eq!(item(0)["condition"], "USED_GOOD");
    assert_eq!(item(0)["conditionDescription"], "Media: Very Good (VG). Sleeve: Very Good (VG). warped");
    let note = entry(&shop, 0)["note"].as_str().unwrap().to_owned();
    assert!(note.contains("condition from very good to good"), "{note}");
    assert_eq!(item(1)["condition"], "USED_GOOD");
    let price = &books.offers_for_sku(&sku(&shop, 1))[0]["pricingSummary"]["price"]["value"];
    assert_eq!(price, "77.00", "edited by the seller, so unchanged");
    let edited = entry(&shop, 1);
    assert!(
        edited["note"].as_str().unwrap().contains("edited on eBay, so kept: price from 12.00 USD to 77.00 USD"),
        "{edited}"
    );
    assert_eq!(edited["draft"]["price"], "77.00", "{edited}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_states_conditions_needs_none_for_the_batch() {
    let shop = shop(2).await;
    let list = table(&shop, &["like new,,,,,,", ",,,,,,"]);
    let ran = shop.seller(&[list]).env("DRAFT_MAKER__LISTING__CONDITION", "").output().unwrap();
    assert_eq!(ran.status.code(), Some(3), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(shop.sandbox.ebay_state().items[&sku(&shop, 0)]["condition"], "LIKE_NEW");
    let open = entry(&shop, 1);
    assert_eq!(open["status"], "needs_review");
    let why = open["error"].as_str().unwrap();
    assert!(why.contains("condition is missing: neither the list nor the batch states one"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_price_below_the_minimum_goes_to_review() {
    let shop = shop(2).await;
    let list = table(&shop, &["good,,,2.00,,,", "good,,,9.00,,,"]);
    let ran = shop.seller(&[list]).env("DRAFT_MAKER__PRICING__FLOOR", "4.99").output().unwrap();
    assert_eq!(ran.status.code(), Some(3), "{}", String::from_utf8_lossy(&ran.stderr));
    let why = entry(&shop, 0)["error"].as_str().unwrap().to_owned();
    assert!(why.contains("2.00 USD of your list is below your minimum price 4.99 USD"), "{why}");
    assert_eq!(entry(&shop, 1)["status"], "drafted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_serves_as_a_pick_list() {
    let shop = shop(3).await;
    let list = table(&shop, &[",VG+,VG,17.00,,Box 14,", ",,,5.00,,Box 9,", ",VG,,30.00,,,"]);
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let skus = |ran: &crate::batch::shop::ProgramOutput| {
        let rows = ran.out.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with("DM")));
        rows.map(str::to_owned).collect::<Vec<_>>()
    };
    let [first, second, third] = [0, 1, 2].map(|place| sku(&shop, place));
    let picked = shop.run(&["report"]);
    assert_eq!(skus(&picked), [second.clone(), first.clone(), third.clone()], "{}{}", picked.out, picked.err);
    assert!(picked.out.contains("VG+/VG"), "{}", picked.out);
    assert_eq!(skus(&shop.run(&["report", "--by", "price"])), [third.clone(), first, second.clone()]);
    assert_eq!(skus(&shop.run(&["report", "--without", "grade"])), [second]);
    assert_eq!(skus(&shop.run(&["report", "--without", "location"])), [third]);
    let json: serde_json::Value = serde_json::from_str(&shop.run(&["report", "--json"]).out).unwrap();
    assert_eq!(json[0]["location"], "Box 9");
}
