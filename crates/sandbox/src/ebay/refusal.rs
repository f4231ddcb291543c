//! EBay's error bodies.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// One error object.
pub(super) fn error(id: u64, domain: &str, message: &str, parameters: &[(&str, &str)]) -> Value {
    let parameters = parameters.iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>();
    json!({
        "errorId": id,
        "domain": domain,
        "category": "REQUEST",
        "message": message,
        "longMessage": message,
        "parameters": parameters,
    })
}

/// An answer that is nothing but errors.
pub(super) fn refuse(status: StatusCode, error: &Value) -> Response {
    (status, Json(json!({ "errors": [error] }))).into_response()
}

pub(super) fn bad(id: u64, message: &str) -> Response {
    refuse(StatusCode::BAD_REQUEST, &error(id, "API_INVENTORY", message, &[]))
}

pub(super) fn not_found(id: u64, message: &str) -> Response {
    refuse(StatusCode::NOT_FOUND, &error(id, "API_INVENTORY", message, &[]))
}

pub(super) fn no_token() -> Response {
    let words = "Invalid access token. Check the value of the Authorization HTTP request header.";
    refuse(StatusCode::UNAUTHORIZED, &error(1001, "OAuth", words, &[]))
}

pub(super) fn no_scope() -> Response {
    let words = "Insufficient permissions to fulfill the request.";
    refuse(StatusCode::FORBIDDEN, &error(1100, "ACCESS", words, &[]))
}

pub(super) fn limit_reached() -> Response {
    let words = "The request limit has been reached for the resource.";
    refuse(StatusCode::TOO_MANY_REQUESTS, &error(2001, "ACCESS", words, &[]))
}

/// An error of eBay's own: 25001, 25025.
pub(super) fn own_fault(id: u64) -> Value {
    let words = match id {
        25025 => "Concurrent access of the same Inventory or Inventory Item Group object is not allowed.",
        _ => "A system error has occurred.",
    };
    error(id, "API_INVENTORY", words, &[])
}
