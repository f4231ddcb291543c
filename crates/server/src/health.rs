//! Whether the service can do its job, and what to do where it cannot. Nothing outside is asked for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use super::health_checks;
use super::state::AppState;
use domain::job::JobState;

/// A look is good for so long: whoever asks in a circle must not keep the disk busy.
const HEALTH_CACHE_TTL: Duration = Duration::from_secs(2);

/// The last look.
#[derive(Default)]
pub(super) struct HealthCache(Mutex<Option<(Instant, HealthResponse)>>);

/// How well something is; the worst of all is how well the service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum HealthStatus {
    Healthy,
    /// It works, and not as well as it could.
    Degraded,
    /// It cannot do its job.
    Unhealthy,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct HealthCheck {
    #[schema(value_type = String, example = "journal")]
    pub(super) name: String,
    pub(super) status: HealthStatus,
    /// What was found.
    pub(super) detail: String,
    /// What to do; `null` where nothing is to do.
    pub(super) fix: Option<String>,
}

/// How the service is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct HealthResponse {
    status: HealthStatus,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    checks: Vec<HealthCheck>,
    version: &'static str,
    uptime_seconds: u64,
    /// Jobs by state.
    jobs: BTreeMap<&'static str, u64>,
}

/// How the service is
///
/// 503 where it cannot do its job: the journal, the disk or the folder for results cannot be written.
#[utoipa::path(
    get, path = "/health", tag = "service",
    responses(
        (status = 200, description = "It can do its job", body = HealthResponse),
        (status = 503, description = "It cannot", body = HealthResponse),
    )
)]
pub(super) async fn get_health(State(state): State<Arc<AppState>>) -> (StatusCode, Json<HealthResponse>) {
    let mut last = state.health_cache.0.lock().await;
    let health = match &*last {
        Some((at, health)) if at.elapsed() < HEALTH_CACHE_TTL => health.clone(),
        _ => check_health(&state).await,
    };
    if last.as_ref().is_none_or(|(_, known)| known.timestamp != health.timestamp) {
        *last = Some((Instant::now(), health.clone()));
    }
    let status =
        if health.status == HealthStatus::Unhealthy { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(health))
}

async fn check_health(state: &AppState) -> HealthResponse {
    let checks = health_checks::run_checks(state).await;
    HealthResponse {
        status: checks.iter().map(|check| check.status).max().unwrap_or(HealthStatus::Healthy),
        timestamp: Timestamp::now(),
        checks,
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: state.started_at.elapsed().as_secs(),
        jobs: count_jobs_by_state(state).await,
    }
}

/// Jobs by state; those of which the journal cannot tell are left out.
pub(super) async fn count_jobs_by_state(app_state: &AppState) -> BTreeMap<&'static str, u64> {
    let mut counts: BTreeMap<_, _> = JobState::ALL.map(|state| (state.as_str(), 0)).into();
    for standing in app_state.journal().job_statuses().await.unwrap_or_default() {
        *counts.entry(standing.state.as_str()).or_default() += 1;
    }
    counts
}
