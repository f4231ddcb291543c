//! EBay as a price guide, over a socket: what is asked, what is believed of the answer, and what a refusal means.

use std::sync::Arc;
use std::time::Duration;

use draft_maker::answers::Answers;
use draft_maker::domain::appraisal::{PriceRules, Sample, SampleKind, SampleOf};
use draft_maker::domain::condition::Condition;
use draft_maker::domain::matching::Match;
use draft_maker::domain::release::{ArtistCredit, Carrier, Format, Medium, Release};
use draft_maker::domain::sourced::Sourced;
use draft_maker::http::{self, Http};
use draft_maker::pipeline::Gatherer;
use draft_maker::providers::{ALL, EBAY_BROWSE, EBAY_INSIGHTS, MUSICBRAINZ, PriceGuide, Unanswered, Ways, recorded};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{asked_for, at, ebay_at, ebay_by, upc};
use crate::http::server::{Asked, Say, Server, answer, ok};
use crate::recordings;

const TOKEN: &str = "/identity/v1/oauth2/token";
const LIMITS: &str = "/developer/analytics/v1_beta/rate_limit/";
const SEARCH: &str = "/buy/browse/v1/item_summary/search";
const SALES: &str = "/buy/marketplace_insights/v1_beta/item_sales/search";

/// EBay by script: tokens are numbered, anything else is answered by `script` with the number of its token.
async fn shop(script: impl Fn(&Asked, usize) -> Say + Send + Sync + 'static) -> Server {
    let tokens = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |asked| {
        if asked.target == TOKEN {
            let number = tokens.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let token = json!({"access_token": format!("token-{number}"), "expires_in": 7200,
                               "token_type": "Application Access Token"});
            return ok(&token.to_string());
        }
        let bearer = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer token-"));
        script(asked, bearer.and_then(|number| number.parse().ok()).expect("a token of this shop"))
    })
    .await
}

async fn guide(name: &str, server: &Server) -> (Arc<dyn PriceGuide>, TempDir) {
    let (ebay, folder) = ebay_at(&server.address()).await;
    let registration = ALL.iter().find(|registration| registration.name.as_str() == name).unwrap();
    let connected = (registration.connect)(&at(""), &Ways { http: &super::http(), ebay: Some(&ebay) }).unwrap();
    (connected.price_guide.unwrap(), folder)
}

/// The requests that were no tokens.
fn asked(server: &Server) -> Vec<Asked> {
    server.asked().into_iter().filter(|asked| asked.target != TOKEN).collect()
}

fn query(asked: &Asked, name: &str) -> Option<String> {
    asked_for(&asked.target, name)
}

fn pressing(carrier: Carrier) -> Release {
    let medium = Medium { carrier, count: 1, wording: String::new(), inches: None };
    Release {
        artist: Some(Sourced::new(ArtistCredit::one("AC/DC"), MUSICBRAINZ)),
        title: Some(Sourced::new("Back in (Black), Part 2".to_owned(), MUSICBRAINZ)),
        barcode: Some(Sourced::new(upc("720642442524"), MUSICBRAINZ)),
        format: Some(Sourced::new(Format { media: vec![medium], box_set: false }, MUSICBRAINZ)),
        ..Release::default()
    }
}

fn without_code(release: Release) -> Release {
    Release { barcode: None, ..release }
}

fn item(price: &str, condition: &str) -> Value {
    json!({"itemId": "v1|1|0", "title": "x", "price": {"value": price, "currency": "USD"}, "conditionId": condition,
           "condition": "Very Good", "buyingOptions": ["FIXED_PRICE", "BEST_OFFER"], "itemLocation": {"country": "US"},
           "shippingOptions": [{"shippingCostType": "FIXED", "shippingCost": {"value": "4.50", "currency": "USD"}},
                               {"shippingCostType": "FIXED", "shippingCost": {"value": "3.75", "currency": "USD"}}]})
}

fn with(mut item: Value, key: &str, value: Value) -> Value {
    item[key] = value;
    item
}

fn found(items: &[Value]) -> String {
    json!({"total": items.len(), "limit": 50, "offset": 0, "itemSummaries": items}).to_string()
}

const NOTHING: &str = r#"{"href":"x","total":0,"limit":50,"offset":0}"#;

fn read(items: &[Value]) -> Vec<Sample> {
    recorded::ebay_search(&serde_json::from_str(&found(items)).unwrap(), Timestamp::UNIX_EPOCH)
}

#[tokio::test]
async fn the_barcode_is_asked_for_at_home_in_the_condition_stated() {
    let server = shop(|_, _| ok(&found(&[item("10.00", "4000")]))).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let began = Timestamp::now();
    let samples = guide.samples(&pressing(Carrier::Cd), Some(Condition::VeryGood)).await.unwrap().unwrap();

    let [sample] = &samples[..] else { panic!("{samples:?}") };
    assert_eq!((&sample.provider, sample.kind, sample.of), (&EBAY_BROWSE, SampleKind::Asked, SampleOf::ThisBarcode));
    assert_eq!(sample.price.to_string(), "13.75 USD", "with the cheapest shipping");
    assert_eq!((sample.condition, sample.wording.as_str()), (Some(Condition::VeryGood), "Very Good, asked on eBay"));
    assert!(sample.at >= began);

    let asked = asked(&server);
    let [search] = &asked[..] else { panic!("what is found is not asked for twice: {asked:?}") };
    assert!(search.target.starts_with(SEARCH), "{}", search.target);
    assert_eq!(search.header("x-ebay-c-marketplace-id"), Some("EBAY_US"));
    let said = ["gtin", "category_ids", "filter", "limit", "q"].map(|name| query(search, name));
    let filter = "buyingOptions:{FIXED_PRICE},itemLocationCountry:US,conditionIds:{4000}";
    let expected = [Some("720642442524"), Some("176984"), Some(filter), Some("50"), None];
    assert_eq!(said, expected.map(|text| text.map(str::to_owned)));
}

#[tokio::test]
async fn an_ean_has_all_its_digits_and_an_unfiled_carrier_no_category() {
    let server = shop(|_, _| ok(NOTHING)).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let barcode = Some(Sourced::new(upc("5012394144777"), MUSICBRAINZ));
    let release = Release { barcode, ..pressing(Carrier::Dvd) };
    assert_eq!(guide.samples(&release, None).await.unwrap(), Some(vec![]), "nobody offers it, and that is an answer");
    let asked = asked(&server);
    assert_eq!(asked.len(), 1, "words alone would find posters");
    assert_eq!((query(&asked[0], "gtin").as_deref(), query(&asked[0], "category_ids")), (Some("5012394144777"), None));
    let filter = query(&asked[0], "filter").unwrap();
    assert!(!filter.contains("conditionIds"), "no condition is stated: {filter}");
}

#[tokio::test]
async fn what_has_no_offer_by_barcode_is_searched_by_artist_and_title() {
    let server = shop(|asked, _| match query(asked, "gtin") {
        Some(_) => ok(NOTHING),
        None => ok(&found(&[with(item("10.00", "5000"), "shippingOptions", json!(null))])),
    });
    let server = server.await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let samples = guide.samples(&pressing(Carrier::Cassette), Some(Condition::Good)).await.unwrap().unwrap();
    assert_eq!((samples.len(), samples[0].of), (1, SampleOf::ArtistAndTitle));
    assert_eq!(samples[0].wording, "Very Good, asked on eBay by artist and title, without shipping");
    assert_eq!(samples[0].price.to_string(), "10.00 USD");

    let asked = asked(&server);
    assert_eq!(asked.len(), 2);
    let said = ["gtin", "q", "category_ids"].map(|name| query(&asked[1], name));
    assert_eq!(said, [None, Some("AC DC Back in Black Part 2".to_owned()), Some("176983".to_owned())]);
}

#[tokio::test]
async fn words_are_a_hundred_characters_at_most_and_never_a_title_alone() {
    let server = shop(|_, _| ok(NOTHING)).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let long = Release { title: Some(Sourced::new("né ".repeat(90), MUSICBRAINZ)), ..pressing(Carrier::Cd) };
    assert_eq!(guide.samples(&without_code(long), None).await.unwrap(), Some(vec![]));
    let words = query(&asked(&server)[0], "q").unwrap();
    assert!(words.starts_with("AC DC né né") && (90..=100).contains(&words.chars().count()), "{words}");

    let various = Some(Sourced::new(ArtistCredit::one("Various Artists"), MUSICBRAINZ));
    let strange = Some(Sourced::new("(((***".to_owned(), MUSICBRAINZ));
    for unaskable in [
        Release::default(),
        without_code(pressing(Carrier::Dvd)),
        without_code(Release { artist: various, ..pressing(Carrier::Cd) }),
        without_code(Release { artist: None, ..pressing(Carrier::Cd) }),
        without_code(Release { title: strange, ..pressing(Carrier::Cd) }),
    ] {
        assert_eq!(guide.samples(&unaskable, None).await.unwrap(), None);
    }
    assert_eq!(asked(&server).len(), 1);
}

#[tokio::test]
async fn records_are_new_or_used_and_not_filtered_by_more() {
    let server = shop(|_, _| ok(&found(&[item("30.00", "1000"), item("10.00", "3000"), item("9.00", "4000")]))).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let mut conditions = Vec::new();
    for stated in [Some(Condition::New), Some(Condition::VeryGood), None] {
        let samples = guide.samples(&pressing(Carrier::Vinyl), stated).await.unwrap().unwrap();
        conditions.push(samples.iter().map(|sample| sample.condition).collect::<Vec<_>>());
    }
    let (new, used, very_good) = (Some(Condition::New), None, Some(Condition::VeryGood));
    assert_eq!(conditions, [vec![new], vec![used, very_good], vec![new, used, very_good]]);
    for asked in asked(&server) {
        assert_eq!(query(&asked, "category_ids").as_deref(), Some("176985"));
        assert!(!query(&asked, "filter").unwrap().contains("conditionIds"));
    }
}

/// EBay answers a filter that it does not understand with a warning and with everything.
#[tokio::test]
async fn unfiltered_items_do_no_harm() {
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
    let samples = guide.samples(&pressing(Carrier::Cd), Some(Condition::VeryGood)).await.unwrap().unwrap();
    assert_eq!(samples.iter().map(|sample| sample.price.minor).collect::<Vec<_>>(), [1175]);
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_renewed_once() {
    const INVALID: &str = r#"{"errors":[{"errorId":1001,"domain":"OAuth","message":"Invalid access token"}]}"#;
    let server = shop(|_, token| match token {
        0 => answer(401, &[], INVALID),
        _ => ok(&found(&[item("10.00", "4000")])),
    });
    let server = server.await;
    let (first, _folder) = guide("ebay_browse", &server).await;
    assert_eq!(first.samples(&pressing(Carrier::Cd), None).await.unwrap().unwrap().len(), 1);
    assert_eq!(asked(&server).len(), 2);

    let server = shop(|_, _| answer(401, &[], INVALID)).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let error = guide.samples(&pressing(Carrier::Cd), None).await.unwrap_err();
    assert!(matches!(error, Unanswered::Refused { .. }) && !error.may_pass(), "{error:?}");
    assert!(error.to_string().contains("Invalid access token"), "{error}");
    assert_eq!(asked(&server).len(), 2, "a second one and no third");
}

#[tokio::test]
async fn a_days_end_is_told_and_nothing_more_is_asked() {
    let reset = Timestamp::now().checked_add(5.hours()).unwrap();
    let server = shop(move |asked, _| {
        if !asked.target.starts_with(LIMITS) {
            return answer(
                429,
                &[],
                r#"{"errors":[{"errorId":2001,"domain":"ACCESS","message":"Too many requests."}]}"#,
            );
        }
        let rate = json!({"limit": 5000, "remaining": 0, "reset": reset.to_string(), "timeWindow": 86400});
        ok(&json!({"rateLimits": [{"resources": [{"name": "buy.browse", "rates": [rate]}]}]}).to_string())
    });
    let server = server.await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    for _ in 0..3 {
        let error = guide.samples(&pressing(Carrier::Cd), None).await.unwrap_err();
        assert!(matches!(error, Unanswered::Closed { .. }) && !error.may_pass() && error.was_reached(), "{error:?}");
        assert_eq!((error.provider(), error.again_at()), (&EBAY_BROWSE, Some(reset)));
        assert!(error.to_string().starts_with("ebay_browse: today's limit of the browse API is used up"), "{error}");
    }
    let searches = asked(&server).into_iter().filter(|asked| asked.target.starts_with(SEARCH));
    assert_eq!(searches.count(), 1);
}

#[tokio::test]
async fn a_sick_ebay_is_named_as_the_guide_and_may_pass() {
    let server = shop(|_, _| answer(503, &[], "")).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let error = guide.samples(&pressing(Carrier::Cd), None).await.unwrap_err();
    assert!(matches!(error, Unanswered::Http { .. }) && error.may_pass(), "{error:?}");
    assert_eq!(error.provider(), &EBAY_BROWSE);
}

#[tokio::test]
async fn an_answer_of_another_form_is_an_error_and_never_nothing() {
    for other in ["{}", "[]", "7", "<html><title>Oops</title></html>", r#"{"total":3}"#, r#"{"itemSummaries":{}}"#] {
        let server = shop(move |_, _| ok(other)).await;
        for name in ["ebay_browse", "ebay_insights"] {
            let (guide, _folder) = guide(name, &server).await;
            let said = guide.samples(&pressing(Carrier::Cd), None).await;
            assert!(matches!(said, Err(Unanswered::Unreadable { .. })), "{name} {other}: {said:?}");
        }
    }
}

#[test]
fn hostile_fields_cost_their_item_at_most() {
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
fn a_price_is_what_the_buyer_pays_where_that_is_known() {
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
    let conditions = ["1000", "2750", "4000", "5000", "6000", "3000", "1500", "2010", "7000"];
    let read = read(&conditions.map(|id| item("1.00", id)));
    let known = Condition::ALL.map(Some).into_iter().chain([None; 4]).collect::<Vec<_>>();
    assert_eq!(read.into_iter().map(|sample| sample.condition).collect::<Vec<_>>(), known);
}

fn sale(price: &str, day: &str) -> Value {
    json!({"itemId": "v1|1|0", "lastSoldPrice": {"value": price, "currency": "USD"}, "lastSoldDate": day,
           "conditionId": "4000", "condition": "Very Good", "totalSoldQuantity": 7, "buyingOptions": ["AUCTION"],
           "itemLocation": {"country": "US"}})
}

#[tokio::test]
async fn what_was_paid_has_its_day() {
    let sales = json!({"total": 5, "itemSales": [
        sale("8.00", "2026-10-02T11:22:33.000Z"), sale("9.00", "9999-01-01T00:00:00.000Z"), sale("7.00", "yesterday"),
        with(sale("6.00", "2026-10-02T11:22:33.000Z"), "lastSoldPrice", json!(null)),
        with(sale("5.00", "2026-10-02T11:22:33.000Z"), "conditionId", json!("5000"))]});
    let server = shop(move |_, _| ok(&sales.to_string())).await;
    let (guide, _folder) = guide("ebay_insights", &server).await;
    let samples = guide.samples(&pressing(Carrier::Cd), Some(Condition::VeryGood)).await.unwrap().unwrap();
    let [sold, of_the_future] = &samples[..] else { panic!("{samples:?}") };
    assert_eq!((&sold.provider, sold.kind, sold.of), (&EBAY_INSIGHTS, SampleKind::Sold, SampleOf::ThisBarcode));
    assert_eq!((sold.price.to_string(), sold.at.to_string()), ("8.00 USD".into(), "2026-10-02T11:22:33Z".into()));
    assert_eq!(sold.wording, "Very Good, sold on eBay, without shipping");
    assert!(of_the_future.at <= Timestamp::now(), "nothing is sold tomorrow");

    let asked = asked(&server);
    assert!(asked.len() == 1 && asked[0].target.starts_with(SALES), "{asked:?}");
    let filter = query(&asked[0], "filter").unwrap();
    assert_eq!(filter, "itemLocationCountry:US,conditionIds:{4000}", "what was paid at an auction was paid");
    for unaskable in [pressing(Carrier::Dvd), without_code(pressing(Carrier::Cd))] {
        assert_eq!(guide.samples(&unaskable, None).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_application_that_is_not_approved_is_not_refused_for_ever() {
    for (name, status, body) in [
        ("ebay_browse", 403, r#"{"errors":[{"errorId":1100,"domain":"ACCESS","message":"Access denied"}]}"#),
        (
            "ebay_insights",
            403,
            r#"{"errors":[{"errorId":1100,"domain":"ACCESS","message":"Insufficient permissions"}]}"#,
        ),
        ("ebay_insights", 400, r#"{"errors":[{"errorId":100017,"domain":"API_INSIGHTS","message":"Access denied"}]}"#),
    ] {
        let server = shop(move |_, _| answer(status, &[], body)).await;
        let (guide, _folder) = guide(name, &server).await;
        for _ in 0..10 {
            let error = guide.samples(&pressing(Carrier::Cd), None).await.unwrap_err();
            assert!(!error.may_pass() && error.to_string().contains(&format!("providers.{name}.on")), "{error}");
        }
        assert_eq!(asked(&server).len(), 3, "{body}");
    }

    let server = Server::start(|_| {
        answer(400, &[], r#"{"error":"invalid_scope","error_description":"The requested scope is invalid"}"#)
    });
    let server = server.await;
    let (guide, _folder) = guide("ebay_insights", &server).await;
    for _ in 0..10 {
        let error = guide.samples(&pressing(Carrier::Cd), None).await.unwrap_err();
        assert!(error.to_string().contains("invalid_scope") || error.to_string().contains("in a row"), "{error}");
    }
    assert_eq!(server.targets(), [TOKEN; 3]);
}

#[tokio::test]
async fn a_bad_question_is_no_lack_of_rights() {
    let server = shop(|_, _| answer(400, &[], r#"{"errors":[{"errorId":12001,"message":"Bad gtin"}]}"#)).await;
    let (guide, _folder) = guide("ebay_insights", &server).await;
    for _ in 0..5 {
        let error = guide.samples(&pressing(Carrier::Cd), None).await.unwrap_err();
        assert!(matches!(&error, Unanswered::Refused { words, .. } if words.contains("Bad gtin")), "{error}");
    }
    assert_eq!(asked(&server).len(), 5);
}

/// The queue is called `ebay` and the guide `ebay_browse`; that the one is sick must be found under the name of the other.
#[tokio::test]
async fn an_outage_is_waited_out() {
    let answered = std::sync::atomic::AtomicUsize::new(0);
    let server = shop(move |_, _| match answered.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => answer(503, &[], ""),
        _ => ok(&found(&[item("10.00", "4000")])),
    });
    let server = server.await;
    let cool_down = Duration::from_millis(50);
    let impatient = http::Settings { retries: 0, failures_to_open: 1, cool_down, ..http::Settings::default() };
    let (http, data) = (Http::new(&impatient).unwrap(), TempDir::new().unwrap());
    let (ebay, _folder) = ebay_by(&http, &server.address()).await;
    let registration = ALL.iter().find(|registration| registration.name == EBAY_BROWSE).unwrap();
    let connected = (registration.connect)(&at(""), &Ways { http: &http, ebay: Some(&ebay) }).unwrap();
    let gatherer = Gatherer::new(vec![connected], Answers::open(data.path()).await.unwrap());
    let gatherer = gatherer.with_patience(Duration::from_secs(20));

    let found = Match { release: pressing(Carrier::Cd), entries: Vec::new(), score: 1.0, reasons: Vec::new() };
    for _ in 0..2 {
        let (appraisal, without) = gatherer.appraise(&found, None, &PriceRules::default()).await;
        assert!(without.is_empty() && appraisal.price.is_some(), "{without:?}");
        assert!(appraisal.rule.starts_with("asked at ebay_browse: 13.75 USD"), "{}", appraisal.rule);
    }
    assert_eq!(asked(&server).len(), 2, "an answer is kept");
}

/// What eBay really said to others; what is expected is read from the body itself.
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
        let samples = recorded::ebay_search(&body, Timestamp::UNIX_EPOCH);
        assert_eq!(samples.len(), ours.len(), "{}", file.display());
        for (item, sample) in ours.iter().zip(&samples) {
            let is_known = item["shippingOptions"][0]["shippingCost"].is_object();
            assert_eq!(!sample.wording.contains("without shipping"), is_known, "{item}");
            let cents = |price: &Value| price["value"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
            assert!(sample.price.minor >= cents(&item["price"]), "{item}");
            assert!(sample.wording.starts_with(item["condition"].as_str().unwrap()), "{item}");
        }
        (seen, counted) = (seen + items.len(), counted + samples.len());
    }
    assert!(seen >= 200 && counted >= 100, "{counted} of {seen}");
}
