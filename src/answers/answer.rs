//! A question and its answer.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::provider::Provider;

/// A question to one provider, in words that are the same whenever the same is asked: `upc:0720642442524`,
/// `entry:8e061dc4-…`, `samples:249504:USD`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Question {
    pub provider: Provider,
    pub text: String,
}

impl Question {
    pub fn new(provider: Provider, text: impl Into<String>) -> Self {
        Self { provider, text: text.into() }
    }
}

/// What the provider said, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// `None` where the provider said that it has nothing.
    pub found: Option<Value>,
    pub at: Timestamp,
}
