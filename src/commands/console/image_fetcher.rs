//! Pictures for the console, fetched by the program's own way out: https, within its limits of size and time, whoever
//! runs the batches.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use url::{Host as UrlHost, Url};

use crate::bootstrap;
use crate::config::Config;
use console::UserMessage;
use domain::provider::Provider;
use upstream::{HttpClient, RedirectPolicy, Settings, UpstreamClient, UpstreamConfig, UpstreamRequest};

/// Somebody looks at the screen: what has not come by then is of no use.
const IMAGE_TIMEOUT: Duration = Duration::from_secs(20);

/// Covers of the galleries have a tenth of it.
const MAX_IMAGE_BYTES: usize = 16 << 20;

/// Where the galleries of this program send a picture's request on to (the Cover Art Archive: archive.org).
const ALLOWED_REDIRECTS: RedirectPolicy = RedirectPolicy::Domains(&["archive.org"]);

/// The way to pictures, set up when one is first wanted.
pub(super) struct ImageFetcher {
    settings: Result<Settings, String>,
    http: OnceLock<Result<HttpClient, String>>,
    /// True where the gallery itself is an imitation on this machine. Else an address that leads here is nobody's
    /// picture, and perhaps a trick.
    allow_loopback: bool,
}

impl ImageFetcher {
    pub(super) fn new(config: &Config) -> Self {
        let settings = config.section::<Settings>("http").map_err(|error| error.to_string());
        let hasty = |settings: Settings| Settings {
            total_timeout: IMAGE_TIMEOUT.min(settings.total_timeout),
            max_body_bytes: MAX_IMAGE_BYTES.min(settings.max_body_bytes),
            retries: settings.retries.min(1),
            ..settings
        };
        let allow_loopback = bootstrap::load_policies(config).is_ok_and(|rules| rules.artwork.allow_loopback);
        Self { settings: settings.map(hasty), http: OnceLock::new(), allow_loopback }
    }

    /// The bytes at an address.
    pub(super) async fn fetch_image(&self, address: &str) -> Result<Bytes, UserMessage> {
        let url = Url::parse(address).map_err(|error| format!("{address}: {error}"))?;
        if is_loopback_url(&url) && !self.allow_loopback {
            return Err(format!("{address} leads to this machine, and no gallery is here"));
        }
        let reply = self
            .upstream_client_for(&url)?
            .send(UpstreamRequest::for_url(url))
            .await
            .map_err(|error| error.to_string())?;
        if reply.is_success() { Ok(reply.body) } else { Err(format!("the gallery answered {}", reply.status)) }
    }

    /// The host of an address, under a name of its own: its rate and its circuit are not those of the batches.
    fn upstream_client_for(&self, url: &Url) -> Result<UpstreamClient, UserMessage> {
        let settings = self.settings.clone()?;
        let http = self.http.get_or_init(|| HttpClient::new(&settings).map_err(|error| error.to_string()));
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
        http.as_ref().map_err(Clone::clone)?.upstream(rules).map_err(|error| error.to_string())
    }
}

fn is_loopback_url(url: &Url) -> bool {
    match url.host() {
        Some(UrlHost::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(UrlHost::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        Some(UrlHost::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => true,
    }
}
