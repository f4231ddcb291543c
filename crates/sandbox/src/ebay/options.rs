//! Options of the simulated eBay: the seller's account, and unusual responses.

use std::collections::BTreeMap;

/// A seller's account and the application's permissions. By default, everything is set up and the restricted APIs are
/// not granted.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of an account by itself")]
pub struct EbayAccount {
    /// Number of business policies of each kind.
    pub policy_count: usize,
    /// Whether the fulfillment policies calculate the shipping cost.
    pub is_shipping_calculated: bool,
    /// Number of additional policies of each kind for motor vehicles only; eBay lists them first.
    pub motors_policy_count: usize,
    /// Whether the account uses business policies.
    pub has_policies: bool,
    /// Number of inventory locations.
    pub location_count: usize,
    /// Whether the inventory locations are disabled.
    pub has_disabled_locations: bool,
    /// Whether the application may use Marketplace Insights.
    pub has_insights: bool,
    /// Whether the application may use the Listing API.
    pub has_item_drafts: bool,
    /// Daily limits that differ from the documented ones, by API.
    pub daily_limits: BTreeMap<String, u64>,
    /// Language of the error messages, whatever is requested: `en` or `de`.
    pub language: &'static str,
    /// Hours after which eBay deletes a picture that no listing uses.
    pub picture_lifetime_hours: i64,
}

impl Default for EbayAccount {
    fn default() -> Self {
        Self {
            policy_count: 1,
            is_shipping_calculated: false,
            motors_policy_count: 0,
            has_policies: true,
            location_count: 1,
            has_disabled_locations: false,
            has_insights: false,
            has_item_drafts: false,
            daily_limits: BTreeMap::new(),
            language: "en",
            picture_lifetime_hours: 30 * 24,
        }
    }
}

/// An unusual response to a bulk call.
#[derive(Clone, Debug, PartialEq)]
pub enum EbayQuirk {
    /// The part of this SKU has this status and error; the number 0 means no error.
    PartResponse { sku: String, status: u16, error: u64 },
    /// The response has no part for this SKU.
    MissingPart(String),
    /// The parts name their SKU in lowercase and in the reverse order.
    LowercaseSkusReversed,
    /// The parts do not name their SKU.
    PartsWithoutSku,
    /// The parts do not name their SKU, and one is missing.
    FewerPartsWithoutSku,
    /// The parts do not state their status.
    PartsWithoutStatus,
    /// Empty lists are null.
    NullLists,
    /// The response has status 400 but contains the parts.
    BadRequestWithParts,
    /// The response has status 400 and only the errors of its parts.
    BadRequestWithErrors,
    /// The response has status 204 and no body.
    NoContent,
    /// The response is a 404 page of a gateway.
    GatewayNotFound,
}
