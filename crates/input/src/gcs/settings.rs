//! The `[intake.gcs]` settings.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::error::GcsError;

/// Maximum attempts at one request, and resumptions of one read.
pub(super) const MAX_ATTEMPTS: u32 = 4;
/// Delay before the first retry, which doubles with each one, and the longest delay.
pub(super) const MIN_BACKOFF: Duration = Duration::from_millis(250);
pub(super) const MAX_BACKOFF: Duration = Duration::from_secs(4);

/// The `[intake.gcs]` table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `STORAGE_EMULATOR_HOST`: address of an emulator, with or without `http://`. No credentials are used then.
    pub emulator_host: Option<String>,
    /// `GOOGLE_APPLICATION_CREDENTIALS`: a credentials file, from the environment or from `.env` (which Google's library does
    /// not read). `None` means the places where Google's libraries look.
    pub credentials_file: Option<PathBuf>,
    /// The project that pays for requests to a requester-pays bucket.
    pub project: Option<String>,
    /// Send requests without credentials, for public objects.
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

    /// Returns the address of the JSON API; `None` means Google's.
    pub(super) fn json_address(&self) -> Result<Option<String>, GcsError> {
        self.emulator_host.as_deref().map(parse_address).transpose()
    }

    /// Returns whether an emulator is used.
    pub(super) fn is_emulated(&self) -> bool {
        self.emulator_host.is_some()
    }
}

/// Adds `http://` if it is missing: some tools write `host:port`.
fn parse_address(text: &str) -> Result<String, GcsError> {
    let bad = || GcsError::InvalidEmulatorAddress { address: text.to_owned() };
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = url::Url::parse(&with_scheme).map_err(|_| bad())?;
    let is_address = matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.path() == "/";
    if is_address { Ok(with_scheme.trim_end_matches('/').to_owned()) } else { Err(bad()) }
}
