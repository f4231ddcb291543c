//! The service itself: its health, and the state of the upstream services.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use domain::upstream_status::UpstreamStatus;

/// Result of a health check. The service's status is the worst of its checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum HealthStatus {
    Healthy,
    /// The service works with limitations.
    Degraded,
    /// The service cannot work.
    Unhealthy,
}

/// A health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthCheck {
    #[schema(example = "journal")]
    pub name: String,
    pub status: HealthStatus,
    /// What the check found.
    pub detail: String,
    /// How to fix the problem; `null` if there is none.
    pub fix: Option<String>,
}

/// Health of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthResponse {
    pub status: HealthStatus,
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    pub checks: Vec<HealthCheck>,
    /// Version of Draft Maker.
    pub version: String,
    /// Seconds since the process started.
    pub uptime_seconds: u64,
    /// Number of jobs in each state.
    pub jobs: BTreeMap<String, u64>,
}

/// Response of the liveness probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LivenessResponse {
    /// Always `healthy`.
    pub status: HealthStatus,
    /// Seconds since the process started.
    pub uptime_seconds: u64,
}

/// The upstream services.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Upstreams)]
pub struct UpstreamsResponse {
    pub upstreams: Vec<UpstreamStatus>,
}
