//! A snapshot of an upstream's state, for screens and health checks.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use domain::upc::Upc;

/// The state of an upstream at one point in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpstreamSnapshot {
    /// Requests since the start, including retries and redirects.
    pub requests: u64,
    /// Requests in the last 60 seconds.
    pub last_minute: u64,
    /// Requests that are waiting for a turn.
    pub waiting: usize,
    /// Requests in flight.
    pub in_flight: usize,
    /// Barcodes of requests in flight and of those answered within the last second.
    pub asked_upcs: Vec<Upc>,
    /// How long the oldest request in flight has had no answer; `None` if no request is in flight.
    pub longest_wait: Option<Duration>,
    /// How long ago the oldest request that is repeated failed for the first time; `None` if no request is repeated.
    pub longest_failure: Option<Duration>,
    /// End of the pause that the service requested.
    pub paused_until: Option<Timestamp>,
    /// The state of the circuit breaker.
    pub circuit: CircuitState,
}

/// The state of a circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// Requests are sent.
    Closed,
    /// The service failed too often. Requests fail immediately before `until`.
    Open { until: Timestamp },
    /// One request tests whether the service has recovered.
    HalfOpen,
}
