//! The HTTP client that all upstreams share, and the list of upstreams.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;

use super::{HttpError, Settings, UpstreamClient, UpstreamConfig, address};
use domain::provider::Provider;

/// Maximum time to make a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The outgoing HTTP client. Clones share connections and upstreams.
#[derive(Clone)]
pub struct HttpClient {
    settings: Arc<Settings>,
    client: reqwest::Client,
    /// False if this machine has no certificates of certificate authorities.
    has_ca_certificates: bool,
    upstreams: Arc<Mutex<HashMap<Provider, UpstreamClient>>>,
}

impl HttpClient {
    /// Creates the client. Missing certificates are not an error yet, because loopback needs none.
    ///
    /// # Errors
    /// Returns [`HttpError::InvalidSetting`], or [`HttpError::Client`] if the TLS library fails.
    pub fn new(settings: &Settings) -> Result<Self, HttpError> {
        settings.check()?;
        // It fails if another part of the program has installed the same provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (client, has_ca_certificates) = match client_builder(settings)?.build() {
            Ok(client) => (client, true),
            // The verifier of the platform fails without certificates.
            Err(_) => (client_builder(settings)?.tls_certs_only([]).build().map_err(setup_error)?, false),
        };
        Ok(Self { settings: Arc::new(settings.clone()), client, has_ca_certificates, upstreams: Arc::default() })
    }

    /// Returns the upstream of this name, and creates it at the first call. All jobs share it with its rate limit and its
    /// circuit breaker. A later configuration of the same name is ignored.
    ///
    /// # Errors
    /// Returns [`HttpError::InvalidAddress`] for a base address that is neither https nor loopback, and
    /// [`HttpError::NoCertificates`] if https cannot work on this machine.
    pub fn upstream(&self, config: UpstreamConfig) -> Result<UpstreamClient, HttpError> {
        let base = address::parse_base_url(&config.name, &config.base_url)?;
        if base.scheme() == "https" && !self.has_ca_certificates {
            return Err(HttpError::NoCertificates { name: config.name });
        }
        let mut upstreams = self.upstreams.lock();
        let client = upstreams
            .entry(config.name.clone())
            .or_insert_with(|| UpstreamClient::new(config, base, self.client.clone(), Arc::clone(&self.settings)));
        Ok(client.clone())
    }
}

/// Switches off the redirects and retries of `reqwest`: this crate has its own.
fn client_builder(settings: &Settings) -> Result<reqwest::ClientBuilder, HttpError> {
    let invalid = HttpError::InvalidSetting { key: "user_agent", why: "contains characters that a header cannot have" };
    let user_agent = HeaderValue::from_str(settings.user_agent.trim()).map_err(|_| invalid)?;
    Ok(reqwest::Client::builder()
        .user_agent(user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT.min(settings.attempt_timeout)))
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err asks for")]
fn setup_error(error: reqwest::Error) -> HttpError {
    HttpError::from_reqwest(&error)
}
