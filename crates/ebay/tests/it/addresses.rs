//! Addresses of the API calls: eBay's own unless the settings override them.

use std::path::Path;

use ebay::{AuthorizationRequest, Scope};
use serde_json::json;

use super::settings;

#[test]
fn default_addresses_are_those_of_ebay_and_can_be_set() {
    let at = |own: serde_json::Value| {
        let settings = settings(Path::new("/nowhere"), &own);
        [settings.api_url(), settings.auth_url(), settings.media_url()].map(str::to_owned)
    };
    let production = ["https://api.ebay.com", "https://auth.ebay.com", "https://apim.ebay.com"];
    let sandbox = ["https://api.sandbox.ebay.com", "https://auth.sandbox.ebay.com", "https://apim.sandbox.ebay.com"];
    assert_eq!(at(json!({})), production);
    assert_eq!(at(json!({"environment": "production"})), production);
    assert_eq!(at(json!({"environment": "sandbox"})), sandbox);
    let set = ["http://127.0.0.1:1/a", "http://127.0.0.1:2/b", "http://127.0.0.1:3/c"];
    let own = json!({"api_base_url": set[0], "auth_base_url": set[1], "media_base_url": set[2]});
    assert_eq!(at(own), set);
}

/// The consent page has its own host. The token service is at the address of the APIs.
#[test]
fn authorization_and_tokens_have_ebays_own_addresses() {
    let at = |environment: &str| {
        let own = json!({"environment": environment, "ru_name": "a-name"});
        let consent = AuthorizationRequest::new(&settings(Path::new("/nowhere"), &own), &[Scope::Inventory]).unwrap();
        let asked = consent.url().query_pairs().into_owned().collect::<std::collections::BTreeMap<_, _>>();
        assert_eq!((asked["redirect_uri"].as_str(), asked["response_type"].as_str()), ("a-name", "code"));
        // Scope names are the same in eBay's sandbox.
        assert_eq!(asked["scope"], "https://api.ebay.com/oauth/api_scope/sell.inventory");
        let mut address = consent.url().clone();
        address.set_query(None);
        address.to_string()
    };
    assert_eq!(at("production"), "https://auth.ebay.com/oauth2/authorize");
    assert_eq!(at("sandbox"), "https://auth.sandbox.ebay.com/oauth2/authorize");
    assert_eq!(super::TOKEN, "/identity/v1/oauth2/token");
}
