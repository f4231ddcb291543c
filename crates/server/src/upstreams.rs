//! The services that are asked, at this moment: how much of each one's limit is used, who waits, who is left alone.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::state::AppState;
use domain::upstream_status::UpstreamStatus;

/// All of them.
#[derive(Serialize, ToSchema)]
#[schema(as = Upstreams)]
pub(super) struct UpstreamsResponse {
    upstreams: Vec<UpstreamStatus>,
}

/// The services that are asked
///
/// Nobody is asked for it; it is what this service knows of them.
#[utoipa::path(
    get, path = "/api/upstreams", tag = "service",
    responses((status = 200, description = "The services", body = UpstreamsResponse))
)]
pub(super) async fn list_upstreams(State(state): State<Arc<AppState>>) -> Json<UpstreamsResponse> {
    Json(UpstreamsResponse { upstreams: state.context().upstream_statuses() })
}
