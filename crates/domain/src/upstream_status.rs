//! Status of an upstream service: its rate limit, its usage and the waiting requests.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::upc::Upc;

/// Status of a service at one point in time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UpstreamStatus {
    /// Name of the service, as in settings and results.
    #[schema(example = "discogs")]
    pub name: String,
    /// Number of requests since the process started.
    pub requests: u64,
    /// Number of requests in the last 60 seconds.
    #[serde(rename = "last_minute")]
    pub requests_last_minute: u64,
    /// Documented limit in requests per minute; `null` if there is none.
    #[serde(rename = "per_minute")]
    pub limit_per_minute: Option<f64>,
    /// Number of requests in the queue.
    pub waiting: u64,
    /// Barcodes of the requests that are in flight or ended within the last second.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub asked_upcs: Vec<Upc>,
    /// Typical number of requests per item, used until a run has been measured; 0 if unknown.
    #[serde(rename = "per_item")]
    pub requests_per_item: f64,
    /// Time until which the service is paused after failures or a `Retry-After`; `null` if it is not paused.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(rename = "quiet_until")]
    pub paused_until: Option<Timestamp>,
    /// True if the service is paused because of repeated failures.
    #[serde(rename = "is_sick")]
    pub circuit_open: bool,
}

impl UpstreamStatus {
    /// Returns the used share of the limit in percent; `None` if there is no limit.
    pub fn used_percent(&self) -> Option<u8> {
        let limit = self.limit_per_minute.filter(|limit| *limit > 0.0)?;
        #[expect(clippy::cast_precision_loss, reason = "requests of a minute")]
        let used = (self.requests_last_minute as f64 / limit * 100.0).round().clamp(0.0, 100.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
        Some(used as u8)
    }
}
