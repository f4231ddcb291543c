//! Requests to the services: batched, within all limits, never repeated, and fewer with an offline catalog.

use std::collections::BTreeMap;
use std::process::Command;

use sandbox::SandboxOptions;

use super::shop::{ProgramOutput, Shop, run_output};

const RELEASES: usize = 50;

/// Runs the synthetic releases with sellers' settings: no stock photos for used items, and a minimum price confidence.
fn run_synthetic(shop: &Shop, change: impl Fn(&mut Command) -> &mut Command) -> ProgramOutput {
    let mut program = shop.program(&["run", shop.synthetic_list()]);
    program.env_remove("DRAFT_MAKER__LISTING__STOCK_PHOTOS").env_remove("DRAFT_MAKER__PRICING__MIN_CONFIDENCE");
    program.env("DRAFT_MAKER__LISTING__CONDITION", "very_good");
    run_output(&change(&mut program).output().unwrap())
}

/// Returns the number of requests to each service.
fn requests(shop: &Shop) -> BTreeMap<&'static str, usize> {
    let counts = shop.sandbox.request_counts();
    let of = |service: &str| counts.get(service).map_or(0, |count| usize::try_from(count.requests).unwrap());
    ["musicbrainz", "discogs", "coverartarchive"].map(|service| (service, of(service))).into()
}

fn import_dump(shop: &Shop) {
    std::fs::write(shop.home.path().join("discogs_20261001_releases.xml"), shop.sandbox.catalog().discogs_dump())
        .unwrap();
    let imported = shop.run(&["catalog", "import", "discogs_20261001_releases.xml"]);
    assert_eq!(imported.code, Some(0), "{}", imported.err);
}

fn import_both_dumps(shop: &Shop) {
    import_dump(shop);
    std::fs::write(shop.home.path().join("release.jsonl"), shop.sandbox.catalog().musicbrainz_dump()).unwrap();
    let imported = shop.run(&["catalog", "import", "release.jsonl", "--date", "2026-10-03"]);
    assert_eq!(imported.code, Some(0), "{}", imported.err);
}

/// Returns the outcome of each item, without the sources of its fields, run times and names.
fn outcomes(shop: &Shop) -> Vec<(String, String, String, String)> {
    let results = shop.results();
    let entries = results["results"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut all = entries
        .map(|entry| {
            let draft = &entry["draft"];
            let price = text(&entry["pricing"]["recommended_price"]);
            (text(&entry["upc"]), text(&entry["status"]), text(&draft["title"]), price)
        })
        .collect::<Vec<_>>();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_to_discogs_find_a_release_and_its_price() {
    let shop = Shop::with_synthetic(RELEASES).await;
    let ran = run_synthetic(&shop, |program| program);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let requests = requests(&shop);
    assert_eq!(requests["discogs"], 2 * RELEASES, "one search and one price suggestion per release");
    assert!(requests["coverartarchive"] <= 3 * RELEASES, "{requests:?}");
    assert!(requests["musicbrainz"] <= RELEASES + RELEASES / 10, "{requests:?}");
}

/// A response of Discogs has the prices of all conditions.
#[tokio::test(flavor = "multi_thread")]
async fn copies_in_several_conditions_share_a_price_request() {
    let shop = Shop::with_synthetic(1).await;
    let upc = shop.sandbox.synthetic_upcs()[0];
    let list = shop.list(format!("upc,condition\n{upc},good\n{upc},very_good\n{upc},like_new\n"));
    let ran = shop.run(&["run", list]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(shop.draft_rows().len(), 3);
    assert_eq!(requests(&shop)["discogs"], 2, "one search and one price suggestion");
}

/// The check of the key uses a request that an item needs, and sends one even if all responses are cached.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_reported_although_everything_is_cached() {
    for has_catalog in [false, true] {
        let shop = Shop::with_synthetic(2).await;
        if has_catalog {
            import_dump(&shop);
        }
        let list = shop.synthetic_list();
        assert_eq!(shop.run(&["run", list]).code, Some(0));
        let needed = requests(&shop)["discogs"];
        assert_eq!(needed, if has_catalog { 2 } else { 4 });
        let mut program = shop.program(&["run", list]);
        let ran = run_output(&program.env("DISCOGS_PERSONAL_ACCESS_TOKEN", "wrong").output().unwrap());
        assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("Correct DISCOGS_PERSONAL_ACCESS_TOKEN"), "{}", ran.err);
        assert_eq!(requests(&shop)["discogs"], needed + 1, "only the key is checked");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offline_catalog_leaves_the_price_to_discogs() {
    let without = Shop::with_synthetic(RELEASES).await;
    assert_eq!(run_synthetic(&without, |program| program).code, Some(0));
    let shop = Shop::with_synthetic(RELEASES).await;
    import_dump(&shop);
    let ran = run_synthetic(&shop, |program| program);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let requests = requests(&shop);
    assert_eq!(requests["discogs"], RELEASES, "suggestions");
    assert!(requests["musicbrainz"] <= RELEASES / 4, "searches and link lookups are batched: {requests:?}");
    assert_eq!(outcomes(&shop), outcomes(&without));
    let sources = &shop.results()["results"][0]["metadata"]["sources"];
    assert!(sources.as_object().unwrap().values().any(|source| source == "discogs dump 2026-10"), "{sources}");
}

/// The catalog does not know the links of MusicBrainz. Only the release page says that both have the same pressing.
#[tokio::test(flavor = "multi_thread")]
async fn with_the_catalog_of_discogs_a_release_without_a_link_needs_its_page_of_musicbrainz() {
    const UNLINKED: usize = 20;
    let options = SandboxOptions {
        enforce_limits: false,
        synthetic_releases: RELEASES,
        unlinked_releases: UNLINKED,
        ..SandboxOptions::default()
    };
    let shop = Shop::with(options).await;
    import_dump(&shop);
    let ran = run_synthetic(&shop, |program| program);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let counts = shop.sandbox.request_counts();
    let pages = counts["musicbrainz"].paths.iter().filter(|(path, _)| path.ends_with("/release/*"));
    assert_eq!(pages.map(|(_, count)| *count).sum::<u64>(), UNLINKED as u64, "{:?}", counts["musicbrainz"].paths);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_listed_prices_and_a_catalog_discogs_gets_no_request() {
    let shop = Shop::with_synthetic(RELEASES).await;
    import_dump(&shop);
    let ran = run_synthetic(&shop, |program| {
        program.env("DRAFT_MAKER__PRICING__DISCOGS", "false").env("DRAFT_MAKER__PRICING__FLOOR", "4.99")
    });
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(shop.sandbox.request_counts().get("discogs").map_or(0, |count| count.requests), 0);
    assert!(outcomes(&shop).iter().all(|(.., price)| price == "4.99"));
}

/// Only the page of a release says that Discogs blocks its sale. A release for sale has a price without its page.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_blocked_from_sale_is_detected_without_its_page() {
    let options = || SandboxOptions {
        enforce_limits: false,
        synthetic_releases: 10,
        blocked_releases: 2,
        ..SandboxOptions::default()
    };
    for (has_catalog, has_listed_price) in [(false, false), (true, false), (false, true)] {
        let shop = Shop::with(options()).await;
        if has_catalog {
            import_dump(&shop);
        }
        let list = if has_listed_price {
            let rows = shop.sandbox.synthetic_upcs().into_iter().map(|upc| format!("{upc},12.50\n"));
            shop.list(format!("upc,price\n{}", rows.collect::<String>()))
        } else {
            shop.synthetic_list()
        };
        let ran =
            run_output(&shop.program(&["run", list]).env("DRAFT_MAKER__PRICING__FLOOR", "4.99").output().unwrap());
        let results = shop.results();
        let entries = results["results"].as_array().unwrap();
        let mut asked = entries.iter().filter(|entry| entry["status"] == "needs_review").collect::<Vec<_>>();
        asked.sort_by_key(|entry| entry["lines"].to_string());
        assert_eq!((asked.len(), entries.len()), (2, 10), "{}{}", ran.out, ran.err);
        for entry in asked {
            assert!(entry["error"].as_str().unwrap().contains("is blocked at Discogs"), "{entry}");
        }
        let without_price = if has_listed_price { 10 } else { 2 };
        assert_eq!(page_requests(&shop), without_price, "a release with a price needs no page");
    }
}

/// Returns the number of requests for release pages of Discogs.
fn page_requests(shop: &Shop) -> usize {
    let counts = shop.sandbox.request_counts();
    let pages = counts["discogs"].paths.iter().filter(|(path, _)| path.contains("/releases/"));
    pages.map(|(_, count)| usize::try_from(*count).unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_both_dumps_and_listed_prices_no_service_gets_a_request() {
    let without = Shop::with_synthetic(RELEASES).await;
    let own_prices = |program: &mut Command| {
        program.env("DRAFT_MAKER__PRICING__DISCOGS", "false").env("DRAFT_MAKER__PRICING__FLOOR", "4.99");
    };
    let ran = run_synthetic(&without, |program| {
        own_prices(program);
        program
    });
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let shop = Shop::with_synthetic(RELEASES).await;
    import_both_dumps(&shop);
    let ran = run_synthetic(&shop, |program| {
        own_prices(program);
        program
    });
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let counts = shop.sandbox.request_counts();
    let asked = counts.iter().filter(|(_, count)| count.requests > 0).collect::<Vec<_>>();
    assert!(asked.is_empty(), "{asked:?}");
    assert_eq!(outcomes(&shop), outcomes(&without));
    let results = shop.results();
    for entry in results["results"].as_array().unwrap() {
        let sources = entry["metadata"]["sources"].as_object().unwrap();
        // The IDs come from the services.
        let facts = sources.iter().filter(|(field, _)| !matches!(field.as_str(), "mbid" | "discogs_id"));
        let is_dump = |source: &serde_json::Value| source.as_str().unwrap().ends_with(" dump 2026-10");
        assert!(facts.map(|(_, source)| source).all(is_dump), "{sources:?}");
        assert_eq!(
            (&sources["title"], &sources["genres"]),
            (&"musicbrainz dump 2026-10".into(), &"discogs dump 2026-10".into())
        );
        assert!(entry["metadata"]["mbid"].is_string() && entry["metadata"]["discogs_id"].is_string(), "{entry}");
        // The cover in the dump is a candidate; a used item does not show it.
        let cover = &entry["images"]["candidates"][0];
        assert!(cover["url"].as_str().unwrap().ends_with("/front-1200"), "{entry}");
    }
}

/// With remote prices and both dumps, only the price request remains.
#[tokio::test(flavor = "multi_thread")]
async fn with_both_dumps_only_prices_are_requested() {
    let shop = Shop::with_synthetic(RELEASES).await;
    import_both_dumps(&shop);
    let ran = run_synthetic(&shop, |program| program);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let requests = requests(&shop);
    assert_eq!((requests["musicbrainz"], requests["discogs"], requests["coverartarchive"]), (0, RELEASES, 0));
}

/// The whole demo list: items missing from the dumps are requested as before, and every item has the same outcome.
#[tokio::test(flavor = "multi_thread")]
async fn both_dumps_give_the_same_outcomes_as_the_services() {
    let outcomes_with = async |has_dumps: bool| {
        let shop = Shop::open().await;
        let list = shop.list(sandbox::DEMO_LIST);
        if has_dumps {
            import_both_dumps(&shop);
        }
        let ran = shop.run(&["run", list]);
        assert!(matches!(ran.code, Some(0 | 3)), "{}{}", ran.out, ran.err);
        outcomes(&shop).into_iter().map(|(upc, status, title, _)| (upc, status, title)).collect::<Vec<_>>()
    };
    assert_eq!(outcomes_with(true).await, outcomes_with(false).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_carries_many_upcs() {
    let shop = Shop::with_synthetic(200).await;
    let ran = shop.run(&["run", shop.synthetic_list()]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let searches = shop.sandbox.request_counts()["musicbrainz"].paths["/musicbrainz/ws/*/release"];
    assert!(searches <= 12, "{searches} searches for 200 UPCs");
    assert_eq!(shop.repeated_requests(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_limit_is_ever_exceeded() {
    // At higher speeds, the delays of a busy machine would look like rate limit violations.
    const FASTER: f64 = 5.0;
    let shop = Shop::with(SandboxOptions {
        enforce_limits: true,
        speed: FASTER,
        synthetic_releases: 22,
        ..SandboxOptions::default()
    })
    .await;
    let mut program = shop.program(&["run", shop.synthetic_list()]);
    for service in ["MUSICBRAINZ", "DISCOGS"] {
        let name = format!("DRAFT_MAKER__PROVIDERS__{service}__REQUESTS_PER_MINUTE");
        program.env(name, (60.0 * FASTER).to_string());
    }
    let status = program.stdout(std::process::Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    for (service, count) in shop.sandbox.request_counts() {
        assert_eq!(count.refused, 0, "{service} refused of {}", count.requests);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_discogs_releases_are_found_by_musicbrainz_links() {
    let shop = Shop::open().await;
    let mut program = shop.program(&["lookup", "093624896326"]);
    let ran = run_output(&program.env_remove("DISCOGS_PERSONAL_ACCESS_TOKEN").output().unwrap());
    assert!(ran.out.contains("Collision Course"), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("DISCOGS_PERSONAL_ACCESS_TOKEN"), "it says what a key would add: {}", ran.out);
    let asked = shop.sandbox.request_counts()["discogs"].paths.clone();
    assert!(asked.keys().all(|path| !path.contains("search")), "{asked:?}");
}

/// A service sees two processes as one client: the second one waits after the last request of the first.
#[tokio::test(flavor = "multi_thread")]
async fn processes_share_the_rate_limit() {
    const LOOKUPS: u32 = 6;
    let shop = Shop::with(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }).await;
    let began = std::time::Instant::now();
    let upcs = ["012345678905", "036000291452", "614141000036", "123456789012", "042100005264", "012000001086"];
    let lookups: Vec<_> = upcs
        .map(|upc| {
            let mut program = shop.program(&["lookup", upc]);
            program.env("DRAFT_MAKER__PROVIDERS__MUSICBRAINZ__REQUESTS_PER_MINUTE", "60");
            program.stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .into();
    for mut lookup in lookups {
        super::shop::wait_for_exit(&mut lookup).await;
    }
    assert_eq!(shop.sandbox.request_counts()["musicbrainz"].requests, u64::from(LOOKUPS));
    // A lower bound holds even on the slowest machine.
    let least = std::time::Duration::from_secs(1) * (LOOKUPS - 1);
    assert!(began.elapsed() >= least, "{LOOKUPS} requests within {:?}", began.elapsed());
}
