//! Rows without a barcode: searched, reviewed, and drafted without a barcode.

use sandbox::{EbayAccount, SandboxOptions};

use super::review::edit;
use super::shop::Shop;

/// The first row has the artist and title of a demo release, the second an unknown catalog number.
const LIST: &str = "Artist,Title,Catalog Number,Barcode\n\
                    Linkin Park & Jay-Z,Collision Course,,\n\
                    ,,NO SUCH 1,\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_seller_chooses_and_the_draft_has_no_barcode() {
    let shop = Shop::open().await;
    std::fs::write(shop.home.path().join("rows.csv"), LIST).unwrap();
    let ran = shop.run(&["run", "rows.csv", "--search-rows"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    let results = shop.results();
    let entries = results["results"].as_array().unwrap();
    let reason = |at: usize| entries[at]["error"].as_str().unwrap_or_default().to_owned();
    let row = "Your list says \"Linkin Park & Jay-Z Collision Course\"";
    assert_eq!(reason(0), format!("one pressing was found. Compare it with the item. {row}"));
    assert!(reason(1).contains("not known to") && reason(1).contains("Your list says \"NO SUCH 1\""), "{results}");

    let code = entries[0]["upc"].as_str().unwrap();
    edit(&shop, &[(code, "choose = 1")]);
    let applied = shop.run(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    shop.run(&["resume"]);
    let rows = shop.draft_rows();
    assert!(rows.len() == 1 && rows[0].contains(&"Does not apply".to_owned()), "{rows:?}");
    assert!(rows[0].iter().any(|cell| cell.contains("Collision Course")), "{rows:?}");
    assert!(!rows[0].iter().any(|cell| cell.contains(code) && !cell.starts_with("DM")), "{rows:?}");
    let again = shop.run(&["run", "rows.csv", "--search-rows"]);
    assert!(again.code.is_some(), "{}{}", again.out, again.err);
    assert_eq!(shop.draft_rows().len(), 1, "the same row is the same item");
}

/// eBay receives "Does not apply" as the barcode of an item without one, never the substitute code.
#[tokio::test(flavor = "multi_thread")]
async fn the_request_to_ebay_says_that_a_barcode_does_not_apply() {
    for sink in ["inventory", "item-draft"] {
        let ebay_account = EbayAccount { has_item_drafts: sink == "item-draft", ..EbayAccount::default() };
        let options = SandboxOptions { enforce_limits: false, ebay_account, ..SandboxOptions::default() };
        let shop = Shop::with(options).await;
        std::fs::write(shop.home.path().join("rows.csv"), LIST).unwrap();
        let ran = shop.sell(&["run", "rows.csv", "--search-rows", "--sink", sink]);
        assert_eq!(ran.code, Some(3), "{sink}: {}{}", ran.out, ran.err);
        let code = shop.results()["results"][0]["upc"].as_str().unwrap().to_owned();
        edit(&shop, &[(&code, "choose = 1")]);
        let applied = shop.sell(&["review", "--apply", "review.toml"]);
        assert_eq!(applied.code, Some(0), "{sink}: {}{}", applied.out, applied.err);
        shop.sell(&["resume"]);
        let state = shop.sandbox.ebay_state();
        assert_eq!(state.violations, Vec::<String>::new(), "{sink}");
        let sent = if sink == "inventory" {
            assert_eq!(state.items.len(), 1, "{state:?}");
            let (sku, item) = state.items.first_key_value().unwrap();
            assert!(sku.contains(&code), "{sku}");
            assert_eq!(item["product"]["upc"], serde_json::json!(["Does not apply"]), "{item}");
            assert!(item["product"].get("ean").is_none(), "{item}");
            item.clone()
        } else {
            assert_eq!(state.item_drafts.len(), 1, "{state:?}");
            state.item_drafts[0].clone()
        };
        // The SKU may contain the substitute code, because it is the seller's own.
        let text = sent.to_string().replace(&format!("DM{code}"), "SKU");
        assert!(text.contains("Collision Course") && !text.contains(&code), "{sink}: {text}");
    }
}
