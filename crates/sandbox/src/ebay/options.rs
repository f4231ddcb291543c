//! The account that is imitated.

use std::collections::BTreeMap;

/// A seller's account and the application's rights; by default all is set up, and the limited APIs are not granted.
#[derive(Clone, Debug)]
pub struct EbayAccount {
    /// Business policies of each kind.
    pub policy_count: usize,
    /// Whether the account takes part in business policies at all.
    pub has_policies: bool,
    /// Inventory locations.
    pub location_count: usize,
    /// Marketplace Insights is granted to the application.
    pub has_insights: bool,
    /// The Listing API is granted.
    pub has_item_drafts: bool,
    /// Another daily limit than the documented one, by API.
    pub daily_limits: BTreeMap<String, u64>,
    /// The language of its errors, whatever is asked for: `en` or `de`.
    pub language: &'static str,
    /// Pictures that no listing uses go after so many hours.
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
