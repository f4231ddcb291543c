//! Simulated Google Cloud Storage: buckets in memory, read over JSON and listed over gRPC, as the official client does.

mod buckets;
mod grpc;
mod json;
mod messages;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub(super) use buckets::BucketStore;

use super::state::SandboxState;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .route("/storage/v1/b/{bucket}/o", get(json::list_objects))
        .route("/storage/v1/b/{bucket}/o/{object}", get(json::read_object))
        .route("/upload/storage/v1/b/{bucket}/o", post(upload::upload_object))
        .route("/google.storage.v2.Storage/ListObjects", post(grpc::list_objects))
        .route("/google.storage.v2.Storage/GetObject", post(grpc::get_object))
        .route("/google.storage.v2.Storage/ListBuckets", post(grpc::list_buckets))
}
