//! A page to read about the API and to try it, which needs no other host; and the way there.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderName};
use serde_json::{Value, json};

const DOCS_PAGE: &str = include_str!("../../../assets/docs.html");

/// The page loads nothing and may be put into no other page.
const DOCS_CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                     frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// A page to try the API
#[utoipa::path(
    get, path = "/docs", tag = "service",
    responses((status = 200, description = "The page", body = String, content_type = "text/html"))
)]
pub(super) async fn get_docs() -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, DOCS_CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, DOCS_PAGE).into_response()
}

/// What there is
#[utoipa::path(get, path = "/", tag = "service", responses((status = 200, description = "Where to look", body = Object)))]
pub(super) async fn get_index() -> Json<Value> {
    Json(json!({
        "name": "Draft Maker",
        "version": env!("CARGO_PKG_VERSION"),
        "docs": "/docs",
        "openapi": "/api/openapi.json",
        "health": "/health",
        "metrics": "/metrics",
        "jobs": "/api/batch/jobs",
        "events": "/api/events",
    }))
}
