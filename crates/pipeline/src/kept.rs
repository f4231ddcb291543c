//! Answers from before: which of them may still be used, and what they say.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use providers::Keep;
use store::response_cache::Answer;

/// True while the provider's terms let the answer be used.
pub(super) fn fresh(answer: &Answer, keep: Keep, now: Timestamp) -> bool {
    answer.age(now) < if answer.found.is_some() { keep.found } else { keep.not_found }
}

/// The value of a kept answer; an answer of another form than today's counts as none.
pub(super) fn kept_value<T: DeserializeOwned>(answer: &Answer) -> Result<Option<T>, serde_json::Error> {
    answer.found.clone().map(serde_json::from_value).transpose()
}
