//! The HTTP client shared by all upstreams, and the registry of upstreams.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;

use super::cross_process_rate_limit::FileRateLimits;
use super::dns::SystemResolver;
use super::shared_rate_limits::SharedRateLimits;
use super::{HttpError, Settings, UpstreamClient, UpstreamConfig, address};
use domain::provider::Provider;

/// Time limit for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The outgoing HTTP client. Clones share connections and upstreams.
#[derive(Clone)]
pub struct HttpClient {
    settings: Arc<Settings>,
    client: reqwest::Client,
    /// False if this machine has no CA certificates.
    has_ca_certificates: bool,
    upstreams: Arc<Mutex<HashMap<Provider, UpstreamClient>>>,
    /// Rate limits shared with other processes; `None` if this process applies its limits alone.
    shared_limits: Option<Arc<dyn SharedRateLimits>>,
}

impl HttpClient {
    /// Creates the client. Missing CA certificates are not an error yet, because loopback needs none.
    ///
    /// # Errors
    /// Returns [`HttpError::InvalidSetting`] for an invalid setting, and [`HttpError::Client`] if the TLS library
    /// fails.
    pub fn new(settings: &Settings) -> Result<Self, HttpError> {
        settings.check()?;
        // Fails if the same provider is already installed, which is harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (client, has_ca_certificates) = match client_builder(settings)?.build() {
            Ok(client) => (client, true),
            // The platform verifier fails if there are no certificates.
            Err(_) => (client_builder(settings)?.tls_certs_only([]).build().map_err(setup_error)?, false),
        };
        let shared_limits = open_file_limits(settings);
        let settings = Arc::new(settings.clone());
        Ok(Self { settings, client, has_ca_certificates, upstreams: Arc::default(), shared_limits })
    }

    /// Returns a client whose rate limits are shared between machines instead of between the processes of this
    /// machine.
    #[must_use]
    pub fn with_shared_limits(self, limits: Arc<dyn SharedRateLimits>) -> Self {
        Self { shared_limits: Some(limits), upstreams: Arc::default(), ..self }
    }

    /// Returns the upstream with this name, and creates it on the first call. All jobs share its rate limit and
    /// circuit breaker. A later configuration with the same name is ignored.
    ///
    /// # Errors
    /// Returns [`HttpError::InvalidAddress`] for a base URL that is neither https nor loopback, and
    /// [`HttpError::NoCertificates`] if https is not possible on this machine.
    pub fn upstream(&self, config: UpstreamConfig) -> Result<UpstreamClient, HttpError> {
        let base = address::parse_base_url(&config.name, &config.base_url)?;
        if base.scheme() == "https" && !self.has_ca_certificates {
            return Err(HttpError::NoCertificates { name: config.name });
        }
        let mut upstreams = self.upstreams.lock();
        let new_client = || {
            let (client, settings) = (self.client.clone(), Arc::clone(&self.settings));
            UpstreamClient::new(config.clone(), base, client, settings, self.shared_limits.clone())
        };
        let client = upstreams.entry(config.name.clone()).or_insert_with(new_client);
        Ok(client.clone())
    }
}

/// Opens the rate limits shared by all processes of this machine; `None`, with a warning, if the folder cannot be
/// used.
fn open_file_limits(settings: &Settings) -> Option<Arc<dyn SharedRateLimits>> {
    let folder = settings.rate_dir.as_ref()?;
    match FileRateLimits::open(folder) {
        Ok(limits) => Some(Arc::new(limits)),
        Err(error) => {
            let (folder, why) = (folder.display(), files::describe_io_error(&error));
            tracing::warn!(
                "Rate limits are not shared with other processes: cannot use {folder}: {why}. Set http.pace_dir to a folder that \
                 can be written."
            );
            None
        }
    }
}

/// Disables redirects and retries of `reqwest`: this crate implements its own.
fn client_builder(settings: &Settings) -> Result<reqwest::ClientBuilder, HttpError> {
    let invalid = HttpError::InvalidSetting { key: "user_agent", why: "contains characters that a header cannot have" };
    let user_agent = HeaderValue::from_str(settings.user_agent.trim()).map_err(|_| invalid)?;
    Ok(reqwest::Client::builder()
        .user_agent(user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .dns_resolver(SystemResolver)
        .connect_timeout(CONNECT_TIMEOUT.min(settings.attempt_timeout)))
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err asks for")]
fn setup_error(error: reqwest::Error) -> HttpError {
    HttpError::from_reqwest(&error)
}
