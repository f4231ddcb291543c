//! Builds the error responses of eBay.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Returns one error object.
pub(super) fn error_json(id: u64, domain: &str, message: &str, parameters: &[(&str, &str)]) -> Value {
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

/// Returns a response with one error.
pub(super) fn error_response(status: StatusCode, error: &Value) -> Response {
    (status, Json(json!({ "errors": [error] }))).into_response()
}

pub(super) fn bad_request(id: u64, message: &str) -> Response {
    error_response(StatusCode::BAD_REQUEST, &error_json(id, "API_INVENTORY", message, &[]))
}

pub(super) fn not_found(id: u64, message: &str) -> Response {
    error_response(StatusCode::NOT_FOUND, &error_json(id, "API_INVENTORY", message, &[]))
}

pub(super) fn invalid_token() -> Response {
    let message = "Invalid access token. Check the value of the Authorization HTTP request header.";
    error_response(StatusCode::UNAUTHORIZED, &error_json(1001, "OAuth", message, &[]))
}

pub(super) fn missing_scope() -> Response {
    let message = "Insufficient permissions to fulfill the request.";
    error_response(StatusCode::FORBIDDEN, &error_json(1100, "ACCESS", message, &[]))
}

pub(super) fn limit_reached() -> Response {
    let message = "The request limit has been reached for the resource.";
    error_response(StatusCode::TOO_MANY_REQUESTS, &error_json(2001, "ACCESS", message, &[]))
}

/// Returns a system error of eBay, with id 25001 or 25025.
pub(super) fn system_error(id: u64) -> Value {
    let message = match id {
        25025 => "Concurrent access of the same Inventory or Inventory Item Group object is not allowed.",
        _ => "A system error has occurred.",
    };
    error_json(id, "API_INVENTORY", message, &[])
}
