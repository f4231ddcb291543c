//! Pictures for the console, fetched by the program's own way out: https, within its limits of size and time, whoever
//! runs the batches.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use url::{Host as UrlHost, Url};

use super::super::wiring;
use crate::config::Config;
use console::Trouble;
use domain::provider::Provider;
use upstream::{Host, HostRules, Http, Redirects, Request, Settings};

/// Somebody looks at the screen: what has not come by then is of no use.
const COMES_WITHIN: Duration = Duration::from_secs(20);

/// Covers of the galleries have a tenth of it.
const LARGEST: usize = 16 << 20;

/// Where the galleries of this program send a picture's request on to (the Cover Art Archive: archive.org).
const ONWARD: Redirects = Redirects::To(&["archive.org"]);

/// The way to pictures, set up when one is first wanted.
pub(super) struct Pictures {
    settings: Result<Settings, String>,
    http: OnceLock<Result<Http, String>>,
    /// True where the gallery itself is an imitation on this machine. Else an address that leads here is nobody's
    /// picture, and perhaps a trick.
    on_this_machine: bool,
}

impl Pictures {
    pub(super) fn new(config: &Config) -> Self {
        let settings = config.section::<Settings>("http").map_err(|error| error.to_string());
        let hasty = |settings: Settings| Settings {
            total_timeout: COMES_WITHIN.min(settings.total_timeout),
            largest_body_bytes: LARGEST.min(settings.largest_body_bytes),
            retries: settings.retries.min(1),
            ..settings
        };
        let on_this_machine = wiring::rules(config).is_ok_and(|rules| rules.artwork.allow_loopback);
        Self { settings: settings.map(hasty), http: OnceLock::new(), on_this_machine }
    }

    /// The bytes at an address.
    pub(super) async fn fetch(&self, address: &str) -> Result<Bytes, Trouble> {
        let url = Url::parse(address).map_err(|error| format!("{address}: {error}"))?;
        if leads_here(&url) && !self.on_this_machine {
            return Err(format!("{address} leads to this machine, and no gallery is here"));
        }
        let reply = self.host(&url)?.send(Request::url(url)).await.map_err(|error| error.to_string())?;
        if reply.is_success() { Ok(reply.body) } else { Err(format!("the gallery answered {}", reply.status)) }
    }

    /// The host of an address, under a name of its own: its rate and its circuit are not those of the batches.
    fn host(&self, url: &Url) -> Result<Host, Trouble> {
        let settings = self.settings.clone()?;
        let http = self.http.get_or_init(|| Http::new(&settings).map_err(|error| error.to_string()));
        let origin = url.origin().ascii_serialization();
        let rules = HostRules {
            name: Provider::of(format!("pictures at {origin}")),
            base_url: origin,
            rate: None,
            at_once: 2,
            redirects: ONWARD,
            refusals: &[429, 503],
            spent: None,
        };
        http.as_ref().map_err(Clone::clone)?.host(rules).map_err(|error| error.to_string())
    }
}

fn leads_here(url: &Url) -> bool {
    match url.host() {
        Some(UrlHost::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(UrlHost::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        Some(UrlHost::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => true,
    }
}
