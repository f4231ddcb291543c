//! The settings of a provider: `[providers.NAME]`.

use std::time::Duration;

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
    /// Whether the provider is used.
    pub on: bool,
    /// Base address: https, or plain http on this machine. Empty for the providers that use the addresses of `[ebay]`.
    #[serde(default)]
    pub base_url: String,
    /// The key or token, if the service takes one.
    #[serde(default)]
    pub key: Option<SecretString>,
    /// Rate limit instead of the documented one, 0 for none. Allowed only for a simulated service on this machine.
    #[serde(default)]
    pub requests_per_minute: Option<f64>,
    /// Currency of the requested prices, if the service converts them: that of `[pricing]`, because comparables in another
    /// currency do not count.
    #[serde(default)]
    pub currency: Option<Currency>,
}

/// A rate limit that is not allowed for the real service.
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
    /// Returns the documented rate limit, or the one set for a simulated service on this machine; `None` for no limit.
    ///
    /// # Errors
    /// Returns [`InvalidRequestRate`] if a rate limit is set and the address is not on this machine.
    pub fn request_rate(&self, name: &str, documented: Rate) -> Result<Option<Rate>, InvalidRequestRate> {
        match self.requests_per_minute {
            None => Ok(Some(documented)),
            Some(0.0) if self.is_local() => Ok(None),
            Some(rate) => {
                let period =
                    Duration::try_from_secs_f64(60.0 / rate).ok().filter(|_| self.is_local() && rate.is_finite());
                let period = period.ok_or_else(|| InvalidRequestRate { name: name.to_owned(), rate })?;
                Ok(Some(Rate { period, burst: documented.burst }))
            }
        }
    }

    /// Returns the key; `None` if it is missing or blank.
    pub(super) fn api_key(&self) -> Option<SecretString> {
        let key = self.key.as_ref()?.expose_secret().trim();
        (!key.is_empty()).then(|| SecretString::from(key.to_owned()))
    }

    /// Returns true for an address on this machine: the sandbox or another simulated service.
    pub fn is_local(&self) -> bool {
        Url::parse(&self.base_url).is_ok_and(|url| is_loopback(&url))
    }
}
