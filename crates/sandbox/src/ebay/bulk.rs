//! Bulk calls: up to 25 parts per request, each with its own status in the response.

use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::error_body;
use super::schema;
use crate::state::SandboxState;

/// Maximum parts of one call.
const MAX_PARTS: usize = 25;

/// Parses the parts of a bulk request.
///
/// # Errors
/// Returns the response that refuses the call.
pub(super) fn parse_parts(body: &Bytes) -> Result<Vec<Value>, Response> {
    let mut body = schema::parse_json(body).map_err(|message| error_body::bad_request(25709, &message))?;
    let Some(Value::Array(parts)) = body.get_mut("requests").map(Value::take) else {
        return Err(error_body::bad_request(25709, "Invalid value for requests."));
    };
    if parts.is_empty() || parts.len() > MAX_PARTS {
        return Err(error_body::bad_request(
            25730,
            &format!("{} requests; from 1 to {MAX_PARTS} are taken.", parts.len()),
        ));
    }
    Ok(parts)
}

/// Fails the whole call if one of its SKUs is set to make eBay fail.
///
/// # Errors
/// Returns the response of the failed call.
pub(super) fn check_skus(state: &SandboxState, call: &str, parts: &[Value]) -> Result<(), Response> {
    let skus = parts.iter().filter_map(|part| part["sku"].as_str()).collect::<Vec<_>>();
    state.ebay.failure_for_skus(call, &skus).map_or(Ok(()), Err)
}

/// Builds the response: 200 if all parts succeeded, 207 otherwise.
pub(super) fn bulk_response(responses: &[Value]) -> Response {
    let good = |part: &Value| part["statusCode"].as_u64().is_none_or(|status| status < 300);
    let status = if responses.iter().all(good) { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    (status, Json(json!({ "responses": responses }))).into_response()
}

/// Builds the response of one part.
pub(super) fn part_response(sku: &Value, status: u16, errors: &[Value]) -> Value {
    json!({"statusCode": status, "sku": sku, "errors": errors, "warnings": []})
}
