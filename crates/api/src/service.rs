//! The service itself: its health, and the upstream services as it sees them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use domain::upstream_status::UpstreamStatus;

/// Result of a check. The service is as healthy as the worst of its checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum HealthStatus {
    Healthy,
    /// It works, with limitations.
    Degraded,
    /// It cannot do its job.
    Unhealthy,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthCheck {
    #[schema(example = "journal")]
    pub name: String,
    pub status: HealthStatus,
    /// What the check found.
    pub detail: String,
    /// What to do; `null` if there is nothing to do.
    pub fix: Option<String>,
}

/// Health of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthResponse {
    pub status: HealthStatus,
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    pub checks: Vec<HealthCheck>,
    pub version: String,
    pub uptime_seconds: u64,
    /// Number of jobs in each state.
    pub jobs: BTreeMap<String, u64>,
}

/// The process answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LivenessResponse {
    /// Always `healthy`.
    pub status: HealthStatus,
    pub uptime_seconds: u64,
}

/// The upstream services.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Upstreams)]
pub struct UpstreamsResponse {
    pub upstreams: Vec<UpstreamStatus>,
}
