//! Routes about the service: health, metrics, upstream services.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use super::health::HealthTarget;
use super::state::AppState;
use api::error::ErrorResponse;
use api::service::{HealthResponse, HealthStatus, LivenessResponse, UpstreamsResponse};

/// Check the service's health
///
/// Returns the result of every check. The status is 503 if the journal, the disk or the folder for result files cannot
/// be written, in this process or in the worker. An upstream service that is down only makes the service degraded.
#[utoipa::path(
    get, path = "/health", tag = "service",
    responses(
        (status = 200, description = "The service is healthy or degraded", body = HealthResponse),
        (status = 503, description = "The service is unhealthy", body = HealthResponse),
    )
)]
pub(super) async fn get_health(State(state): State<Arc<AppState>>) -> (StatusCode, Json<HealthResponse>) {
    check_health(&state).await
}

/// Check whether the service is ready
///
/// For a readiness probe or a load balancer. The status is 503 while a new batch could not be recorded. The body is the
/// same as for `/health`.
#[utoipa::path(
    get, path = "/health/ready", tag = "service",
    responses(
        (status = 200, description = "The service accepts batches", body = HealthResponse),
        (status = 503, description = "The service does not accept batches now", body = HealthResponse),
    )
)]
pub(super) async fn get_readiness(State(state): State<Arc<AppState>>) -> (StatusCode, Json<HealthResponse>) {
    check_health(&state).await
}

/// Check whether the service is alive
///
/// For a liveness probe, which restarts the process. The status is 200 as long as the process answers. A full disk or
/// an upstream service that is down does not change it, because a restart would not help.
#[utoipa::path(
    get, path = "/health/live", tag = "service",
    responses((status = 200, description = "The process answers", body = LivenessResponse))
)]
pub(super) async fn get_liveness(State(state): State<Arc<AppState>>) -> Json<LivenessResponse> {
    let uptime_seconds = state.started_at.elapsed().as_secs();
    Json(LivenessResponse { status: HealthStatus::Healthy, uptime_seconds })
}

async fn check_health(state: &AppState) -> (StatusCode, Json<HealthResponse>) {
    let target = HealthTarget {
        context: state.context(),
        data_dir: state.data_dir.clone(),
        output: (state.default_spec)().output,
        worker: state.forward_to.as_ref(),
        started_at: state.started_at,
    };
    let health = state.health_cache.get_or_check(target).await;
    let is_unhealthy = health.status == HealthStatus::Unhealthy;
    (if is_unhealthy { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }, Json(health))
}

/// Get metrics for Prometheus
#[utoipa::path(
    get, path = "/metrics", tag = "service",
    responses(
        (status = 200, description = "Prometheus' text format", body = String, content_type = "text/plain"),
        (status = 503, description = "The journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn get_metrics(State(state): State<Arc<AppState>>) -> Result<Response, ApiError> {
    let uptime = state.started_at.elapsed();
    let upstreams = state.upstream_statuses().await;
    let text = state.metrics.scrape(state.journal(), &upstreams, state.open_stream_count(), uptime).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// List the upstream services
///
/// Shows how much of each service's rate limit is used, how many requests wait, which barcodes they are about, and
/// which services are paused. No request is sent to them.
#[utoipa::path(
    get, path = "/api/upstreams", tag = "service",
    responses((status = 200, description = "The services", body = UpstreamsResponse))
)]
pub(super) async fn list_upstreams(State(state): State<Arc<AppState>>) -> Json<UpstreamsResponse> {
    Json(UpstreamsResponse { upstreams: state.upstream_statuses().await })
}
