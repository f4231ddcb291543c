//! A scripted eBay server with a token endpoint, and a client connected to it.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ebay::{EbayClient, Settings};
use serde_json::{Value, json};
use upstream::HttpClient;

use crate::http_server::{ReceivedRequest, ScriptedResponse, Server, ok};

pub const TOKEN: &str = "/identity/v1/oauth2/token";

/// Returns minimal settings, with the fields of `own` set in addition.
pub fn settings(folder: &Path, own: &Value) -> Settings {
    let mut all = json!({"marketplace": "EBAY_US", "app_id": "an-app", "cert_id": "a-cert", "credentials_dir": folder});
    for (name, value) in own.as_object().unwrap() {
        all[name] = value.clone();
    }
    serde_json::from_value(all).unwrap()
}

/// Connects a client to `server`; the client stores its files in `folder`.
pub async fn connect_client(server: &Server, folder: &Path, own: Value) -> EbayClient {
    let (mut all, address) = (own, server.address());
    for name in ["api_base_url", "auth_base_url", "media_base_url"] {
        all[name] = address.as_str().into();
    }
    let lenient = upstream::Settings {
        attempt_timeout: Duration::from_secs(10),
        total_timeout: Duration::from_secs(30),
        retries: 0,
        failures_to_open: 100,
        ..upstream::Settings::default()
    };
    EbayClient::connect(&settings(folder, &all), &HttpClient::new(&lenient).unwrap(), folder).await.unwrap()
}

/// Starts a scripted eBay server: it issues a new token for each token request, valid for `life` seconds; `script`
/// answers every other request.
pub async fn start_ebay_server(
    life: i64,
    script: impl Fn(&ReceivedRequest) -> ScriptedResponse + Send + Sync + 'static,
) -> Server {
    let tokens = AtomicUsize::new(0);
    Server::start(move |asked| {
        if asked.target != TOKEN {
            return script(asked);
        }
        let number = tokens.fetch_add(1, Ordering::Relaxed);
        let token = json!({"access_token": format!("token-{number}"), "expires_in": life, "token_type": "x",
                           "refresh_token": format!("refresh-{number}"), "refresh_token_expires_in": 47_304_000});
        ok(&token.to_string())
    })
    .await
}
