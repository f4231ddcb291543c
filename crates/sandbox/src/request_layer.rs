//! The middleware of every request: it counts the request, adds latency, and injects faults.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt as _, stream};

use super::faults::{FaultKind, PathFault, broken_response};
use super::state::SandboxState;

/// Size of an oversized body.
const OVERSIZED_BODY_BYTES: usize = 200 * 1024 * 1024;

/// Seconds in `Retry-After`, divided by the speed.
const RETRY_AFTER_SECONDS: f64 = 2.0;

/// Delay of a slow response, divided by the speed.
const SLOW_ANSWER_DELAY: Duration = Duration::from_secs(3);

/// Time for half a body to be sent.
const HALF_BODY_DELAY: Duration = Duration::from_millis(50);

/// Counts the request, waits, and passes it on or injects a fault.
pub(super) async fn intercept_request(
    State((state, service)): State<(Arc<SandboxState>, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    let uri = request.uri();
    let question = uri.path_and_query().map_or_else(String::new, ToString::to_string);
    state.counters.record_request(service, &path_pattern(uri.path()), &question);
    if !state.options.latency.is_zero() {
        tokio::time::sleep(state.options.latency).await;
    }
    if state.fault_injector.loses_response(uri.path()) {
        next.run(request).await;
        return broken_response();
    }
    if let Some(fault) = state.fault_injector.path_fault(uri.path()) {
        return broken_path_response(&state, fault).await;
    }
    if state.fault_injector.cuts_response(&question) {
        return truncate_response(next.run(request).await).await;
    }
    match state.fault_injector.draw_fault(service) {
        None => next.run(request).await,
        Some(FaultKind::Truncated) => truncate_response(next.run(request).await).await,
        Some(FaultKind::LostResponse) => {
            next.run(request).await;
            broken_response()
        }
        Some(FaultKind::DamagedGzip) => ([(header::CONTENT_ENCODING, "gzip")], next.run(request).await).into_response(),
        Some(FaultKind::NoContent) => {
            next.run(request).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Some(FaultKind::Null) => json_response(next.run(request).await.status(), b"null"),
        Some(FaultKind::Latin1) => json_response(next.run(request).await.status(), b"{\"message\": \"caf\xe9\"}"),
        Some(FaultKind::DuplicateField) => duplicate_first_field(next.run(request).await).await,
        Some(FaultKind::RedirectLoop) => (StatusCode::FOUND, [(header::LOCATION, question)]).into_response(),
        Some(FaultKind::Slow) => {
            tokio::time::sleep(SLOW_ANSWER_DELAY.div_f64(state.options.speed)).await;
            next.run(request).await
        }
        Some(fault) => faulty_response(&state, fault).await,
    }
}

/// Returns a path without ids: `/release/*` for `/release/76df…`.
fn path_pattern(path: &str) -> String {
    let is_id = |segment: &str| segment.bytes().any(|b| b.is_ascii_digit());
    path.split('/').map(|segment| if is_id(segment) { "*" } else { segment }).collect::<Vec<_>>().join("/")
}

async fn broken_path_response(state: &SandboxState, fault: PathFault) -> Response {
    match fault {
        PathFault::Unavailable => faulty_response(state, FaultKind::Unavailable).await,
        PathFault::Hang => faulty_response(state, FaultKind::Hang).await,
        PathFault::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (
                status,
                [(header::CONTENT_TYPE, "text/html")],
                format!("<html><head><title>{status}</title></head></html>"),
            )
                .into_response()
        }
    }
}

async fn faulty_response(state: &SandboxState, fault: FaultKind) -> Response {
    match fault {
        FaultKind::TooManyRequests => {
            let seconds = (RETRY_AFTER_SECONDS / state.options.speed).ceil().to_string();
            let body = r#"{"message": "Too many at once."}"#;
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds)], body).into_response()
        }
        FaultKind::Forbidden => {
            let page =
                "<html><head><title>Access denied</title></head><body>Sorry, you have been blocked</body></html>";
            (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/html")], page).into_response()
        }
        FaultKind::BareTooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "Slow down").into_response(),
        FaultKind::ServerError => {
            (StatusCode::INTERNAL_SERVER_ERROR, r#"{"message": "Something broke here."}"#).into_response()
        }
        FaultKind::Unavailable => {
            let body = "<html><head><title>503 Service Temporarily Unavailable</title></head></html>";
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, http_date_in(2))], body).into_response()
        }
        FaultKind::Hang => std::future::pending().await,
        FaultKind::Oversized => oversized_response(),
        _ => {
            let page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>";
            ([(header::CONTENT_TYPE, "text/html")], page).into_response()
        }
    }
}

/// Returns a date for `Retry-After`, which RFC 9110, 10.2.3 allows instead of a number of seconds.
fn http_date_in(seconds: u64) -> String {
    httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(seconds))
}

fn json_response(status: StatusCode, body: &'static [u8]) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Repeats the first field of a response that is a JSON object. Other responses stay the same.
async fn duplicate_first_field(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let Ok(body) = axum::body::to_bytes(body, OVERSIZED_BODY_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let first = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&body);
    let first = first.ok().and_then(|fields| fields.into_iter().next());
    let (Some((name, value)), Some(start)) = (first, body.iter().position(|byte| *byte == b'{')) else {
        return Response::from_parts(head, Body::from(body));
    };
    let field = format!("{{{}: {value},", serde_json::Value::from(name));
    head.headers.remove(header::CONTENT_LENGTH);
    let doubled = [field.as_bytes(), &body[start + 1..]].concat();
    Response::from_parts(head, Body::from(doubled))
}

/// Cuts a response off in the middle of its body.
async fn truncate_response(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    parts.headers.remove(header::CONTENT_LENGTH);
    let broken = async {
        // Ending immediately could discard the half that is not sent yet.
        tokio::time::sleep(HALF_BODY_DELAY).await;
        Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "cut off"))
    };
    let items = stream::iter([Ok::<Bytes, std::io::Error>(half)]).chain(stream::once(broken));
    Response::from_parts(parts, Body::from_stream(items))
}

fn oversized_response() -> Response {
    let item = Bytes::from(vec![b' '; 1024 * 1024]);
    let items = (0..OVERSIZED_BODY_BYTES / item.len()).map(move |_| Ok::<_, std::io::Error>(item.clone()));
    ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(stream::iter(items))).into_response()
}

/// Returns the address to which the client sent the request, for links to this server.
pub(super) fn server_url(headers: &HeaderMap, state: &SandboxState) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.map_or_else(|| state.base_url(), |host| format!("http://{host}"))
}

/// Returns true if the request has a user agent.
pub(super) fn has_user_agent(headers: &HeaderMap) -> bool {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).is_some_and(|agent| !agent.trim().is_empty())
}
