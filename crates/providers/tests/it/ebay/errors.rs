//! Errors of eBay: their meaning and the number of retries.

use std::time::Duration;

use domain::matching::Match;
use domain::pricing::PriceRules;
use domain::release::Carrier;
use jiff::{Timestamp, ToSpan};
use pipeline::ProviderGateway;
use providers::{ALL, EBAY_BROWSE, ProviderError, UpstreamClients};
use serde_json::json;
use store::response_cache::ResponseCache;
use tempfile::TempDir;
use upstream::HttpClient;

use super::super::{at, ebay_by};
use super::{LIMITS, SEARCH, TOKEN, asked, found, guide, item, pressing, shop};
use testing::http_server::{Server, ok, response};

#[tokio::test]
async fn a_rejected_token_is_renewed_once() {
    const INVALID: &str = r#"{"errors":[{"errorId":1001,"domain":"OAuth","message":"Invalid access token"}]}"#;
    let server = shop(|_, token| match token {
        0 => response(401, &[], INVALID),
        _ => ok(&found(&[item("10.00", "4000")])),
    });
    let server = server.await;
    let (first, _folder) = guide("ebay_browse", &server).await;
    assert_eq!(first.fetch_samples(&pressing(Carrier::Cd), None).await.unwrap().unwrap().len(), 1);
    assert_eq!(asked(&server).len(), 2);

    let server = shop(|_, _| response(401, &[], INVALID)).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let error = guide.fetch_samples(&pressing(Carrier::Cd), None).await.unwrap_err();
    assert!(matches!(error, ProviderError::Refused { .. }) && !error.is_transient(), "{error:?}");
    assert!(error.to_string().contains("Invalid access token"), "{error}");
    assert_eq!(asked(&server).len(), 2, "exactly one retry");
}

#[tokio::test]
async fn a_used_up_daily_quota_is_reported_and_stops_requests() {
    let reset = Timestamp::from_second(Timestamp::now().checked_add(5.hours()).unwrap().as_second()).unwrap();
    let server = shop(move |asked, _| {
        if !asked.target.starts_with(LIMITS) {
            return response(
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
        let error = guide.fetch_samples(&pressing(Carrier::Cd), None).await.unwrap_err();
        assert!(
            matches!(error, ProviderError::QuotaExhausted { .. }) && !error.is_transient() && error.reached_server(),
            "{error:?}"
        );
        assert_eq!((error.provider(), error.retry_at()), (&EBAY_BROWSE, Some(reset)));
        assert!(error.to_string().starts_with("eBay: today's limit of eBay's browse API is used up"), "{error}");
    }
    let searches = asked(&server).into_iter().filter(|asked| asked.target.starts_with(SEARCH));
    assert_eq!(searches.count(), 1);
}

#[tokio::test]
async fn an_outage_is_temporary_and_names_the_guide() {
    let server = shop(|_, _| response(503, &[], "")).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let error = guide.fetch_samples(&pressing(Carrier::Cd), None).await.unwrap_err();
    assert!(matches!(error, ProviderError::Http { .. }) && error.is_transient(), "{error:?}");
    assert_eq!(error.provider(), &EBAY_BROWSE);
}

#[tokio::test]
async fn an_unapproved_application_is_retried_later() {
    // Error 1100 may mean an expired token, so the first request is retried once with a new token.
    for (name, status, requests, body) in [
        ("ebay_browse", 403, 4, r#"{"errors":[{"errorId":1100,"domain":"ACCESS","message":"Access denied"}]}"#),
        (
            "ebay_insights",
            403,
            4,
            r#"{"errors":[{"errorId":1100,"domain":"ACCESS","message":"Insufficient permissions"}]}"#,
        ),
        (
            "ebay_insights",
            400,
            3,
            r#"{"errors":[{"errorId":100017,"domain":"API_INSIGHTS","message":"Access denied"}]}"#,
        ),
    ] {
        let server = shop(move |_, _| response(status, &[], body)).await;
        let (guide, _folder) = guide(name, &server).await;
        for _ in 0..10 {
            let error = guide.fetch_samples(&pressing(Carrier::Cd), None).await.unwrap_err();
            assert!(!error.is_transient() && error.to_string().contains(&format!("providers.{name}.on")), "{error}");
        }
        assert_eq!(asked(&server).len(), requests, "{body}");
    }

    let server = Server::start(|_| {
        response(400, &[], r#"{"error":"invalid_scope","error_description":"The requested scope is invalid"}"#)
    });
    let server = server.await;
    let (guide, _folder) = guide("ebay_insights", &server).await;
    for _ in 0..10 {
        let error = guide.fetch_samples(&pressing(Carrier::Cd), None).await.unwrap_err();
        assert!(error.to_string().contains("invalid_scope") || error.to_string().contains("in a row"), "{error}");
    }
    assert_eq!(server.targets(), [TOKEN; 3]);
}

#[tokio::test]
async fn an_invalid_query_is_not_a_missing_permission() {
    let server = shop(|_, _| response(400, &[], r#"{"errors":[{"errorId":12001,"message":"Bad gtin"}]}"#)).await;
    let (guide, _folder) = guide("ebay_insights", &server).await;
    for _ in 0..5 {
        let error = guide.fetch_samples(&pressing(Carrier::Cd), None).await.unwrap_err();
        assert!(matches!(&error, ProviderError::Refused { message, .. } if message.contains("Bad gtin")), "{error}");
    }
    assert_eq!(asked(&server).len(), 5);
}

/// The upstream is named `ebay`, the guide `ebay_browse`: an outage of the upstream must be found under the guide's
/// name.
#[tokio::test]
async fn a_request_waits_for_the_end_of_an_outage() {
    let answered = std::sync::atomic::AtomicUsize::new(0);
    let server = shop(move |_, _| match answered.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => response(503, &[], ""),
        _ => ok(&found(&[item("10.00", "4000")])),
    });
    let server = server.await;
    let cool_down = Duration::from_millis(50);
    let impatient = upstream::Settings { retries: 0, failures_to_open: 1, cool_down, ..upstream::Settings::default() };
    let (http, data) = (HttpClient::new(&impatient).unwrap(), TempDir::new().unwrap());
    let (ebay, _folder) = ebay_by(&http, &server.address()).await;
    let factory = ALL.iter().find(|factory| factory.name == EBAY_BROWSE).unwrap();
    let connected =
        (factory.connect)(&at(""), &UpstreamClients { http: &http, ebay: Some(&ebay), catalog_folder: None }).unwrap();
    let gateway = ProviderGateway::new(vec![connected], ResponseCache::open(data.path()).await.unwrap());
    let gateway = gateway.with_outage_timeout(Duration::from_secs(20));

    let found = Match { release: pressing(Carrier::Cd), entries: Vec::new(), score: 1.0, reasons: Vec::new() };
    for _ in 0..2 {
        let (price_estimate, without) = gateway.estimate_price(&found, None, &PriceRules::default()).await;
        assert!(without.is_empty() && price_estimate.price.is_some(), "{without:?}");
        assert!(price_estimate.rule.starts_with("asked at eBay: 13.75 USD"), "{}", price_estimate.rule);
    }
    assert_eq!(asked(&server).len(), 2, "the response is cached");
}
