//! A host at this moment, for screens and health.

use jiff::Timestamp;
use serde::Serialize;

/// A snapshot; it costs a few locks and no waiting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpstreamSnapshot {
    /// Sent since the start, retries and redirects included.
    pub requests: u64,
    /// Of those, the ones of the last sixty seconds.
    pub last_minute: u64,
    /// Waiting for their turn.
    pub waiting: usize,
    pub in_flight: usize,
    /// Until when the whole queue holds, because the service asked for it.
    pub paused_until: Option<Timestamp>,
    pub circuit: CircuitState,
}

/// Whether the host is asked at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// All is well.
    Closed,
    /// It failed too often; requests fail at once until then.
    Open { until: Timestamp },
    /// One request is out to see whether it is well again.
    HalfOpen,
}
