//! Simulated Google Cloud Storage: buckets in memory, behind the JSON API.

mod buckets;
mod json;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub(super) use buckets::BucketStore;

use super::state::SandboxState;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route("/storage/v1/b", get(json::list_buckets))
        .route("/storage/v1/b/{bucket}/o", get(json::list_objects))
        .route("/storage/v1/b/{bucket}/o/{object}", get(json::read_object))
        .route("/upload/storage/v1/b/{bucket}/o", post(upload::upload_object))
}
