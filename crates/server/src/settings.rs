//! What an operator may set about the service.

use std::net::IpAddr;

use secrecy::SecretString;
use serde::Deserialize;

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// The address or name to listen on.
    pub host: String,
    pub port: u16,
    /// Further names under which clients may ask.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// What clients have to show.
    #[serde(default)]
    pub token: Option<SecretString>,
    /// In a container: the host, which is its gateway, need not show a token as long as none is set.
    #[serde(default)]
    pub trust_gateway: bool,
    /// Jobs that run at the same time.
    pub jobs_at_once: usize,
}

/// Whoever reaches the port could order drafts.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} can be reached from other machines, so clients have to show a token: set DRAFT_MAKER_TOKEN (server.token), or \
     listen on 127.0.0.1"
)]
pub struct TokenRequiredError(String);

impl Settings {
    /// Whether what is set may be served.
    ///
    /// # Errors
    /// [`NeedsToken`] for an address that is not this machine's own, without a token and without a host to trust.
    pub fn check_access(&self) -> Result<(), TokenRequiredError> {
        let is_safe = self.token.is_some() || self.is_loopback() || self.trust_gateway;
        if is_safe { Ok(()) } else { Err(TokenRequiredError(self.host.clone())) }
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}
