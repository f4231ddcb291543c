//! Fields that a listing is missing.

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::super::site::Site;

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

    /// Creates a price whose currency is not the one of the site. Names the sites that sell in its currency.
    pub(super) fn for_other_currency(found: Currency, site: Site) -> Self {
        let (found_code, wanted) = (found.code(), site.currency().code());
        let sites = Site::ALL.iter().filter(|other| other.currency() == found).map(|other| other.as_str());
        let sites = sites.collect::<Vec<_>>().join(", ");
        let price = format!("write a price in {wanted} in the list or in review");
        let fix = if sites.is_empty() {
            price
        } else {
            format!("{price}. If you sell in {found_code}, set ebay.marketplace to your site: {sites}")
        };
        Self::new(ListingField::Price, format!("it is in {found_code}, but {site} sells in {wanted}"), fix)
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
