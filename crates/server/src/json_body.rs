//! Bodies: JSON objects, small and quick.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::time::timeout;

use super::error::ApiError;

/// Bytes of a body at most; an order has two hundred.
pub(super) const MAX_BODY_BYTES: usize = 64 << 10;

/// How long a client may take to send it.
const BODY_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// A body that has to be there.
pub(super) struct JsonBody<T>(pub(super) T);

/// A body that may be left out.
pub(super) struct OptionalJsonBody<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = check_content_type(request.headers());
        let bytes = read_body(request, state).await?;
        is_json?;
        parse_object(&bytes).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = check_content_type(request.headers());
        let bytes = read_body(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        is_json?;
        if bytes.trim_ascii() == b"null" {
            return Ok(Self(T::default()));
        }
        parse_object(&bytes).map(Self)
    }
}

async fn read_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    let read = timeout(BODY_READ_TIMEOUT, Bytes::from_request(request, state)).await;
    let too_slow = |_| {
        let message = format!("the body did not come within {} seconds", BODY_READ_TIMEOUT.as_secs());
        ApiError::new(StatusCode::REQUEST_TIMEOUT, "TOO_SLOW", message)
    };
    read.map_err(too_slow)?.map_err(|rejection| body_read_error(&rejection))
}

fn body_read_error(rejection: &BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let message = format!(
            "a body has at most {MAX_BODY_BYTES} bytes, one that names items {}",
            super::item_actions::MAX_ITEM_ACTION_BODY_BYTES
        );
        return ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message);
    }
    ApiError::bad_request("UNREADABLE", rejection.body_text())
}

fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json")) {
        return Ok(());
    }
    let message = "the body has to be JSON, sent with `Content-Type: application/json`";
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "NOT_JSON_TYPE", message))
}

/// Fields have names; serde would also take a list with one value for each of them.
fn parse_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let is_list = bytes.trim_ascii_start().starts_with(b"[");
    if is_list && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        return Err(ApiError::invalid("the body is a list and has to be an object"));
    }
    let Json(read) = Json::<T>::from_bytes(bytes)?;
    Ok(read)
}
