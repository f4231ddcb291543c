//! Discogs over a socket: the token, the second search, and prices with their currency.

use domain::pricing::SampleKind;
use domain::release::{Release, ReleaseId};
use iso_currency::Currency;
use providers::{DISCOGS, MUSICBRAINZ, ProviderError, Settings};
use serde_json::{Value, json};

use super::{asked_for, at, connect, upc, with_key};
use testing::http_server::{Server, ok, response};

const TOKEN: &str = "aBcDeFgHiJkLmNoPqRsT";

fn result(id: u64, barcode: &[&str]) -> Value {
    json!({"id": id, "type": "release", "title": "Rick Astley - Never Gonna Give You Up", "barcode": barcode})
}

fn results(list: &[Value]) -> String {
    json!({"pagination": {"items": list.len()}, "results": list}).to_string()
}

fn pressing() -> Release {
    let ids = vec![ReleaseId::new(MUSICBRAINZ, "x"), ReleaseId::new(DISCOGS, "249504")];
    Release { ids, ..Release::default() }
}

#[tokio::test]
async fn without_a_key_releases_are_found_by_links_only() {
    let server = Server::start(|_| ok(r#"{"id":249504,"title":"Never Gonna Give You Up"}"#)).await;
    let discogs = connect("discogs", &with_key(at(&server.address()), "  "));
    let catalogue = discogs.catalog.unwrap();
    assert!(!catalogue.can_search() && discogs.price_guide.is_none());

    let provider_release = catalogue.fetch_release(&ReleaseId::new(DISCOGS, "249504")).await.unwrap().unwrap();
    assert_eq!(provider_release.url.as_deref(), Some("https://www.discogs.com/release/249504"));
    assert_eq!(server.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn the_barcode_is_searched_and_every_result_is_verified() {
    let server = Server::start(|_| {
        let spaced = result(1, &["BIEM/SDRM", "5 012394 144777"]);
        ok(&results(&[spaced, result(2, &["720642442524"]), result(3, &[])]))
    });
    let server = server.await;
    let discogs = connect("discogs", &with_key(at(&server.address()), &format!(" {TOKEN}\n"))).catalog.unwrap();
    let found = discogs.search_upcs(&[upc("5012394144777")]).await.unwrap();

    let ids =
        found[&upc("5012394144777")].iter().map(|provider_release| provider_release.id.id.as_str()).collect::<Vec<_>>();
    assert_eq!(ids, ["1"]);
    let asked = server.requests();
    assert_eq!(asked.len(), 1, "no second search after a result");
    assert_eq!(asked_for(&asked[0].target, "barcode").as_deref(), Some("5012394144777"));
    assert_eq!(asked_for(&asked[0].target, "type").as_deref(), Some("release"));
    assert_eq!(asked[0].header("authorization"), Some(format!("Discogs token={TOKEN}").as_str()));
    assert!(!asked[0].target.contains(TOKEN));
}

#[tokio::test]
async fn a_barcode_not_found_in_its_field_is_searched_in_all_fields() {
    let server = Server::start(|asked| match asked.number {
        0 => ok(&results(&[])),
        _ => ok(&results(&[result(4, &["7 43216 05321"])])),
    });
    let server = server.await;
    let discogs = connect("discogs", &with_key(at(&server.address()), TOKEN)).catalog.unwrap();
    // Entered as printed, without the check digit 6.
    let found = discogs.search_upcs(&[upc("743216053216")]).await.unwrap();
    assert_eq!(found[&upc("743216053216")].len(), 1);
    let targets = server.targets();
    assert_eq!((targets.len(), asked_for(&targets[1], "q").as_deref()), (2, Some("743216053216")));
}

#[tokio::test]
async fn a_wrong_key_is_reported_with_advice_and_without_the_key() {
    let server = Server::start(|_| response(401, &[], &format!(r#"{{"message":"Invalid token {TOKEN}"}}"#))).await;
    let discogs = connect("discogs", &with_key(at(&server.address()), TOKEN)).catalog.unwrap();
    let error = discogs.search_upcs(&[upc("5012394144777")]).await.unwrap_err();
    assert!(error.is_refusal() && !error.is_transient());
    let text = error.to_string();
    let expected =
        "Discogs rejected the token (401). Replace DISCOGS_PERSONAL_ACCESS_TOKEN (discogs.com > Settings > Developers)";
    assert_eq!(text, expected);
    assert!(!text.contains(TOKEN) && !format!("{error:?}").contains(TOKEN), "{text}");
}

#[tokio::test]
async fn a_throttled_request_is_retried() {
    let server = Server::start(|asked| match asked.number {
        0 => response(429, &[], r#"{"message":"You are making requests too quickly."}"#),
        _ => ok(&results(&[result(1, &["5012394144777"])])),
    });
    let server = server.await;
    let discogs = connect("discogs", &with_key(at(&server.address()), TOKEN)).catalog.unwrap();
    assert_eq!(discogs.search_upcs(&[upc("5012394144777")]).await.unwrap()[&upc("5012394144777")].len(), 1);
}

#[tokio::test]
async fn prices_are_requested_in_the_sellers_currency() {
    for (wanted, asked, minor) in [
        (None, "USD", 117),
        (Some(Currency::EUR), "EUR", 117),
        (Some(Currency::JPY), "JPY", 1),
        (Some(Currency::PLN), "USD", 117),
    ] {
        let server = Server::start(|_| ok(r#"{"id":249504,"title":"x","lowest_price":1.17,"num_for_sale":37}"#)).await;
        let settings = Settings { currency: wanted, ..at(&server.address()) };
        let discogs = connect("discogs", &settings).catalog.unwrap();
        let release = discogs.fetch_release(&ReleaseId::new(DISCOGS, "249504")).await.unwrap().unwrap();
        assert_eq!(asked_for(&server.targets()[0], "curr_abbr").as_deref(), Some(asked));
        let [sample] = &release.samples[..] else { panic!("{:?}", release.samples) };
        assert_eq!((sample.kind, sample.price.minor, sample.price.currency.code()), (SampleKind::Asked, minor, asked));
        assert_eq!(sample.wording, "lowest of 37 offers");
    }
}

#[tokio::test]
async fn suggestions_are_mapped_to_ebay_conditions() {
    let server = Server::start(|asked| match asked.number {
        0 => ok(r#"{"Mint (M)":{"currency":"EUR","value":16.625},"Poor (P)":{"currency":"EUR","value":0.87},
                    "Very Good (VG)":{"currency":"EUR","value":7.875000000000001}}"#),
        1 => ok("{}"),
        _ => response(404, &[], r#"{"message":"Release not found."}"#),
    });
    let server = server.await;
    let guide = connect("discogs", &with_key(at(&server.address()), TOKEN)).price_guide.unwrap();
    let samples = guide.fetch_samples(&pressing(), None).await.unwrap().unwrap();
    let read = samples.iter().map(|s| (s.wording.as_str(), s.price.to_string())).collect::<Vec<_>>();
    assert_eq!(read, [("Mint (M)", "16.62 EUR".to_owned()), ("Very Good (VG)", "7.88 EUR".to_owned())]);
    assert!(samples.iter().all(|sample| sample.condition.is_some() && sample.kind == SampleKind::Suggested));

    assert_eq!(guide.fetch_samples(&pressing(), None).await.unwrap(), Some(vec![]), "an empty result is a result");
    assert_eq!(guide.fetch_samples(&pressing(), None).await.unwrap(), None, "the release no longer exists");
    assert_eq!(guide.fetch_samples(&Release::default(), None).await.unwrap(), None, "no request without an ID");
    assert_eq!(server.targets().len(), 3);
    assert_eq!(server.targets()[0], "/marketplace/price_suggestions/249504");
}

#[tokio::test]
async fn an_account_without_suggestions_is_not_queried_forever() {
    let server = Server::start(|_| response(403, &[], r#"{"message":"Fill out your seller settings."}"#)).await;
    let guide = connect("discogs", &with_key(at(&server.address()), TOKEN)).price_guide.unwrap();
    for _ in 0..10 {
        let error = guide.fetch_samples(&pressing(), None).await.unwrap_err();
        assert!(!error.is_transient() && error.to_string().contains("seller settings"), "{error}");
    }
    assert_eq!(server.targets().len(), 3);
}

#[tokio::test]
async fn an_unexpected_response_is_an_error_and_never_not_found() {
    for other in ["<html><title>Oops</title></html>", "{}", "[]", r#"{"message":"x"}"#, r#"{"results":null}"#] {
        let server = Server::start(move |_| ok(other)).await;
        let discogs = connect("discogs", &with_key(at(&server.address()), TOKEN)).catalog.unwrap();
        let search = discogs.search_upcs(&[upc("5012394144777")]).await;
        assert!(matches!(search, Err(ProviderError::InvalidResponse { .. })), "{other}: {search:?}");
        let detail = discogs.fetch_release(&ReleaseId::new(DISCOGS, "1")).await;
        assert!(matches!(detail, Err(ProviderError::InvalidResponse { .. })), "{other}: {detail:?}");
    }
}

#[tokio::test]
async fn tracks_of_other_artists_name_them() {
    let server = Server::start(|_| {
        ok(r#"{"id":249504,"title":"Pulp Fiction","artists":[{"name":"Various"}],"tracklist":[
            {"position":"1","type_":"track","title":"Misirlou","artists":[{"name":"Dick Dale (2)","join":"&"},{"name":"His Del-Tones"}]},
            {"position":"2","type_":"track","title":"Dialogue","artists":[{"name":"Various"}]},
            {"position":"3","type_":"track","title":"Comanche"}]}"#)
    });
    let server = server.await;
    let discogs = connect("discogs", &with_key(at(&server.address()), TOKEN)).catalog.unwrap();
    let release = discogs.fetch_release(&ReleaseId::new(DISCOGS, "249504")).await.unwrap().unwrap();
    let artists = release.tracks.iter().map(|track| track.artist.as_deref()).collect::<Vec<_>>();
    assert_eq!(artists, [Some("Dick Dale & His Del-Tones"), None, None]);
}
