//! Provider settings: the rate limit of a real service can never be raised.

use std::collections::BTreeSet;
use std::time::Duration;

use providers::{ALL, ConnectedProvider, ProviderFactory, Settings, UpstreamClients};
use upstream::Rate;

use super::{at, ebay_at, http, ways};

const DOCUMENTED: Rate = Rate { period: Duration::from_secs(1), burst: 1 };

fn rate_for(address: &str, requests_per_minute: Option<f64>) -> Result<Option<Rate>, String> {
    let settings = Settings { requests_per_minute, ..at(address) };
    settings.request_rate("musicbrainz", DOCUMENTED).map_err(|error| error.to_string())
}

#[test]
fn the_rate_can_be_set_for_a_simulated_service_only() {
    let every = |period| Ok(Some(Rate { period, burst: 1 }));
    assert_eq!(rate_for("https://musicbrainz.org/ws/2", None), every(Duration::from_secs(1)));
    assert_eq!(rate_for("http://127.0.0.1:9000/ws/2", None), every(Duration::from_secs(1)));
    assert_eq!(rate_for("http://[::1]:9000", Some(600.0)), every(Duration::from_millis(100)));
    assert_eq!(rate_for("http://localhost", Some(0.0)), Ok(None));
    for real in ["https://musicbrainz.org/ws/2", "https://127.0.0.1.example.org", "http://10.0.0.1", "nonsense"] {
        for set in [0.0, 1.0, 600.0] {
            let error = rate_for(real, Some(set)).unwrap_err();
            assert!(error.contains("providers.musicbrainz.requests_per_minute"), "{error}");
        }
    }
}

#[test]
fn an_invalid_rate_is_reported() {
    for nonsense in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-300] {
        assert!(rate_for("http://localhost", Some(nonsense)).is_err(), "{nonsense}");
    }
}

/// Returns true for providers that use `[ebay]` and thus have no separate rate limit.
fn goes_through_ebay(factory: &ProviderFactory) -> bool {
    factory.name.as_str().starts_with("ebay_")
}

async fn connected(factory: &ProviderFactory) -> ConnectedProvider {
    let (ebay, _folder) = ebay_at("http://127.0.0.1:9").await;
    (factory.connect)(
        &at("http://127.0.0.1:9"),
        &UpstreamClients { http: &http(), ebay: Some(&ebay), catalog_folder: None },
    )
    .unwrap()
}

#[test]
fn no_provider_accepts_another_rate_at_the_real_service() {
    for factory in ALL.iter().filter(|factory| !goes_through_ebay(factory)) {
        let settings = Settings { requests_per_minute: Some(6_000.0), ..at("https://service.example") };
        assert!((factory.connect)(&settings, &ways(&http())).is_err(), "{}", factory.name.as_str());
    }
}

#[tokio::test]
async fn each_provider_is_listed_once_and_has_a_role() {
    let names = ALL.iter().map(|factory| factory.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert_eq!(&names[..2], ["musicbrainz", "discogs"], "most trusted first");
    for factory in ALL {
        let connected = connected(factory).await;
        let answers_as = connected.provider_names().collect::<Vec<_>>();
        assert!(!answers_as.is_empty() && answers_as.iter().all(|name| *name == factory.name), "{answers_as:?}");
        let host = if goes_through_ebay(factory) { "ebay" } else { factory.name.as_str() };
        assert_eq!(connected.upstream.name().as_str(), host);
    }
}

#[test]
fn prices_and_images_of_discogs_are_cached_for_six_hours_at_most() {
    let discogs = (ALL[1].connect)(&at("http://127.0.0.1:9"), &ways(&http())).unwrap().catalog.unwrap();
    assert!(discogs.cache_ttl().found <= Duration::from_hours(6));
}

#[test]
fn providers_through_ebay_require_a_keyset() {
    for factory in ALL.iter().filter(|factory| goes_through_ebay(factory)) {
        let settings = Settings { base_url: String::new(), requests_per_minute: None, ..at("") };
        assert!(!settings.is_local(), "an empty address is not local");
        let message = (factory.connect)(&settings, &ways(&http())).err().unwrap().to_string();
        assert!(message.contains("EBAY_APP_ID") && message.contains("EBAY_CERT_ID"), "{message}");
        assert!(message.contains(factory.name.as_str()), "{message}");
    }
}

#[tokio::test]
async fn the_terms_page_states_how_long_responses_are_cached() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/TERMS.md")).unwrap();
    for factory in ALL {
        let connected = connected(factory).await;
        let keep = match (&connected.catalog, &connected.cover_source, &connected.price_guide) {
            (Some(catalogue), ..) => catalogue.cache_ttl(),
            (None, Some(gallery), _) => gallery.cache_ttl(),
            (None, None, guide) => guide.as_ref().unwrap().cache_ttl(),
        };
        let hours = |stored: Duration| stored.as_secs() / 3_600;
        let row = format!("| {} | {} h | {} h |", factory.name.as_str(), hours(keep.found), hours(keep.not_found));
        assert!(page.contains(&row), "docs/TERMS.md has no {row:?}");
    }
}

#[test]
fn misspelled_settings_are_reported() {
    let table = r#"{"on": true, "base_url": "https://x.example", "request_per_minute": 5}"#;
    assert!(serde_json::from_str::<Settings>(table).is_err());
}
