//! Configuration of one upstream service: its address, rate limit and redirects.

use std::time::Duration;

use domain::provider::Provider;

/// The rules of one upstream, taken from the documentation of the service.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// Name in settings, errors and results.
    pub name: Provider,
    /// Base URL of all paths: https, or plain http on this machine.
    pub base_url: String,
    /// The rate limit; `None` if the service has none.
    pub rate: Option<Rate>,
    /// Maximum requests in flight; at least one.
    pub concurrency: usize,
    /// Hosts to which the service may redirect.
    pub redirects: RedirectPolicy,
    /// Statuses with which this service throttles, such as 429, 503 at MusicBrainz, and 403 at iTunes. The request is
    /// retried, and the whole queue pauses in the meantime.
    pub throttle_statuses: &'static [u16],
    /// Returns true, given status and body, for a throttle status that lasts for the day because a daily limit is used
    /// up. The response is then returned and not retried.
    pub quota_exhausted: Option<fn(u16, &[u8]) -> bool>,
}

/// A rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Interval between two requests.
    pub period: Duration,
    /// Maximum requests sent at once after an idle period. With 1, two requests are never closer than `period`.
    pub burst: u32,
}

/// A number that is not a rate: negative, infinite or not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRate;

impl Rate {
    /// Returns this rate with another number of requests per minute; `None`, no limit, for 0.
    ///
    /// # Errors
    /// Returns [`InvalidRate`] if the number is negative or not finite, or so small that two requests are further apart
    /// than a [`Duration`] can express.
    pub fn with_requests_per_minute(self, requests: f64) -> Result<Option<Self>, InvalidRate> {
        if requests == 0.0 {
            return Ok(None);
        }
        let period = Duration::try_from_secs_f64(60.0 / requests).ok().filter(|_| requests.is_finite());
        Ok(Some(Self { period: period.ok_or(InvalidRate)?, burst: self.burst }))
    }
}

/// The hosts to which a service may redirect. A service on loopback, such as the sandbox, may redirect to any loopback
/// address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectPolicy {
    /// A redirect is an error.
    None,
    /// Only the host of the base address.
    SameHost,
    /// The host of the base address, these domains and their subdomains.
    Domains(&'static [&'static str]),
}
