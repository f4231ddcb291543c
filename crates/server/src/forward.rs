//! Forwards requests that change something to the process that owns the store, through the database. Its response
//! becomes the response. Requests that only read are answered in this process.
//!
//! ```text
//! client ── POST ──> this process ── row ──> owner: the same routes ── row ──> this process ──> client
//! ```

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt as _;
use store::forwarded_calls::{CallResult, CallStore, CallStoreError, ForwardedCall};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::body_receiver::BodyReceiver;
use super::error::ApiError;
use super::owner_request::{RequestHead, ResponseHead};
use super::state::AppState;
use api::error::ErrorCode;
use api::photos::MAX_PHOTO_REQUEST_BYTES;
use retry::{RetryAdvice, RetryPolicy, retry};

/// Maximum bytes of a request with photos, including the parts of the form around them.
const MAX_FORWARDED_PHOTO_BYTES: usize = MAX_PHOTO_REQUEST_BYTES + (1 << 20);

/// Pause after a database error.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// Interval at which old requests are deleted for which no client waits any more.
const DELETION_INTERVAL: Duration = Duration::from_mins(10);

/// Headers that apply to one connection only and are not forwarded (RFC 9110, 7.6.1).
const CONNECTION_HEADERS: [HeaderName; 9] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::CONTENT_LENGTH,
    header::UPGRADE,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// Forwards a request if it can change something and another process owns the store. The token has already been
/// checked.
pub(super) async fn forward_changes(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let only_reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    match &state.forward_to {
        Some(calls) if !only_reads => {
            // Limits the memory. The owner's route has its own limit.
            let max_list_bytes = usize::try_from(state.uploads.max_request_bytes()).unwrap_or(usize::MAX);
            let max_bytes = max_list_bytes.max(MAX_FORWARDED_PHOTO_BYTES);
            forward_request(calls, request, max_bytes).await.unwrap_or_else(IntoResponse::into_response)
        }
        _ => next.run(request).await,
    }
}

async fn forward_request(calls: &CallStore, request: Request, max_bytes: usize) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let head = RequestHead {
        method: parts.method.to_string(),
        uri: parts.uri.to_string(),
        headers: forwardable_headers(&parts.headers, &[header::AUTHORIZATION, header::COOKIE]),
    };
    let body = read_body(body, max_bytes).await?;
    let head = serde_json::to_string(&head).map_err(|error| ApiError::unavailable(error.to_string()))?;
    let sent = calls.send(&head, &body).await;
    match sent.map_err(|error| ApiError::unavailable(error.to_string()))? {
        CallResult::Answered { head, body } => to_response(&head, body),
        CallResult::NotTaken => Err(ApiError::unavailable(
            "no worker is running: nothing was changed. Start `draft-maker serve --role worker`, then try again",
        )),
        CallResult::Unknown => Err(ApiError::unavailable(
            "the worker has not answered: the request may have been executed. Send it again with the same Idempotency-Key",
        )),
    }
}

/// Reads a body of at most `max_bytes` bytes. Fails if the client pauses too long between chunks.
async fn read_body(body: Body, max_bytes: usize) -> Result<Vec<u8>, ApiError> {
    let receiver = BodyReceiver::new("body");
    let (mut bytes, mut chunks) = (Vec::new(), body.into_data_stream());
    while let Some(chunk) = receiver.next_part(chunks.try_next()).await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > max_bytes {
            return Err(ApiError::new(ErrorCode::TooLarge, format!("the body is larger than {max_bytes} bytes")));
        }
    }
    Ok(bytes)
}

/// Returns the headers that belong to the message and not to its connection, without the `omitted` ones.
fn forwardable_headers(headers: &axum::http::HeaderMap, omitted: &[HeaderName]) -> Vec<(String, String)> {
    // A message can declare further headers of its connection (RFC 9110, 7.6.1).
    let declared = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let declared: Vec<_> = declared.flat_map(|names| names.split(',').map(str::trim)).collect();
    let is_declared = |name: &HeaderName| declared.iter().any(|declared| declared.eq_ignore_ascii_case(name.as_str()));
    let is_omitted = |name| CONNECTION_HEADERS.contains(name) || omitted.contains(name) || is_declared(name);
    let texts = headers.iter().filter(|(name, _)| !is_omitted(name));
    texts.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned()))).collect()
}

fn to_response(head: &str, body: Vec<u8>) -> Result<Response, ApiError> {
    let unreadable = || ApiError::unavailable("the worker is of another version: update both");
    let head: ResponseHead = serde_json::from_str(head).map_err(|_| unreadable())?;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(head.status).map_err(|_| unreadable())?;
    add_headers(response.headers_mut(), &head.headers);
    Ok(response)
}

fn add_headers(target: &mut axum::http::HeaderMap, headers: &[(String, String)]) {
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            target.append(name, value);
        }
    }
}

/// Executes requests that other processes have forwarded, until `stop`. Only the owner of the store may call this.
pub(super) async fn serve_forwarded(calls: CallStore, routes: Router, stop: CancellationToken) {
    tokio::spawn(delete_old_calls(calls.clone(), stop.clone()));
    let advise = |error: &CallStoreError| {
        tracing::warn!(%error, "cannot take requests of other processes; trying again");
        RetryAdvice::Retry
    };
    let take_next = || retry(RetryPolicy::fixed(RETRY_INTERVAL), advise, || calls.take_next());
    while let Some(Ok(call)) = stop.run_until_cancelled(take_next()).await {
        drop(tokio::spawn(execute(calls.clone(), routes.clone(), call, stop.clone())));
    }
}

async fn execute(calls: CallStore, routes: Router, call: ForwardedCall, stop: CancellationToken) {
    let ForwardedCall { number, head, body } = call;
    let response = match to_request(&head, body) {
        Ok(request) => routes.oneshot(request).await.unwrap_or_else(|never| match never {}),
        Err(error) => error.into_response(),
    };
    let (head, body) = match read_response(response).await {
        Ok(response) => response,
        Err(error) => match read_response(error.into_response()).await {
            Ok(response) => response,
            Err(_) => return,
        },
    };
    let Ok(head) = serde_json::to_string(&head) else { return };
    let advise = |error: &CallStoreError| {
        tracing::warn!(%error, "cannot answer a request of another process");
        RetryAdvice::Retry
    };
    let answer = retry(RetryPolicy::fixed(RETRY_INTERVAL), advise, || calls.answer(number, &head, &body));
    stop.run_until_cancelled(answer).await;
}

/// Reads a response to the end. A body that breaks off is an error, not a shorter body.
async fn read_response(response: Response) -> Result<(ResponseHead, Bytes), ApiError> {
    let (parts, body) = response.into_parts();
    let head = ResponseHead { status: parts.status.as_u16(), headers: forwardable_headers(&parts.headers, &[]) };
    let body = to_bytes(body, usize::MAX).await;
    let body = body.map_err(|error| ApiError::unavailable(format!("the response breaks off: {error}")))?;
    Ok((head, body))
}

fn to_request(head: &str, body: Vec<u8>) -> Result<Request, ApiError> {
    let unreadable = || ApiError::invalid("the request was passed on by another version of Draft Maker: update both");
    let head: RequestHead = serde_json::from_str(head).map_err(|_| unreadable())?;
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = head.method.parse().map_err(|_| unreadable())?;
    *request.uri_mut() = head.uri.parse().map_err(|_| unreadable())?;
    add_headers(request.headers_mut(), &head.headers);
    Ok(request)
}

async fn delete_old_calls(calls: CallStore, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(DELETION_INTERVAL)).await.is_some() {
        if let Err(error) = calls.delete_old().await {
            tracing::warn!(%error, "cannot delete old requests of other processes");
        }
    }
}
