//! What an operator may set about a provider: the table `[providers.NAME]`.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use url::{Host, Url};

use crate::http::Rate;

/// One provider's table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether it is asked at all.
    pub on: bool,
    /// Where it answers: https, or plain http on this machine.
    pub base_url: String,
    /// The key or token, where the service has one.
    #[serde(default)]
    pub key: Option<SecretString>,
    /// Another pace than the documented one, for an imitation on this machine only.
    #[serde(default)]
    pub requests_per_minute: Option<f64>,
}

/// A pace that the real service does not allow.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "providers.{name}.requests_per_minute is {pace}, and it can be set only where base_url is on this machine: \
     the pace of the real service is fixed by its rules"
)]
pub struct BadPace {
    name: String,
    pace: f64,
}

impl Settings {
    /// The documented pace, or the one that is set for an imitation on this machine; zero there means no limit.
    ///
    /// # Errors
    /// [`BadPace`] where a pace is set and the address is not on this machine.
    pub fn pace(&self, name: &str, documented: Rate) -> Result<Option<Rate>, BadPace> {
        match self.requests_per_minute {
            None => Ok(Some(documented)),
            Some(pace) if !self.is_local() || !pace.is_finite() || pace < 0.0 => {
                Err(BadPace { name: name.to_owned(), pace })
            }
            Some(0.0) => Ok(None),
            Some(pace) => Ok(Some(Rate { period: Duration::from_secs_f64(60.0 / pace), burst: documented.burst })),
        }
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
