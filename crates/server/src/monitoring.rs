//! Routes about the service itself: health, metrics, upstream services.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use super::health::HealthTarget;
use super::state::AppState;
use api::error::ErrorResponse;
use api::service::{HealthResponse, HealthStatus, UpstreamsResponse};

/// Check the service's health
///
/// 503 if it cannot do its job: the journal, the disk or the folder for results cannot be written.
#[utoipa::path(
    get, path = "/health", tag = "service",
    responses(
        (status = 200, description = "It can do its job", body = HealthResponse),
        (status = 503, description = "It cannot", body = HealthResponse),
    )
)]
pub(super) async fn get_health(State(state): State<Arc<AppState>>) -> (StatusCode, Json<HealthResponse>) {
    let target = HealthTarget {
        context: state.context(),
        data_dir: state.data_dir.clone(),
        output_dir: PathBuf::from((state.default_spec)().output),
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
    let text = state.metrics.scrape(state.context(), state.open_stream_count(), uptime).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// List the upstream services
///
/// How much of each one's rate limit is used, how many requests wait, and which services are paused. None of them is
/// asked for it.
#[utoipa::path(
    get, path = "/api/upstreams", tag = "service",
    responses((status = 200, description = "The services", body = UpstreamsResponse))
)]
pub(super) async fn list_upstreams(State(state): State<Arc<AppState>>) -> Json<UpstreamsResponse> {
    Json(UpstreamsResponse { upstreams: state.context().upstream_statuses() })
}
