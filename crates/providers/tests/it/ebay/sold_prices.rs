//! Sold prices from the Marketplace Insights API.

use domain::condition::Condition;
use domain::pricing::{MatchBasis, SampleKind};
use domain::provenance::Sourced;
use domain::release::{Carrier, Release};
use jiff::Timestamp;
use providers::{EBAY_INSIGHTS, MUSICBRAINZ};
use serde_json::{Value, json};

use super::super::upc;
use super::{SALES, asked, guide, pressing, query, shop, with, without_code};
use testing::http_server::ok;

fn sale(price: &str, day: &str) -> Value {
    json!({"itemId": "v1|1|0", "lastSoldPrice": {"value": price, "currency": "USD"}, "lastSoldDate": day,
           "conditionId": "4000", "condition": "Very Good", "totalSoldQuantity": 7, "buyingOptions": ["AUCTION"],
           "itemLocation": {"country": "US"}})
}

#[tokio::test]
async fn sales_have_their_date() {
    let sales = json!({"total": 5, "itemSales": [
        sale("8.00", "2026-10-02T11:22:33.000Z"), sale("9.00", "9999-01-01T00:00:00.000Z"), sale("7.00", "yesterday"),
        with(sale("6.00", "2026-10-02T11:22:33.000Z"), "lastSoldPrice", json!(null)),
        with(sale("5.00", "2026-10-02T11:22:33.000Z"), "conditionId", json!("5000"))]});
    let server = shop(move |_, _| ok(&sales.to_string())).await;
    let (guide, _folder) = guide("ebay_insights", &server).await;
    let samples = guide.fetch_samples(&pressing(Carrier::Cd), Some(Condition::VeryGood)).await.unwrap().unwrap();
    let [sold, of_the_future] = &samples[..] else { panic!("{samples:?}") };
    assert_eq!((&sold.provider, sold.kind, sold.basis), (&EBAY_INSIGHTS, SampleKind::Sold, MatchBasis::ThisBarcode));
    assert_eq!(
        (sold.price.to_string(), sold.observed_at.to_string()),
        ("8.00 USD".into(), "2026-10-02T11:22:33Z".into())
    );
    assert_eq!(sold.wording, "Very Good, sold on eBay, without shipping");
    assert!(of_the_future.observed_at <= Timestamp::now(), "no sale is in the future");

    let asked = asked(&server);
    assert!(asked.len() == 1 && asked[0].target.starts_with(SALES), "{asked:?}");
    let filter = query(&asked[0], "filter").unwrap();
    assert_eq!(filter, "itemLocationCountry:US,conditionIds:{4000}", "auction sales count too");
    for unaskable in [pressing(Carrier::Other), without_code(pressing(Carrier::Cd))] {
        assert_eq!(guide.fetch_samples(&unaskable, None).await.unwrap(), None);
    }
}

/// This API also accepts an EAN, with all its digits.
#[tokio::test]
async fn sales_are_searched_by_any_number() {
    for (code, digits) in
        [("720642442524", "720642442524"), ("5012394144777", "5012394144777"), ("96385074", "96385074")]
    {
        let server = shop(|_, _| ok(r#"{"total":0}"#)).await;
        let (guide, _folder) = guide("ebay_insights", &server).await;
        let barcode = Some(Sourced::new(upc(code), MUSICBRAINZ));
        let release = Release { barcode, ..pressing(Carrier::Cd) };
        assert_eq!(guide.fetch_samples(&release, None).await.unwrap(), Some(vec![]));
        assert_eq!(query(&asked(&server)[0], "gtin").as_deref(), Some(digits));
    }
}
