//! What an operator may set about Google Cloud Storage.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::error::GcsError;

/// The `[intake.gcs]` table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `STORAGE_EMULATOR_HOST`: an imitation of the service, with or without `http://`. No credentials are used then.
    pub emulator_host: Option<String>,
    /// `STORAGE_EMULATOR_HOST_GRPC`: where the imitation answers gRPC, if elsewhere.
    pub emulator_host_grpc: Option<String>,
    /// `GOOGLE_APPLICATION_CREDENTIALS`: a file of credentials, from the environment or from `.env`, which Google's
    /// library does not read. `None` looks where Google's libraries look.
    pub credentials_file: Option<PathBuf>,
    /// The project that pays for requests to a bucket whose owner does not.
    pub project: Option<String>,
    /// Ask without credentials: for objects that everybody may read.
    pub anonymous: bool,
    /// How long one attempt may take until its answer begins, and how long an answer may pause, in seconds.
    pub attempt_timeout_s: u64,
    /// How long it may take until an answer begins, with all attempts, in seconds.
    pub total_timeout_s: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            emulator_host: None,
            emulator_host_grpc: None,
            credentials_file: None,
            project: None,
            anonymous: false,
            attempt_timeout_s: 10,
            total_timeout_s: 30,
        }
    }
}

impl Settings {
    pub(super) fn attempt_timeout(&self) -> Duration {
        Duration::from_secs(self.attempt_timeout_s)
    }

    pub(super) fn total_timeout(&self) -> Duration {
        Duration::from_secs(self.total_timeout_s)
    }

    /// The address for the JSON API; `None` is Google's own.
    pub(super) fn json_address(&self) -> Result<Option<String>, GcsError> {
        self.emulator_host.as_deref().map(parse_address).transpose()
    }

    /// The address for gRPC; `None` is Google's own.
    pub(super) fn grpc_address(&self) -> Result<Option<String>, GcsError> {
        self.emulator_host_grpc.as_deref().or(self.emulator_host.as_deref()).map(parse_address).transpose()
    }

    /// Whether an imitation answers instead of Google.
    pub(super) fn is_emulated(&self) -> bool {
        self.emulator_host.is_some()
    }
}

/// Google's clients take `http://host:port`, others write `host:port`.
fn parse_address(text: &str) -> Result<String, GcsError> {
    let bad = || GcsError::InvalidEmulatorAddress { address: text.to_owned() };
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = url::Url::parse(&with_scheme).map_err(|_| bad())?;
    let is_address = matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.path() == "/";
    if is_address { Ok(with_scheme.trim_end_matches('/').to_owned()) } else { Err(bad()) }
}
