//! Settings of the service.

use std::net::IpAddr;

use secrecy::SecretString;
use serde::Deserialize;

/// The section `[server]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// Address or name to listen on.
    pub host: String,
    pub port: u16,
    /// Further names of the service that clients may use (`Host`).
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Token that clients have to send.
    #[serde(default)]
    pub token: Option<SecretString>,
    /// In a container: the host, which is its gateway, needs no token if none is set.
    #[serde(default)]
    pub trust_gateway: bool,
    /// Maximum number of jobs that run at the same time.
    pub jobs_at_once: usize,
}

/// The service can be reached from other machines, and anyone who reaches it could start a batch.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} can be reached from other machines, so clients have to show a token: set DRAFT_MAKER_TOKEN (server.token), or \
     listen on 127.0.0.1"
)]
pub struct TokenRequiredError(String);

impl Settings {
    /// Checks that strangers cannot use the service.
    ///
    /// # Errors
    /// Returns [`TokenRequiredError`] if the address is not loopback, no token is set and the container's host is not
    /// trusted.
    pub fn check_access(&self) -> Result<(), TokenRequiredError> {
        let is_safe = self.token.is_some() || self.is_loopback() || self.trust_gateway;
        if is_safe { Ok(()) } else { Err(TokenRequiredError(self.host.clone())) }
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}
