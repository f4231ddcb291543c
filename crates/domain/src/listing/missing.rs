//! Fields that a listing is missing.

use serde::{Deserialize, Serialize};

/// A required field that a listing is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MissingField {
    /// Name of the field: `price`, `format`, `artist`, or the name of an eBay item specific.
    #[schema(value_type = String)]
    pub field: ListingField,
    /// Why the field is missing.
    pub why: String,
    /// What the operator can do.
    pub fix: String,
}

/// A field of a listing. Events and the API store its name, such as `price`.
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
    /// An eBay item specific, by name.
    #[strum(default)]
    Aspect(String),
}

impl MissingField {
    /// Creates a missing field: `why` it is missing, and how the operator can `fix` it.
    pub fn new(field: ListingField, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { field, why: why.into(), fix: fix.into() }
    }
}

impl std::fmt::Display for MissingField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is missing: {}; {}", self.field, self.why, self.fix)
    }
}

/// Describes missing fields in one line.
pub fn join_missing_fields(missing: &[MissingField]) -> String {
    missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
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
