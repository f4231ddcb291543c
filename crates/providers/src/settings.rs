//! Settings of a provider: `[providers.NAME]`.

use iso_currency::Currency;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use domain::loopback::is_loopback;
use upstream::Rate;

/// The settings of one provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether the provider is enabled.
    pub on: bool,
    /// Base URL: https, or http on this machine. Empty for providers that use the addresses of `[ebay]`.
    #[serde(default)]
    pub base_url: String,
    /// The key or token, if the service accepts one.
    #[serde(default)]
    pub key: Option<SecretString>,
    /// Rate limit that replaces the documented one; 0 for none. Only allowed for a simulated service on this machine.
    #[serde(default)]
    pub requests_per_minute: Option<f64>,
    /// Currency to request, for a service that converts prices. Set to that of `[pricing]`, because comparables in
    /// other currencies are not used.
    #[serde(default)]
    pub currency: Option<Currency>,
}

/// A rate limit was set for a service that is not on this machine, or is not a valid number.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "providers.{name}.requests_per_minute is {rate}; it can be set only if base_url is on this machine, \
     to 0 (no limit) or a number of requests"
)]
pub struct InvalidRequestRate {
    name: String,
    rate: f64,
}

impl Settings {
    /// Returns the documented rate limit, or the configured one for a simulated service on this machine; `None` for no
    /// limit.
    ///
    /// # Errors
    /// Returns [`InvalidRequestRate`] if a rate limit is set but the service is not on this machine, or if the limit
    /// is not a valid number.
    pub fn request_rate(&self, name: &str, documented: Rate) -> Result<Option<Rate>, InvalidRequestRate> {
        let Some(rate) = self.requests_per_minute else { return Ok(Some(documented)) };
        let own = documented.with_requests_per_minute(rate).ok().filter(|_| self.is_local());
        own.ok_or_else(|| InvalidRequestRate { name: name.to_owned(), rate })
    }

    /// Returns the key; `None` if it is missing or blank.
    pub(super) fn api_key(&self) -> Option<SecretString> {
        let key = self.key.as_ref()?.expose_secret().trim();
        (!key.is_empty()).then(|| SecretString::from(key.to_owned()))
    }

    /// Returns true if the base URL is on this machine, as for the sandbox or another simulated service.
    pub fn is_local(&self) -> bool {
        Url::parse(&self.base_url).is_ok_and(|url| is_loopback(&url))
    }
}
