//! Google Cloud Storage, imitated: buckets in memory, read over JSON and listed over gRPC, as the official client
//! does.

mod buckets;
mod grpc;
mod json;
mod messages;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub(super) use buckets::Buckets;

use super::server::World;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/storage/v1/b/{bucket}/o", get(json::list))
        .route("/storage/v1/b/{bucket}/o/{object}", get(json::read))
        .route("/upload/storage/v1/b/{bucket}/o", post(upload::upload))
        .route("/google.storage.v2.Storage/ListObjects", post(grpc::list_objects))
        .route("/google.storage.v2.Storage/GetObject", post(grpc::get_object))
        .route("/google.storage.v2.Storage/ListBuckets", post(grpc::list_buckets))
}
