//! Storage and sale details that a list states for a copy, and edits after the draft.

use sandbox::EbayAccount;
use serde_json::{Value, json};

use super::photos::photo;
use super::{assert_only_unpublished_offers, entry, shop, sku, with_account};
use crate::batch::shop::{ProgramOutput, Shop, run_output};

fn table(shop: &Shop, header: &str, rows: &[&str]) -> &'static str {
    let upcs = shop.sandbox.synthetic_upcs();
    let rows = upcs.iter().zip(rows).fold(String::new(), |text, (upc, row)| format!("{text}{upc},{row}\n"));
    shop.list(format!("UPC,{header}\n{rows}"))
}

fn sell_with(shop: &Shop, arguments: &[&str], settings: &[(&str, &str)]) -> ProgramOutput {
    let settings = settings.iter().map(|(name, value)| (format!("DRAFT_MAKER__{name}"), *value));
    run_output(&shop.seller(arguments).envs(settings).output().unwrap())
}

fn offer(shop: &Shop, sku: &str) -> Value {
    shop.sandbox.ebay_state().offers_for_sku(sku)[0].clone()
}

/// Settings of a seller with several policies; the last three are for best offers.
const SETTINGS: [(&str, &str); 8] = [
    ("EBAY__FULFILLMENT_POLICY", "Shipping 1"),
    ("EBAY__PAYMENT_POLICY", "Payment 1"),
    ("EBAY__RETURN_POLICY", "Returns 1"),
    ("EBAY__FORMATS__CD_FULFILLMENT_POLICY", "Shipping 2"),
    ("EBAY__FORMATS__CD_STORE_CATEGORY", "/Music/CDs"),
    ("LISTING__BEST_OFFER", "true"),
    ("LISTING__BEST_OFFER_ACCEPT_PERCENT", "90"),
    ("LISTING__BEST_OFFER_DECLINE_PERCENT", "55"),
];

async fn described_shop() -> (Shop, &'static str) {
    let shop = with_account(2, EbayAccount { policy_count: 2, ..EbayAccount::default() }).await;
    let list = table(
        &shop,
        "Grade,Price,Cost,Best Offer,Store Category,Obi,Booklet,Case",
        &["VG+,20.00,$3.50,,Music/Rarities,yes,no,yes", "VG,10.00,,no,,,,"],
    );
    (shop, list)
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_have_the_details_of_the_row_and_of_the_format() {
    let (shop, list) = described_shop().await;
    let ran = sell_with(&shop, &[list], &SETTINGS);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 2);
    let [first, second] = [0, 1].map(|place| offer(&shop, &sku(&shop, place)));
    let policies = &first["listingPolicies"];
    assert_eq!(policies["fulfillmentPolicyId"], "61000000002", "{policies}");
    assert_eq!(
        (&policies["paymentPolicyId"], &policies["returnPolicyId"]),
        (&json!("61000000001"), &json!("61000000001"))
    );
    let terms = &policies["bestOfferTerms"];
    assert_eq!(terms["bestOfferEnabled"], true);
    assert_eq!(
        (&terms["autoAcceptPrice"]["value"], &terms["autoDeclinePrice"]["value"]),
        (&json!("18.00"), &json!("11.00"))
    );
    assert_eq!(first["storeCategoryNames"], json!(["/Music/Rarities"]), "the row states it");
    assert_eq!(second["storeCategoryNames"], json!(["/Music/CDs"]), "the setting for the format states it");
    assert!(second["listingPolicies"]["bestOfferTerms"].is_null(), "{second}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_and_cost_are_in_the_draft_and_the_results() {
    let (shop, list) = described_shop().await;
    let ran = sell_with(&shop, &[list], &SETTINGS);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let books = shop.sandbox.ebay_state();
    let item = &books.items[&sku(&shop, 0)];
    let text = "Media: Very Good Plus (VG+). With obi and case. Without booklet.";
    assert_eq!(item["conditionDescription"], text);
    assert!(item["product"]["title"].as_str().unwrap().contains(" Obi"), "{item}");
    let seller = &entry(&shop, 0)["seller"];
    assert_eq!((&seller["cost"], &seller["parts"]), (&json!("$3.50"), &json!("With obi and case. Without booklet.")));
    let report: Value = serde_json::from_str(&shop.run(&["report", "--json"]).out).unwrap();
    assert_eq!(report[0]["cost"], "$3.50", "{report}");
    let price = entry(&shop, 0)["pricing"].clone();
    assert_eq!((&report[0]["price"], &report[0]["currency"]), (&price["recommended_price"], &price["currency"]));

    // The same list changes nothing, and a run without best offers removes them.
    let again = sell_with(&shop, &[list], &SETTINGS);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    assert_eq!(entry(&shop, 0)["status"], "already_drafted", "{}", entry(&shop, 0));
    let without = sell_with(&shop, &[list], &SETTINGS[..5]);
    assert_eq!(without.code, Some(0), "{}{}", without.out, without.err);
    assert!(offer(&shop, &sku(&shop, 0))["listingPolicies"]["bestOfferTerms"]["bestOfferEnabled"].is_null());
    assert_only_unpublished_offers(&shop, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_values_are_reported() {
    let shop = shop(2).await;
    let list = table(&shop, "Cost,Obi", &["cheap,maybe", "3.00,yes"]);
    let ran = shop.sell(&[list]);
    assert!(ran.out.contains("\"Cost\" is not understood: \"cheap\""), "{}", ran.out);
    assert!(ran.out.contains("\"Obi\" is not understood: \"maybe\""), "{}", ran.out);
    let bounds = [("LISTING__BEST_OFFER_ACCEPT_PERCENT", "50"), ("LISTING__BEST_OFFER_DECLINE_PERCENT", "60")];
    let wrong = sell_with(&shop, &[list], &bounds);
    assert_eq!(wrong.code, Some(2), "{}{}", wrong.out, wrong.err);
    assert!(wrong.err.contains("it must be below listing.best_offer_accept_percent"), "{}", wrong.err);
    let unknown = sell_with(&shop, &[list], &[("EBAY__FORMATS__CD_RETURN_POLICY", "Nowhere")]);
    assert!(unknown.err.contains("ebay.formats.cd_return_policy"), "{}{}", unknown.out, unknown.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sku_starts_with_the_location_and_stays_when_copies_move() {
    let shop = shop(2).await;
    let by_location = [("LISTING__SKU", "location")];
    let ran = sell_with(&shop, &[table(&shop, "Location", &["Box 14", ""])], &by_location);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let [first, second] = [0, 1].map(|place| sku(&shop, place));
    let placed = format!("Box14{first}");
    assert_eq!(entry(&shop, 0)["draft"]["sku"], placed.as_str());
    assert_eq!(entry(&shop, 1)["draft"]["sku"], second.as_str(), "no location is stated");
    for settings in [&by_location[..], &[]] {
        let ran = sell_with(&shop, &[table(&shop, "Location", &["Box 2", "Box 3"])], settings);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert_eq!(entry(&shop, 0)["draft"]["sku"], placed.as_str());
        assert_only_unpublished_offers(&shop, 2);
    }
    let listed = shop.seller(&["drafts"]).output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains(&placed), "{listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_with_a_location_in_their_sku_are_found_again() {
    let shop = shop(2).await;
    let by_location = [("LISTING__SKU", "location")];
    let sold = sell_with(&shop, &[table(&shop, "Location", &["Box 14", "Box 14"])], &by_location);
    assert_eq!(sold.code, Some(0), "{}{}", sold.out, sold.err);
    let placed = [0, 1].map(|place| format!("Box14{}", sku(&shop, place)));
    assert_only_unpublished_offers(&shop, 2);
    // The copies have moved since. An item that waits for a decision, a dry run and another destination still find the
    // drafts.
    let moved = table(&shop, "Location", &["Box 9", "Box 9"]);
    for (flags, status) in
        [(&["--review"][..], "already_drafted"), (&["--dry-run"], "already_drafted"), (&["--sink", "csv"], "skipped")]
    {
        let again = sell_with(&shop, &[&[moved][..], flags].concat(), &by_location);
        for place in [0, 1] {
            let entry = entry(&shop, place);
            assert_eq!(entry["status"], status, "{flags:?}: {entry}\n{}{}", again.out, again.err);
            let is_named = entry["draft"]["sku"] == placed[place].as_str() || status == "skipped";
            assert!(is_named, "{flags:?}: {entry}");
        }
    }
    assert_only_unpublished_offers(&shop, 2);
    let deleted = shop.sell(&["drafts", "--delete", &placed[0], "--yes"]);
    assert_eq!(deleted.code, Some(0), "{}{}", deleted.out, deleted.err);
    assert_only_unpublished_offers(&shop, 1);
}

/// An edit of everything that an edit can change, except the sleeve grade.
const EDIT: [&str; 10] =
    ["--price", "24.00", "--title", "My own title CD", "--quantity", "2", "--media-grade", "VG", "--note", "scuffs"];

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_updates_the_draft_and_survives_a_rerun() {
    let shop = shop(2).await;
    let list = table(&shop, "Grade,Price", &["VG+,12.00", "VG+,12.00"]);
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let edited = shop.sell(&[&["edit", &upc][..], &EDIT].concat());
    assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
    assert!(edited.out.contains("My own title CD (15 of 80 characters)"), "{}", edited.out);
    let is_edited = || {
        let (item, offer) = (shop.sandbox.ebay_state().items[&sku(&shop, 0)].clone(), offer(&shop, &sku(&shop, 0)));
        assert_eq!(item["product"]["title"], "My own title CD");
        assert_eq!(item["condition"], "USED_GOOD");
        assert_eq!(item["conditionDescription"], "Media: Very Good (VG). scuffs");
        assert_eq!(offer["pricingSummary"]["price"]["value"], "24.00");
        assert_eq!(offer["availableQuantity"], 2);
    };
    is_edited();
    assert_only_unpublished_offers(&shop, 2);
    // Running the same list twice more keeps the edit.
    for _ in 0..2 {
        let ran = shop.sell(&[list]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        is_edited();
        assert!(entry(&shop, 0)["note"].as_str().unwrap().contains("your edit of"), "{}", entry(&shop, 0));
    }
    // A dry run shows the edited price too.
    let dry = shop.sell(&[list, "--dry-run"]);
    assert!(dry.out.contains("24.00 USD") && !dry.out.contains("CD 12.00 USD"), "{}{}", dry.out, dry.err);
    assert_eq!(entry(&shop, 0)["pricing"]["recommended_price"], "24.00", "{}", entry(&shop, 0));
    // A second edit changes only the fields it names, and a changed row overrides earlier edits.
    let second = shop.sell(&["edit", &upc, "--price", "30.00"]);
    assert_eq!(second.code, Some(0), "{}{}", second.out, second.err);
    assert_eq!(offer(&shop, &sku(&shop, 0))["pricingSummary"]["price"]["value"], "30.00");
    assert_eq!(shop.sandbox.ebay_state().items[&sku(&shop, 0)]["product"]["title"], "My own title CD");
    let changed = shop.sell(&[table(&shop, "Grade,Price", &["VG+,9.00", "VG+,12.00"])]);
    assert_eq!(changed.code, Some(0), "{}{}", changed.out, changed.err);
    assert_eq!(offer(&shop, &sku(&shop, 0))["pricingSummary"]["price"]["value"], "9.00");
    // Edits made by the seller on eBay are kept.
    shop.sandbox.seller_edits(&sku(&shop, 1), &json!({"pricingSummary": {"price": {"value": "77.00"}}}));
    let other = shop.sandbox.synthetic_upcs()[1].to_string();
    assert_eq!(shop.sell(&["edit", &other, "--price", "5.00"]).code, Some(0));
    assert_eq!(offer(&shop, &sku(&shop, 1))["pricingSummary"]["price"]["value"], "77.00");
}

/// Without `--job`, an edit is for the newest batch in which the item has a draft.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_finds_the_draft_of_an_earlier_batch() {
    let shop = shop(1).await;
    assert_eq!(shop.sell(&[table(&shop, "Grade,Price", &["VG+,12.00"])]).code, Some(0));
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let failing = shop.list(format!("UPC,Grade,Price,Lot\n{upc},VG+,12.00,A\n{upc},VG+,12.00,B\n"));
    assert_ne!(shop.sell(&[failing]).code, Some(0));
    let edited = shop.sell(&["edit", &upc, "--price", "24.00"]);
    assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
    assert!(edited.err.contains("has no draft to edit yet, so batch_"), "{}", edited.err);
    assert_eq!(offer(&shop, &sku(&shop, 0))["pricingSummary"]["price"]["value"], "24.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_impossible_edit_reports_the_reason() {
    let shop = shop(1).await;
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let early = shop.sell(&["edit", &upc, "--price", "5.00"]);
    assert_eq!(early.code, Some(2), "{}{}", early.out, early.err);
    assert!(early.err.contains("no batch has"), "{}", early.err);
    assert_eq!(shop.sell(&[table(&shop, "Grade", &["VG+"])]).code, Some(0));
    let long = "A title that is too long ".repeat(4);
    for (flags, why) in [
        (["--title", long.as_str()], "it has 99 characters: shorten it to 80"),
        (["--quantity", "0"], "write a whole number from 1 to 10000"),
        (["--price", "free"], "write an amount above 0"),
        (["--price", "5.999"], "write an amount above 0"),
    ] {
        let wrong = shop.sell(&[&["edit", &upc][..], &flags].concat());
        assert_eq!(wrong.code, Some(2), "{}{}", wrong.out, wrong.err);
        assert!(wrong.err.contains(why), "{}", wrong.err);
    }
    assert_eq!(shop.sell(&["edit", &upc]).code, Some(2), "nothing to change");
}

/// An edit, its undo and new photos would create a draft that the seller does not want.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_does_not_create_a_deleted_draft_again() {
    let shop = shop(1).await;
    let list = table(&shop, "Grade,Price", &["VG+,12.00"]);
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let (upc, sku) = (shop.sandbox.synthetic_upcs()[0].to_string(), sku(&shop, 0));
    assert_eq!(shop.sell(&["edit", &upc, "--price", "15.00"]).code, Some(0));
    assert_eq!(shop.sell(&["drafts", "--delete", &sku, "--yes"]).code, Some(0));
    for arguments in [&["edit", &upc, "--price", "24.00"][..], &["undo", &upc][..]] {
        let refused = shop.sell(arguments);
        assert_eq!(refused.code, Some(2), "{}{}", refused.out, refused.err);
        let expected = format!("{sku} was deleted; to draft the item again, run its list again");
        assert!(refused.err.contains(&expected), "{}", refused.err);
        assert_only_unpublished_offers(&shop, 0);
    }
    photo(&shop, 0, ".jpg", 1);
    let photos = shop.sell(&["photos", "photos"]);
    let shown = format!("{}{}", photos.out, photos.err);
    assert!(shown.contains(&format!("its draft {sku} was deleted; to draft the item again")), "{shown}");
    assert_only_unpublished_offers(&shop, 0);
    assert_eq!(shop.sell(&[list]).code, Some(0));
    assert_eq!(shop.sell(&["edit", &upc, "--price", "24.00"]).code, Some(0));
    assert_only_unpublished_offers(&shop, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_replaces_the_row_of_the_drafts_file() {
    let shop = shop(1).await;
    let list = table(&shop, "Grade,Price", &["VG+,12.00"]);
    assert_eq!(shop.sell(&[list, "--sink", "csv"]).code, Some(0));
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let edited = shop.sell(&["edit", &upc, "--price", "15.00"]);
    assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
    let rows = shop.draft_rows();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].contains(&"15.00".to_owned()), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_label_sheet_has_a_barcode_for_each_copy() {
    let shop = shop(2).await;
    assert_eq!(shop.sell(&[table(&shop, "Location,Qty", &["Box 14,2", "Box 2,1"])]).code, Some(0));
    let path = shop.home.path().join("labels.svg");
    let labels = ["report", "--labels", path.to_str().unwrap(), "--page", "a4"];
    let printed = shop.run(&labels);
    assert_eq!(printed.code, Some(0), "{}{}", printed.out, printed.err);
    let sheet = std::fs::read_to_string(&path).unwrap();
    assert_eq!(sheet.matches("<path ").count(), 3, "two copies and one");
    assert!(sheet.contains(&format!("Box 14  {}", sku(&shop, 0))), "{sheet}");
    let again = shop.run(&labels);
    assert_eq!(again.code, Some(2), "an earlier sheet stays: {}{}", again.out, again.err);
    let path = shop.home.path().join("labels.pdf");
    let printed = shop.run(&["report", "--labels", path.to_str().unwrap()]);
    assert_eq!(printed.code, Some(0), "{}{}", printed.out, printed.err);
    let document = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    assert!(document.starts_with("%PDF"), "{document}");
    assert_eq!(document.matches(&format!("Box 14  {}", sku(&shop, 0))).count(), 2, "one for each copy: {document}");
}

/// The sheet of command barcodes needs no batch, and never overwrites a file.
#[tokio::test(flavor = "multi_thread")]
async fn grade_labels_are_a_sheet_without_a_batch() {
    let shop = shop(0).await;
    let path = shop.home.path().join("grades.svg");
    let printed = shop.run(&["report", "--grade-labels", path.to_str().unwrap(), "--page", "a4"]);
    assert!(printed.out.contains("grades.svg"), "{}{}", printed.out, printed.err);
    let sheet = std::fs::read_to_string(&path).unwrap();
    assert!(sheet.matches("<path ").count() == 21 && sheet.contains("VG+/VG") && sheet.contains("nograde"), "{sheet}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_has_no_drafts_to_report() {
    let shop = shop(2).await;
    let list = shop.synthetic_list();
    for (flag, why) in [("--dry-run", "was a dry run"), ("--no-drafts", "--no-drafts")] {
        let ran = shop.sell(&[list, flag]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        let report = shop.run(&["report"]);
        assert!(report.out.contains(why) && !report.out.contains("DM0"), "{}{}", report.out, report.err);
        assert_eq!(shop.run(&["report", "--json"]).out, "[]\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_that_cannot_be_written_are_reported_with_their_own_path() {
    let shop = shop(1).await;
    for wrong in ["labels.png", "labels"] {
        let refused = shop.run(&["report", "--grade-labels", wrong]);
        assert_eq!(refused.code, Some(2), "{}{}", refused.out, refused.err);
        assert!(refused.err.contains(".pdf or .svg"), "{}", refused.err);
        assert!(!shop.home.path().join(wrong).exists());
    }
    let failed = shop.run(&["report", "--grade-labels", "missing/labels.pdf"]);
    assert_eq!(failed.code, Some(2), "{}{}", failed.out, failed.err);
    let reason = "cannot create missing/labels.pdf: no such file or folder";
    assert!(failed.err.contains(reason) && !failed.err.contains(".draft-maker-"), "{}", failed.err);
}
