//! Asking prices: queries by barcode and keywords, and the check of every result.

use domain::condition::Condition;
use domain::matching::Match;
use domain::pricing::{MatchBasis, PriceEstimate, PriceRules, SampleKind};
use domain::provenance::Sourced;
use domain::release::{ArtistCredit, Carrier, Release};
use jiff::Timestamp;
use pipeline::ProviderGateway;
use providers::{ALL, EBAY_BROWSE, MUSICBRAINZ, ProviderError, UpstreamClients, test_support};
use serde_json::{Value, json};
use store::response_cache::ResponseCache;

use super::super::{at, ebay_at, http, upc};
use super::{NOTHING, SEARCH, asked, found, guide, item, pressing, query, read, shop, with, without_code};
use testing::http_server::ok;
use testing::recordings;

#[tokio::test]
async fn the_search_is_by_barcode_home_country_and_condition() {
    let server = shop(|_, _| ok(&found(&[item("10.00", "4000")]))).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let began = Timestamp::now();
    let samples = guide.fetch_samples(&pressing(Carrier::Cd), Some(Condition::VeryGood)).await.unwrap().unwrap();

    let [sample] = &samples[..] else { panic!("{samples:?}") };
    assert_eq!(
        (&sample.provider, sample.kind, sample.basis),
        (&EBAY_BROWSE, SampleKind::Asked, MatchBasis::ThisBarcode)
    );
    assert_eq!(sample.price.to_string(), "13.75 USD", "including the cheapest shipping");
    assert_eq!((sample.condition, sample.wording.as_str()), (Some(Condition::VeryGood), "Very Good, asked on eBay"));
    assert!(sample.observed_at >= began);

    let asked = asked(&server);
    let [search] = &asked[..] else { panic!("what is found is not asked for twice: {asked:?}") };
    assert!(search.target.starts_with(SEARCH), "{}", search.target);
    assert_eq!(search.header("x-ebay-c-marketplace-id"), Some("EBAY_US"));
    let message = ["gtin", "category_ids", "filter", "limit", "q"].map(|name| query(search, name));
    let filter = "buyingOptions:{FIXED_PRICE},itemLocationCountry:US,conditionIds:{4000}";
    let expected = [Some("720642442524"), Some("176984"), Some(filter), Some("50"), None];
    assert_eq!(message, expected.map(|text| text.map(str::to_owned)));
}

/// The Browse API accepts only a UPC as `gtin`; for other codes it returns unfiltered results (warning 12022). An EAN
/// is searched as a keyword; an EAN-8 could be a catalog number.
#[tokio::test]
async fn an_ean_is_searched_by_keyword() {
    let by_words = "AC DC Back in Black Part 2";
    for (other, keywords, basis) in [
        ("5012394144777", "5012394144777", MatchBasis::ThisBarcode),
        ("96385074", by_words, MatchBasis::ArtistAndTitle),
    ] {
        let server = shop(|_, _| ok(&found(&[item("10.00", "4000")]))).await;
        let (guide, _folder) = guide("ebay_browse", &server).await;
        let barcode = || Some(Sourced::new(upc(other), MUSICBRAINZ));
        let release = Release { barcode: barcode(), ..pressing(Carrier::Cd) };
        let samples = guide.fetch_samples(&release, None).await.unwrap().unwrap();
        assert_eq!((samples.len(), samples[0].basis), (1, basis), "{other}");
        let asked = asked(&server);
        assert_eq!(asked.len(), 1, "{other}");
        assert_eq!((query(&asked[0], "gtin"), query(&asked[0], "q").as_deref()), (None, Some(keywords)), "{other}");
        let unfiled = Release { barcode: barcode(), ..pressing(Carrier::Other) };
        assert_eq!(guide.fetch_samples(&unfiled, None).await.unwrap(), None, "keywords alone would find posters");
    }
    let server = shop(|_, _| ok(NOTHING)).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let nobody_offers_it = guide.fetch_samples(&pressing(Carrier::Other), None).await.unwrap();
    assert_eq!(nobody_offers_it, Some(vec![]), "an empty result is a result");
    let asked = asked(&server);
    let text = ["gtin", "category_ids"].map(|name| query(&asked[0], name));
    assert_eq!((asked.len(), text), (1, [Some("720642442524".to_owned()), None]));
    let filter = query(&asked[0], "filter").unwrap();
    assert!(!filter.contains("conditionIds"), "no condition is stated: {filter}");
}

/// A code or category that eBay does not accept is not an error: eBay sends a warning and the results of another
/// query.
#[tokio::test]
async fn a_response_to_another_query_is_ignored() {
    for warning in [12_022, 12_009, 12_021] {
        let server = shop(move |asked, _| {
            let mut body: Value = serde_json::from_str(&found(&[item("10.00", "4000")])).unwrap();
            if query(asked, "gtin").is_some() || warning == 12_009 {
                body["warnings"] = json!([{"errorId": warning, "domain": "API_BROWSE", "message": "invalid"}]);
            }
            ok(&body.to_string())
        });
        let server = server.await;
        let (guide, _folder) = guide("ebay_browse", &server).await;
        let samples = guide.fetch_samples(&pressing(Carrier::Cd), Some(Condition::VeryGood)).await.unwrap().unwrap();
        let of = samples.iter().map(|sample| sample.basis).collect::<Vec<_>>();
        let by_words = if warning == 12_009 { vec![] } else { vec![MatchBasis::ArtistAndTitle] };
        assert_eq!((of, asked(&server).len()), (by_words, 2), "{warning}");
    }
}

#[tokio::test]
async fn an_ean_that_no_offer_has_is_searched_by_artist_and_title() {
    let server = shop(|asked, _| match query(asked, "q").as_deref() {
        Some("5012394144777") => ok(NOTHING),
        _ => ok(&found(&[item("10.00", "4000")])),
    });
    let server = server.await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let release = Release { barcode: Some(Sourced::new(upc("5012394144777"), MUSICBRAINZ)), ..pressing(Carrier::Cd) };
    let samples = guide.fetch_samples(&release, None).await.unwrap().unwrap();
    assert_eq!((samples.len(), samples[0].basis, asked(&server).len()), (1, MatchBasis::ArtistAndTitle, 2));
}

#[tokio::test]
async fn an_item_without_offers_by_barcode_is_searched_by_artist_and_title() {
    let server = shop(|asked, _| match query(asked, "gtin") {
        Some(_) => ok(NOTHING),
        None => ok(&found(&[with(item("10.00", "5000"), "shippingOptions", json!(null))])),
    });
    let server = server.await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let samples = guide.fetch_samples(&pressing(Carrier::Cassette), Some(Condition::Good)).await.unwrap().unwrap();
    assert_eq!((samples.len(), samples[0].basis), (1, MatchBasis::ArtistAndTitle));
    assert_eq!(samples[0].wording, "Very Good, asked on eBay by artist and title, without shipping");
    assert_eq!(samples[0].price.to_string(), "10.00 USD");

    let asked = asked(&server);
    assert_eq!(asked.len(), 2);
    let text = ["gtin", "q", "category_ids"].map(|name| query(&asked[1], name));
    assert_eq!(text, [None, Some("AC DC Back in Black Part 2".to_owned()), Some("176983".to_owned())]);
}

#[tokio::test]
async fn keywords_have_at_most_a_hundred_characters_and_never_only_a_title() {
    let server = shop(|_, _| ok(NOTHING)).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let long = Release { title: Some(Sourced::new("né ".repeat(90), MUSICBRAINZ)), ..pressing(Carrier::Cd) };
    assert_eq!(guide.fetch_samples(&without_code(long), None).await.unwrap(), Some(vec![]));
    let message = query(&asked(&server)[0], "q").unwrap();
    assert!(message.starts_with("AC DC né né") && (90..=100).contains(&message.chars().count()), "{message}");

    let various = Some(Sourced::new(ArtistCredit::from_name("Various Artists"), MUSICBRAINZ));
    let strange = Some(Sourced::new("(((***".to_owned(), MUSICBRAINZ));
    for unaskable in [
        Release::default(),
        without_code(pressing(Carrier::Other)),
        without_code(Release { artist: various, ..pressing(Carrier::Cd) }),
        without_code(Release { artist: None, ..pressing(Carrier::Cd) }),
        without_code(Release { title: strange, ..pressing(Carrier::Cd) }),
    ] {
        assert_eq!(guide.fetch_samples(&unaskable, None).await.unwrap(), None);
    }
    assert_eq!(asked(&server).len(), 1);
}

#[tokio::test]
async fn offers_of_a_video_cd_are_searched_where_it_is_filed() {
    let server = shop(|_, _| ok(NOTHING)).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let mut release = pressing(Carrier::Cd);
    release.format.as_mut().unwrap().value.media[0].wording = "CD, VCD".to_owned();
    guide.fetch_samples(&release, None).await.unwrap();
    assert_eq!(query(&asked(&server)[0], "category_ids").as_deref(), Some("617"));
}

#[tokio::test]
async fn used_records_are_found_after_fifty_new_ones() {
    let server = shop(|asked, _| {
        let filter = query(asked, "filter").unwrap_or_default();
        let wanted = |id: &str| !filter.contains("conditionIds") || filter.contains(id);
        let new = (0..50).map(|_| item("30.00", "1000")).filter(|_| wanted("1000"));
        let used = [item("10.00", "3000"), item("9.00", "4000")].into_iter().filter(|_| wanted("3000"));
        ok(&found(&new.chain(used).take(50).collect::<Vec<_>>()))
    });
    let server = server.await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let (mut conditions, mut filters) = (Vec::new(), Vec::new());
    for stated in [Some(Condition::New), Some(Condition::VeryGood), None] {
        let samples = guide.fetch_samples(&pressing(Carrier::Vinyl), stated).await.unwrap().unwrap();
        let mut found = samples.iter().map(|sample| sample.condition).collect::<Vec<_>>();
        found.dedup();
        conditions.push(found);
    }
    let (new, used, very_good) = (Some(Condition::New), None, Some(Condition::VeryGood));
    assert_eq!(conditions, [vec![new], vec![used, very_good], vec![new]]);
    for asked in asked(&server) {
        assert_eq!(query(&asked, "category_ids").as_deref(), Some("176985"));
        filters
            .push(query(&asked, "filter").unwrap().replace("buyingOptions:{FIXED_PRICE},itemLocationCountry:US", ""));
    }
    assert_eq!(filters, [",conditionIds:{1000}", ",conditionIds:{4000|3000}", ""]);
}

#[tokio::test]
async fn without_usable_offers_by_barcode_keywords_are_searched() {
    let server = shop(|asked, _| match query(asked, "gtin") {
        Some(_) => ok(&found(&[with(item("2.00", "4000"), "itemLocation", json!({"country": "CN"}))])),
        None => ok(&found(&[item("10.00", "4000")])),
    });
    let server = server.await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let samples = guide.fetch_samples(&pressing(Carrier::Vinyl), Some(Condition::VeryGood)).await.unwrap().unwrap();
    assert_eq!((samples.len(), samples[0].basis, asked(&server).len()), (1, MatchBasis::ArtistAndTitle, 2));
}

/// If eBay does not understand a filter, it sends a warning and all items.
#[tokio::test]
async fn lots_and_empty_sleeves_are_no_comparables() {
    let titled = |title: &str, price: &str| with(item(price, "4000"), "title", json!(title));
    let server = shop(move |asked, _| match query(asked, "gtin") {
        Some(_) => {
            ok(&found(&[titled("Lot of 10 CDs incl. AC/DC", "60.00"), titled("Back in Black COVER ONLY", "2.00")]))
        }
        None => ok(&found(&[titled("AC/DC Back in Black Part 2 CD", "10.00")])),
    });
    let server = server.await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let samples = guide.fetch_samples(&pressing(Carrier::Cd), Some(Condition::VeryGood)).await.unwrap().unwrap();
    assert_eq!(samples[0].wording, "Very Good, asked on eBay for several items");
    assert_eq!(samples[1].wording, "Very Good, asked on eBay for only the packaging");
    let estimate = PriceEstimate::from_samples(samples, Some(Condition::VeryGood), &PriceRules::default());
    assert_eq!(estimate.samples.iter().map(|sample| sample.price.minor).collect::<Vec<_>>(), [1375]);
    assert!(estimate.excluded.iter().all(|excluded| excluded.why.contains("something else than one regular copy")));
}

fn with_shipping(offer: Value, cost: &str) -> Value {
    let option = json!({"shippingCostType": "FIXED", "shippingCost": {"value": cost, "currency": "USD"}});
    with(offer, "shippingOptions", json!([option]))
}

#[test]
fn a_seller_with_many_offers_is_no_market() {
    let of = |seller: &str, price: &str| with(item(price, "4000"), "seller", json!({"username": seller}));
    let offers = [
        of("bob", "12.00"),
        of("bob", "10.00"),
        of("bob", "11.00"),
        of("ann", "9.00"),
        with(of("bob", "20.00"), "title", json!("lot of CDs")),
        with(of("eve", "1.00"), "conditionId", json!("7000")),
        with(of("joe", "2.00"), "itemGroupType", json!("SELLER_DEFINED_VARIATIONS")),
        with_shipping(of("sue", "4.00"), "45.00"),
        with_shipping(item("1.00", "4000"), "9.00"),
        item("13.00", "4000"),
        item("13.00", "4000"),
    ];
    let found = read(&offers).into_iter().map(|sample| (sample.price.minor, sample.basis)).collect::<Vec<_>>();
    let (regular, other) = (MatchBasis::ThisBarcode, MatchBasis::OtherGoods);
    assert_eq!(
        found,
        [
            (1375, regular),
            (1275, regular),
            (2375, other),
            (575, other),
            (1000, regular),
            (1675, regular),
            (1675, regular)
        ],
        "the lowest offer of each seller; none for parts, and none with absurd shipping"
    );
}

#[tokio::test]
async fn unfiltered_items_are_ignored() {
    let server = shop(|_, _| {
        let items = [
            with(item("1.00", "4000"), "buyingOptions", json!(["AUCTION"])),
            with(item("2.00", "4000"), "itemLocation", json!({"country": "CN"})),
            with(item("3.00", "4000"), "itemLocation", json!(null)),
            item("4.00", "5000"),
            item("5.00", "3000"),
            with(item("6.00", "4000"), "conditionId", json!(null)),
            with(item("7.00", "4000"), "price", json!({"value": "7.00", "currency": "EUR"})),
            item("8.00", "4000"),
        ];
        let mut body: Value = serde_json::from_str(&found(&items)).unwrap();
        body["warnings"] =
            json!([{"errorId": 12002, "message": "The 'filter' is invalid.\u{1b}[2J"}, {"errorId": {}}, 7]);
        ok(&body.to_string())
    });
    let server = server.await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let samples = guide.fetch_samples(&pressing(Carrier::Cd), Some(Condition::VeryGood)).await.unwrap().unwrap();
    assert_eq!(samples.iter().map(|sample| sample.price.minor).collect::<Vec<_>>(), [1175]);
}

#[tokio::test]
async fn an_unexpected_response_is_an_error_and_never_empty() {
    for other in ["{}", "[]", "7", "<html><title>Oops</title></html>", r#"{"total":3}"#, r#"{"itemSummaries":{}}"#] {
        let server = shop(move |_, _| ok(other)).await;
        for name in ["ebay_browse", "ebay_insights"] {
            let (guide, _folder) = guide(name, &server).await;
            let reported = guide.fetch_samples(&pressing(Carrier::Cd), None).await;
            assert!(matches!(reported, Err(ProviderError::InvalidResponse { .. })), "{name} {other}: {reported:?}");
        }
    }
}

#[test]
fn a_hostile_field_discards_at_most_its_item() {
    let hostile = [json!(null), json!(-1), json!("x"), json!([[]]), json!({"value": {}}), json!(1e300), json!(true)];
    for key in ["price", "buyingOptions", "itemLocation", "conditionId", "condition", "shippingOptions", "title"] {
        for value in &hostile {
            let samples = read(&[with(item("10.00", "4000"), key, value.clone()), item("11.00", "5000")]);
            assert!(samples.iter().any(|sample| sample.condition == Some(Condition::Good)), "{key} {value}");
            assert!(samples.iter().all(|sample| sample.price.minor > 0), "{key} {value}");
        }
    }
    let words =
        with(item("10.00", "4000"), "condition", json!("Good\u{1b}[2J\u{202e}\r\n".to_owned() + &"x".repeat(900)));
    let wording = &read(&[words])[0].wording;
    assert!(!wording.contains(char::is_control) && !wording.contains('\u{202e}') && wording.len() < 100, "{wording:?}");
    assert!(wording.ends_with("asked on eBay"), "{wording:?}");
}

#[test]
fn a_price_includes_shipping_if_it_is_known() {
    let usd = |value: &str| json!({"value": value, "currency": "USD"});
    let fixed = |cost: Value| json!([{"shippingCostType": "FIXED", "shippingCost": cost}]);
    for (shipping, price, is_without) in [
        (fixed(usd("0.00")), "10.00 USD", false),
        (fixed(usd("3.755")), "13.76 USD", false),
        (fixed(json!({"value": "3", "currency": "USD", "convertedFromCurrency": "CAD"})), "10.00 USD", true),
        (fixed(json!({"value": "3", "currency": "CAD"})), "10.00 USD", true),
        (fixed(usd("92233720368547758.07")), "", true),
        (json!([{"shippingCostType": "CALCULATED"}]), "10.00 USD", true),
        (json!([{"shippingCostType": "CALCULATED", "shippingCost": usd("3")}]), "10.00 USD", true),
        (json!([]), "10.00 USD", true),
    ] {
        let samples = read(&[with(item("10.00", "4000"), "shippingOptions", shipping.clone())]);
        let Some(sample) = samples.first() else {
            assert!(price.is_empty(), "{shipping}");
            continue;
        };
        assert_eq!(sample.price.to_string(), price, "{shipping}");
        assert_eq!(sample.wording.ends_with(", without shipping"), is_without, "{shipping}: {}", sample.wording);
    }
    for price in [json!({"value": "7.00", "currency": "USD", "convertedFromCurrency": "CAD"}), usd("0.00"), usd("-1")] {
        assert_eq!(read(&[with(item("1", "4000"), "price", price.clone())]), [], "{price}");
    }
    let conditions = ["1000", "2750", "4000", "5000", "6000", "3000", "1500", "2010"];
    let read = read(&conditions.map(|id| item("1.00", id)));
    let known = Condition::ALL.map(Some).into_iter().chain([None; 3]).collect::<Vec<_>>();
    assert_eq!(read.into_iter().map(|sample| sample.condition).collect::<Vec<_>>(), known);
}

/// Prices of a simulated service are invented but are also cached for a day.
#[tokio::test]
async fn a_response_of_one_environment_is_not_cached_for_another() {
    let found_match = Match { release: pressing(Carrier::Cd), entries: Vec::new(), score: 1.0, reasons: Vec::new() };
    let answers = ResponseCache::open_in_memory().await.unwrap();
    for price in ["10.00", "20.00"] {
        let server = shop(move |_, _| ok(&found(&[item(price, "4000")]))).await;
        let (ebay, _folder) = ebay_at(&server.address()).await;
        let factory = ALL.iter().find(|factory| factory.name == EBAY_BROWSE).unwrap();
        let (http, settings) = (http(), at(""));
        for _ in 0..2 {
            let connected =
                (factory.connect)(&settings, &UpstreamClients { http: &http, ebay: Some(&ebay), catalog_folder: None })
                    .unwrap();
            let gateway = ProviderGateway::new(vec![connected], answers.clone());
            let (price_estimate, _) = gateway.estimate_price(&found_match, None, &PriceRules::default()).await;
            let dearer = format!("asked at eBay: {}3.75 USD", &price[..1]);
            assert!(price_estimate.rule.starts_with(&dearer), "{}", price_estimate.rule);
        }
        assert_eq!(asked(&server).len(), 1, "cached for this environment");
    }
}

/// Real eBay responses recorded by others; the expected values are derived from the body.
#[test]
fn every_recorded_search_is_read() {
    let Some(folder) = recordings::folder() else { return };
    let files = std::fs::read_dir(folder.join("ebay")).expect("the recordings of eBay").flatten();
    let files = files.map(|file| file.path()).filter(|path| path.to_string_lossy().contains("browse_search_"));
    let (mut seen, mut counted) = (0, 0);
    for file in files {
        let body: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let items = body["itemSummaries"].as_array().unwrap();
        let at_home = items.iter().filter(|item| item["itemLocation"]["country"] == "US");
        let ours = at_home.filter(|item| item["price"].get("convertedFromCurrency").is_none()).collect::<Vec<_>>();
        let samples = test_support::parse_ebay_search(&body, Timestamp::UNIX_EPOCH);
        assert!(samples.len() <= ours.len() && samples.is_empty() == ours.is_empty(), "{}", file.display());
        for item in ours {
            let samples = read(std::slice::from_ref(item));
            let Some(sample) = samples.first() else { continue };
            counted += 1;
            let is_known = item["shippingOptions"][0]["shippingCost"].is_object();
            assert_eq!(!sample.wording.contains("without shipping"), is_known, "{item}");
            let cents = |price: &Value| price["value"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
            assert!(sample.price.minor >= cents(&item["price"]), "{item}");
            assert!(sample.wording.starts_with(item["condition"].as_str().unwrap()), "{item}");
        }
        seen += items.len();
    }
    assert!(seen >= 200 && counted >= 100, "{counted} of {seen}");
}
