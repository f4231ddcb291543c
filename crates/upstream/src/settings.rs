//! Settings `[http]` for all upstreams. Settings of a single service are in its [`super::UpstreamConfig`].

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::HttpError;

/// The settings `[http]`. Times are in seconds and may have decimals.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `User-Agent` of every request: program, version and contact. MusicBrainz and Discogs throttle or block clients
    /// without a contact.
    pub user_agent: String,
    /// Time limit for one attempt, from sending the request to the last byte of the response.
    #[serde(rename = "attempt_timeout_s", deserialize_with = "deserialize_seconds")]
    pub attempt_timeout: Duration,
    /// Time limit for all attempts of a request, starting with its first turn. The time in the queue before that does
    /// not count.
    #[serde(rename = "total_timeout_s", deserialize_with = "deserialize_seconds")]
    pub total_timeout: Duration,
    /// Maximum bytes of a body after decompression.
    #[serde(rename = "largest_body_bytes")]
    pub max_body_bytes: usize,
    /// Folder for the files through which all processes of a user share rate limits. `None` if limits are not shared.
    #[serde(rename = "pace_dir")]
    pub rate_dir: Option<PathBuf>,
    /// Maximum retries of a request after the first attempt.
    pub retries: u32,
    /// First backoff, which doubles with each retry. The delay is random between zero and the backoff (full jitter).
    #[serde(rename = "backoff_from_s", deserialize_with = "deserialize_seconds")]
    pub backoff_from: Duration,
    /// Maximum backoff.
    #[serde(rename = "backoff_to_s", deserialize_with = "deserialize_seconds")]
    pub backoff_to: Duration,
    /// Longest `Retry-After` for which the queue waits. A longer one opens the circuit until then.
    #[serde(rename = "longest_pause_s", deserialize_with = "deserialize_seconds")]
    pub max_pause: Duration,
    /// Consecutive failed attempts that open the circuit of a service. Must be more than the attempts of one request
    /// (`retries` + 1), so that one request that a service cannot handle does not stop all others.
    pub failures_to_open: u32,
    /// Cool-down of an open circuit before a single request tries again. It doubles with each failure, up to
    /// eightfold.
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
    /// Returns true if the `User-Agent` contains no real contact, that is no email address or URL, or only the example
    /// from the documentation.
    pub fn is_contact_missing(&self) -> bool {
        let agent = &self.user_agent;
        let has_contact = agent.contains('@') || agent.contains("://") || agent.contains("www.");
        *agent == Self::default().user_agent || !has_contact || agent.contains("shop.example")
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// Returns [`HttpError::InvalidSetting`] for the first invalid setting.
    pub fn check(&self) -> Result<(), HttpError> {
        let invalid = |key, why| Err(HttpError::InvalidSetting { key, why });
        if self.user_agent.trim().is_empty() {
            return invalid("user_agent", "is empty; write the program, its version and a contact");
        }
        if self.attempt_timeout.is_zero() {
            return invalid("attempt_timeout_s", "is 0; write a number above 0");
        }
        if self.total_timeout.is_zero() {
            return invalid("total_timeout_s", "is 0; write a number above 0");
        }
        if self.backoff_to < self.backoff_from {
            return invalid("backoff_to_s", "is less than backoff_from_s");
        }
        if self.max_body_bytes == 0 {
            return invalid("largest_body_bytes", "is 0; write a number above 0");
        }
        if self.failures_to_open == 0 {
            return invalid("failures_to_open", "is 0; write a number above 0");
        }
        Ok(())
    }
}

fn deserialize_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| serde::de::Error::custom(format!("{seconds} is not allowed; write seconds, for example 20")))
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
    fn a_misspelled_or_negative_setting_is_rejected() {
        assert!(toml::from_str::<Settings>("atempt_timeout_s = 1").is_err());
        assert!(toml::from_str::<Settings>("cool_down_s = -1").is_err());
    }

    #[test]
    fn the_defaults_let_no_single_request_open_a_circuit() {
        let settings = Settings::default();
        assert!(settings.check().is_ok());
        assert!(settings.failures_to_open > settings.retries + 1);
        assert!(settings.attempt_timeout < settings.total_timeout);
    }
}
