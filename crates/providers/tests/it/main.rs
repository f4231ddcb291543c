//! Tests the providers with a scripted server, with recorded responses if they exist, and with randomly changed
//! responses.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_providers as providers;

mod all_media;
mod covers;
mod discogs;
mod discogs_offline;
mod download_catalogs;
mod drift;
mod ebay;
mod matching_recorded;
mod musicbrainz;
mod musicbrainz_offline;
mod recorded;
mod release_formats;
mod settings;

use std::time::Duration;

use ::ebay::EbayClient;
use domain::upc::Upc;
use providers::{ALL, ConnectedProvider, ReleaseCatalog, Settings, UpstreamClients};
use secrecy::SecretString;
use tempfile::TempDir;
use upstream::HttpClient;

use testing::http_server::Server;

/// Returns an HTTP client with short delays and no rate limit, to keep the tests fast.
fn http() -> HttpClient {
    let settings = upstream::Settings {
        attempt_timeout: Duration::from_secs(10),
        total_timeout: Duration::from_secs(30),
        backoff_from: Duration::from_millis(1),
        backoff_to: Duration::from_millis(5),
        retries: 1,
        failures_to_open: 100,
        ..upstream::Settings::default()
    };
    HttpClient::new(&settings).unwrap()
}

/// Returns clients without an eBay client.
fn ways(http: &HttpClient) -> UpstreamClients<'_> {
    UpstreamClients { http, ebay: None, catalog_folder: None }
}

/// Returns an eBay client with a keyset for `address`. Its files are deleted with the returned folder.
async fn ebay_at(address: &str) -> (EbayClient, TempDir) {
    ebay_by(&http(), address).await
}

async fn ebay_by(http: &HttpClient, address: &str) -> (EbayClient, TempDir) {
    let folder = TempDir::new().unwrap();
    let settings: ::ebay::Settings = serde_json::from_value(serde_json::json!({
        "marketplace": "EBAY_US", "app_id": "shop-app", "cert_id": "a-cert", "credentials_dir": folder.path(),
        "api_base_url": address, "auth_base_url": address, "media_base_url": address,
    }))
    .unwrap();
    (EbayClient::connect(&settings, http, folder.path()).await.unwrap(), folder)
}

/// Returns settings for a simulated service on this machine.
fn at(address: &str) -> Settings {
    Settings { on: true, base_url: address.to_owned(), key: None, requests_per_minute: Some(0.0), currency: None }
}

fn with_key(settings: Settings, key: &str) -> Settings {
    Settings { key: Some(SecretString::from(key.to_owned())), ..settings }
}

fn connect(name: &str, settings: &Settings) -> ConnectedProvider {
    let factory = ALL.iter().find(|factory| factory.name.as_str() == name).unwrap();
    (factory.connect)(settings, &ways(&http())).unwrap()
}

fn catalogue(name: &str, server: &Server) -> std::sync::Arc<dyn ReleaseCatalog> {
    connect(name, &at(&server.address())).catalog.unwrap()
}

fn upc(code: &str) -> Upc {
    code.parse().unwrap()
}

/// Returns the decoded value of a query parameter.
fn asked_for(target: &str, name: &str) -> Option<String> {
    let url = url::Url::parse("http://localhost").unwrap().join(target).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
