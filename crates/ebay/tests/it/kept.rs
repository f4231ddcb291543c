//! What is kept of a sign-in, and for whom.

use ebay::TokenKind;
use serde_json::json;
use tempfile::TempDir;

use super::{shop, way};
use testing::http_server::ok;

#[tokio::test]
async fn another_keyset_leaves_the_kept_consent_alone() {
    let (server, folder) = (shop(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let ours = || json!({"app_id": "our-app", "ru_name": "a-name"});
    let first = way(&server, folder.path(), ours()).await;
    first.tokens().sign_in(&"a-code".to_owned().into(), &[]).await.unwrap();
    let other = way(&server, folder.path(), json!({"app_id": "another-app"})).await;
    other.tokens().valid_token(TokenKind::Application).await.unwrap();
    assert!(!other.tokens().has_consent(), "a consent is for one keyset");
    assert!(way(&server, folder.path(), ours()).await.tokens().has_consent(), "and is still there for it");

    assert!(other.tokens().store().delete_credentials().await.unwrap(), "forgets its own");
    assert!(way(&server, folder.path(), ours()).await.tokens().has_consent());
    assert!(first.tokens().store().delete_credentials().await.unwrap() && !first.tokens().store().path().exists());
    assert!(!first.tokens().store().delete_credentials().await.unwrap());
}

/// A file of the form with one keyset only is read as it stands.
#[tokio::test]
async fn a_file_of_the_earlier_form_is_still_a_sign_in() {
    let (server, folder) = (shop(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let file = folder.path().join("ebay-production.json");
    let consent = json!({"refresh_token": "kept", "until": null, "given_at": "2026-11-01T00:00:00Z", "scopes": []});
    let earlier =
        json!({"app_id": "an-app", "consent": consent, "seller": null, "application": null, "sold_prices": null});
    std::fs::write(&file, earlier.to_string()).unwrap();
    let production = ebay::TokenStore::for_settings(&super::settings(folder.path(), &json!({})));
    assert!(production.read_credentials().consent.is_some());
    let stranger = ebay::TokenStore::for_settings(&super::settings(folder.path(), &json!({"app_id": "another-app"})));
    assert!(stranger.read_credentials().consent.is_none());
    // An imitation is not the place that the consent was given at.
    assert!(!way(&server, folder.path(), json!({})).await.tokens().has_consent());
}

/// Pictures are an account's own: kept ones are found again by the same seller at the same eBay and by nobody else.
#[tokio::test]
async fn each_seller_and_each_ebay_has_a_place_of_its_own() {
    let (server, other, folder) =
        (shop(7_200, |_| ok("{}")).await, shop(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let place = async |server, consent: &str, environment: &str| {
        let own = json!({"refresh_token": consent, "environment": environment});
        way(server, folder.path(), own).await.seller_scope()
    };
    let first = place(&server, "v^1.1#one", "production").await;
    assert_eq!(place(&server, " v^1.1#one\n", "production").await, first);
    assert!(!first.contains("v^1"), "the consent itself is nowhere: {first}");
    let others = [
        place(&server, "v^1.1#two", "production").await,
        place(&server, "v^1.1#one", "sandbox").await,
        place(&other, "v^1.1#one", "production").await,
    ];
    assert!(others.iter().all(|other| *other != first), "{others:?}");
}
