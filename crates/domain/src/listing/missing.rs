//! What a listing lacks.

use serde::{Deserialize, Serialize};

/// One thing without which a listing cannot be drafted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MissingField {
    /// The field: `price`, `format`, `artist`, or the name of an eBay item specific.
    #[schema(value_type = String)]
    pub field: ListingField,
    /// Why it is missing.
    pub why: String,
    /// What the operator can do.
    pub fix: String,
}

/// A field of a listing. Events and the API hold its word: `price`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display, strum::EnumString)]
#[serde(from = "String", into = "String")]
#[strum(serialize_all = "snake_case")]
pub enum ListingField {
    Artist,
    Title,
    Format,
    Category,
    Price,
    Condition,
    Description,
    Picture,
    /// Weight or size of the package.
    Package,
    /// An item specific, by eBay's name for it.
    #[strum(default)]
    Aspect(String),
}

impl MissingField {
    /// Creates the entry of a missing `field`: `why` it is missing, and the `fix` that the operator can make.
    pub fn new(field: ListingField, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { field, why: why.into(), fix: fix.into() }
    }
}

impl std::fmt::Display for MissingField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is missing: {}; {}", self.field, self.why, self.fix)
    }
}

impl From<String> for ListingField {
    fn from(word: String) -> Self {
        word.parse().unwrap_or(Self::Aspect(word))
    }
}

impl From<ListingField> for String {
    fn from(field: ListingField) -> Self {
        field.to_string()
    }
}
