//! Checks before the first item: an incomplete account gets a list of steps, and later failures are reported early.

use sandbox::{EbayAccount, SandboxOptions};
use tokio::task::{JoinSet, block_in_place};

use super::{shop, with_account};
use crate::batch::shop::{Shop, run_output};

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_account_gets_a_list_of_steps() {
    let account = EbayAccount { has_policies: false, location_count: 0, ..EbayAccount::default() };
    let shop = with_account(20, account).await;
    let ran = shop.sell(&[shop.synthetic_list()]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    for wanted in ["fulfillment policy", "return policy", "20403", "inventory location", "draft-maker doctor"] {
        assert!(ran.err.contains(wanted), "{wanted} in {}", ran.err);
    }
    assert_eq!(shop.sandbox.request_counts().get("musicbrainz"), None, "no item was looked up");
    assert!(!shop.run(&["jobs"]).out.contains("batch_"), "no batch was created");
}

/// eBay has no page that creates a location, so the command that the check suggests does.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_location_is_created_once() {
    let account = EbayAccount { location_count: 0, ..EbayAccount::default() };
    let shop = with_account(1, account).await;
    let list = shop.synthetic_list();
    let ran = shop.sell(&[list]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("`draft-maker auth location --postal-code CODE`"), "{}", ran.err);

    let create = |arguments: &[&str]| shop.sell(&[&["auth", "location"], arguments].concat());
    let ran = create(&["--postal-code", "1010", "--country", "Austria"]);
    assert!(ran.code == Some(2) && ran.err.contains("write two letters"), "{}", ran.err);
    let ran = create(&["--postal-code", "1010", "--country", "XX"]);
    assert!(ran.code == Some(1) && ran.err.contains("25800"), "{:?} {}", ran.code, ran.err);
    let ran = create(&["--postal-code", "97201"]);
    assert!(ran.code == Some(0) && ran.out.contains("Created the inventory location"), "{}{}", ran.out, ran.err);
    let ran = create(&["--postal-code", "97201"]);
    assert!(ran.code == Some(0) && ran.out.contains("none was created"), "{}{}", ran.out, ran.err);

    let ran = shop.sell(&[list]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let offers = shop.sandbox.ebay_state().offers;
    assert_eq!(offers[0]["merchantLocationKey"], "main", "{offers:?}");
}

/// The operator cannot fix an outage of eBay, whichever call it affects at the start of a batch.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_ebay_at_the_start_is_not_an_error_of_the_settings() {
    let mut checks = JoinSet::new();
    for path in ["/sell/metadata", "/identity/", "/sell/account/", "/sell/inventory/v1/location", "/commerce/taxonomy"]
    {
        checks.spawn(check_outage_at_the_start(path));
    }
    checks.join_all().await;
}

async fn check_outage_at_the_start(path: &'static str) {
    let shop = shop(1).await;
    let list = shop.synthetic_list();
    shop.sandbox.break_path(path);
    let mut program = shop.seller(&[list]);
    // The sandbox asks to wait two seconds before each retry.
    program.env("DRAFT_MAKER__BATCH__PATIENCE_S", "1").env("DRAFT_MAKER__HTTP__RETRIES", "1");
    let ran = block_in_place(|| run_output(&program.output().unwrap()));
    assert_eq!(ran.code, Some(1), "{path}: {}{}", ran.out, ran.err);
    for expected in
        ["are repeated until", "eBay cannot take drafts for the destination inventory now", "run the batch again later"]
    {
        assert!(ran.err.contains(expected), "{path}: {expected} in {}", ran.err);
    }
    assert!(!ran.err.contains("business policies at"), "{path}: {}", ran.err);
    shop.sandbox.break_path("");
    let ran = block_in_place(|| shop.sell(&[list]));
    assert_eq!(ran.code, Some(0), "{path}: {}{}", ran.out, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_settings_is_reported_at_once_also_during_an_outage() {
    let shop = shop(1).await;
    shop.sandbox.break_path("/sell/metadata");
    let mut program = shop.seller(&[shop.synthetic_list()]);
    program.env("DRAFT_MAKER__EBAY__LOCATION", "nowhere").env("DRAFT_MAKER__HTTP__RETRIES", "1");
    let ran = run_output(&program.output().unwrap());
    assert!(ran.code == Some(2) && ran.err.contains("\"nowhere\" does not exist"), "{}", ran.err);
    assert!(!ran.err.contains("are repeated until"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_location_is_named() {
    let shop = with_account(1, EbayAccount { has_disabled_locations: true, ..EbayAccount::default() }).await;
    let ran = shop.sell(&[shop.synthetic_list()]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("\"Warehouse 1\" is disabled"), "{}", ran.err);
    assert!(ran.err.contains("draft-maker auth location"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_policies_need_a_choice() {
    let shop = with_account(1, EbayAccount { policy_count: 2, ..EbayAccount::default() }).await;
    let ran = shop.sell(&[shop.synthetic_list()]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("\"Shipping 1\"") && ran.err.contains("ebay.fulfillment_policy"), "{}", ran.err);
    let mut chosen = shop.seller(&[shop.synthetic_list()]);
    chosen.env("DRAFT_MAKER__EBAY__FULFILLMENT_POLICY", "shipping 2");
    chosen.env("DRAFT_MAKER__EBAY__PAYMENT_POLICY", "61000000001");
    let ran = chosen.env("DRAFT_MAKER__EBAY__RETURN_POLICY", "Returns 2").output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let offers = shop.sandbox.ebay_state().offers;
    assert_eq!(offers[0]["listingPolicies"]["fulfillmentPolicyId"], "61000000002");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_condition_is_reported_before_the_batch_starts() {
    let shop = shop(2).await;
    let mut program = shop.seller(&[shop.synthetic_list()]);
    let ran = program.env("DRAFT_MAKER__LISTING__CONDITION", "").output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("--condition"), "{}", String::from_utf8_lossy(&ran.stderr));
}

/// An item without a condition needs review, in a dry run too.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_reports_items_without_a_condition_as_a_real_run_does() {
    let shop = shop(2).await;
    let upcs = shop.sandbox.synthetic_upcs();
    let list = shop.list(format!("UPC,Grade\n{},VG+\n{},\n", upcs[0], upcs[1]));
    for arguments in [&[list, "--dry-run"][..], &[list]] {
        let mut program = shop.seller(arguments);
        let ran = program.env("DRAFT_MAKER__LISTING__CONDITION", "").output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert_eq!(ran.status.code(), Some(3), "{arguments:?}: {out}{err}");
        let [stated, missing] = [0, 1].map(|place| super::entry(&shop, place));
        assert_eq!((&stated["success"], &missing["status"]), (&true.into(), &"needs_review".into()), "{out}{err}");
        assert_eq!(missing["missing"][0]["field"], "condition", "{missing}");
    }
}

/// A drafts file needs no eBay account. One sentence reports what is not checked, only once.
#[tokio::test(flavor = "multi_thread")]
async fn a_drafts_file_follows_ebays_rules_if_they_can_be_read() {
    let shop = Shop::with(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }).await;
    let list = shop.demo_lines(30);
    let rule_calls = |shop: &Shop| {
        let calls = shop.sandbox.ebay_state().calls;
        ["taxonomy", "metadata"].map(|api| calls.get(api).copied().unwrap_or_default())
    };
    let ran = shop.sell(&[list, "--sink", "csv", "--data-dir", "signed-in"]);
    let text = ran.out + &ran.err;
    assert!(!text.contains("rules") && text.contains("Upload it once in Seller Hub"), "{text}");
    assert!(text.contains("needs a photo"), "{text}");
    let signed_in = rule_calls(&shop);
    assert!(signed_in.iter().all(|calls| *calls > 0), "{signed_in:?}");

    let mut keyset_alone = shop.seller(&[list, "--sink", "csv", "--data-dir", "keyset"]);
    let keyset_alone = keyset_alone.env_remove("EBAY_REFRESH_TOKEN").output().unwrap();
    assert!(!String::from_utf8_lossy(&keyset_alone.stderr).contains("rules"));
    let application = rule_calls(&shop);
    assert!(
        application.iter().zip(signed_in).all(|(after, before)| *after > before),
        "an application token may read the rules"
    );

    let ran = shop.run(&[list, "--sink", "csv", "--data-dir", "nobody"]);
    let text = ran.out + &ran.err;
    assert_eq!(text.matches("eBay's category rules (conditions, item specifics) are not checked").count(), 1, "{text}");
    assert!(text.contains("needs a photo"), "photos are added in Seller Hub: {text}");
    assert_eq!(rule_calls(&shop), application, "without a keyset the rules cannot be read");

    let mut program = shop.seller(&[list, "--sink", "csv", "--data-dir", "stateless"]);
    let ran = program.env("DRAFT_MAKER__LISTING__CONDITION", "").output().unwrap();
    assert_eq!(ran.status.code(), Some(2), "every category needs a condition");

    shop.sandbox.break_path("/commerce/taxonomy");
    let mut program = shop.seller(&[list, "--sink", "csv", "--data-dir", "sick"]);
    let ran = run_output(&program.env("DRAFT_MAKER__HTTP__RETRIES", "1").output().unwrap());
    assert!((ran.out + &ran.err).contains("could not be read, so they are not checked"));
}

/// Real releases, some without a cover, without an artist, or in formats without a category.
#[tokio::test(flavor = "multi_thread")]
async fn values_that_ebay_would_reject_are_reported_as_missing() {
    let shop = Shop::with(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }).await;
    let ran = shop.sell(&["run", shop.list(sandbox::DEMO_LIST)]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    let results = shop.results();
    let entries = results["results"].as_array().unwrap();
    let missing = entries.iter().flat_map(|entry| entry["missing"].as_array().unwrap());
    let fields = missing.map(|missing| missing["field"].as_str().unwrap()).collect::<std::collections::BTreeSet<_>>();
    assert!(fields.contains("format"), "{fields:?}");
    let books = shop.sandbox.ebay_state();
    assert_eq!(books.violations, Vec::<String>::new());
    let mut without_photo = 0;
    for (sku, item) in &books.items {
        // A photo is required when the listing is published; until then, a note of the draft says that it needs one.
        let entry = entries.iter().find(|entry| entry["draft"]["sku"] == sku.as_str()).unwrap();
        let needs_photo = entry["note"].as_str().is_some_and(|note| note.contains("needs a photo"));
        assert_eq!(item["product"]["imageUrls"][0].is_string(), !needs_photo, "{sku}: {entry}");
        without_photo += usize::from(needs_photo);
        for aspect in ["Artist", "Release Title", "Format"] {
            assert!(item["product"]["aspects"][aspect][0].is_string(), "{sku} {aspect}");
        }
        assert!(item["condition"].is_string(), "{sku}");
    }
    assert!(without_photo > 0, "some covers are missing");
    // The category of records allows only the conditions new and used.
    let of_records = books.offers.iter().filter(|offer| offer["categoryId"] == "176985");
    let conditions = of_records.map(|offer| books.items[offer["sku"].as_str().unwrap()]["condition"].clone());
    assert!(conditions.clone().count() > 3 && conditions.clone().all(|condition| condition == "USED_EXCELLENT"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_shows_all_checks() {
    let shop = with_account(0, EbayAccount { location_count: 0, ..EbayAccount::default() }).await;
    let ran = shop.sell(&["doctor"]);
    assert_eq!(ran.code, Some(3));
    let lines = ran.out.lines().collect::<Vec<_>>();
    assert!(lines.iter().any(|line| line.trim_start().starts_with("ok") && line.contains("sign-in")), "{}", ran.out);
    assert!(
        lines.iter().any(|line| line.trim_start().starts_with("FAIL") && line.contains("inventory location")),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("category Vinyl Records") && ran.out.contains("conditions new, used"), "{}", ran.out);
    assert!(ran.out.contains("calls of inventory"), "{}", ran.out);
    let json: serde_json::Value = serde_json::from_str(&shop.sell(&["doctor", "--json"]).out).unwrap();
    assert!(
        json.as_array().unwrap().iter().any(|check| check["name"] == "inventory location" && !check["fix"].is_null())
    );
    let without = shop.run(&["doctor"]);
    assert_eq!(without.out.matches("EBAY_APP_ID").count(), 1, "said once: {}", without.out);
    assert!(without.out.contains(" settings: `draft-maker config` shows each"), "{}", without.out);
    let mut program = shop.seller(&["doctor"]);
    let signed_out = run_output(&program.env_remove("EBAY_REFRESH_TOKEN").output().unwrap());
    assert_eq!(signed_out.out.matches("auth ebay").count(), 1, "said once: {}", signed_out.out);
}

/// A minimum price in another currency must not be used as the same number of dollars.
#[tokio::test(flavor = "multi_thread")]
async fn prices_in_another_currency_create_no_drafts() {
    let shop = shop(2).await;
    let mut program = shop.seller(&[shop.synthetic_list()]);
    program.env("DRAFT_MAKER__PRICING__CURRENCY", "JPY").env("DRAFT_MAKER__PRICING__FLOOR", "1500");
    let ran = program.output().unwrap();
    let text = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(3), "{text}");
    assert!(shop.sandbox.ebay_state().offers.is_empty());
    let missing = super::entry(&shop, 0)["missing"].clone();
    assert!(missing[0]["field"] == "price" && missing[0]["fix"].as_str().unwrap().contains("USD"), "{missing}");
}
