//! `Idempotency-Key`: an order that was sent twice, because its answer got lost, is one order.
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::problem::Problem;
use store::journal::Request;

const HEADER: &str = "idempotency-key";
const LONGEST: usize = 255;

/// The key of a request, where it has one.
pub(super) struct Key(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut keys = parts.headers.get_all(HEADER).iter();
        let Some(key) = keys.next() else { return Ok(Self(None)) };
        let key = key.to_str().ok().map(str::trim).filter(|key| (1..=LONGEST).contains(&key.len()));
        match key {
            Some(key) if keys.next().is_none() => Ok(Self(Some(key.to_owned()))),
            _ => Err(Problem::bad("BAD_KEY", "Idempotency-Key is one text of 1 to 255 visible ASCII characters")),
        }
    }
}

impl Key {
    /// The key together with what is asked for: its way and its body, in a form in which equal wishes are equal.
    pub(super) fn of(self, way: &str, body: &impl Serialize) -> Option<Request> {
        let body = serde_json::to_vec(body).unwrap_or_default();
        let digest = Sha256::new().chain_update(way).chain_update([0]).chain_update(body).finalize();
        let asked = BASE64_STANDARD_NO_PAD.encode(digest);
        self.0.map(|key| Request { key, asked })
    }
}
