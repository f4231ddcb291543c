//! A client that sends well-behaved requests to a sandbox: with a user agent, and with a token if required.

use std::time::Duration;

use reqwest::Client;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;

/// A running sandbox and a client.
pub(super) struct SandboxClient {
    pub(super) sandbox: Sandbox,
    client: Client,
}

/// A response.
#[derive(Debug)]
pub(super) struct SandboxAnswer {
    pub(super) status: u16,
    headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

pub(super) const NAME: (&str, &str) = ("user-agent", "DraftMakerTests/1.0 ( https://example.org/draft-maker )");
pub(super) const TOKEN: (&str, &str) = ("authorization", "Discogs token=of-a-test");

/// Options without any limits.
pub(super) fn unlimited() -> SandboxOptions {
    SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }
}

impl SandboxClient {
    pub(super) async fn to(options: SandboxOptions) -> Self {
        // A process can install only one provider; any one works.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sandbox = Sandbox::start(options).await.unwrap();
        let client = Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(30)).build().unwrap();
        Self { sandbox, client }
    }

    /// Sends a request with a user agent and a token.
    pub(super) async fn get(&self, path: &str) -> SandboxAnswer {
        self.get_with(path, &[NAME, TOKEN]).await
    }

    /// Sends a request with only these headers.
    pub(super) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> SandboxAnswer {
        let response = self.send(path, headers).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        SandboxAnswer { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    /// Sends a request, and returns the head of the response. The body is not read yet.
    pub(super) async fn send(&self, path: &str, headers: &[(&str, &str)]) -> reqwest::Result<reqwest::Response> {
        let request = self.client.get(format!("http://{}{path}", self.sandbox.address()));
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await
    }

    /// Returns a token of the simulated eBay for an application with these scopes.
    pub(super) async fn application_token(&self, scopes: &str) -> String {
        let settings = self.sandbox.ebay_settings();
        let setting = |wanted: &str| &settings.iter().find(|(name, _)| *name == wanted).unwrap().1;
        let request = self.client.post(format!("{}/identity/v1/oauth2/token", setting("EBAY_API_BASE_URL")));
        let request = request.basic_auth(setting("EBAY_APP_ID"), Some(setting("EBAY_CERT_ID")));
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", scopes)
            .finish();
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer = request.send().await.unwrap().bytes().await.unwrap();
        serde_json::from_slice::<Value>(&answer).unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    /// Returns the JSON of a successful response.
    pub(super) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Returns the number of requests to a service, and how many of them were refused.
    pub(super) fn counted(&self, service: &str) -> (u64, u64) {
        self.sandbox.request_counts().get(service).map_or((0, 0), |count| (count.requests, count.refused))
    }
}

impl SandboxAnswer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns a header; empty if it is absent.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the path of `Location`.
    pub(super) fn place(&self) -> String {
        let place = url::Url::parse(self.header("location")).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        place.path().to_owned()
    }
}
