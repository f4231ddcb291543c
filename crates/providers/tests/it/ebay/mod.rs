//! eBay as a price guide over a socket: queries, accepted results, and errors.

mod asking_prices;
mod daily_quota;
mod errors;
mod sold_prices;

use std::sync::Arc;

use domain::pricing::Sample;
use domain::provenance::Sourced;
use domain::release::{ArtistCredit, Carrier, Format, Medium, Release};
use jiff::Timestamp;
use providers::{ALL, MUSICBRAINZ, PriceGuide, UpstreamClients, test_support};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{asked_for, at, ebay_at, upc};
use testing::http_server::{ReceivedRequest, ScriptedResponse, Server, ok};

const TOKEN: &str = "/identity/v1/oauth2/token";
const LIMITS: &str = "/developer/analytics/v1_beta/rate_limit/";
const SEARCH: &str = "/buy/browse/v1/item_summary/search";
const SALES: &str = "/buy/marketplace_insights/v1_beta/item_sales/search";

/// Starts a scripted eBay. Tokens are numbered; `script` answers all other requests and receives the number of their
/// token.
async fn shop(script: impl Fn(&ReceivedRequest, usize) -> ScriptedResponse + Send + Sync + 'static) -> Server {
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
    let factory = ALL.iter().find(|factory| factory.name.as_str() == name).unwrap();
    let connected =
        (factory.connect)(&at(""), &UpstreamClients { http: &super::http(), ebay: Some(&ebay), catalog_folder: None })
            .unwrap();
    (connected.price_guide.unwrap(), folder)
}

/// Returns the requests except those for tokens.
fn asked(server: &Server) -> Vec<ReceivedRequest> {
    server.requests().into_iter().filter(|asked| asked.target != TOKEN).collect()
}

fn query(asked: &ReceivedRequest, name: &str) -> Option<String> {
    asked_for(&asked.target, name)
}

fn pressing(carrier: Carrier) -> Release {
    let medium = Medium { carrier, count: 1, wording: String::new(), inches: None, color: None };
    Release {
        artist: Some(Sourced::new(ArtistCredit::from_name("AC/DC"), MUSICBRAINZ)),
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
    test_support::parse_ebay_search(&serde_json::from_str(&found(items)).unwrap(), Timestamp::UNIX_EPOCH)
}
