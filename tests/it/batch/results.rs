//! A whole list, from its first line to the result files.

use std::collections::BTreeMap;

use sandbox::DEMO_LIST;
use serde_json::Value;

use super::shop::{Shop, files, name, text};

/// Keys that consumers of the result files rely on, in the file and in each entry.
const FILE_KEYS: [&str; 10] = [
    "input_source",
    "source_type",
    "total_upcs",
    "successful",
    "failed",
    "success_rate",
    "processing_time_seconds",
    "start_time",
    "end_time",
    "summary",
];
const ENTRY_KEYS: [(&str, &[&str]); 5] = [
    (
        "",
        &[
            "upc",
            "success",
            "status",
            "error",
            "timestamp",
            "lines",
            "copies",
            "metadata",
            "pricing",
            "images",
            "draft",
        ],
    ),
    (
        "metadata",
        &[
            "artist_name",
            "title",
            "label_name",
            "catalog_number",
            "year",
            "date",
            "country",
            "format",
            "track_count",
            "tracks",
            "genres",
            "styles",
            "barcode",
            "mbid",
            "discogs_id",
            "sources",
        ],
    ),
    ("pricing", &["recommended_price", "currency", "confidence", "rule", "samples"]),
    ("images", &["primary_image", "candidates"]),
    ("draft", &["sku", "offer_id", "title", "url", "sink"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_result_files_account_for_every_line_of_the_demo_list() {
    let shop = Shop::open().await;
    let ran = shop.run(&["run", shop.list(DEMO_LIST)]);
    assert_eq!(ran.code, Some(3), "reviews are left: {}", ran.err);
    let results = shop.results();
    let entries = results["results"].as_array().unwrap();

    let total = results["total_upcs"].as_u64().unwrap();
    assert!(total >= 40 && total == entries.len() as u64);
    let success = entries.iter().filter(|entry| entry["success"] == true).count() as u64;
    assert_eq!(results["successful"], success);
    let mut counted = BTreeMap::new();
    for entry in entries {
        *counted.entry(text(&entry["status"])).or_insert(0_u64) += 1;
    }
    assert_eq!(counted.values().sum::<u64>(), total);
    assert_eq!(counted["exported"], success);
    assert!(counted["needs_review"] > 0 && !counted.contains_key("failed"), "{counted:?}");

    let mut taken: Vec<_> = entries.iter().flat_map(|entry| entry["lines"].as_array().unwrap()).collect();
    taken.sort_by_key(|line| line.as_u64());
    let copies: u64 = entries.iter().map(|entry| entry["copies"].as_u64().unwrap()).sum();
    assert_eq!(copies, taken.len() as u64, "one copy per line");
    let scanned = DEMO_LIST.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
    let refused = ran.out.lines().filter(|line| line.starts_with("line ") && line.contains(" skipped: ")).count();
    assert_eq!(taken.len() + refused, scanned, "{}", ran.out);
    assert!(refused > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_keys_that_consumers_rely_on_are_there() {
    let shop = Shop::open().await;
    shop.run(&["run", shop.list("720642443323\n886446019499\n012345678905\n889853650729\n720642472712\n")]);
    let results = shop.results();
    for key in FILE_KEYS {
        assert!(results.get(key).is_some_and(|value| !value.is_null()), "{key}");
    }
    for entry in results["results"].as_array().unwrap() {
        for (part, keys) in ENTRY_KEYS {
            let object = if part.is_empty() { entry } else { &entry[part] };
            let missing: Vec<_> = keys.iter().filter(|key| object.get(**key).is_none()).collect();
            assert!(object.is_null() && !part.is_empty() || missing.is_empty(), "{part} lacks {missing:?}");
        }
        let is_success = entry["success"] == true;
        assert_eq!(entry["error"].is_null(), is_success, "{}", entry["error"]);
        assert_eq!(entry["draft"].is_null(), !is_success);
    }
    let csv = files(&shop.output()).into_iter().find(|file| name(file).starts_with("batch_summary_")).unwrap();
    let csv = std::fs::read_to_string(csv).unwrap();
    assert!(csv.starts_with("UPC,Success,Artist,Album,Year,Price,SKU,Offer_ID,Listing_ID,Status,Error"), "{csv}");
    assert_eq!(csv.lines().count(), 6, "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_a_release_names_who_reported_it() {
    let shop = Shop::open().await;
    shop.run(&["run", shop.list(DEMO_LIST)]);
    let results = shop.results();
    let known = results["results"].as_array().unwrap().iter().filter(|entry| !entry["metadata"].is_null());
    let mut seen = 0;
    for entry in known {
        let metadata = entry["metadata"].as_object().unwrap();
        let is_known = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
        let fields = metadata.iter().filter(|(key, value)| *key != "sources" && is_known(value));
        for (field, _) in fields {
            let source = metadata["sources"][field].as_str().unwrap_or_else(|| panic!("{field} has no source"));
            assert!(["musicbrainz", "discogs"].contains(&source), "{field} is from {source}");
            seen += 1;
        }
    }
    assert!(seen > 500, "only {seen} fields were checked");
}

/// Expected outcomes of the demo's hard cases; an error here would be a wrong draft in practice.
#[tokio::test(flavor = "multi_thread")]
async fn hard_cases_have_the_outcome_a_reseller_expects() {
    let shop = Shop::open().await;
    shop.run(&["run", shop.list(DEMO_LIST)]);
    let results = shop.results();
    let entry = |upc: &str| {
        let entries = results["results"].as_array().unwrap();
        entries.iter().find(|entry| entry["upc"] == upc).unwrap_or_else(|| panic!("{upc} has no entry"))
    };
    for (upc, status, word) in [
        // Several pressings share a barcode and differ in visible features.
        ("720642443323", "needs_review", "pressings match"),
        // No source has a price for these.
        ("602517506305", "needs_review", "price"),
        ("886446019499", "needs_review", "price"),
    ] {
        let entry = entry(upc);
        assert_eq!(entry["status"], status, "{upc}: {entry:#}");
        assert!(text(&entry["error"]).contains(word), "{upc}: {}", entry["error"]);
    }
    // The only cover belongs to another release, so the draft has none.
    let foreign = &entry("602527042138")["images"];
    assert!(foreign["primary_image"].is_null(), "{foreign:#}");
    assert!(text(&foreign["candidates"][0]["refused"]).contains("another release"), "{foreign:#}");
    assert!(entry("093624896326")["images"]["primary_image"].is_string());

    assert!(entry("720642443323")["candidates"].as_array().unwrap().len() > 1);
    assert!(!entry("720642443323")["differences"].as_array().unwrap().is_empty());

    for (upc, field, value) in [
        ("724358213621", "format", "SACD"),
        ("796441804320", "title", "Lift Yr. Skinny Fists Like Antennas to Heaven!"),
        ("093624896326", "artist_name", "Jay‐Z / Linkin Park"),
        ("008811110321", "artist_name", "Various Artists"),
        ("4988031329207", "title", "三毒史"),
    ] {
        assert!(text(&entry(upc)["metadata"][field]).contains(value), "{upc}: {}", entry(upc)["metadata"][field]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lookup_explains_the_match() {
    let shop = Shop::open().await;
    let ran = shop.run(&["lookup", "720642462928"]);
    assert_eq!(ran.code, Some(3), "no price: {}", ran.out);
    assert!(ran.out.contains("Weezer") && ran.out.contains("because"), "{}", ran.out);
    let ran = shop.run(&["lookup", "--format", "json", "720642462928"]);
    let json: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["verdict"]["is"], "matched");
    let before = shop.requests();
    shop.run(&["lookup", "720642462928"]);
    assert_eq!(shop.requests(), before, "known releases are not requested again");
    let ran = shop.run(&["lookup", "720642462929"]);
    assert_eq!(ran.code, Some(2), "a wrong check digit: {}", ran.err);
}
