//! The stored sign-in and the keyset that it belongs to.

use ebay::{SignOut, TokenKind};
use serde_json::json;
use tempfile::TempDir;

use super::{connect_client, start_ebay_server};
use testing::http_server::ok;

#[tokio::test]
async fn another_keyset_does_not_change_the_stored_sign_in() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let ours = || json!({"app_id": "our-app", "ru_name": "a-name"});
    let first = connect_client(&server, folder.path(), ours()).await;
    first.tokens().sign_in(&"a-code".to_owned().into(), &[]).await.unwrap();
    let other = connect_client(&server, folder.path(), json!({"app_id": "another-app"})).await;
    other.tokens().valid_token(TokenKind::Application).await.unwrap();
    assert!(!other.tokens().has_consent(), "a sign-in belongs to one keyset");
    assert!(
        connect_client(&server, folder.path(), ours()).await.tokens().has_consent(),
        "the sign-in is still stored for its keyset"
    );

    let sign_out = async |client: &ebay::EbayClient| client.tokens().store().delete_credentials().await.unwrap();
    assert_eq!(sign_out(&other).await, SignOut::Deleted, "deletes only its own");
    assert!(connect_client(&server, folder.path(), ours()).await.tokens().has_consent());
    assert_eq!(sign_out(&first).await, SignOut::Deleted);
    assert!(!first.tokens().store().path().exists());
    assert_eq!(sign_out(&first).await, SignOut::NotSignedIn);
}

/// A file in the first format, which has only one keyset, can still be read.
#[tokio::test]
async fn a_file_in_the_first_format_is_still_read() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let file = folder.path().join("ebay-production.json");
    let consent = json!({"refresh_token": "kept", "until": null, "given_at": "2026-11-01T00:00:00Z", "scopes": []});
    let earlier =
        json!({"app_id": "an-app", "consent": consent, "seller": null, "application": null, "sold_prices": null});
    std::fs::write(&file, earlier.to_string()).unwrap();
    let production = ebay::TokenStore::for_settings(&super::settings(folder.path(), &json!({})));
    assert!(production.read_credentials().consent.is_some());
    let stranger = ebay::TokenStore::for_settings(&super::settings(folder.path(), &json!({"app_id": "another-app"})));
    assert!(stranger.read_credentials().consent.is_none());
    // The sign-in did not happen at a simulated service.
    assert!(!connect_client(&server, folder.path(), json!({})).await.tokens().has_consent());
}

/// Images belong to an account, so only the same seller in the same environment finds the stored ones.
#[tokio::test]
async fn each_seller_and_environment_has_its_own_scope() {
    let (server, other, folder) = (
        start_ebay_server(7_200, |_| ok("{}")).await,
        start_ebay_server(7_200, |_| ok("{}")).await,
        TempDir::new().unwrap(),
    );
    let scope = async |server, consent: &str, environment: &str| {
        let own = json!({"refresh_token": consent, "environment": environment});
        connect_client(server, folder.path(), own).await.seller_scope()
    };
    let first = scope(&server, "v^1.1#one", "production").await;
    assert_eq!(scope(&server, " v^1.1#one\n", "production").await, first);
    assert!(!first.contains("v^1"), "the token itself does not appear: {first}");
    let others = [
        scope(&server, "v^1.1#two", "production").await,
        scope(&server, "v^1.1#one", "sandbox").await,
        scope(&other, "v^1.1#one", "production").await,
    ];
    assert!(others.iter().all(|other| *other != first), "{others:?}");
}

/// The damaged file may hold the sign-in of another keyset, so it is kept.
#[tokio::test]
async fn a_damaged_file_is_set_aside_and_an_unreadable_one_is_not_replaced() {
    let (server, folder) = (start_ebay_server(7_200, |_| ok("{}")).await, TempDir::new().unwrap());
    let client = connect_client(&server, folder.path(), json!({})).await;
    let file = client.tokens().store().path().to_owned();
    std::fs::write(&file, "{\"keysets\": ").unwrap();
    client.tokens().valid_token(TokenKind::Application).await.unwrap();
    assert_eq!(std::fs::read_to_string(file.with_extension("json.damaged")).unwrap(), "{\"keysets\": ");
    assert!(std::fs::read_to_string(&file).unwrap().contains("an-app"));

    std::fs::write(&file, "{\"version\": 3}").unwrap();
    let second = file.with_extension("json.damaged.1");
    assert_eq!(client.tokens().store().delete_credentials().await.unwrap(), SignOut::SetAside(second.clone()));
    assert_eq!(std::fs::read_to_string(second).unwrap(), "{\"version\": 3}", "no other file is replaced");
    assert!(!file.exists());

    std::fs::create_dir(&file).unwrap();
    let other = connect_client(&server, folder.path(), json!({})).await;
    other.tokens().valid_token(TokenKind::Application).await.unwrap();
    assert!(file.is_dir() && other.tokens().store().delete_credentials().await.is_err());
}
