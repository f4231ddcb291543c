//! Settings of the service: the section `[server]`.

use std::net::IpAddr;
use std::num::NonZeroUsize;

use secrecy::SecretString;
use serde::Deserialize;

use super::upload_store::UploadLimits;

/// The task of a process in a service of several processes that share a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceRole {
    /// Answers requests and forwards changes to the worker.
    Api,
    /// Runs batches, or stands by while another worker runs them. Does not listen on a port.
    Worker,
    /// Does both.
    #[default]
    All,
}

/// The section `[server]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// Address or host name to listen on.
    pub host: String,
    pub port: u16,
    #[serde(default)]
    pub role: ServiceRole,
    /// Additional names of the service that clients may send as `Host`.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Token that clients must send.
    #[serde(default)]
    pub token: Option<SecretString>,
    /// Whether requests from the gateway of this container need no token if none is set. They come from the host, or
    /// from programs whose connections the gateway forwards.
    #[serde(default)]
    pub trust_gateway: bool,
    /// Maximum number of jobs that run at the same time.
    pub jobs_at_once: NonZeroUsize,
    /// Maximum number of waiting jobs.
    pub max_waiting_jobs: usize,
    /// Maximum total bytes of the lists of one request.
    pub max_upload_bytes: u64,
    /// Maximum total bytes of uploaded lists whose batches have not ended.
    pub max_uploads_bytes: u64,
}

impl Settings {
    /// Returns the size limits of uploaded lists.
    pub const fn upload_limits(&self) -> UploadLimits {
        UploadLimits { list_bytes: self.max_upload_bytes, total_bytes: self.max_uploads_bytes }
    }

    /// Returns whether the service must create a token, because clients need one and the settings have none. Clients
    /// need a token if other machines can reach the service and the container's host is not trusted.
    pub fn needs_new_token(&self) -> bool {
        self.token.is_none() && !self.is_loopback() && !self.trust_gateway
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}
