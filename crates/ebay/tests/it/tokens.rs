//! Tokens: renewed before expiry, one request at a time, from the right sign-in.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ebay::{Api, EbayClient, EbayError, TokenKind};
use secrecy::ExposeSecret;
use serde_json::json;
use tempfile::TempDir;

use super::{TOKEN, connect_client, start_ebay_server};
use testing::http_server::{Server, ok, response};
use upstream::UpstreamRequest;

async fn seller_token(client: &EbayClient) -> Result<String, EbayError> {
    client.tokens().valid_token(TokenKind::Seller).await.map(|token| token.expose_secret().to_owned())
}

/// Signs in from another process: with a separate client and the same folder.
async fn sign_in_elsewhere(server: &Server, folder: &TempDir) {
    let other = connect_client(server, folder.path(), json!({"ru_name": "a-name"})).await;
    other.tokens().sign_in(&"a-code".to_owned().into(), &[]).await.unwrap();
}

/// A token is not used in its last two minutes, so that it does not expire during a slow call.
#[tokio::test]
async fn a_token_is_renewed_two_minutes_before_it_expires() {
    for (life, expected) in [(125, 2), (7_200, 2), (115, 0), (0, 0), (-7_200, 0), (31_536_000, 2)] {
        let (server, folder) = (start_ebay_server(life, |_| ok("{}")).await, TempDir::new().unwrap());
        let client = connect_client(&server, folder.path(), json!({})).await;
        let taken = [
            client.tokens().valid_token(TokenKind::Application).await,
            client.tokens().valid_token(TokenKind::Application).await,
        ];
        let usable = taken.iter().filter(|token| token.is_ok()).count();
        assert_eq!((usable, token_requests(&server)), (expected, 1), "a life of {life} s");
    }
}

/// RFC 6749 (5.1) allows a response without a lifetime; gateways send numbers as strings.
#[tokio::test]
async fn a_token_without_a_readable_lifetime_is_used() {
    for lifetime in ["", r#", "expires_in": null"#, r#", "expires_in": "7200""#, r#", "expires_in": 7200.5"#] {
        let body = format!(r#"{{"access_token": "plain"{lifetime}}}"#);
        let server = Server::start(move |_| ok(&body)).await;
        let folder = TempDir::new().unwrap();
        let client = connect_client(&server, folder.path(), json!({})).await;
        for _ in 0..2 {
            let token = client.tokens().valid_token(TokenKind::Application).await.unwrap();
            assert_eq!(token.expose_secret(), "plain", "{lifetime}");
        }
        assert_eq!(token_requests(&server), 1, "{lifetime}");
    }
}

/// Two processes of one user make twenty calls each; the token service allows only 1,000 requests per day.
#[tokio::test]
async fn two_processes_request_one_token() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let (one, other) = (
        connect_client(&server, folder.path(), json!({})).await,
        connect_client(&server, folder.path(), json!({})).await,
    );
    let asks = (0..40).map(|number| if number % 2 == 0 { &one } else { &other });
    let tokens =
        futures::future::join_all(asks.map(|client| client.tokens().valid_token(TokenKind::Application))).await;
    let tokens = tokens.into_iter().map(|token| token.unwrap().expose_secret().to_owned());
    assert_eq!(tokens.collect::<std::collections::BTreeSet<_>>().len(), 1);
    assert_eq!(token_requests(&server), 1);
}

/// The stored sign-in may belong to another seller.
#[tokio::test]
async fn a_token_from_the_environment_takes_precedence() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let stored = connect_client(&server, folder.path(), json!({"ru_name": "a-name"})).await;
    stored.tokens().sign_in(&"a-code".to_owned().into(), &[]).await.unwrap();
    let of_stored = stored.tokens().valid_token(TokenKind::Seller).await.unwrap();
    let set = connect_client(&server, folder.path(), json!({"refresh_token": "of-another-seller"})).await;
    let of_environment = set.tokens().valid_token(TokenKind::Seller).await.unwrap();
    assert_ne!(of_stored.expose_secret(), of_environment.expose_secret(), "the stored seller's token is not used");
    let again =
        connect_client(&server, folder.path(), json!({})).await.tokens().valid_token(TokenKind::Seller).await.unwrap();
    assert_eq!(again.expose_secret(), of_stored.expose_secret(), "no token of the other seller is stored");
    assert_eq!(token_requests(&server), 2);
}

/// A service runs for weeks, and the seller signs in with a separate command.
#[tokio::test]
async fn a_sign_in_of_another_process_takes_effect_without_a_restart() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let service = connect_client(&server, folder.path(), json!({})).await;
    for _ in 0..2 {
        assert!(matches!(seller_token(&service).await, Err(EbayError::NotSignedIn { .. })));
    }
    assert!(service.tokens().known_sign_in_error().is_some());
    sign_in_elsewhere(&server, &folder).await;
    assert_eq!(service.tokens().known_sign_in_error(), None);
    assert_eq!(seller_token(&service).await.unwrap(), "token-0");
}

#[tokio::test]
async fn a_sign_in_after_an_expired_one_takes_effect_without_a_restart() {
    let (has_ended, folder) = (Arc::new(AtomicBool::new(false)), TempDir::new().unwrap());
    let ended = Arc::clone(&has_ended);
    let server = Server::start(move |asked| match asked.target.as_str() {
        TOKEN if ended.load(Ordering::Relaxed) => response(400, &[], r#"{"error":"invalid_grant"}"#),
        // The first token expires at once, so the service must request a new one.
        TOKEN if asked.number == 0 => ok(r#"{"access_token": "first", "expires_in": 0, "refresh_token": "a-consent"}"#),
        TOKEN => ok(r#"{"access_token": "second", "expires_in": 7200, "refresh_token": "a-consent"}"#),
        _ => ok("{}"),
    })
    .await;
    sign_in_elsewhere(&server, &folder).await;
    let service = connect_client(&server, folder.path(), json!({})).await;
    has_ended.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        assert!(matches!(seller_token(&service).await, Err(EbayError::ConsentEnded { .. })));
    }
    assert_eq!(token_requests(&server), 2, "the same failing request is not repeated");
    has_ended.store(false, Ordering::Relaxed);
    assert!(matches!(seller_token(&service).await, Err(EbayError::ConsentEnded { .. })));
    assert!(matches!(service.tokens().known_sign_in_error(), Some(EbayError::ConsentEnded { .. })));
    sign_in_elsewhere(&server, &folder).await;
    assert_eq!(service.tokens().known_sign_in_error(), None);
    assert_eq!(seller_token(&service).await.unwrap(), "second");
}

/// Drafts must not be created for the seller who was signed in before.
#[tokio::test]
async fn a_token_of_the_previous_seller_is_not_used_after_a_new_sign_in() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    sign_in_elsewhere(&server, &folder).await;
    let service = connect_client(&server, folder.path(), json!({})).await;
    assert_eq!(seller_token(&service).await.unwrap(), "token-0");
    sign_in_elsewhere(&server, &folder).await;
    assert_eq!(seller_token(&service).await.unwrap(), "token-1");
}

#[tokio::test]
async fn nothing_is_written_without_the_lock() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    std::fs::create_dir(folder.path().join("ebay-production.lock")).unwrap();
    let client = connect_client(&server, folder.path(), json!({"ru_name": "a-name"})).await;
    for _ in 0..2 {
        client.tokens().valid_token(TokenKind::Application).await.unwrap();
    }
    assert_eq!(token_requests(&server), 1, "the token is used from memory");
    let refused = client.tokens().sign_in(&"a-code".to_owned().into(), &[]).await.unwrap_err();
    assert!(matches!(refused, EbayError::TokenStore { .. }), "{refused}");
    assert_eq!(token_requests(&server), 1, "the code is still unused");
    assert!(!client.tokens().store().path().exists());
}

#[tokio::test]
async fn only_the_owner_can_read_the_sign_in() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    sign_in_elsewhere(&server, &folder).await;
    let path = folder.path().join("ebay-production.json");
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

/// A response may have an empty refresh token, or a new one without an expiry time. Neither ends the consent.
#[tokio::test]
async fn a_refresh_does_not_lose_the_stored_consent() {
    for (sent, expected) in
        [(r#""""#, "a-consent"), (r#"" ""#, "a-consent"), ("null", "a-consent"), (r#""new""#, "new")]
    {
        let renewed = format!(r#"{{"access_token": "second", "expires_in": 7200, "refresh_token": {sent}}}"#);
        let server = Server::start(move |asked| match asked.number {
            0 => ok(r#"{"access_token": "first", "expires_in": 0, "refresh_token": "a-consent",
                        "refresh_token_expires_in": 47304000}"#),
            _ => ok(&renewed),
        })
        .await;
        let folder = TempDir::new().unwrap();
        sign_in_elsewhere(&server, &folder).await;
        let client = connect_client(&server, folder.path(), json!({})).await;
        assert_eq!(seller_token(&client).await.unwrap(), "second");
        let consent = client.tokens().store().read_credentials().consent.unwrap();
        assert_eq!(consent.refresh_token.expose_secret(), expected);
        assert!(consent.until.is_some(), "{sent}");
    }
}

/// The error blames the response, not the operator: eBay or a gateway sent the token.
#[tokio::test]
async fn a_token_that_no_header_can_have_is_ebays_mistake() {
    for token in ["one\\ntwo", "one two", "\\u0000", "", "t\u{f6}ken"] {
        let body = format!(r#"{{"access_token": "{token}", "expires_in": 7200}}"#);
        let server = Server::start(move |_| ok(&body)).await;
        let folder = TempDir::new().unwrap();
        let client = connect_client(&server, folder.path(), json!({})).await;
        let error = client.tokens().valid_token(TokenKind::Application).await.unwrap_err();
        assert!(error.to_string().starts_with("eBay sent an unreadable answer: an access token"), "{error}");
    }
}

/// A rejected token in every part of a bulk response has the same effect as one in an ordinary response.
#[tokio::test]
async fn a_token_that_every_part_refuses_is_renewed_once() {
    for (status, id) in [(403, 1100), (400, 1001)] {
        for is_lasting in [false, true] {
            let part = json!({"statusCode": status, "errors": [{"errorId": id, "message": "no"}]});
            let denied = json!({"responses": [part, part]}).to_string();
            let server = start_ebay_server(7_200, move |asked| match asked.header("authorization") {
                Some("Bearer token-1") if !is_lasting => response(207, &[], r#"{"responses": [{"statusCode": 200}]}"#),
                _ => response(207, &[], &denied),
            })
            .await;
            let folder = TempDir::new().unwrap();
            let client = connect_client(&server, folder.path(), json!({"refresh_token": "a-consent"})).await;
            let request = UpstreamRequest::for_path(["bulk"]);
            match client.call_bulk(TokenKind::Seller, Api::Inventory, request).await {
                Ok(reply) => assert!(!is_lasting && reply.status == 207),
                Err(error) => {
                    assert!(is_lasting && matches!(error, EbayError::PermissionDenied { .. }), "{error}");
                    assert!(error.to_string().contains(&format!("{id} no")), "{error}");
                }
            }
            assert_eq!(token_requests(&server), 2, "status {status}, lasting: {is_lasting}");
        }
    }
}

/// A consent that ended is not asked about again.
#[tokio::test]
async fn an_oauth_error_counts_with_a_success_status_too() {
    let body = r#"{"error": "invalid_grant", "error_description": "the grant expired"}"#;
    let server = Server::start(move |_| response(200, &[], body)).await;
    let folder = TempDir::new().unwrap();
    let client = connect_client(&server, folder.path(), json!({"refresh_token": "of-a-seller"})).await;
    let error = seller_token(&client).await.unwrap_err();
    assert!(
        matches!(&error, EbayError::ConsentEnded { message, .. } if message.contains("the grant expired")),
        "{error}"
    );
    assert_eq!(token_requests(&server), 1);
}

/// The token service may fail by its own fault with a status that says something else (RFC 6749, 4.1.2.1), or a gateway
/// answers for it.
#[tokio::test]
async fn a_fault_of_the_token_service_is_retried_within_a_bound() {
    let answers = [
        (400, r#"{"error": "server_error"}"#),
        (400, r#"{"error": "temporarily_unavailable"}"#),
        (200, "<html>We are sorry</html>"),
        (200, ""),
    ];
    for (status, body) in answers {
        for (faults, requests) in [(2, 3), (usize::MAX, 4)] {
            let asked = AtomicUsize::new(0);
            let server = Server::start(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
                number if number < faults => response(status, &[], body),
                _ => ok(r#"{"access_token": "plain", "expires_in": 7200}"#),
            })
            .await;
            let folder = TempDir::new().unwrap();
            let client = connect_client(&server, folder.path(), json!({"refresh_token": "of-a-seller"})).await;
            let token = seller_token(&client).await;
            assert_eq!(token_requests(&server), requests, "{body}");
            match token {
                Ok(token) => assert_eq!((token.as_str(), faults), ("plain", 2)),
                Err(error) => {
                    assert!(!error.is_terminal(), "{error}");
                    let text = error.to_string();
                    assert!(!text.contains("auth ebay"), "{text}");
                    assert_eq!(error.is_server_fault() && text.contains("try again later"), status == 400, "{text}");
                    assert_eq!(client.tokens().known_sign_in_error(), None);
                }
            }
        }
    }
}

fn token_requests(server: &Server) -> usize {
    server.targets().iter().filter(|target| *target == TOKEN).count()
}
