//! The parts of a draft that come from the seller's account: business policies and the inventory location. Draft Maker
//! creates no policies, because shipping and returns are the seller's decision.
//!
//! The policies also identify the seller in the ledger. eBay does not name the seller to an application with these
//! scopes, but each policy ID belongs to one account. A seller with a known policy is the same seller, even after a new
//! sign-in. The fingerprint of the consent identifies the seller too, and needs no call.

use std::collections::BTreeMap;

use super::account_option::{AccountOption, FULFILLMENT, PAYMENT, PolicyKind, RETURN};
use super::format_terms::CategoryTerms;
use super::wire::{self, LocationPage, PolicyPage};
use ebay::{Api, EbayClient, EbayError, Package, TokenKind};
use store::journal::{Journal, SellerAccount};
use upstream::UpstreamRequest;

/// Number of inventory locations per request (Inventory API, `getInventoryLocations`). `offset` counts locations.
const LOCATIONS_PER_PAGE: usize = 100;

/// Account details that every offer refers to.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub(crate) fulfillment_policy: String,
    pub(crate) payment_policy: String,
    pub(crate) return_policy: String,
    /// The `merchantLocationKey` of an inventory location.
    pub(crate) location_key: String,
    /// Weight and size of packages, by eBay category.
    pub(crate) packages: BTreeMap<u32, Package>,
    /// True if the fulfillment policy calculates the shipping cost from the weight.
    pub(crate) is_shipping_calculated: bool,
    /// Policies and store categories for individual categories.
    pub(crate) category_terms: BTreeMap<u32, CategoryTerms>,
}

impl Account {
    /// Creates an account with these policies and this location for all drafts.
    pub(super) fn new(fulfillment: String, payment: String, returns: String, location: String) -> Self {
        Self {
            fulfillment_policy: fulfillment,
            payment_policy: payment,
            return_policy: returns,
            location_key: location,
            packages: BTreeMap::new(),
            is_shipping_calculated: false,
            category_terms: BTreeMap::new(),
        }
    }

    /// Returns whether the shipping cost of items in this category is calculated from the weight.
    pub(super) fn calculates_shipping(&self, category: u32) -> bool {
        let own = self.category_terms.get(&category).and_then(|terms| terms.fulfillment.as_ref());
        own.map_or(self.is_shipping_calculated, |policy| policy.is_calculated)
    }
}

/// Fetches the policies of one kind for the marketplace.
///
/// # Errors
/// Returns [`EbayError`] if eBay does not answer or rejects the request.
pub(super) async fn fetch_policies(ebay: &EbayClient, kind: PolicyKind) -> Result<Vec<AccountOption>, EbayError> {
    let request =
        UpstreamRequest::for_path(["sell", "account", "v1", kind.path]).query("marketplace_id", ebay.site().as_str());
    let answer = ebay.call_json(TokenKind::Seller, Api::Account, request).await?;
    let page = wire::read_answer::<PolicyPage>(answer)?;
    Ok(page.policies.into_iter().map(|policy| AccountOption::from_policy(policy, ebay.site())).collect())
}

/// Fetches the inventory locations, including disabled ones.
///
/// # Errors
/// Returns [`EbayError`] if eBay does not answer or rejects the request.
pub(super) async fn fetch_locations(ebay: &EbayClient) -> Result<Vec<AccountOption>, EbayError> {
    let mut found = Vec::<AccountOption>::new();
    for offset in (0..).step_by(LOCATIONS_PER_PAGE) {
        let request = UpstreamRequest::for_path(["sell", "inventory", "v1", "location"])
            .query("limit", LOCATIONS_PER_PAGE.to_string())
            .query("offset", offset.to_string());
        let answer = ebay.call_json(TokenKind::Seller, Api::Inventory, request).await?;
        let page = wire::read_answer::<LocationPage>(answer)?;
        let known = found.len();
        for location in page.locations.into_iter().map(AccountOption::from) {
            if !found.contains(&location) {
                found.push(location);
            }
        }
        // A page without new locations ends the list, whatever its total.
        if found.len() == known || (offset + LOCATIONS_PER_PAGE) as u64 >= page.total {
            break;
        }
    }
    Ok(found)
}

/// Returns the signed-in seller. Fetches the policies from eBay if this consent is new. The seller is anonymous if
/// nobody is signed in or the account has no policies.
pub async fn identify_seller(ebay: &EbayClient, journal: &Journal) -> SellerAccount {
    let environment_id = ebay.settings().environment_id();
    if !ebay.tokens().has_consent() {
        return SellerAccount::anonymous(environment_id);
    }
    match journal.find_seller_account(&environment_id, &consent_key(ebay)).await {
        Ok(Some(account)) => return SellerAccount { environment_id, account_id: Some(account) },
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "cannot read which seller account this is; asking eBay"),
    }
    let mut policies = Vec::new();
    for kind in [FULFILLMENT, PAYMENT, RETURN] {
        match fetch_policies(ebay, kind).await {
            Ok(found) => policies.extend(found.iter().map(|policy| kind.label_for(policy))),
            Err(error) => {
                tracing::warn!(%error, "cannot read the seller's policies; the account may not be recognized later");
            }
        }
    }
    seller_for_policies(ebay, journal, policies).await
}

/// Returns the signed-in seller who owns these policies, and saves new policies.
pub(super) async fn seller_for_policies(ebay: &EbayClient, journal: &Journal, policies: Vec<String>) -> SellerAccount {
    let environment_id = ebay.settings().environment_id();
    if policies.is_empty() {
        return SellerAccount::anonymous(environment_id);
    }
    let names = [vec![consent_key(ebay)], policies].concat();
    match journal.resolve_seller_account(&environment_id, names).await {
        Ok(account) => SellerAccount { environment_id, account_id: Some(account) },
        Err(error) => {
            tracing::warn!(%error, "cannot store which seller account this is; its drafts count for every account until then");
            SellerAccount::anonymous(environment_id)
        }
    }
}

fn consent_key(ebay: &EbayClient) -> String {
    format!("consent {}", ebay.tokens().consent_fingerprint())
}
