//! `Idempotency-Key`: an order that was sent twice, because its answer got lost, is one order.
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::error::ApiError;
use store::journal::IdempotentRequest;

const IDEMPOTENCY_KEY_HEADER: &str = "idempotency-key";
const MAX_IDEMPOTENCY_KEY_LEN: usize = 255;

/// The key of a request, where it has one.
pub(super) struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut keys = parts.headers.get_all(IDEMPOTENCY_KEY_HEADER).iter();
        let Some(key) = keys.next() else { return Ok(Self(None)) };
        let key = key.to_str().ok().map(str::trim).filter(|key| (1..=MAX_IDEMPOTENCY_KEY_LEN).contains(&key.len()));
        match key {
            Some(key) if keys.next().is_none() => Ok(Self(Some(key.to_owned()))),
            _ => Err(ApiError::bad_request(
                "BAD_KEY",
                "Idempotency-Key is one text of 1 to 255 visible ASCII characters",
            )),
        }
    }
}

impl IdempotencyKey {
    /// The key together with what is asked for: its way and its body, in a form in which equal wishes are equal.
    pub(super) fn into_request(self, way: &str, body: &impl Serialize) -> Option<IdempotentRequest> {
        let body = serde_json::to_vec(body).unwrap_or_default();
        let digest = Sha256::new().chain_update(way).chain_update([0]).chain_update(body).finalize();
        let asked = BASE64_STANDARD_NO_PAD.encode(digest);
        self.0.map(|key| IdempotentRequest { key, fingerprint: asked })
    }
}
