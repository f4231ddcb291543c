//! How patient the way out is. One table of settings for all hosts; what differs by host stands in its rules.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::HttpError;

/// The settings of the `[http]` table. Times are seconds there, with decimals where wanted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What the services read in `User-Agent`: the program, its version and a contact. MusicBrainz and Discogs
    /// throttle or block clients that do not say who they are.
    pub user_agent: String,
    /// One try, from sending until the last byte.
    #[serde(rename = "attempt_timeout_s", deserialize_with = "deserialize_seconds")]
    pub attempt_timeout: Duration,
    /// All tries of one request together, from its first turn on. The queue before that does not count.
    #[serde(rename = "total_timeout_s", deserialize_with = "deserialize_seconds")]
    pub total_timeout: Duration,
    /// The largest body that is read, after decompression.
    #[serde(rename = "largest_body_bytes")]
    pub max_body_bytes: usize,
    /// The folder in which the processes of a user tell each other their requests, so that together they keep a
    /// host's rate. `None`: this process keeps it alone.
    #[serde(rename = "pace_dir")]
    pub rate_dir: Option<PathBuf>,
    /// Further tries after the first.
    pub retries: u32,
    /// Backoff doubles from here; the wait is drawn between zero and it (full jitter).
    #[serde(rename = "backoff_from_s", deserialize_with = "deserialize_seconds")]
    pub backoff_from: Duration,
    /// Backoff grows no further than this.
    #[serde(rename = "backoff_to_s", deserialize_with = "deserialize_seconds")]
    pub backoff_to: Duration,
    /// The longest `Retry-After` that the queue waits out. Beyond it the host's circuit opens until then.
    #[serde(rename = "longest_pause_s", deserialize_with = "deserialize_seconds")]
    pub max_pause: Duration,
    /// Failed tries in a row that open a host's circuit. More than one request has (`retries` + 1), so that one
    /// question that a service chokes on does not close the service to all others.
    pub failures_to_open: u32,
    /// How long an open circuit rests before one request may try again; doubles while that one fails, up to eightfold.
    #[serde(rename = "cool_down_s", deserialize_with = "deserialize_seconds")]
    pub cool_down: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: concat!("DraftMaker/", env!("CARGO_PKG_VERSION")).to_owned(),
            attempt_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_mins(5),
            max_body_bytes: 16 * 1024 * 1024,
            rate_dir: None,
            retries: 4,
            backoff_from: Duration::from_secs(1),
            backoff_to: Duration::from_secs(30),
            max_pause: Duration::from_mins(5),
            failures_to_open: 8,
            cool_down: Duration::from_secs(30),
        }
    }
}

impl Settings {
    /// True where the services are not told whom to write to.
    pub fn is_contact_missing(&self) -> bool {
        self.user_agent == Self::default().user_agent
    }

    /// The first setting that cannot be meant.
    pub(super) fn validate(&self) -> Result<(), HttpError> {
        let bad = |key, why| Err(HttpError::InvalidSetting { key, why });
        if self.user_agent.trim().is_empty() {
            return bad("user_agent", "is empty; write the program, its version and a contact");
        }
        if self.attempt_timeout.is_zero() || self.total_timeout.is_zero() {
            return bad("attempt_timeout_s and total_timeout_s", "must be more than zero");
        }
        if self.backoff_to < self.backoff_from {
            return bad("backoff_to_s", "is less than backoff_from_s");
        }
        if self.max_body_bytes == 0 {
            return bad("largest_body_bytes", "must be more than zero");
        }
        if self.failures_to_open == 0 {
            return bad("failures_to_open", "must be at least 1");
        }
        Ok(())
    }
}

fn deserialize_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| serde::de::Error::custom(format!("{seconds} is not a number of seconds")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_and_the_rest_has_defaults() {
        let settings: Settings = toml::from_str("attempt_timeout_s = 0.25\ntotal_timeout_s = 60").expect("settings");
        assert_eq!(settings.attempt_timeout, Duration::from_millis(250));
        assert_eq!(settings.total_timeout, Duration::from_mins(1));
        assert_eq!(settings.retries, Settings::default().retries);
    }

    #[test]
    fn a_misspelt_or_negative_setting_is_rejected() {
        assert!(toml::from_str::<Settings>("atempt_timeout_s = 1").is_err());
        assert!(toml::from_str::<Settings>("cool_down_s = -1").is_err());
    }

    #[test]
    fn the_defaults_let_no_single_request_open_a_circuit() {
        let settings = Settings::default();
        assert!(settings.validate().is_ok());
        assert!(settings.failures_to_open > settings.retries + 1);
        assert!(settings.attempt_timeout < settings.total_timeout);
    }
}
