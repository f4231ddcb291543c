//! The JSON API: objects and their content.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::server::World;
use super::buckets::{NotThere, Object};

#[derive(Deserialize)]
pub(super) struct Read {
    alt: Option<String>,
    generation: Option<i64>,
}

pub(super) async fn read(
    State(world): State<Arc<World>>,
    Path((bucket, name)): Path<(String, String)>,
    Query(read): Query<Read>,
    headers: HeaderMap,
) -> Response {
    match world.buckets.get(&bucket, &name, read.generation) {
        Err(NotThere::Bucket) => error(StatusCode::NOT_FOUND, "notFound", "The specified bucket does not exist."),
        Err(NotThere::Object) => error(StatusCode::NOT_FOUND, "notFound", &format!("No such object: {bucket}/{name}")),
        Ok(object) if read.alt.as_deref() == Some("media") => content(&object, &headers),
        Ok(object) => Json(resource(&bucket, &object)).into_response(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    delimiter: String,
    max_results: Option<usize>,
    #[serde(default)]
    page_token: String,
}

/// `items` and `prefixes` are absent where there are none.
pub(super) async fn list(
    State(world): State<Arc<World>>,
    Path(bucket): Path<String>,
    Query(list): Query<List>,
) -> Response {
    let size = list.max_results.unwrap_or(1_000);
    let Some(page) = world.buckets.page(&bucket, &list.prefix, &list.delimiter, size, &list.page_token) else {
        return error(StatusCode::NOT_FOUND, "notFound", "The specified bucket does not exist.");
    };
    let mut body = json!({"kind": "storage#objects"});
    if !page.objects.is_empty() {
        body["items"] = page.objects.iter().map(|object| resource(&bucket, object)).collect();
    }
    if !page.prefixes.is_empty() {
        body["prefixes"] = page.prefixes.into();
    }
    if !page.next.is_empty() {
        body["nextPageToken"] = page.next.into();
    }
    Json(body).into_response()
}

/// 64-bit numbers are texts.
pub(super) fn resource(bucket: &str, object: &Object) -> Value {
    json!({
        "kind": "storage#object",
        "name": object.name,
        "bucket": bucket,
        "generation": object.generation.to_string(),
        "metageneration": "1",
        "size": object.content.len().to_string(),
        "storageClass": "STANDARD",
        "updated": object.updated.to_string(),
        "timeCreated": object.updated.to_string(),
    })
}

fn content(object: &Object, headers: &HeaderMap) -> Response {
    let size = object.content.len();
    let told = [
        ("x-goog-generation", object.generation.to_string()),
        ("x-goog-metageneration", "1".to_owned()),
        ("x-goog-stored-content-length", size.to_string()),
        ("x-goog-stored-content-encoding", "identity".to_owned()),
        ("x-goog-storage-class", "STANDARD".to_owned()),
    ];
    match first_byte(headers) {
        None => (told, object.content.clone()).into_response(),
        Some(from) if from < size => {
            let range = [(header::CONTENT_RANGE, format!("bytes {from}-{}/{size}", size - 1))];
            (StatusCode::PARTIAL_CONTENT, told, range, object.content.slice(from..)).into_response()
        }
        Some(_) => (StatusCode::RANGE_NOT_SATISFIABLE, told).into_response(),
    }
}

/// `Range: bytes=N-`, with which a broken read goes on.
fn first_byte(headers: &HeaderMap) -> Option<usize> {
    let range = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    range.split_once('-')?.0.parse().ok()
}

pub(super) fn error(status: StatusCode, reason: &str, words: &str) -> Response {
    let errors = json!([{"domain": "global", "reason": reason, "message": words}]);
    let body = json!({"error": {"code": status.as_u16(), "message": words, "errors": errors}});
    (status, Json(body)).into_response()
}
