//! Lots: items of a list that are sold as one listing.

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::{assert_only_unpublished_offers, entry, shop, sku};
use crate::batch::shop::{Shop, send_signal, wait_for_exit};

/// Writes a list with one row per release.
fn table(shop: &Shop, header: &str, rows: &[&str]) -> &'static str {
    let upcs = shop.sandbox.synthetic_upcs();
    let rows = upcs.iter().zip(rows).fold(String::new(), |text, (upc, row)| format!("{text}{upc},{row}\n"));
    shop.list(format!("UPC,{header}\n{rows}"))
}

/// Writes a list with three items in a lot and one item alone.
fn lot_of_three(shop: &Shop) -> &'static str {
    table(shop, "Grade,Price,Lot", &["VG+,10.00,Box A", "VG,5.50,", "NM,20.00,box a", "G,1.50,Box A"])
}

/// Returns the offer and the item of the only lot.
fn lot(shop: &Shop) -> (Value, Value) {
    let books = shop.sandbox.ebay_state();
    let lots = books.offers.iter().filter(|offer| !offer["lotSize"].is_null()).collect::<Vec<_>>();
    assert_eq!(lots.len(), 1, "{:?}", books.offers);
    let item = books.items[lots[0]["sku"].as_str().unwrap()].clone();
    (lots[0].clone(), item)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_items_of_a_lot_are_one_draft() {
    let shop = shop(4).await;
    let list = lot_of_three(&shop);
    let ran = shop.sell(&[list]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 2);
    let (offer, item) = lot(&shop);
    assert_eq!((&offer["lotSize"], &offer["availableQuantity"]), (&json!(3), &json!(1)));
    assert_eq!(offer["pricingSummary"]["price"]["value"], "31.50", "the sum of the prices");
    let title = item["product"]["title"].as_str().unwrap();
    assert!(title.contains(" Lot of 3 ") && title.encode_utf16().count() <= 80, "{title}");
    assert_eq!(item["condition"], "USED_ACCEPTABLE", "that of the worst item");
    assert_eq!(item["product"]["upc"], json!(["Does not apply"]));
    let text = item["product"]["description"].as_str().unwrap();
    assert!(text.contains("Items in this lot") && text.contains("Very Good Plus (VG+)"), "{text}");
    let [first, alone, third] = [0, 1, 2].map(|place| entry(&shop, place));
    assert_eq!((&first["status"], &alone["status"]), (&json!("drafted"), &json!("drafted")));
    assert_eq!((&third["status"], &third["draft"]["sku"]), (&json!("already_drafted"), &first["draft"]["sku"]));
    assert!(third["note"].as_str().unwrap().contains("in the lot \"Box A\": its draft is that of"), "{third}");
    assert_eq!(third["seller"]["lot"], "box a");

    let finds_its_draft = |arguments: &[&str]| {
        let again = shop.sell(arguments);
        assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
        let entry = entry(&shop, 3);
        assert_eq!(entry["draft"]["sku"], first["draft"]["sku"], "{arguments:?}: {entry}");
        assert_only_unpublished_offers(&shop, 2);
    };
    finds_its_draft(&[list]);
    // The seller's own title applies to the lot, and the rest of the lot is unchanged, even if the list runs again.
    let upcs = shop.sandbox.synthetic_upcs();
    let edited = shop.sell(&["edit", &upcs[0].to_string(), "--title", "My lot"]);
    assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
    finds_its_draft(&[list]);
    let (offer, item) = lot(&shop);
    assert_eq!((&item["product"]["title"], &offer["lotSize"]), (&json!("My lot"), &json!(3)));
    let others = format!("{},G,1.50,Box A\n{},VG+,10.00,Box A\n{},NM,20.00,Box A\n", upcs[3], upcs[0], upcs[2]);
    finds_its_draft(&[shop.list(format!("UPC,Grade,Price,Lot\n{others}"))]);
    finds_its_draft(&[list, "--dry-run"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_all_items_are_as_many_lots() {
    let shop = shop(4).await;
    let settings = [("DRAFT_MAKER__PRICING__LOT_PERCENT", "80")];
    let list = table(&shop, "Grade,Price,Lot,Qty", &["VG+,10.00,A,2", "VG,5.00,A,2", "NM,8.00,B,1", "G,1.00,B,3"]);
    let ran = shop.seller(&[list]).envs(settings).output().unwrap();
    assert!(ran.status.success(), "{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert_only_unpublished_offers(&shop, 2);
    let books = shop.sandbox.ebay_state();
    let mut sold = books.offers.iter().map(|offer| {
        let field = |name: &str| offer[name].as_u64().unwrap();
        (field("lotSize"), field("availableQuantity"), offer["pricingSummary"]["price"]["value"].clone())
    });
    let mut sold = sold.by_ref().collect::<Vec<_>>();
    sold.sort_by_key(|(size, ..)| *size);
    assert_eq!(sold, [(2, 2, "12.00".into()), (4, 1, "8.80".into())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_in_review_holds_its_lot_until_it_is_decided() {
    let shop = shop(3).await;
    let list = table(&shop, "Grade,Price,Lot", &["VG+,10.00,A", "VG,12.345,A", "NM,8.00,A"]);
    let ran = shop.sell(&[list]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 0);
    assert_eq!(entry(&shop, 1)["status"], "needs_review", "{}", entry(&shop, 1));
    let held = entry(&shop, 0);
    assert_eq!(held["status"], "skipped", "{held}");
    assert!(held["error"].as_str().unwrap().contains("the lot \"A\" waits for"), "{held}");
    let ready = shop.sandbox.synthetic_upcs()[0].to_string();
    let edited = shop.sell(&["edit", &ready, "--price", "11.00"]);
    assert!(edited.out.contains("11.00 USD") && edited.out.contains("decide about it"), "{}{}", edited.out, edited.err);
    let upc = shop.sandbox.synthetic_upcs()[1].to_string();
    crate::batch::review::edit(&shop, &[(&upc, "price = \"4.00\"")]);
    let applied = shop.sell(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    let resumed = shop.sell(&["resume"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
    assert_only_unpublished_offers(&shop, 1);
    let (offer, _) = lot(&shop);
    assert_eq!(offer["pricingSummary"]["price"]["value"], "23.00", "with the edit");
    assert_eq!(entry(&shop, 0)["status"], "drafted", "{}", entry(&shop, 0));
    assert_eq!(entry(&shop, 1)["status"], "already_drafted", "{}", entry(&shop, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_is_a_row_of_the_drafts_file() {
    let shop = shop(4).await;
    let list = lot_of_three(&shop);
    for _ in 0..2 {
        let ran = shop.sell(&[list, "--sink", "csv"]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    }
    let rows = shop.draft_rows();
    let lots = rows.iter().filter(|row| row.iter().any(|cell| cell.contains(" Lot of 3 "))).collect::<Vec<_>>();
    assert_eq!((rows.len(), lots.len()), (2, 1), "{rows:?}");
    assert!(lots[0].contains(&"31.50".to_owned()), "{lots:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lots_that_cannot_be_say_why() {
    let shop = shop(3).await;
    let upcs = shop.sandbox.synthetic_upcs();
    let list = shop.list(format!(
        "UPC,Grade,Price,Lot\n{0},VG+,10.00,A\n{0},VG+,10.00,B\n{1},VG,5.00,A\n{2},VG,5.00,C\n",
        upcs[0], upcs[1], upcs[2]
    ));
    let ran = shop.sell(&[list]);
    assert_ne!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 0);
    let text = |place: usize| entry(&shop, place)["error"].as_str().unwrap_or_default().to_owned();
    assert!(text(0).contains("its rows name different lots (A, B)"), "{}", text(0));
    assert!(text(1).contains("the lot \"A\" waits for"), "{}", text(1));
    assert!(text(2).contains("the lot \"C\" has no other item"), "{}", text(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_amid_the_lots_leaves_one_draft_of_each() {
    let shop = shop(24).await;
    let rows = (0..24).map(|place| format!("VG+,10.00,Lot {}", place / 3)).collect::<Vec<_>>();
    let list = table(&shop, "Grade,Price,Lot", &rows.iter().map(String::as_str).collect::<Vec<_>>());
    let mut child = shop.seller(&[list]).spawn().unwrap();
    while shop.sandbox.ebay_state().items.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    send_signal(&child, Signal::SIGKILL);
    wait_for_exit(&mut child).await;
    let resumed = shop.sell(&["resume"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
    assert_only_unpublished_offers(&shop, 8);
    assert_eq!(shop.statuses().len(), 24);
    assert!(entry(&shop, 23)["draft"]["sku"].as_str().unwrap() != sku(&shop, 23), "{}", entry(&shop, 23));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_takes_a_lot_whole() {
    let shop = shop(4).await;
    let list = lot_of_three(&shop);
    let ran = shop.sell(&[list, "--limit", "1"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 1);
    assert_eq!(lot(&shop).0["lotSize"], 3);
    assert!(ran.out.contains("beyond the limit of 1, 2 more items complete its lots: Box A"), "{}", ran.out);
    assert_eq!(shop.results()["total_upcs"], 3);
    // An item beyond the limit is left out, together with its lot.
    let ran = shop.sell(&[list, "--limit", "2"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(shop.results()["total_upcs"], 4);
}

/// A report lists the draft of a lot once, with the photos of all its items.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_the_photos_of_all_items_of_a_lot() {
    let shop = shop(4).await;
    let list = lot_of_three(&shop);
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let folder = shop.home.path().join("photos");
    std::fs::create_dir_all(&folder).unwrap();
    let upcs = shop.sandbox.synthetic_upcs();
    for (place, name) in [(0, ".jpg"), (0, "_2.jpg"), (1, ".jpg"), (2, ".jpg")] {
        let color = u8::try_from(place * 40 + name.len()).unwrap();
        let picture = image::RgbImage::from_pixel(640, 480, image::Rgb([color, 90, 200]));
        picture.save(folder.join(format!("{}{name}", upcs[place]))).unwrap();
    }
    let taken = shop.sell(&["photos", "photos"]);
    assert_eq!(taken.code, Some(0), "{}{}", taken.out, taken.err);
    let report = shop.sell(&["report", "--json"]);
    let lines: Vec<Value> = serde_json::from_str(&report.out).unwrap();
    let lot_sku = lot(&shop).0["sku"].clone();
    let mut photos = lines.iter().map(|line| (line["sku"] == lot_sku, line["photos"].clone())).collect::<Vec<_>>();
    photos.sort_by_key(|(is_lot, _)| *is_lot);
    assert_eq!(photos, [(false, json!(1)), (true, json!(3))], "{}", report.out);
    let line = lines.iter().find(|line| line["sku"] == lot_sku).unwrap();
    let offers = shop.sandbox.ebay_state().offers.clone();
    assert!(format!("{offers:?}").contains(line["price"].as_str().unwrap()), "the price of the lot: {line} {offers:?}");
}

/// The items of a lot may be on several shelves.
#[tokio::test(flavor = "multi_thread")]
async fn a_pick_list_has_the_locations_of_all_items_of_a_lot() {
    let shop = shop(3).await;
    let list = table(&shop, "Grade,Price,Lot,Location", &["VG+,10.00,A,Box 7", "VG,5.00,A,Box 2", "NM,8.00,A,Box 7"]);
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let report: Value = serde_json::from_str(&shop.run(&["report", "--json"]).out).unwrap();
    assert_eq!((report.as_array().unwrap().len(), &report[0]["location"]), (1, &json!("Box 7, Box 2")), "{report}");
    let worst = (&report[0]["condition"], &report[0]["media_grade"]);
    assert_eq!(worst, (&json!("good"), &json!("VG")), "the lot is as its worst item: {report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lot_keeps_its_draft_if_an_item_with_a_lower_barcode_joins() {
    let shop = shop(3).await;
    let mut upcs = shop.sandbox.synthetic_upcs();
    upcs.sort_unstable();
    let list = |from: usize| {
        let rows = upcs[from..].iter().map(|upc| format!("{upc},VG+,10.00,Box A\n")).collect::<Vec<_>>().concat();
        shop.list(format!("UPC,Grade,Price,Lot\n{rows}"))
    };
    assert_eq!(shop.sell(&[list(1)]).code, Some(0));
    let before = lot(&shop).0;
    let ran = shop.sell(&[list(0)]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let after = lot(&shop).0;
    assert_eq!((&after["sku"], &after["lotSize"]), (&before["sku"], &json!(3)), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 1);
}

/// Returns the note in the result of the release at `place`.
fn note(shop: &Shop, place: usize) -> String {
    entry(shop, place)["note"].as_str().unwrap_or_default().to_owned()
}

/// It may be the same copy, which would be sold twice, or another one.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_an_earlier_lot_that_is_listed_alone_names_the_lot() {
    let shop = shop(4).await;
    let list = lot_of_three(&shop);
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let lot_sku = lot(&shop).0["sku"].as_str().unwrap().to_owned();
    let upcs = shop.sandbox.synthetic_upcs();
    let includes = |upcs: &str| format!("the draft {lot_sku} of the lot \"Box A\" also includes {upcs}: delete one");
    let alone = shop.list(format!("UPC,Grade,Price\n{},VG+,10.00\n{},VG,5.50\n", upcs[0], upcs[1]));
    for status in ["drafted", "already_drafted"] {
        let ran = shop.sell(&[alone]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert_eq!(entry(&shop, 0)["status"], status);
        assert!(note(&shop, 0).contains(&includes(&upcs[0].to_string())), "{}", note(&shop, 0));
        assert!(!note(&shop, 1).contains("also includes"), "an item that was alone: {}", note(&shop, 1));
    }
    // A lot with another name is another lot.
    let renamed = table(&shop, "Grade,Price,Lot", &["VG+,10.00,Box C", "VG,5.50,", "NM,20.00,Box C", "G,1.50,Box C"]);
    let ran = shop.sell(&[renamed]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let all = [0, 2, 3].map(|place| upcs[place].to_string()).join(", ");
    assert!(note(&shop, 0).contains(&includes(&all)), "{}", note(&shop, 0));
    // Without the draft, there is nothing to say.
    assert_eq!(shop.sell(&["drafts", "--delete", &lot_sku, "--yes"]).code, Some(0));
    assert_eq!(shop.sell(&[renamed]).code, Some(0));
    assert!(!note(&shop, 0).contains("\"Box A\""), "{}", note(&shop, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_an_edit_took_out_of_its_lot_does_not_name_it() {
    let shop = shop(4).await;
    let list = lot_of_three(&shop);
    // The second run finds the lot, and the edit belongs to it.
    for _ in 0..2 {
        assert_eq!(shop.sell(&[list]).code, Some(0));
    }
    let left = shop.sandbox.synthetic_upcs()[3].to_string();
    let edited = shop.sell(&["edit", &left, "--lot", "none"]);
    assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
    assert_eq!(lot(&shop).0["lotSize"], 2);
    assert!(edited.out.contains("1.50 USD") && !edited.out.contains("also includes"), "{}", edited.out);
    for arguments in [&[list][..], &["edit", &left, "--price", "2.50"]] {
        let ran = shop.sell(arguments);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert!(!note(&shop, 3).contains("also includes"), "{arguments:?}: {}", note(&shop, 3));
    }
    assert_only_unpublished_offers(&shop, 3);
}

/// The carrier of a lot shows the price of the lot, and its own price when it has left.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_leaves_its_lot_shows_its_own_price() {
    let shop = shop(4).await;
    assert_eq!(shop.sell(&[lot_of_three(&shop)]).code, Some(0));
    let carrier = shop.sandbox.synthetic_upcs()[0].to_string();
    let edited = shop.sell(&["edit", &carrier, "--lot", "none"]);
    assert_eq!(edited.code, Some(0), "{}{}", edited.out, edited.err);
    let line = edited.out.lines().find(|line| line.contains(&carrier) && line.contains("drafted")).unwrap();
    assert!(line.contains("10.00 USD"), "{line}");
}

/// Another machine may have drafted the items alone. Only eBay knows these drafts.
#[tokio::test(flavor = "multi_thread")]
async fn drafts_of_the_items_from_another_data_folder_are_named() {
    let shop = shop(4).await;
    let prices = table(&shop, "Grade,Price", &["VG+,10.00", "VG,5.50"]);
    assert_eq!(shop.sell(&[prices, "--data-dir", "another"]).code, Some(0));
    assert_only_unpublished_offers(&shop, 2);
    let list = table(&shop, "Grade,Price,Lot", &["VG+,10.00,A", "VG,5.50,B", "NM,8.00,A", "G,1.50,B"]);
    let ran = shop.sell(&[list, "--sink", "csv"]);
    assert_ne!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(entry(&shop, 0)["error"].as_str().unwrap().contains("would sell it twice"), "{}", entry(&shop, 0));
    let ran = shop.sell(&[list]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 4);
    for place in [0, 1] {
        let expected = format!("not created from this data folder ({})", sku(&shop, place));
        assert!(note(&shop, place).contains(&expected), "{}", note(&shop, place));
    }
}
