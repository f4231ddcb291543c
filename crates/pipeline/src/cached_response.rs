//! Answers from before: which of them may still be used, and what they say.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use providers::CacheTtl;
use store::response_cache::CachedResponse;

/// True while the provider's terms let the answer be used.
pub(super) fn is_fresh(answer: &CachedResponse, keep: CacheTtl, now: Timestamp) -> bool {
    answer.age(now) < if answer.value.is_some() { keep.found } else { keep.not_found }
}

/// The value of a kept answer; an answer of another form than today's counts as none.
pub(super) fn decode_value<T: DeserializeOwned>(answer: &CachedResponse) -> Result<Option<T>, serde_json::Error> {
    answer.value.clone().map(serde_json::from_value).transpose()
}
