//! A service that is asked, at one moment: what its limit is, how much of it is used, and who waits for it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A service at this moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UpstreamStatus {
    /// As in settings and results.
    #[schema(example = "discogs")]
    pub name: String,
    /// Requests since the process started.
    pub requests: u64,
    /// Requests of the last sixty seconds.
    #[serde(rename = "last_minute")]
    pub requests_last_minute: u64,
    /// How many requests a minute its documented limit allows; `null` where it has none.
    #[serde(rename = "per_minute")]
    pub limit_per_minute: Option<f64>,
    /// Requests that wait for their turn.
    pub waiting: u64,
    /// How many requests an item costs as a rule, until a run shows it; 0 where that is not known.
    #[serde(rename = "per_item")]
    pub requests_per_item: f64,
    /// Until when it is left alone, because it is sick or asked for quiet; `null` where it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(rename = "quiet_until")]
    pub paused_until: Option<Timestamp>,
    /// True where that is because it failed again and again.
    #[serde(rename = "is_sick")]
    pub circuit_open: bool,
}

impl UpstreamStatus {
    /// How much of its limit is used, in hundredths; `None` without a limit.
    pub fn used_percent(&self) -> Option<u8> {
        let limit = self.limit_per_minute.filter(|limit| *limit > 0.0)?;
        #[expect(clippy::cast_precision_loss, reason = "requests of a minute")]
        let used = (self.requests_last_minute as f64 / limit * 100.0).round().clamp(0.0, 100.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
        Some(used as u8)
    }
}
