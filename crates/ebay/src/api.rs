//! The eBay APIs that Draft Maker calls. Daily limits apply per API.

use serde::Serialize;
use strum::VariantArray as _;

/// An eBay API.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    strum::Display,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Api {
    Inventory,
    Account,
    Taxonomy,
    Metadata,
    Media,
    Browse,
    Insights,
    Listing,
    Analytics,
}

impl Api {
    /// All APIs.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Returns the name used in results, tables and the quota store.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// Returns the default number of calls per day and application (developer.ebay.com, "API call limits"). The page
    /// omits Metadata, Insights and Listing; they get the lowest documented limit until eBay reports their own.
    pub const fn default_daily_limit(self) -> u64 {
        match self {
            Self::Inventory => 2_000_000,
            Self::Media => 1_000_000,
            Self::Account => 25_000,
            Self::Taxonomy | Self::Metadata | Self::Browse | Self::Insights | Self::Listing | Self::Analytics => 5_000,
        }
    }

    /// Returns the `api_context` and `api_name` of this API in the Analytics API.
    pub(super) const fn analytics_name(self) -> (&'static str, &'static str) {
        match self {
            Self::Inventory => ("sell", "inventory"),
            Self::Account => ("sell", "account"),
            Self::Taxonomy => ("commerce", "taxonomy"),
            Self::Metadata => ("sell", "metadata"),
            Self::Media => ("commerce", "media"),
            Self::Browse => ("buy", "browse"),
            Self::Insights => ("buy", "marketplace_insights"),
            Self::Listing => ("sell", "listing"),
            Self::Analytics => ("developer", "analytics"),
        }
    }
}
