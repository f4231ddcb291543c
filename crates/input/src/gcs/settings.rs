//! The `[intake.gcs]` settings.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::error::GcsError;

/// Maximum attempts per request, and maximum resumptions per read.
pub(super) const MAX_ATTEMPTS: u32 = 4;
/// Delay before the first retry, which doubles with each retry, and maximum delay.
pub(super) const MIN_BACKOFF: Duration = Duration::from_millis(250);
pub(super) const MAX_BACKOFF: Duration = Duration::from_secs(4);

/// The table `[intake.gcs]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Address of an emulator, with or without `http://` (`STORAGE_EMULATOR_HOST`). No credentials are used with an
    /// emulator.
    pub emulator_host: Option<String>,
    /// Credentials file (`GOOGLE_APPLICATION_CREDENTIALS`) from the environment or from `.env`, which Google's library
    /// does not read. `None` means the default locations of Google's libraries.
    pub credentials_file: Option<PathBuf>,
    /// Project that pays for requests to a requester-pays bucket.
    pub project: Option<String>,
    /// True sends requests without credentials, for public objects.
    pub anonymous: bool,
    /// Time limit in seconds of one attempt until its response begins, and of a pause within a response.
    pub attempt_timeout_s: u64,
    /// Time limit in seconds until a response begins, over all attempts.
    pub total_timeout_s: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            emulator_host: None,
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

    /// Returns the address of the JSON API; `None` means Google's own.
    pub(super) fn json_address(&self) -> Result<Option<String>, GcsError> {
        self.emulator_host.as_deref().map(parse_address).transpose()
    }

    /// Returns whether an emulator is used.
    pub(super) fn is_emulated(&self) -> bool {
        self.emulator_host.is_some()
    }
}

/// Adds `http://` if it is missing, because some tools write `host:port`.
fn parse_address(text: &str) -> Result<String, GcsError> {
    let bad = || GcsError::InvalidEmulatorAddress { address: text.to_owned() };
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = url::Url::parse(&with_scheme).map_err(|_| bad())?;
    let is_address = matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.path() == "/";
    if is_address { Ok(with_scheme.trim_end_matches('/').to_owned()) } else { Err(bad()) }
}
