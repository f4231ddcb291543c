//! What one service requires: its address, its rate limit and its redirects.

use std::time::Duration;

use domain::provider::Provider;

/// The rules of one upstream, from its own documentation.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// Name in settings, errors and results.
    pub name: Provider,
    /// Base address of all paths: https, or plain http on this machine.
    pub base_url: String,
    /// The rate limit; `None` if the service has none.
    pub rate: Option<Rate>,
    /// Maximum requests in flight; at least one.
    pub concurrency: usize,
    /// Where the service may redirect to.
    pub redirects: RedirectPolicy,
    /// Statuses by which this service throttles: 429, 503 at MusicBrainz, 403 at iTunes. The request is retried, and the
    /// whole queue pauses meanwhile.
    pub throttle_statuses: &'static [u16],
    /// Returns true, from status and body, for a throttle status that lasts for the day, because a daily limit is used up. It
    /// is then returned as a response and not retried.
    pub quota_exhausted: Option<fn(u16, &[u8]) -> bool>,
}

/// A rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Time from one request to the next.
    pub period: Duration,
    /// Maximum requests at once after a quiet time. With 1, two requests are never closer than `period`.
    pub burst: u32,
}

/// Where a service may redirect to. A service on loopback may redirect to any loopback address, as the sandbox does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectPolicy {
    /// A redirect is an error.
    None,
    /// Only the host of the base address.
    SameHost,
    /// The host of the base address, these domains and their subdomains.
    Domains(&'static [&'static str]),
}
