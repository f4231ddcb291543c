//! What one service asks of its guests: where it lives, how often, and where it may send us.

use std::time::Duration;

use domain::provider::Provider;

/// The rules of one host, from its own documents. They stand as constants in the provider's file.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    pub name: Provider,
    /// Where all paths begin: https, or plain http on this machine.
    pub base_url: String,
    /// `None` where the service has no rate limit.
    pub rate: Option<Rate>,
    /// Requests in flight at the same time; at least one.
    pub concurrency: usize,
    pub redirects: RedirectPolicy,
    /// Statuses by which this service says "slow down": 429, 503 at MusicBrainz, 403 at iTunes. They are tried
    /// again, and hold the host's whole queue meanwhile.
    pub throttle_statuses: &'static [u16],
    /// Tells the refusals that no waiting of minutes mends, by status and body: a daily limit that is used up. They
    /// are handed over as answers.
    pub quota_exhausted: Option<fn(u16, &[u8]) -> bool>,
}

/// A rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The time from one request to the next.
    pub period: Duration,
    /// How many may go together after a quiet time. With 1, two requests are never closer than `period`.
    pub burst: u32,
}

/// Where a service may send us on to. On loopback any loopback address will do, for the sandbox's sake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectPolicy {
    /// A redirect is an error.
    None,
    /// Only within the host of the base address.
    SameHost,
    /// Within the host, and to these domains and all below them.
    Domains(&'static [&'static str]),
}
