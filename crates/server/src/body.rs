//! Bodies: JSON objects, small and quick.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::time::timeout;

use super::problem::Problem;

/// Bytes of a body at most; an order has two hundred.
pub(super) const LARGEST: usize = 64 << 10;

/// How long a client may take to send it.
const SLOWEST: Duration = Duration::from_secs(10);

/// A body that has to be there.
pub(super) struct Body<T>(pub(super) T);

/// A body that may be left out.
pub(super) struct MaybeBody<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = read(request, state).await?;
        is_json?;
        object(&bytes).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for MaybeBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        is_json?;
        if bytes.trim_ascii() == b"null" {
            return Ok(Self(T::default()));
        }
        object(&bytes).map(Self)
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let read = timeout(SLOWEST, Bytes::from_request(request, state)).await;
    let too_slow = |_| {
        let words = format!("the body did not come within {} seconds", SLOWEST.as_secs());
        Problem::new(StatusCode::REQUEST_TIMEOUT, "TOO_SLOW", words)
    };
    read.map_err(too_slow)?.map_err(|rejection| unread(&rejection))
}

fn unread(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let words = format!("a body has at most {LARGEST} bytes, one that names items {}", super::acts::LONGEST_BODY);
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", words);
    }
    Problem::bad("UNREADABLE", rejection.body_text())
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json")) {
        return Ok(());
    }
    let words = "the body has to be JSON, sent with `Content-Type: application/json`";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "NOT_JSON_TYPE", words))
}

/// Fields have names; serde would also take a list with one value for each of them.
fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let is_list = bytes.trim_ascii_start().starts_with(b"[");
    if is_list && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        return Err(Problem::invalid("the body is a list and has to be an object"));
    }
    let Json(read) = Json::<T>::from_bytes(bytes)?;
    Ok(read)
}
