//! A question and its answer.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use domain::provider::Provider;

/// A question to one provider, in words that are the same whenever the same is asked: `upc:0720642442524`,
/// `entry:8e061dc4-…`, `samples:249504:USD`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheKey {
    pub provider: Provider,
    pub text: String,
}

impl CacheKey {
    /// A question in these words.
    pub fn new(provider: Provider, text: impl Into<String>) -> Self {
        Self { provider, text: text.into() }
    }
}

/// What the provider said, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct CachedResponse {
    /// `None` where the provider said that it has nothing.
    pub value: Option<Value>,
    pub fetched_at: Timestamp,
}

impl CachedResponse {
    /// How old it is; zero for one that a clock since set back dates later than `now`.
    pub fn age(&self, now: Timestamp) -> Duration {
        Duration::try_from(now.duration_since(self.fetched_at)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_tomorrow_is_new() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let answer = CachedResponse { value: None, fetched_at: at("2024-03-18T12:00:00Z") };
        assert_eq!(answer.age(at("2024-03-18T18:00:00Z")), Duration::from_hours(6));
        assert_eq!(answer.age(at("2024-03-17T12:00:00Z")), Duration::ZERO);
    }
}
