//! Tokens: renewed before they end, one flight at a time, and whose consent they are made of.

use ebay::TokenKind;
use secrecy::ExposeSecret;
use serde_json::json;
use tempfile::TempDir;

use super::{grants, shop, way};
use testing::http_server::ok;

/// A slow call must not outlive its token, so one that ends within two minutes is not used any more.
#[tokio::test]
async fn a_token_is_renewed_two_minutes_before_it_ends() {
    for (life, expected) in [(125, 1), (7_200, 1), (115, 0)] {
        let (server, folder) = (shop(life, |_| ok("{}")).await, TempDir::new().unwrap());
        let client = way(&server, folder.path(), json!({})).await;
        let taken = [
            client.tokens().valid_token(TokenKind::Application).await,
            client.tokens().valid_token(TokenKind::Application).await,
        ];
        let usable = taken.iter().filter(|token| token.is_ok()).count();
        assert_eq!((usable > 0, grants(&server) == 1), (expected == 1, expected == 1), "a life of {life} s");
    }
}

/// Two processes of a user, twenty calls each: the token service counts 1,000 a day.
#[tokio::test]
async fn two_processes_fly_once() {
    let (server, folder) = (shop(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let (one, other) = (way(&server, folder.path(), json!({})).await, way(&server, folder.path(), json!({})).await);
    let asks = (0..40).map(|number| if number % 2 == 0 { &one } else { &other });
    let tokens =
        futures::future::join_all(asks.map(|client| client.tokens().valid_token(TokenKind::Application))).await;
    let tokens = tokens.into_iter().map(|token| token.unwrap().expose_secret().to_owned());
    assert_eq!(tokens.collect::<std::collections::BTreeSet<_>>().len(), 1);
    assert_eq!(grants(&server), 1);
}

/// What is set stands over what is kept, and what is kept may be another seller's.
#[tokio::test]
async fn a_consent_that_is_set_stands_over_a_kept_one() {
    let (server, folder) = (shop(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let stored = way(&server, folder.path(), json!({"ru_name": "a-name"})).await;
    stored.tokens().sign_in(&"a-code".to_owned().into(), &[]).await.unwrap();
    let of_kept = stored.tokens().valid_token(TokenKind::Seller).await.unwrap();
    let set = way(&server, folder.path(), json!({"refresh_token": "of-another-seller"})).await;
    let of_set = set.tokens().valid_token(TokenKind::Seller).await.unwrap();
    assert_ne!(of_kept.expose_secret(), of_set.expose_secret(), "the kept seller's token is not used");
    let again = way(&server, folder.path(), json!({})).await.tokens().valid_token(TokenKind::Seller).await.unwrap();
    assert_eq!(again.expose_secret(), of_kept.expose_secret(), "and nothing of the other is kept");
    assert_eq!(grants(&server), 2);
}
