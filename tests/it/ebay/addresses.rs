//! Where the calls go: eBay's own addresses unless others are set.

use std::path::Path;

use serde_json::json;

use super::settings;

#[test]
fn the_addresses_are_ebays_own_and_each_can_be_set() {
    let at = |own: serde_json::Value| {
        let settings = settings(Path::new("/nowhere"), &own);
        [settings.api(), settings.auth(), settings.media()].map(str::to_owned)
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
