//! The client under all hosts, and the list of hosts.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;

use super::{HttpError, Settings, UpstreamClient, UpstreamConfig, address};
use domain::provider::Provider;

/// A connection that is not there after this long will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The way out. Built once; its clones are the same.
#[derive(Clone)]
pub struct HttpClient {
    settings: Arc<Settings>,
    client: reqwest::Client,
    /// False where this machine has no certificates of authorities.
    has_ca_certificates: bool,
    upstreams: Arc<Mutex<HashMap<Provider, UpstreamClient>>>,
}

impl HttpClient {
    /// Sets up the client. No certificates on this machine are no error yet: loopback needs none.
    ///
    /// # Errors
    /// [`HttpError::BadSetting`], or [`HttpError::Client`] where the TLS library refuses.
    pub fn new(settings: &Settings) -> Result<Self, HttpError> {
        settings.validate()?;
        // Another part of the program may have been first, with the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (client, trusts_authorities) = match client_builder(settings)?.build() {
            Ok(client) => (client, true),
            // The platform's verifier refuses to start without certificates.
            Err(_) => (client_builder(settings)?.tls_certs_only([]).build().map_err(setup_error)?, false),
        };
        Ok(Self {
            settings: Arc::new(settings.clone()),
            client,
            has_ca_certificates: trusts_authorities,
            upstreams: Arc::default(),
        })
    }

    /// The host of this name. Asked twice, it is the same one, so that all jobs share its rate and its circuit;
    /// the first rules stand.
    ///
    /// # Errors
    /// [`HttpError::BadAddress`] for a base address that is neither https nor loopback, and
    /// [`HttpError::NoCertificates`] where https cannot work on this machine.
    pub fn upstream(&self, rules: UpstreamConfig) -> Result<UpstreamClient, HttpError> {
        let base = address::parse_base_url(&rules.name, &rules.base_url)?;
        if base.scheme() == "https" && !self.has_ca_certificates {
            return Err(HttpError::NoCertificates { name: rules.name });
        }
        let mut hosts = self.upstreams.lock();
        let client = hosts
            .entry(rules.name.clone())
            .or_insert_with(|| UpstreamClient::new(rules, base, self.client.clone(), Arc::clone(&self.settings)));
        Ok(client.clone())
    }
}

/// Redirects, retries and limits are ours (see the module), so the client's own are off.
fn client_builder(settings: &Settings) -> Result<reqwest::ClientBuilder, HttpError> {
    let bad = HttpError::InvalidSetting { key: "user_agent", why: "holds characters that no header can" };
    let user_agent = HeaderValue::from_str(settings.user_agent.trim()).map_err(|_| bad)?;
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
