//! The `Idempotency-Key` header: a request that a client repeats because it lost the response has only one effect.
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::error::ApiError;
use api::IDEMPOTENCY_KEY_HEADER;
use api::error::ErrorCode;
use store::journal::IdempotentRequest;

/// Maximum characters of a key.
const MAX_IDEMPOTENCY_KEY_LEN: usize = 255;

/// The key of a request, if it has one.
pub(super) struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut keys = parts.headers.get_all(IDEMPOTENCY_KEY_HEADER).iter();
        let Some(key) = keys.next() else { return Ok(Self(None)) };
        let key = key.to_str().ok().map(str::trim).filter(|key| {
            (1..=MAX_IDEMPOTENCY_KEY_LEN).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
        });
        match key {
            Some(key) if keys.next().is_none() => Ok(Self(Some(key.to_owned()))),
            _ => {
                let message = "Idempotency-Key must have 1 to 255 visible ASCII characters, without spaces";
                Err(ApiError::new(ErrorCode::BadKey, message))
            }
        }
    }
}

impl IdempotencyKey {
    /// Combines the key with a fingerprint of the operation and its parsed body, so that equal requests have equal
    /// fingerprints however their JSON is formatted. The journal stores the fingerprint, so neither `operation` nor the
    /// order of the body's fields may change.
    pub(super) fn into_request(self, operation: &str, body: &impl Serialize) -> Option<IdempotentRequest> {
        let body = serde_json::to_vec(body).unwrap_or_default();
        let digest = Sha256::new().chain_update(operation).chain_update([0]).chain_update(body).finalize();
        let fingerprint = BASE64_STANDARD_NO_PAD.encode(digest);
        self.0.map(|key| IdempotentRequest { key, fingerprint })
    }
}
