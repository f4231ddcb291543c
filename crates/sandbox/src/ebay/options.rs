//! The simulated account.

use std::collections::BTreeMap;

/// A seller's account and the application's permissions. By default everything is set up and the restricted APIs are not
/// granted.
#[derive(Clone, Debug)]
pub struct EbayAccount {
    /// Number of business policies of each kind.
    pub policy_count: usize,
    /// Whether the account uses business policies.
    pub has_policies: bool,
    /// Number of inventory locations.
    pub location_count: usize,
    /// Whether the application may use Marketplace Insights.
    pub has_insights: bool,
    /// Whether the application may use the Listing API.
    pub has_item_drafts: bool,
    /// Daily limits that differ from the documented ones, by API.
    pub daily_limits: BTreeMap<String, u64>,
    /// Language of its errors, whatever is requested: `en` or `de`.
    pub language: &'static str,
    /// Hours after which a picture that no listing uses is deleted.
    pub picture_lifetime_hours: i64,
}

impl Default for EbayAccount {
    fn default() -> Self {
        Self {
            policy_count: 1,
            has_policies: true,
            location_count: 1,
            has_insights: false,
            has_item_drafts: false,
            daily_limits: BTreeMap::new(),
            language: "en",
            picture_lifetime_hours: 30 * 24,
        }
    }
}
