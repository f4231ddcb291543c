//! Batches for eBay sites outside the United States: currency, headers, comparables and item specifics of each site,
//! and no confusion between drafts of different sites.

use domain::site::Site;
use sandbox::SandboxOptions;
use serde_json::Value;

use super::{assert_only_unpublished_offers, entry, sku};
use crate::batch::shop::{Shop, run_output};

async fn shop_at(site: Site, items: usize) -> Shop {
    Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: items, site, ..SandboxOptions::default() })
        .await
}

/// Returns the names of the item specifics of the first release.
fn aspects(shop: &Shop) -> Value {
    shop.sandbox.ebay_state().items[&sku(shop, 0)]["product"]["aspects"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_british_seller_gets_offers_in_pounds() {
    let shop = shop_at(Site::EbayGb, 3).await;
    let mut program = shop.seller(&[shop.synthetic_list()]);
    program.env("DRAFT_MAKER__PRICING__FLOOR", "4.99").env("DRAFT_MAKER__LISTING__CONDITION", "very_good");
    program.env("DRAFT_MAKER__PROVIDERS__EBAY_BROWSE__ON", "true");
    // If Discogs' price suggestions are off, the price comes from the offers at the site.
    let sold = run_output(&program.env("DRAFT_MAKER__PRICING__DISCOGS", "false").output().unwrap());
    assert_eq!(sold.code, Some(0), "{}{}", sold.out, sold.err);
    // The sandbox records an offer in another currency or language as a violation.
    assert_only_unpublished_offers(&shop, 3);
    let books = shop.sandbox.ebay_state();
    let offer = books.offers_for_sku(&sku(&shop, 0))[0];
    assert_eq!(offer["marketplaceId"], "EBAY_GB");
    assert_eq!(offer["pricingSummary"]["price"]["currency"], "GBP");
    let product = &books.items[&sku(&shop, 0)]["product"];
    assert!(product["upc"].is_null() && product["ean"][0].as_str().unwrap().len() == 13, "{product}");
    let pricing = entry(&shop, 0)["pricing"].clone();
    assert_eq!(pricing["currency"], "GBP");
    let samples = pricing["samples"].as_array().unwrap();
    assert!(samples.iter().any(|sample| sample["provider"] == "ebay_browse"), "{pricing}");
    assert!(samples.iter().all(|sample| sample["currency"] == "GBP"), "{pricing}");
    let asked = shop.sandbox.request_counts()["discogs"].request_uris.clone();
    let releases = asked.keys().filter(|uri| uri.contains("/releases/")).collect::<Vec<_>>();
    assert!(releases.iter().all(|uri| uri.contains("curr_abbr=GBP")), "{releases:?}");
}

/// A batch for one site does not count as a batch for another site, and is not continued there.
#[tokio::test(flavor = "multi_thread")]
async fn drafts_of_another_site_are_named_and_unchanged() {
    let shop = shop_at(Site::EbayUs, 2).await;
    let list = shop.synthetic_list();
    assert_eq!(shop.sell(&[list]).code, Some(0));
    let before = shop.sandbox.ebay_state();
    let at_gb = |arguments: &[&str]| {
        let mut program = shop.seller(arguments);
        run_output(
            &program.env("EBAY_MARKETPLACE", "EBAY_GB").env("DRAFT_MAKER__PRICING__FLOOR", "9").output().unwrap(),
        )
    };
    let second = at_gb(&[list]);
    assert_eq!(second.code, Some(0), "{}{}", second.out, second.err);
    assert_eq!((&entry(&shop, 0)["status"], &entry(&shop, 0)["success"]), (&"skipped".into(), &false.into()));
    let error = entry(&shop, 0)["error"].to_string();
    assert!(error.contains("already has a draft at") && error.contains("--delete"), "{error}");
    let after = shop.sandbox.ebay_state();
    assert_eq!((before.items, before.offers), (after.items, after.offers));

    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let file = shop.list(format!("{upc}\n"));
    assert_eq!(shop.sell(&["drafts", "--delete", &sku(&shop, 0), "--yes"]).code, Some(0));
    let third = at_gb(&[file]);
    assert_eq!(third.code, Some(0), "{}{}", third.out, third.err);
    let wrong_site = shop.sell(&["drafts", "--delete", &sku(&shop, 0), "--yes"]);
    assert_ne!(wrong_site.code, Some(0));
    assert!(wrong_site.err.contains("EBAY_GB"), "{}{}", wrong_site.out, wrong_site.err);
    assert_eq!(at_gb(&["drafts", "--delete", &sku(&shop, 0), "--yes"]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_keeps_the_site_it_started_with() {
    let shop = shop_at(Site::EbayGb, 2).await;
    let mut program = shop.seller(&[shop.synthetic_list(), "--review", "--sink", "csv"]);
    let first = run_output(&program.output().unwrap());
    assert_eq!(first.code, Some(3), "{}{}", first.out, first.err);
    let job = shop.results()["job_id"].as_str().map(str::to_owned);
    let job = job.unwrap_or_else(|| "last".to_owned());
    let resumed = run_output(&shop.seller(&["resume", &job]).env("EBAY_MARKETPLACE", "EBAY_US").output().unwrap());
    assert_eq!(resumed.code, Some(2), "{}{}", resumed.out, resumed.err);
    assert!(resumed.err.contains("EBAY_GB") && resumed.err.contains("EBAY_MARKETPLACE"), "{}", resumed.err);
}

/// The header and a row of the file match the template of the site.
#[tokio::test(flavor = "multi_thread")]
async fn the_drafts_file_follows_the_template_of_the_site() {
    for (site, start, header) in [
        (
            Site::EbayGb,
            "#INFO,Version=0.0.2,Template= eBay-draft-listings-template_GB,",
            "Action(SiteID=UK|Country=GB|Currency=GBP|",
        ),
        (
            Site::EbayDe,
            "#INFO;Version=0.0.2;Template= eBay-draft-listings-template_DE;",
            "Action(SiteID=Germany|Country=DE|Currency=EUR|",
        ),
        (
            Site::EbayAu,
            "#INFO,Version=0.0.2,Template= eBay-draft-listings-template_AU,",
            "Action(SiteID=Australia|Country=AU|Currency=AUD|",
        ),
    ] {
        let shop = shop_at(site, 2).await;
        let sold = shop.sell(&[shop.synthetic_list(), "--sink", "csv"]);
        assert_eq!(sold.code, Some(0), "{}{}", sold.out, sold.err);
        assert!(sold.out.contains(site.web_host()) || sold.err.contains(site.web_host()), "{}{}", sold.out, sold.err);
        let file = crate::batch::shop::files(&shop.output())
            .into_iter()
            .find(|path| path.to_string_lossy().contains("ebay_drafts"));
        let text = std::fs::read_to_string(file.unwrap()).unwrap();
        let lines = text.trim_start_matches('\u{feff}').lines().collect::<Vec<_>>();
        assert!(lines[0].starts_with(start) && lines[4].starts_with(header), "{text}");
        assert_eq!(lines.len(), 7, "{text}");
        let delimiter = if site == Site::EbayDe { "Draft;DM" } else { "Draft,DM" };
        assert!(lines[5].starts_with(delimiter), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_without_a_known_template_gets_no_file() {
    let shop = shop_at(Site::EbayFr, 1).await;
    let sold = shop.run(&[shop.synthetic_list(), "--sink", "csv"]);
    assert_eq!(sold.code, Some(0), "without eBay settings the site is EBAY_US");
    let mut program = shop.program(&[shop.synthetic_list(), "--sink", "csv"]);
    let refused = run_output(&program.env("EBAY_MARKETPLACE", "EBAY_FR").output().unwrap());
    assert_eq!(refused.code, Some(2), "{}{}", refused.out, refused.err);
    for wanted in ["EBAY_FR", "EBAY_GB", "--sink inventory"] {
        assert!(refused.err.contains(wanted), "{wanted} in {}", refused.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_doctor_show_the_site_and_its_currency() {
    let shop = shop_at(Site::EbayGb, 1).await;
    let doctor = shop.sell(&["doctor"]);
    assert!(doctor.out.contains("EBAY_GB (ebay.co.uk), prices in GBP, texts in en-GB"), "{}", doctor.out);
    assert!(doctor.out.contains("3, version"), "the category tree of the site: {}", doctor.out);
    let config = shop.sell(&["config"]);
    assert!(config.out.contains("GBP") && config.out.contains("EBAY_GB"), "{}", config.out);
    let mut program = shop.seller(&["doctor"]);
    let mixed = run_output(&program.env("DRAFT_MAKER__PRICING__CURRENCY", "USD").output().unwrap());
    assert!(mixed.out.contains("EBAY_GB sells in GBP"), "{}", mixed.out);
    let mut program = shop.seller(&["doctor"]);
    let unknown = run_output(&program.env("EBAY_MARKETPLACE", "EBAY_MARS").output().unwrap());
    let text = unknown.out + &unknown.err;
    assert!(Site::list_names().split(", ").all(|name| text.contains(name)), "{text}");
}

/// A required item specific without a known name at the site would send the item to review.
#[tokio::test(flavor = "multi_thread")]
async fn drafts_can_be_created_at_every_site() {
    for site in Site::ALL.iter().copied() {
        let shop = shop_at(site, 1).await;
        let sold = shop.sell(&[shop.synthetic_list()]);
        assert_eq!(sold.code, Some(0), "{site}: {}{}", sold.out, sold.err);
        assert_only_unpublished_offers(&shop, 1);
        assert_eq!(shop.sandbox.ebay_state().offers[0]["marketplaceId"], site.as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_specifics_have_the_names_of_the_site() {
    let shop = shop_at(Site::EbayGb, 1).await;
    assert_eq!(shop.sell(&[shop.synthetic_list()]).code, Some(0));
    assert!(aspects(&shop)["Release Title"].is_array(), "{}", aspects(&shop));

    let shop = shop_at(Site::EbayDe, 1).await;
    let sold = shop.sell(&[shop.synthetic_list()]);
    assert_eq!(sold.code, Some(0), "{}{}", sold.out, sold.err);
    assert_only_unpublished_offers(&shop, 1);
    let aspects = aspects(&shop);
    for name in ["Interpret", "Titel der Veröffentlichung", "Format", "Plattenlabel", "Erscheinungsjahr"] {
        assert!(aspects[name].is_array(), "{name} in {aspects}");
    }
    for name in ["Artist", "Release Title", "Record Label"] {
        assert!(aspects[name].is_null(), "{name} in {aspects}");
    }
    let description = shop.sandbox.ebay_state().items[&sku(&shop, 0)]["product"]["description"].to_string();
    assert!(description.contains("Zustand") && description.contains("Titelliste"), "{description}");
    assert!(!description.contains("Condition") && !description.contains("Track list"), "{description}");
}

/// A lot has no barcode. Instead, eBay accepts a text in the language of the site.
#[tokio::test(flavor = "multi_thread")]
async fn a_lot_has_no_barcode_at_any_site() {
    for (site, text) in [(Site::EbayGb, "Does not apply"), (Site::EbayDe, "Nicht zutreffend")] {
        let shop = shop_at(site, 2).await;
        let upcs = shop.sandbox.synthetic_upcs();
        let list = shop.list(format!("UPC,Grade,Price,Lot\n{},VG+,10.00,Box\n{},VG,5.50,Box\n", upcs[0], upcs[1]));
        let sold = shop.sell(&[list]);
        assert_eq!(sold.code, Some(0), "{}{}", sold.out, sold.err);
        assert_only_unpublished_offers(&shop, 1);
        let items = shop.sandbox.ebay_state().items;
        let product = &items.values().next().unwrap()["product"];
        assert_eq!(product["ean"], serde_json::json!([text]), "{product}");
    }
}
