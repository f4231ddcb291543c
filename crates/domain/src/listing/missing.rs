//! What a listing lacks.

use serde::{Deserialize, Serialize};

/// One thing without which a listing cannot be drafted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MissingField {
    /// The field: `price`, `format`, `artist`.
    pub field: String,
    /// Why it is not there.
    pub why: String,
    /// What the operator can do.
    pub fix: String,
}

impl MissingField {
    /// `field` is not there because of `why`; `fix` is what a person can do.
    pub fn new(field: &str, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { field: field.to_owned(), why: why.into(), fix: fix.into() }
    }
}

impl std::fmt::Display for MissingField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is missing: {}; {}", self.field, self.why, self.fix)
    }
}
