//! What an operator may set about a provider: the table `[providers.NAME]`.

use std::time::Duration;

use iso_currency::Currency;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use upstream::Rate;

/// One provider's table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether it is asked at all.
    pub on: bool,
    /// Where it answers: https, or plain http on this machine. Empty for what goes through `[ebay]`, which has addresses
    /// of its own.
    #[serde(default)]
    pub base_url: String,
    /// The key or token, where the service has one.
    #[serde(default)]
    pub key: Option<SecretString>,
    /// Another pace than the documented one, for an imitation on this machine only.
    #[serde(default)]
    pub requests_per_minute: Option<f64>,
    /// The currency in which prices are asked for, where the service converts: that of `[pricing]`, since samples in
    /// another one do not count.
    #[serde(default)]
    pub currency: Option<Currency>,
}

/// A pace that the real service does not allow.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "providers.{name}.requests_per_minute is {pace}; it can be set only where base_url is on this machine, since the \
     pace of the real service is fixed by its rules, and then to 0 (no limit) or a number of requests"
)]
pub struct InvalidRequestRate {
    name: String,
    pace: f64,
}

impl Settings {
    /// The documented pace, or the one that is set for an imitation on this machine; zero there means no limit.
    ///
    /// # Errors
    /// [`BadPace`] where a pace is set and the address is not on this machine.
    pub fn request_rate(&self, name: &str, documented: Rate) -> Result<Option<Rate>, InvalidRequestRate> {
        match self.requests_per_minute {
            None => Ok(Some(documented)),
            Some(0.0) if self.is_local() => Ok(None),
            Some(pace) => {
                let period =
                    Duration::try_from_secs_f64(60.0 / pace).ok().filter(|_| self.is_local() && pace.is_finite());
                let period = period.ok_or_else(|| InvalidRequestRate { name: name.to_owned(), pace })?;
                Ok(Some(Rate { period, burst: documented.burst }))
            }
        }
    }

    /// The key, where one is set that is more than white space.
    pub(super) fn api_key(&self) -> Option<SecretString> {
        let key = self.key.as_ref()?.expose_secret().trim();
        (!key.is_empty()).then(|| SecretString::from(key.to_owned()))
    }

    /// True for an address on this machine: the sandbox, or another imitation.
    pub fn is_local(&self) -> bool {
        let url = Url::parse(&self.base_url).ok();
        match url.as_ref().and_then(Url::host) {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}
