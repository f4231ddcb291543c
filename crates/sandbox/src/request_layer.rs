//! What every request meets before its answer: the count, the latency, the faults.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt as _, stream};

use super::faults::{FaultKind, PathFault};
use super::state::SandboxState;

/// How large an oversized body is.
const OVERSIZED_BODY_BYTES: usize = 200 * 1024 * 1024;

/// The seconds of `Retry-After`, before the speed shortens them.
const RETRY_AFTER_SECONDS: f64 = 2.0;

/// How long a slow answer takes, before the speed shortens it.
const SLOW_ANSWER_DELAY: Duration = Duration::from_secs(3);

/// Time for half a body to be on its way.
const HALF_BODY_DELAY: Duration = Duration::from_millis(50);

/// Counts, waits, and lets the answer through or spoils it.
pub(super) async fn intercept_request(
    State((world, service)): State<(Arc<SandboxState>, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    let uri = request.uri();
    let question = uri.path_and_query().map_or_else(String::new, ToString::to_string);
    world.counters.record_request(service, &path_pattern(uri.path()), &question);
    if !world.options.latency.is_zero() {
        tokio::time::sleep(world.options.latency).await;
    }
    if world.fault_injector.loses_answer(uri.path()) {
        return drop_response(next.run(request).await);
    }
    if let Some(fault) = world.fault_injector.path_fault(uri.path()) {
        return broken_path_response(&world, fault).await;
    }
    if world.fault_injector.cuts_answer(&question) {
        return truncate_response(next.run(request).await).await;
    }
    match world.fault_injector.draw_fault(service) {
        None => next.run(request).await,
        Some(FaultKind::Truncated) => truncate_response(next.run(request).await).await,
        Some(FaultKind::LostAnswer) => drop_response(next.run(request).await),
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
            tokio::time::sleep(SLOW_ANSWER_DELAY.div_f64(world.options.speed)).await;
            next.run(request).await
        }
        Some(fault) => faulty_response(&world, fault).await,
    }
}

/// A path without ids: `/release/76df…` counts as `/release/*`.
fn path_pattern(path: &str) -> String {
    let is_id = |segment: &str| segment.bytes().any(|b| b.is_ascii_digit());
    path.split('/').map(|segment| if is_id(segment) { "*" } else { segment }).collect::<Vec<_>>().join("/")
}

async fn broken_path_response(world: &SandboxState, fault: PathFault) -> Response {
    match fault {
        PathFault::Unavailable => faulty_response(world, FaultKind::Unavailable).await,
        PathFault::Hang => faulty_response(world, FaultKind::Hang).await,
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

async fn faulty_response(world: &SandboxState, fault: FaultKind) -> Response {
    match fault {
        FaultKind::TooManyRequests => {
            let seconds = (RETRY_AFTER_SECONDS / world.options.speed).ceil().to_string();
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

/// RFC 9110, 10.2.3: a delay may also be a date.
fn http_date_in(seconds: u64) -> String {
    httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(seconds))
}

fn json_response(status: StatusCode, body: &'static [u8]) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The same answer, whose first field comes twice if it is a JSON object.
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

/// The head of an answer, and a connection that breaks off before its body.
fn drop_response(_done: Response) -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(std::io::Error::other("the answer gets lost")) });
    ([(header::CONTENT_LENGTH, "1000")], Body::from_stream(broken)).into_response()
}

/// The head of a good answer, and half of its body.
async fn truncate_response(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    parts.headers.remove(header::CONTENT_LENGTH);
    let broken = async {
        // An end at once would overtake the half that is still to be written.
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

/// The address by which this server was asked, for links to itself.
pub(super) fn server_url(headers: &HeaderMap, world: &SandboxState) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.map_or_else(|| world.base_url(), |host| format!("http://{host}"))
}

/// True for a request that says who it is.
pub(super) fn has_user_agent(headers: &HeaderMap) -> bool {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).is_some_and(|agent| !agent.trim().is_empty())
}

/// A length of time that the speed shortens.
pub(super) fn seconds_to_duration(count: u64) -> Duration {
    Duration::from_secs(count)
}
