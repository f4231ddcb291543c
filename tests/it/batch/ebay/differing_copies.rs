//! Lists that describe copies of one barcode differently: each description becomes a separate draft, and a repeated run
//! finds it again.

use std::process::Stdio;
use std::time::Duration;

use sandbox::EbayAccount;
use serde_json::Value;

use super::{entry, shop, sku, with_account};
use crate::batch::shop::{Shop, files, name, rows};

/// Writes a list whose rows are all copies of the first release.
fn copies(shop: &Shop, rows: &[&str]) -> &'static str {
    let upc = shop.sandbox.synthetic_upcs()[0];
    let rows = rows.iter().fold(String::new(), |rows, row| format!("{rows}{upc},{row}\n"));
    shop.list(format!("UPC,Grade,Price,Notes,Location\n{rows}"))
}

/// Returns SKU, condition, quantity and price of each draft in eBay's inventory.
fn drafts(shop: &Shop) -> Vec<(String, String, u64, String)> {
    let books = shop.sandbox.ebay_state();
    let draft = |offer: &Value| {
        let sku = offer["sku"].as_str().unwrap().to_owned();
        let condition = books.items[&sku]["condition"].as_str().unwrap().to_owned();
        let price = offer["pricingSummary"]["price"]["value"].as_str().unwrap().to_owned();
        (sku, condition, offer["availableQuantity"].as_u64().unwrap(), price)
    };
    let mut drafts = books.offers.iter().map(draft).collect::<Vec<_>>();
    drafts.sort();
    drafts
}

fn note(entry: &Value) -> String {
    entry["note"].as_str().unwrap_or_default().to_owned()
}

/// Asserts that the output counts the drafts, and that the summary table has a row for each.
fn assert_all_are_in_the_summary(shop: &Shop, out: &str, expected: &[(String, String, u64, String)]) {
    assert!(out.contains("USD  3 drafts") && out.contains("\n  drafts                 3\n"), "{out}");
    let summary = files(&shop.output()).into_iter().find(|path| name(path).contains("summary")).unwrap();
    let columns = |row: Vec<String>| [row[6].clone(), row[5].clone(), row[21].clone()];
    let drafted =
        |(sku, _, copies, price): &(String, String, u64, String)| [sku.clone(), price.clone(), copies.to_string()];
    assert_eq!(
        rows(&summary).into_iter().skip(1).map(columns).collect::<Vec<_>>(),
        expected.iter().map(drafted).collect::<Vec<_>>()
    );
}

const ROWS: [&str; 4] = ["VG+,12.00,,Box 1", "G,3.50,warped,Box 2", "VG+,12.00,,Box 3", "VG,6.00,,Box 2"];

#[tokio::test(flavor = "multi_thread")]
async fn each_description_is_a_draft_with_its_quantity() {
    let shop = shop(1).await;
    let ran = shop.sell(&[copies(&shop, &ROWS)]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("2 rows repeat a barcode with another condition"), "{}", ran.out);
    let named = |suffix: &str, condition: &str, quantity, price: &str| {
        (format!("{}{suffix}", sku(&shop, 0)), condition.to_owned(), quantity, price.to_owned())
    };
    let expected = vec![
        named("", "USED_VERY_GOOD", 2, "12.00"),
        named("C2", "USED_ACCEPTABLE", 1, "3.50"),
        named("C3", "USED_GOOD", 1, "6.00"),
    ];
    assert_eq!(drafts(&shop), expected);
    let books = shop.sandbox.ebay_state();
    assert_eq!(books.items[&expected[1].0]["conditionDescription"], "Media: Good (G). warped");
    assert_eq!(books.violations, Vec::<String>::new());
    let first = entry(&shop, 0);
    assert_eq!(first["status"], "drafted");
    let groups = first["copy_groups"].as_array().unwrap();
    assert_eq!(groups.len(), 3, "{first}");
    assert_eq!((&groups[1]["price"], &groups[1]["seller"]["location"]), (&"3.50".into(), &"Box 2".into()), "{first}");

    assert_all_are_in_the_summary(&shop, &ran.out, &expected);

    let picked = shop.run(&["report", "--json"]);
    let lines: Value = serde_json::from_str(&picked.out).unwrap();
    let places = lines.as_array().unwrap().iter().map(|line| (line["location"].clone(), line["copies"].clone()));
    assert_eq!(
        places.collect::<Vec<_>>(),
        [("Box 1, Box 3".into(), 2.into()), ("Box 2".into(), 1.into()), ("Box 2".into(), 1.into())],
        "{}",
        picked.out
    );

    // The same rows again, even in another order, change nothing.
    let before = shop.sandbox.ebay_state();
    for rows in [ROWS, [ROWS[3], ROWS[1], ROWS[2], ROWS[0]]] {
        let ran = shop.sell(&[copies(&shop, &rows)]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert_eq!(entry(&shop, 0)["status"], "already_drafted", "{}", entry(&shop, 0));
        let after = shop.sandbox.ebay_state();
        assert_eq!((&before.writes, &before.offers, &before.items), (&after.writes, &after.offers, &after.items));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_with_a_new_description_keeps_its_draft() {
    let shop = shop(1).await;
    assert_eq!(shop.sell(&[copies(&shop, &ROWS)]).code, Some(0));
    // One copy is regraded, one has a higher price, and finally all have the same description.
    let ran = shop.sell(&[copies(&shop, &[ROWS[0], "G+,4.00,,Box 2", ROWS[2], ROWS[3]])]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let shape =
        |shop: &Shop| drafts(shop).into_iter().map(|(_, _, quantity, price)| (quantity, price)).collect::<Vec<_>>();
    let price = str::to_owned;
    assert_eq!(shape(&shop), [(2, price("12.00")), (1, price("4.00")), (1, price("6.00"))]);
    let ran = shop.sell(&[copies(&shop, &[ROWS[0]; 4])]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(drafts(&shop).iter().map(|draft| draft.2).sum::<u64>(), 4, "{:?}", drafts(&shop));
    // One copy is gone, so there is one draft too many, which is reported.
    let ran = shop.sell(&[copies(&shop, &[ROWS[0], ROWS[1], ROWS[2]])]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(note(&entry(&shop, 0)).contains("C3 is not in the list, so it was not changed"), "{}", entry(&shop, 0));
}

/// The graded copies of two drafts; later lists name only some of them.
const TWO_GRADES: [&str; 2] = ["NM,11.50,,Box 1", "G+,6.00,worn,Box 2"];

#[tokio::test(flavor = "multi_thread")]
async fn drafts_of_copies_that_the_list_does_not_name_are_not_changed() {
    let shop = shop(1).await;
    assert_eq!(shop.sell(&[copies(&shop, &TWO_GRADES)]).code, Some(0));
    let (first, second) = (sku(&shop, 0), format!("{}C2", sku(&shop, 0)));
    let draft = |sku: &String, condition: &str, price: &str| (sku.clone(), condition.to_owned(), 1, price.to_owned());
    let near_mint = draft(&first, "LIKE_NEW", "11.50");
    let worn = draft(&second, "USED_ACCEPTABLE", "6.00");
    assert_eq!(drafts(&shop), [near_mint.clone(), worn.clone()]);
    let before = shop.sandbox.ebay_state();

    let sell = |row| {
        let ran = shop.sell(&[copies(&shop, &[row])]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        entry(&shop, 0)
    };
    let listed = sell(TWO_GRADES[0]);
    let after = shop.sandbox.ebay_state();
    assert_eq!((&before.writes, &before.offers, &before.items), (&after.writes, &after.offers, &after.items));
    assert_eq!((&listed["status"], &listed["draft"]["sku"]), (&"already_drafted".into(), &first.as_str().into()));
    let expected = format!("there are 2 drafts for 2 copies, and the list has 1: {second} is not in the list");
    assert!(note(&listed).contains(&expected), "{listed}");
    assert!(note(&listed).contains(&format!("`draft-maker drafts --delete {second}`")), "{listed}");

    // The row of the worn copy finds its own draft, also with another price.
    for (row, price) in [(TWO_GRADES[1], "6.00"), ("G+,7.00,worn,Box 2", "7.00")] {
        let listed = sell(row);
        assert_eq!(listed["draft"]["sku"], second, "{listed}");
        assert!(note(&listed).contains(&format!("{first} is not in the list")), "{listed}");
        assert_eq!(drafts(&shop), [near_mint.clone(), draft(&second, "USED_ACCEPTABLE", price)]);
    }
    assert_eq!(shop.sandbox.ebay_state().items[&first], before.items[&first]);

    // A grade that no draft has changes the first draft only.
    sell("VG,5.00,,Box 1");
    assert_eq!(drafts(&shop), [draft(&first, "USED_GOOD", "5.00"), draft(&second, "USED_ACCEPTABLE", "7.00")]);
    let description = &shop.sandbox.ebay_state().items[&second]["conditionDescription"];
    assert!(description.as_str().unwrap().ends_with("worn"), "{description}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_the_price_names_each_draft() {
    let shop = shop(1).await;
    assert_eq!(shop.sell(&[copies(&shop, &TWO_GRADES)]).code, Some(0));
    let edited = shop.sell(&["edit", &shop.sandbox.synthetic_upcs()[0].to_string(), "--price", "33"]);
    assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
    let first = sku(&shop, 0);
    for (old, sku, grade) in [("11.50", first.clone(), "Near Mint"), ("6.00", format!("{first}C2"), "Good Plus")] {
        let line = format!("price     {old} USD -> 33.00 USD: {sku} (media {grade}");
        assert!(edited.out.contains(&line), "{}", edited.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_destinations_find_the_draft_of_the_same_grade_too() {
    let account = EbayAccount { has_item_drafts: true, ..EbayAccount::default() };
    for sink in ["csv", "item-draft"] {
        let shop = with_account(1, account.clone()).await;
        assert_eq!(shop.sell(&[copies(&shop, &TWO_GRADES), "--sink", sink]).code, Some(0));
        let skus = [sku(&shop, 0), format!("{}C2", sku(&shop, 0))];
        let made = || (shop.draft_rows().len(), shop.sandbox.ebay_state().item_drafts.len());
        let before = made();
        for (row, own, other) in [(TWO_GRADES[0], &skus[0], &skus[1]), (TWO_GRADES[1], &skus[1], &skus[0])] {
            let ran = shop.sell(&[copies(&shop, &[row]), "--sink", sink]);
            assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
            let listed = entry(&shop, 0);
            assert_eq!(listed["draft"]["sku"], own.as_str(), "{sink}: {listed}");
            assert_eq!(listed["further_drafts"].as_array().map_or(0, Vec::len), 0, "{sink}: {listed}");
            let note = note(&listed);
            assert!(note.contains(&format!("{other} is not in the list")), "{sink}: {note}");
            assert!(!note.contains("differs") && !note.contains("other values"), "{sink}: {note}");
            assert_eq!(made(), before, "{sink}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_in_unchangeable_drafts_are_not_drafted_again() {
    let shop = shop(1).await;
    assert_eq!(shop.sell(&[copies(&shop, &[ROWS[0]; 3])]).code, Some(0));
    shop.sandbox.seller_lists(&sku(&shop, 0));
    let ran = shop.sell(&[copies(&shop, &[ROWS[0], ROWS[1], ROWS[2]])]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(drafts(&shop).len(), 1, "{:?}", drafts(&shop));
    assert!(note(&entry(&shop, 0)).contains("1 of the copies have no draft"), "{}", entry(&shop, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_destinations_draft_them_too_and_report_stale_drafts() {
    let account = EbayAccount { has_item_drafts: true, ..EbayAccount::default() };
    for sink in ["csv", "item-draft"] {
        let shop = with_account(1, account.clone()).await;
        let ran = shop.sell(&[copies(&shop, &ROWS), "--sink", sink]);
        assert!(matches!(ran.code, Some(0)), "{}{}", ran.out, ran.err);
        let count = |shop: &Shop| {
            if sink == "csv" { shop.draft_rows().len() } else { shop.sandbox.ebay_state().item_drafts.len() }
        };
        assert_eq!(count(&shop), 3, "{sink}");
        let ran = shop.sell(&[copies(&shop, &[ROWS[3], ROWS[2], ROWS[1], ROWS[0]]), "--sink", sink]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        let unchanged = note(&entry(&shop, 0));
        assert!(!unchanged.contains("differs") && !unchanged.contains("other values"), "{sink}: {unchanged}");
        let ran =
            shop.sell(&[copies(&shop, &["VG+,15.00,,Box 1", ROWS[1], "VG+,15.00,,Box 1", ROWS[3]]), "--sink", sink]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        let stale = note(&entry(&shop, 0));
        let (change, advice) = if sink == "csv" {
            ("price from 12.00 to 15.00", "drafts --delete")
        } else {
            ("price from 12.00 USD to 15.00 USD", "change it on its page")
        };
        assert!(stale.contains(change) && stale.contains(advice), "{sink}: {stale}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_leaves_one_draft_for_each_description() {
    let shop = shop(1).await;
    let list = copies(&shop, &ROWS);
    let written = || shop.sandbox.ebay_state().writes.values().sum::<u64>();
    // The run is killed once before and once after the first write.
    for enough in [0, 1] {
        let mut run = shop.seller(&[list]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while written() < enough && run.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let _ = run.kill();
        run.wait().unwrap();
    }
    let ran = shop.sell(&[list]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let drafts = drafts(&shop);
    assert_eq!(drafts.iter().map(|draft| draft.2).collect::<Vec<_>>(), [2, 1, 1], "{drafts:?}");
    assert_eq!(shop.sandbox.ebay_state().violations, Vec::<String>::new());
}
