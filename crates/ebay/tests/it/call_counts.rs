//! Daily call counts: durable, shared by all processes of a data folder, and separate per keyset and environment.

use ebay::{Api, EbayClient, QuotaUsage, TokenKind};
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use store::quota::QuotaStore;
use tempfile::TempDir;
use upstream::UpstreamRequest;

use super::{connect_client, start_ebay_server};
use testing::http_server::{ok, response};

async fn call_browse(client: &EbayClient) {
    client.call_api(TokenKind::Application, Api::Browse, UpstreamRequest::for_path(["anything"])).await.unwrap();
}

async fn browse_calls(client: &EbayClient) -> u64 {
    client.quota_usage(Api::Browse).await.unwrap().used
}

#[tokio::test]
async fn two_processes_count_together_and_a_new_day_starts_at_zero() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let (one, other) = (
        connect_client(&server, folder.path(), json!({})).await,
        connect_client(&server, folder.path(), json!({})).await,
    );
    for client in [&one, &other, &one] {
        call_browse(client).await;
    }
    assert_eq!((browse_calls(&one).await, browse_calls(&other).await), (3, 3));
    let tomorrow = Timestamp::now().checked_add(25.hours()).unwrap();
    let counts = QuotaStore::open(folder.path(), &one.settings().application_id()).await.unwrap();
    let next = QuotaUsage::read(&counts, Api::Browse, tomorrow).await.unwrap();
    assert_eq!((next.used, next.remaining(), next.until > tomorrow), (0, 5_000, true));
}

/// The count starts at zero after the reset time that eBay reported.
#[tokio::test]
async fn after_ebays_reset_the_count_starts_at_zero() {
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let reset = Timestamp::now().checked_add(2.seconds()).unwrap();
    let server = start_ebay_server(7_200, move |asked| {
        if asked.target.contains("rate_limit") {
            let rate = json!({"limit": 5000, "remaining": 0, "reset": reset.to_string(), "timeWindow": 86400});
            return ok(&json!({"rateLimits": [{"resources": [{"rates": [rate]}]}]}).to_string());
        }
        match calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => response(429, &[], r#"{"errors":[{"errorId":2001,"domain":"ACCESS","message":"x"}]}"#),
            _ => ok("{}"),
        }
    });
    let (server, folder) = (server.await, TempDir::new().unwrap());
    let client = connect_client(&server, folder.path(), json!({})).await;
    let refused = client
        .call_api(TokenKind::Application, Api::Browse, UpstreamRequest::for_path(["anything"]))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("resets at"), "{refused}");
    let began = std::time::Instant::now();
    while client.quota_usage(Api::Browse).await.unwrap().is_exhausted {
        assert!(began.elapsed().as_secs() < 60, "the day never ends");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    call_browse(&client).await;
    call_browse(&client).await;
    assert_eq!(browse_calls(&client).await, 2);
}

/// eBay has executed the call, so its answer is returned although the repeated attempts cannot be counted.
#[tokio::test]
async fn an_answer_is_returned_although_its_attempts_cannot_be_counted() {
    const NO_FURTHER_ATTEMPTS: &str = "CREATE TRIGGER broken BEFORE UPDATE ON counts WHEN NEW.used > OLD.used + 1
        BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END";
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let server = start_ebay_server(7_200, move |_| match calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 | 1 => response(503, &[], ""),
        _ => ok("{}"),
    });
    let (server, folder) = (server.await, TempDir::new().unwrap());
    let address = server.address();
    let own = json!({"api_base_url": address, "auth_base_url": address, "media_base_url": address});
    let pause = std::time::Duration::from_millis(1);
    let upstream = upstream::Settings { retries: 2, backoff_from: pause, backoff_to: pause, ..Default::default() };
    let http = upstream::HttpClient::new(&upstream).unwrap();
    let client =
        EbayClient::connect(&testing::ebay_service::settings(folder.path(), &own), &http, folder.path()).await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("ebay.db"));
    let mut database = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::raw_sql(NO_FURTHER_ATTEMPTS).execute(&mut database).await.unwrap();
    call_browse(&client).await;
    assert_eq!((server.targets().len(), browse_calls(&client).await), (1 + 3, 1), "a token, three attempts");
}

/// eBay refuses to report its count: with 401, a new token is tried once. The refusal is not taken for a limit.
#[tokio::test]
async fn a_refused_report_of_the_daily_limit_is_an_error() {
    for (status, tokens, reports) in [(401, 2, 2), (403, 1, 1), (500, 1, 1)] {
        let body = r#"{"errors":[{"errorId":1100,"domain":"OAuth","message":"Access denied"}]}"#;
        let server = start_ebay_server(7_200, move |_| response(status, &[], body)).await;
        let folder = TempDir::new().unwrap();
        let client = connect_client(&server, folder.path(), json!({})).await;
        let error = client.sync_quota(Api::Inventory).await.unwrap_err();
        assert!(error.to_string().contains("Access denied"), "{error}");
        let targets = server.targets();
        let count = |part: &str| targets.iter().filter(|target| target.contains(part)).count();
        assert_eq!((count("oauth2/token"), count("rate_limit")), (tokens, reports), "{status}: {targets:?}");
        assert!(!client.quota_usage(Api::Inventory).await.unwrap().is_exhausted);
    }
}

/// Calls to a simulated service or of another keyset are counted separately.
#[tokio::test]
async fn each_keyset_and_environment_has_its_own_count() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let simulated = start_ebay_server(7_200, |_| ok("{}")).await;
    let first = connect_client(&server, folder.path(), json!({})).await;
    call_browse(&first).await;
    let elsewhere = connect_client(&simulated, folder.path(), json!({})).await;
    let sandbox = connect_client(&server, folder.path(), json!({"environment": "sandbox"})).await;
    let keyset = connect_client(&server, folder.path(), json!({"app_id": "another-app"})).await;
    for other in [&elsewhere, &sandbox, &keyset] {
        assert_eq!(browse_calls(other).await, 0);
    }
    assert_eq!(browse_calls(&first).await, 1);
}

#[tokio::test]
async fn a_daily_limit_that_is_too_low_is_reported_for_each_api() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let client = connect_client(&server, folder.path(), json!({})).await;
    for &api in Api::ALL {
        let enough = client.quota_warnings(10, &[(api, api.default_daily_limit())]).await;
        assert_eq!(enough, Vec::<String>::new(), "{api}");
        let [too_few] = &client.quota_warnings(10, &[(api, api.default_daily_limit() + 1)]).await[..] else {
            panic!("{api}")
        };
        assert!(too_few.contains("cannot finish today") && too_few.contains(api.key()), "{too_few}");
    }
}

/// A success status does not hide errors, also for requests that must not be sent twice.
#[tokio::test]
async fn errors_with_a_success_status_are_errors() {
    let answer = r#"{"errors":[{"errorId":25001,"message":"x"}]}"#;
    let (server, folder) = (start_ebay_server(7_200, move |_| ok(answer)).await, TempDir::new().unwrap());
    let client = connect_client(&server, folder.path(), json!({})).await;
    let token = client.tokens().valid_token(TokenKind::Application).await.unwrap();
    let request = UpstreamRequest::for_path(["anything"]).post().not_idempotent();
    let error = client.call_json_with_token(&token, TokenKind::Application, Api::Browse, request).await.unwrap_err();
    assert!(error.to_string().contains("25001"), "{error}");
}
