//! What the service answers while it cannot open its store, because the database does not answer: the process is alive, and
//! not ready.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;

use super::error::ApiError;
use api::service::{HealthCheck, HealthResponse, HealthStatus, LivenessResponse};
use domain::job::JobState;

/// Why the store cannot be opened.
struct Outage {
    reason: String,
    started_at: Instant,
}

/// Builds the routes: those of the health, and an error for every other request.
pub(super) fn build_outage_router(reason: String) -> Router {
    Router::new()
        .route("/health", get(get_health))
        .route("/health/ready", get(get_health))
        .route("/health/live", get(get_liveness))
        .fallback(refuse_request)
        .with_state(Arc::new(Outage { reason, started_at: Instant::now() }))
}

async fn get_health(State(outage): State<Arc<Outage>>) -> (StatusCode, Json<HealthResponse>) {
    let journal = HealthCheck {
        name: "journal".to_owned(),
        status: HealthStatus::Unhealthy,
        detail: outage.reason.clone(),
        fix: Some("check the database server".to_owned()),
    };
    let health = HealthResponse {
        status: HealthStatus::Unhealthy,
        timestamp: Timestamp::now(),
        checks: vec![journal],
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_seconds: outage.started_at.elapsed().as_secs(),
        jobs: JobState::ALL.map(|state| (state.as_str().to_owned(), 0)).into_iter().collect::<BTreeMap<_, _>>(),
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(health))
}

async fn get_liveness(State(outage): State<Arc<Outage>>) -> Json<LivenessResponse> {
    Json(LivenessResponse { status: HealthStatus::Healthy, uptime_seconds: outage.started_at.elapsed().as_secs() })
}

async fn refuse_request(State(outage): State<Arc<Outage>>) -> ApiError {
    ApiError::unavailable(outage.reason.clone())
}
