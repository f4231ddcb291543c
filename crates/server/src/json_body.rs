//! Extractors for JSON bodies: small objects that must arrive within a time limit.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::body_receiver::BodyReceiver;
use super::error::ApiError;
use super::rejection::describe_rejection;
use api::error::ErrorCode;
use api::items::MAX_ACTION_ITEMS;
use domain::text::BYTE_ORDER_MARK;

/// Maximum bytes of a body. A request to start a batch has about two hundred.
pub(super) const MAX_BODY_BYTES: usize = 64 << 10;

/// Maximum bytes of an item action: 17 for each UPC (14 digits, two quotes, a comma), and the same number for
/// whitespace.
pub(super) const MAX_ITEM_ACTION_BODY_BYTES: usize = MAX_ACTION_ITEMS * 34;

/// Maximum time for a client to send a body.
const BODY_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// A required body.
pub(super) struct JsonBody<T>(pub(super) T);

/// An optional body. An empty body and `null` result in the default value.
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
    let read = async { Bytes::from_request(request, state).await.map_err(|rejection| body_read_error(&rejection)) };
    BodyReceiver::new("body").receive_within(BODY_READ_TIMEOUT, read).await
}

fn body_read_error(rejection: &BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let message = format!(
            "the body is too large; the limit is {MAX_BODY_BYTES} bytes, and {MAX_ITEM_ACTION_BODY_BYTES} with items"
        );
        return ApiError::new(ErrorCode::TooLarge, message);
    }
    ApiError::new(ErrorCode::Unreadable, "the body breaks off, or its chunks are malformed")
}

fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    // RFC 9110, 8.4.1: identity is no encoding.
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    if encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let message = "the body must not be compressed; send it without `Content-Encoding`";
        return Err(ApiError::new(ErrorCode::NotJsonType, message));
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json")) {
        return Ok(());
    }
    let message = "the body must be JSON with `Content-Type: application/json`";
    Err(ApiError::new(ErrorCode::NotJsonType, message))
}

/// Parses an object. Arrays are refused, because serde would assign their elements to the fields in order.
fn parse_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // Programs of Windows begin files with a byte order mark, which a parser may ignore (RFC 8259, 8.1).
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(bytes);
    let is_array = bytes.trim_ascii_start().starts_with(b"[");
    if is_array && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        return Err(ApiError::invalid("the body is a list; it must be an object"));
    }
    match Json::<T>::from_bytes(bytes) {
        Ok(Json(value)) => Ok(value),
        // The parser reports a number in place of a name as a syntax error too.
        Err(rejection @ JsonRejection::JsonSyntaxError(_)) if serde_json::from_slice::<IgnoredAny>(bytes).is_ok() => {
            Err(ApiError::invalid(describe_rejection(&rejection)))
        }
        Err(rejection) => Err(rejection.into()),
    }
}
