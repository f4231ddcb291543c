//! Uploads with the name and content of an object in one request, as the official client sends small objects
//! (<https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object>, "multipart upload").

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::state::SandboxState;
use super::json::{error_response, object_json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadObjectParams {
    #[serde(default, rename = "uploadType")]
    upload_type: String,
    name: Option<String>,
    if_generation_match: Option<i64>,
}

pub(super) async fn upload_object(
    State(state): State<Arc<SandboxState>>,
    Path(bucket): Path<String>,
    Query(upload): Query<UploadObjectParams>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let bad = |message: &str| error_response(StatusCode::BAD_REQUEST, "invalid", message);
    let Some(name) = upload.name else { return bad("Required object name.") };
    if upload.upload_type != "multipart" {
        return bad("The sandbox takes uploads of one request only (uploadType=multipart).");
    }
    let Some(content) = multipart_boundary(&headers).and_then(|boundary| second_part(&body, &boundary)) else {
        return bad("Multipart body is malformed.");
    };
    match state.buckets.put_if_generation(&bucket, &name, content, upload.if_generation_match) {
        None => error_response(StatusCode::NOT_FOUND, "notFound", "The specified bucket does not exist."),
        Some(Err(_)) => {
            let message = "At least one of the pre-conditions you specified did not hold.";
            error_response(StatusCode::PRECONDITION_FAILED, "conditionNotMet", message)
        }
        Some(Ok(object)) => Json(object_json(&bucket, &object)).into_response(),
    }
}

fn multipart_boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let boundary = kind.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
    Some(format!("--{}", boundary.trim_matches('"')))
}

/// Returns the content of the second part. The first part describes the object (RFC 2387).
fn second_part<'a>(body: &'a [u8], boundary: &str) -> Option<&'a [u8]> {
    let mark = boundary.as_bytes();
    let at = |from: usize| body[from..].windows(mark.len()).position(|window| window == mark).map(|at| from + at);
    let first = at(0)?;
    let second = at(first + mark.len())?;
    let third = at(second + mark.len())?;
    let part = &body[second + mark.len()..third];
    let blank = part.windows(4).position(|window| window == b"\r\n\r\n")?;
    part[blank + 4..].strip_suffix(b"\r\n")
}
