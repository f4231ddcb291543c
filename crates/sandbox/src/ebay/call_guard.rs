//! Checks that every eBay call must pass: injected faults, the token, the daily limit.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::error_body;
use super::tokens::TokenOwner;
use crate::faults::FaultKind;
use crate::state::SandboxState;

/// Error id of an injected fault that hits one part of a bulk call; `None` if there is no fault.
pub(super) type PartFault = Option<u64>;

/// Admits a call of `api` that needs a token of this kind with this scope.
///
/// # Errors
/// Returns the response that refuses the call.
pub(super) fn authorize_call(
    state: &SandboxState,
    headers: &HeaderMap,
    api: &str,
    kind: TokenOwner,
    scope: &str,
) -> Result<PartFault, Response> {
    let fault = state.fault_injector.draw_service_fault("ebay");
    match fault {
        Some(FaultKind::Unauthorized) => return Err(error_body::invalid_token()),
        Some(FaultKind::QuotaExhausted) => return Err(error_body::limit_reached()),
        _ => {}
    }
    if kind == TokenOwner::Seller {
        state.ebay.lock_tokens().count_seller_call();
    }
    state.ebay.lock_tokens().note_api_call(api);
    if state.ebay.accepts_no_token(api) {
        return Err(error_body::invalid_token());
    }
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let token =
        bearer.and_then(|token| state.ebay.lock_tokens().find_valid(token)).ok_or_else(error_body::invalid_token)?;
    let is_denied = token.is_denied || (kind == TokenOwner::Seller && state.ebay.denies_permission(api));
    if is_denied || token.owner != kind || !token.has_scope(scope) {
        return Err(error_body::missing_scope());
    }
    if state.ebay.requires_accept_language() && headers.get(header::ACCEPT_LANGUAGE).is_none() {
        return Err(error_body::bad_request(25709, "Invalid value for header Accept-Language."));
    }
    if !state.ebay.lock_quota().consume_call(api, &state.ebay.account.daily_limits) {
        return Err(error_body::limit_reached());
    }
    state.ebay.lock_state().count_call(api);
    Ok(match fault {
        Some(FaultKind::SystemError) => Some(25001),
        Some(FaultKind::ConcurrentWrite) => Some(25025),
        _ => None,
    })
}

/// Admits a call without parts. A fault fails the whole call.
pub(super) fn authorize_single_call(
    state: &SandboxState,
    headers: &HeaderMap,
    api: &str,
    kind: TokenOwner,
    scope: &str,
) -> Result<(), Response> {
    match authorize_call(state, headers, api, kind, scope)? {
        None => Ok(()),
        Some(id) => Err(error_body::error_response(StatusCode::INTERNAL_SERVER_ERROR, &error_body::system_error(id))),
    }
}

/// Refuses a write without a `Content-Language` header.
pub(super) fn require_content_language(headers: &HeaderMap) -> Result<(), Response> {
    if headers.get(header::CONTENT_LANGUAGE).is_some() {
        return Ok(());
    }
    Err(error_body::bad_request(25709, "Invalid value for header Content-Language."))
}
