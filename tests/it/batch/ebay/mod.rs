//! Batches with eBay as the destination: one offer per SKU whatever happens, and live listings are never changed.

mod account_checks;
mod copies;
mod described_copies;
mod destinations;
mod differing_copies;
mod ebay_outage;
mod faults;
mod inventory_details;
mod lot_edits;
mod lots;
mod photo_decisions;
mod photos;
mod prices;
mod repeated_runs;
pub(crate) mod sign_in;
mod sign_in_expiry;
mod sites;
mod undo;

use sandbox::{EbayAccount, SandboxOptions};
use serde_json::Value;

use super::shop::Shop;

/// Opens a shop with this many releases, which are all known, priced and have a cover.
async fn shop(items: usize) -> Shop {
    Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: items, ..SandboxOptions::default() }).await
}

async fn with_account(items: usize, account: EbayAccount) -> Shop {
    Shop::with(SandboxOptions {
        enforce_limits: false,
        synthetic_releases: items,
        ebay_account: account,
        ..SandboxOptions::default()
    })
    .await
}

/// Returns the SKU of the release at `place`.
fn sku(shop: &Shop, place: usize) -> String {
    format!("DM{}", shop.sandbox.synthetic_upcs()[place].ean13())
}

/// Asserts that there is one unpublished offer per item and nothing else, and that all requests follow eBay's
/// documentation.
fn assert_only_unpublished_offers(shop: &Shop, items: usize) {
    let books = shop.sandbox.ebay_state();
    assert_eq!((books.items.len(), books.offers.len()), (items, items));
    assert!(books.offers.iter().all(|offer| offer["status"] == "UNPUBLISHED"));
    assert_eq!((books.violations, books.live_revisions), (Vec::<String>::new(), 0));
}

/// Returns the entry of the release at `place` in the newest result file.
fn entry(shop: &Shop, place: usize) -> Value {
    let upc = shop.sandbox.synthetic_upcs()[place].to_string();
    let results = shop.results();
    let entries = results["results"].as_array().unwrap().iter();
    entries.clone().find(|entry| entry["upc"] == upc.as_str()).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_in_seller_gets_unpublished_offers() {
    let shop = shop(30).await;
    let ran = shop.sell(&[shop.synthetic_list()]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("not in Seller Hub's Drafts folder") || ran.out.contains("not in Seller Hub's Drafts folder")
    );
    assert_only_unpublished_offers(&shop, 30);
    let books = shop.sandbox.ebay_state();
    let (item, offer) = (&books.items[&sku(&shop, 0)], books.offers_for_sku(&sku(&shop, 0))[0]);
    assert_eq!(item["condition"], "USED_GOOD");
    assert_eq!(item["availability"]["shipToLocationAvailability"]["quantity"], 1);
    assert!(item["product"]["imageUrls"][0].as_str().unwrap().starts_with("https://i.ebayimg.example/"), "{item}");
    assert_eq!(offer["listingPolicies"]["returnPolicyId"], "61000000001");
    assert_eq!(offer["merchantLocationKey"], "warehouse1");
    assert_eq!(offer["includeCatalogProductDetails"], false);
    let entry = entry(&shop, 0);
    assert_eq!(entry["status"], "drafted");
    assert_eq!(entry["draft"]["offer_id"], offer["offerId"]);
    assert_eq!(entry["draft"]["sink"], "inventory");
    assert!(books.pictures.values().all(|times| *times == 1), "each picture is uploaded once");
}

/// Calls have 25 items: 1,000 drafts need 0.08 writes per draft. This list is shorter, but the ratio is the same.
#[tokio::test(flavor = "multi_thread")]
async fn items_and_offers_are_sent_in_full_calls() {
    let shop = shop(75).await;
    let ran = shop.sell(&[shop.synthetic_list()]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let books = shop.sandbox.ebay_state();
    let writes: u64 = books.writes.values().sum();
    assert!(writes <= 2 * 5, "{:?} for 75 drafts; 6 are the least", books.writes);
    assert_only_unpublished_offers(&shop, 75);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_one_draft_or_several() {
    let shop = shop(2).await;
    let upcs = shop.sandbox.synthetic_upcs();
    let list = shop.list(format!("{0}\n{0}\n{0}\n{1}\n", upcs[0], upcs[1]));
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let quantity = |sku: &str| {
        let books = shop.sandbox.ebay_state();
        let offer = books.offers_for_sku(sku)[0]["availableQuantity"].clone();
        (books.items[sku]["availability"]["shipToLocationAvailability"]["quantity"].clone(), offer)
    };
    assert_eq!(quantity(&sku(&shop, 0)), (3.into(), 3.into()));
    assert_only_unpublished_offers(&shop, 2);

    let ran = shop.sell(&[list, "--copies", "separate"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_only_unpublished_offers(&shop, 4);
    for copy in ["", "C2", "C3"] {
        assert_eq!(quantity(&format!("{}{copy}", sku(&shop, 0))), (1.into(), 1.into()));
    }
    let entry = entry(&shop, 0);
    assert_eq!(entry["draft"]["sku"], sku(&shop, 0));
    assert_eq!(entry["further_drafts"][1]["sku"], format!("{}C3", sku(&shop, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn test_mode_and_no_drafts_never_reach_ebay() {
    let shop = shop(3).await;
    for flag in ["--test", "--no-drafts"] {
        let ran = shop.sell(&[shop.synthetic_list(), flag, "--sink", "inventory"]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    }
    let books = shop.sandbox.ebay_state();
    assert_eq!((books.calls.len(), books.grants.len()), (0, 0), "{books:?}");
}
