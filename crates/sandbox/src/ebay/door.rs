//! What every call meets before its answer: the faults that were ordered, the token, the day's limit.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::oauth::Kind;
use super::refusal;
use crate::faults::FaultKind;
use crate::server::World;

/// Whether a bulk call meets a fault in one of its parts.
pub(super) type PartFault = Option<u64>;

/// Lets a call in, or answers it.
///
/// # Errors
/// The answer.
#[expect(clippy::result_large_err, reason = "the error is the answer")]
pub(super) fn enter(
    world: &World,
    headers: &HeaderMap,
    api: &str,
    kind: Kind,
    scope: &str,
) -> Result<PartFault, Response> {
    let fault = world.lottery.draw_special("ebay");
    match fault {
        Some(FaultKind::Unauthorised) => return Err(refusal::no_token()),
        Some(FaultKind::DayIsOver) => return Err(refusal::limit_reached()),
        _ => {}
    }
    if kind == Kind::Seller {
        world.ebay.tokens().seller_calls();
    }
    world.ebay.tokens().called(api);
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let token = bearer.and_then(|token| world.ebay.tokens().find(token)).ok_or_else(refusal::no_token)?;
    if token.kind != kind || !token.has(scope) {
        return Err(refusal::no_scope());
    }
    if !world.ebay.allowance().take(api, &world.ebay.account.daily) {
        return Err(refusal::limit_reached());
    }
    world.ebay.books().called(api);
    Ok(match fault {
        Some(FaultKind::OwnFault) => Some(25001),
        Some(FaultKind::Concurrent) => Some(25025),
        _ => None,
    })
}

/// As [`enter`] for calls without parts: a fault is the whole answer.
#[expect(clippy::result_large_err, reason = "the error is the answer")]
pub(super) fn enter_whole(
    world: &World,
    headers: &HeaderMap,
    api: &str,
    kind: Kind,
    scope: &str,
) -> Result<(), Response> {
    match enter(world, headers, api, kind, scope)? {
        None => Ok(()),
        Some(id) => Err(refusal::refuse(StatusCode::INTERNAL_SERVER_ERROR, &refusal::own_fault(id))),
    }
}

/// Writes name the language of their texts.
#[expect(clippy::result_large_err, reason = "the error is the answer")]
pub(super) fn language(headers: &HeaderMap) -> Result<(), Response> {
    if headers.get(header::CONTENT_LANGUAGE).is_some() {
        return Ok(());
    }
    Err(refusal::bad(25709, "Invalid value for header Content-Language."))
}
