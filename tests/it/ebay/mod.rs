//! The way to eBay, below markets and price guides: where it leads, who is signed in, what is kept, what is counted.

mod addresses;
mod checkup;
mod counts;
mod kept;
mod tokens;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use draft_maker::ebay::{Ebay, Settings};
use draft_maker::http::{self, Http};
use serde_json::{Value, json};

use crate::http::server::{Asked, Say, Server, ok};

const TOKEN: &str = "/identity/v1/oauth2/token";

/// Settings as an operator writes them, on top of those that are always needed.
fn settings(folder: &Path, own: &Value) -> Settings {
    let mut all = json!({"marketplace": "EBAY_US", "app_id": "an-app", "cert_id": "a-cert", "credentials_dir": folder});
    for (name, value) in own.as_object().unwrap() {
        all[name] = value.clone();
    }
    serde_json::from_value(all).unwrap()
}

/// The way to `server`, which keeps all that it keeps in `folder`.
async fn way(server: &Server, folder: &Path, own: Value) -> Ebay {
    let (mut all, address) = (own, server.address());
    for name in ["api_base_url", "auth_base_url", "media_base_url"] {
        all[name] = address.as_str().into();
    }
    let patient = http::Settings {
        attempt_timeout: Duration::from_secs(10),
        total_timeout: Duration::from_secs(30),
        retries: 0,
        failures_to_open: 100,
        ..http::Settings::default()
    };
    Ebay::connect(&settings(folder, &all), &Http::new(&patient).unwrap(), folder).await.unwrap()
}

/// EBay by script: each token is another one and lives so many seconds; anything else is answered by `script`.
async fn shop(life: i64, script: impl Fn(&Asked) -> Say + Send + Sync + 'static) -> Server {
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

fn grants(server: &Server) -> usize {
    server.targets().iter().filter(|target| *target == TOKEN).count()
}
