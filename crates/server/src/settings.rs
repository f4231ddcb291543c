//! Settings of the service.

use std::net::IpAddr;
use std::num::NonZeroUsize;

use secrecy::SecretString;
use serde::Deserialize;

use super::upload_store::UploadLimits;

/// What a process does in a service of several processes that share a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceRole {
    /// Answers requests and passes changes on to the worker.
    Api,
    /// Runs batches, or stands by while another worker does. Listens on no port.
    Worker,
    /// Both.
    #[default]
    All,
}

/// The section `[server]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// Address or name to listen on.
    pub host: String,
    pub port: u16,
    #[serde(default)]
    pub role: ServiceRole,
    /// Further names of the service that clients may use (`Host`).
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Token that clients have to send.
    #[serde(default)]
    pub token: Option<SecretString>,
    /// In a container: requests from its gateway, which are those of the host and of programs that the gateway speaks for,
    /// need no token if none is set.
    #[serde(default)]
    pub trust_gateway: bool,
    /// Maximum number of jobs that run at the same time.
    pub jobs_at_once: NonZeroUsize,
    /// Maximum number of jobs that wait for their turn.
    pub max_waiting_jobs: usize,
    /// Maximum bytes of a list that a client sends.
    pub max_upload_bytes: u64,
    /// Maximum bytes of all lists that clients have sent and whose batches have not ended.
    pub max_uploads_bytes: u64,
}

impl Settings {
    /// Returns the bounds of lists that clients send.
    pub const fn upload_limits(&self) -> UploadLimits {
        UploadLimits { list_bytes: self.max_upload_bytes, total_bytes: self.max_uploads_bytes }
    }

    /// Returns whether clients have to send a token that is not in the settings: other machines can reach the service, and
    /// the container's host is not trusted.
    pub fn needs_new_token(&self) -> bool {
        self.token.is_none() && !self.is_loopback() && !self.trust_gateway
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}
