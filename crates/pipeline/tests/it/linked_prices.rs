//! Prices of releases that Discogs does not know by their barcode.

use domain::condition::Condition;
use domain::pricing::PriceEstimate;
use pipeline::lookup_upc;
use serde_json::{Value, json};
use testing::http_server::{ReceivedRequest, ScriptedResponse, Server, ok, response};

use crate::release_cases::gateway;

fn release_of_musicbrainz() -> Value {
    let link = json!({"type": "discogs", "url": {"resource": "https://www.discogs.com/release/777001"}});
    json!({
        "id": "11111111-1111-4111-8111-111111111111", "title": "Harbor Lights", "status": "Official",
        "date": "1994-05-02", "country": "GB", "barcode": "5012345678900",
        "artist-credit": [{"name": "The Lanterns", "artist": {"name": "The Lanterns"}}],
        "label-info": [{"catalog-number": "LAN 12 CD", "label": {"name": "Lamp Records"}}],
        "media": [{"format": "CD", "position": 1, "track-count": 1, "tracks": [{"number": "1", "title": "Pier"}]}],
        "relations": [link],
    })
}

fn answer(asked: &ReceivedRequest) -> ScriptedResponse {
    let path = asked.target.split('?').next().unwrap_or_default();
    let body = match path.trim_matches('/').split('/').collect::<Vec<_>>()[..] {
        ["mb", "release"] => json!({"count": 1, "offset": 0, "releases": [release_of_musicbrainz()]}),
        ["mb", "release", _] => release_of_musicbrainz(),
        ["discogs", "database", "search"] => json!({"results": []}),
        ["discogs", "releases", "777001"] => json!({
            "id": 777_001, "title": "Harbor Lights", "artists": [{"name": "Lanterns, The"}], "country": "UK",
            "labels": [{"name": "Lamp Records", "catno": "LAN 12 CD"}], "released": "1994-05-02",
            "formats": [{"name": "CD", "qty": "1", "descriptions": ["Album"]}], "lowest_price": 8.0,
        }),
        ["discogs", "marketplace", "price_suggestions", "777001"] => {
            json!({"Very Good (VG)": {"currency": "USD", "value": 9.0}, "Near Mint (NM or M-)": {"currency": "USD", "value": 14.0}})
        }
        _ => return response(404, &[], "{}"),
    };
    ok(&body.to_string())
}

#[tokio::test]
async fn a_release_that_discogs_has_without_its_barcode_is_priced_by_the_link_of_musicbrainz() {
    let server = Server::start(answer).await;
    let gateway = gateway(&server).await;
    let policies = pipeline::Policies::default();
    let upc = "5012345678900".parse().unwrap();
    let report = lookup_upc(&gateway, upc, Some(Condition::VeryGood), &policies).await.unwrap();
    let estimate = report.price_estimate.expect("an estimate");
    assert_eq!(PriceEstimate::review_reason(&estimate), None);
    assert!(!estimate.samples.is_empty());
}
