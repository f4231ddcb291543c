//! The services that are asked, at this moment: how much of each one's limit is used, who waits, who is left alone.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::front::Front;
use domain::upstream::Upstream;

/// All of them.
#[derive(Serialize, ToSchema)]
#[schema(as = Upstreams)]
pub(super) struct All {
    upstreams: Vec<Upstream>,
}

/// The services that are asked
///
/// Nobody is asked for it; it is what this service knows of them.
#[utoipa::path(
    get, path = "/api/upstreams", tag = "service",
    responses((status = 200, description = "The services", body = All))
)]
pub(super) async fn list(State(front): State<Arc<Front>>) -> Json<All> {
    Json(All { upstreams: front.works().upstreams() })
}
