//! Fetches pictures for the console through the outgoing HTTP client: only https, with limits on size and time.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use url::{Host as UrlHost, Url};

use crate::bootstrap;
use crate::config::Config;
use console::UserMessage;
use domain::loopback::is_loopback;
use domain::provider::Provider;
use upstream::{HttpClient, RedirectPolicy, Settings, UpstreamClient, UpstreamConfig, UpstreamRequest};

/// Time limit for one picture, because the operator waits for it.
const IMAGE_TIMEOUT: Duration = Duration::from_secs(20);

/// Maximum size of a picture in bytes; covers usually have a tenth of it.
const MAX_IMAGE_BYTES: usize = 16 << 20;

/// Domains to which cover sources redirect (the Cover Art Archive: archive.org).
const ALLOWED_REDIRECTS: RedirectPolicy = RedirectPolicy::Domains(&["archive.org"]);

/// Fetches pictures; its client is created on first use.
pub(super) struct ImageFetcher {
    config: Config,
    connection: OnceLock<Result<Connection, UserMessage>>,
}

struct Connection {
    http: HttpClient,
    /// Whether the cover source is simulated on this machine. Otherwise a loopback address is refused, because it is
    /// not a cover and may be an attack.
    allow_loopback: bool,
}

impl ImageFetcher {
    pub(super) fn new(config: &Config) -> Self {
        Self { config: config.clone(), connection: OnceLock::new() }
    }

    /// Returns the picture at an address.
    pub(super) async fn fetch_image(&self, address: &str) -> Result<Bytes, UserMessage> {
        let url = Url::parse(address).map_err(|error| format!("{address}: {error}"))?;
        let connect = || Connection::from_config(&self.config).map_err(|error| format!("{error:#}"));
        let connection = self.connection.get_or_init(connect).as_ref().map_err(Clone::clone)?;
        if may_be_loopback(&url) && !connection.allow_loopback {
            return Err(format!("refused: {address} is an address of this machine"));
        }
        let reply = connection
            .upstream_client_for(&url)?
            .send(UpstreamRequest::for_url(url))
            .await
            .map_err(|error| error.to_string())?;
        if reply.is_success() { Ok(reply.body) } else { Err(format!("the gallery answered {}", reply.status)) }
    }
}

impl Connection {
    fn from_config(config: &Config) -> anyhow::Result<Self> {
        let settings = config.section::<Settings>("http")?;
        let settings = Settings {
            total_timeout: IMAGE_TIMEOUT.min(settings.total_timeout),
            max_body_bytes: MAX_IMAGE_BYTES.min(settings.max_body_bytes),
            retries: settings.retries.min(1),
            ..settings
        };
        let allow_loopback = bootstrap::load_policies(config)?.artwork.allow_loopback;
        Ok(Self { http: HttpClient::new(&settings)?, allow_loopback })
    }

    /// Returns the upstream client of an address. It has a separate name, so that it shares neither rate limit nor
    /// circuit breaker with the batches.
    fn upstream_client_for(&self, url: &Url) -> Result<UpstreamClient, UserMessage> {
        let origin = url.origin().ascii_serialization();
        let rules = UpstreamConfig {
            name: Provider::new(format!("pictures at {origin}")),
            base_url: origin,
            rate: None,
            concurrency: 2,
            redirects: ALLOWED_REDIRECTS,
            throttle_statuses: &[429, 503],
            quota_exhausted: None,
        };
        self.http.upstream(rules).map_err(|error| error.to_string())
    }
}

/// Returns whether an address may lead to this machine. Unlike [`is_loopback`], this includes `0.0.0.0`, `::` and names
/// below `localhost`.
fn may_be_loopback(url: &Url) -> bool {
    is_loopback(url)
        || match url.host() {
            Some(UrlHost::Ipv4(address)) => address.is_unspecified(),
            Some(UrlHost::Ipv6(address)) => address.is_unspecified(),
            Some(UrlHost::Domain(name)) => name.ends_with(".localhost"),
            None => true,
        }
}
