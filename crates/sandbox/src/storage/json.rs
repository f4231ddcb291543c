//! The JSON API of the simulated Cloud Storage: objects, their content, and lists.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::state::SandboxState;
use super::buckets::{StorageNotFound, StoredObject};

/// Header with the project that pays for a request.
const PAYER_HEADER: &str = "x-goog-user-project";
/// Message of Cloud Storage for a request without this header.
const UNPAID: &str = "Bucket is a requester pays bucket but no user project provided.";

#[derive(Deserialize)]
pub(super) struct ReadObjectParams {
    alt: Option<String>,
    generation: Option<i64>,
}

pub(super) async fn read_object(
    State(state): State<Arc<SandboxState>>,
    Path((bucket, name)): Path<(String, String)>,
    Query(read): Query<ReadObjectParams>,
    headers: HeaderMap,
) -> Response {
    let is_content = read.alt.as_deref() == Some("media");
    if let Some(refusal) = refuse_unpaid(&state, &bucket, &headers, is_content) {
        return refusal;
    }
    if is_content && state.buckets.is_encrypted(&bucket, &name) && !headers.contains_key("x-goog-encryption-key") {
        let text = "The target object is encrypted by a customer-supplied encryption key.";
        return error_response(StatusCode::BAD_REQUEST, "resourceIsEncryptedWithCustomerEncryptionKey", text);
    }
    match state.buckets.get_object(&bucket, &name, read.generation) {
        Err(StorageNotFound::Bucket) => {
            error_response(StatusCode::NOT_FOUND, "notFound", "The specified bucket does not exist.")
        }
        Err(StorageNotFound::Object) => {
            error_response(StatusCode::NOT_FOUND, "notFound", &format!("No such object: {bucket}/{name}"))
        }
        Ok(object) if is_content => content_response(&object, &headers),
        Ok(object) => Json(object_json(&bucket, &object)).into_response(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListObjectsParams {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    delimiter: String,
    max_results: Option<usize>,
    #[serde(default)]
    page_token: String,
}

/// Returns a page of objects; `items` and `prefixes` are absent if they are empty.
pub(super) async fn list_objects(
    State(state): State<Arc<SandboxState>>,
    Path(bucket): Path<String>,
    Query(list): Query<ListObjectsParams>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = refuse_unpaid(&state, &bucket, &headers, false) {
        return refusal;
    }
    let size = list.max_results.unwrap_or(1_000);
    let Some(page) = state.buckets.list_page(&bucket, &list.prefix, &list.delimiter, size, &list.page_token) else {
        return error_response(StatusCode::NOT_FOUND, "notFound", "The specified bucket does not exist.");
    };
    let mut body = json!({"kind": "storage#objects"});
    if !page.objects.is_empty() {
        body["items"] = page.objects.iter().map(|object| object_json(&bucket, object)).collect();
    }
    if !page.prefixes.is_empty() {
        body["prefixes"] = page.prefixes.into();
    }
    if !page.next_token.is_empty() {
        body["nextPageToken"] = page.next_token.into();
    }
    Json(body).into_response()
}

/// Returns all buckets on one page, whatever project the request names.
pub(super) async fn list_buckets(State(state): State<Arc<SandboxState>>) -> Json<Value> {
    let buckets: Vec<Value> = state.buckets.bucket_names().into_iter().map(|name| json!({"name": name})).collect();
    Json(json!({"kind": "storage#buckets", "items": buckets}))
}

/// Returns the refusal of a request that does not name a paying project, if readers of the bucket pay
/// (<https://cloud.google.com/storage/docs/using-requester-pays>). For a download, the refusal is plain text.
fn refuse_unpaid(state: &SandboxState, bucket: &str, headers: &HeaderMap, is_content: bool) -> Option<Response> {
    if !state.buckets.requires_payer(bucket) || headers.contains_key(PAYER_HEADER) {
        return None;
    }
    Some(if is_content {
        (StatusCode::BAD_REQUEST, UNPAID).into_response()
    } else {
        error_response(StatusCode::BAD_REQUEST, "userProjectMissing", UNPAID)
    })
}

/// Returns the JSON of an object; 64-bit numbers are strings.
pub(super) fn object_json(bucket: &str, object: &StoredObject) -> Value {
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

fn content_response(object: &StoredObject, headers: &HeaderMap) -> Response {
    let size = object.content.len();
    let text = [
        ("x-goog-generation", object.generation.to_string()),
        ("x-goog-metageneration", "1".to_owned()),
        ("x-goog-stored-content-length", size.to_string()),
        ("x-goog-stored-content-encoding", "identity".to_owned()),
        ("x-goog-storage-class", "STANDARD".to_owned()),
    ];
    match range_start(headers) {
        None => (text, object.content.clone()).into_response(),
        Some(from) if from < size => {
            let range = [(header::CONTENT_RANGE, format!("bytes {from}-{}/{size}", size - 1))];
            (StatusCode::PARTIAL_CONTENT, text, range, object.content.slice(from..)).into_response()
        }
        Some(_) => (StatusCode::RANGE_NOT_SATISFIABLE, text).into_response(),
    }
}

/// Parses `Range: bytes=N-`, which resumes an interrupted read.
fn range_start(headers: &HeaderMap) -> Option<usize> {
    let range = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    range.split_once('-')?.0.parse().ok()
}

pub(super) fn error_response(status: StatusCode, reason: &str, text: &str) -> Response {
    let errors = json!([{"domain": "global", "reason": reason, "message": text}]);
    let body = json!({"error": {"code": status.as_u16(), "message": text, "errors": errors}});
    (status, Json(body)).into_response()
}
