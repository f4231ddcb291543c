//! What the seller's account adds to every draft: business policies and the inventory location. Draft Maker reads them
//! and never creates them, since how the seller ships and takes returns is the seller's decision.
//!
//! The policies also tell sellers apart in the ledger. eBay does not name the seller to an application with these scopes,
//! but a policy ID belongs to one account. A seller who has a policy that was seen before is the same seller, also after a
//! new sign-in. The fingerprint of the consent identifies the seller too and needs no call.

use std::collections::BTreeMap;

use super::wire::{self, CategoryType, InventoryLocation, LocationPage, Policy, PolicyPage, ShippingOption};
use ebay::{Api, EbayClient, EbayError, Package, TokenKind};
use store::journal::{Journal, SellerAccount};
use upstream::UpstreamRequest;

/// What an offer names of the account.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub(crate) fulfillment_policy: String,
    pub(crate) payment_policy: String,
    pub(crate) return_policy: String,
    /// The `merchantLocationKey` of an inventory location.
    pub(crate) location_key: String,
    /// Weight and size of the packages, by eBay category.
    pub(crate) packages: BTreeMap<u32, Package>,
    /// True if the fulfillment policy calculates the shipping cost from the weight.
    pub(crate) is_shipping_calculated: bool,
}

/// One kind of business policy.
#[derive(Clone, Copy)]
pub(super) struct PolicyKind {
    /// The name in messages: `fulfillment policy`.
    pub(super) name: &'static str,
    /// The setting that chooses one.
    pub(super) setting: &'static str,
    path: &'static str,
}

pub(super) const FULFILLMENT: PolicyKind =
    PolicyKind { name: "fulfillment policy", setting: "ebay.fulfillment_policy", path: "fulfillment_policy" };
pub(super) const PAYMENT: PolicyKind =
    PolicyKind { name: "payment policy", setting: "ebay.payment_policy", path: "payment_policy" };
pub(super) const RETURN: PolicyKind =
    PolicyKind { name: "return policy", setting: "ebay.return_policy", path: "return_policy" };

impl PolicyKind {
    /// Returns the name under which the ledger knows the owner of a policy.
    pub(super) fn label_for(self, policy: &AccountOption) -> String {
        format!("{} {}", self.name, policy.id)
    }
}

/// One of several policies or locations that a draft could name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AccountOption {
    pub(super) id: String,
    pub(super) name: String,
    /// True for the account's own default.
    pub(super) is_default: bool,
    /// True for a policy that is for motor vehicles only. No listing of music can use it.
    pub(super) is_motors_only: bool,
    /// True for a fulfillment policy that calculates the shipping cost.
    pub(super) is_calculated: bool,
}

impl From<Policy> for AccountOption {
    fn from(policy: Policy) -> Self {
        Self {
            name: policy.name.unwrap_or_else(|| policy.id.clone()),
            id: policy.id,
            is_default: policy.category_types.iter().any(|category| category.default),
            is_motors_only: is_motors_only(&policy.category_types),
            is_calculated: policy.shipping_options.iter().any(is_calculated),
        }
    }
}

impl From<InventoryLocation> for AccountOption {
    fn from(location: InventoryLocation) -> Self {
        Self {
            name: location.name.unwrap_or_else(|| location.merchant_location_key.clone()),
            id: location.merchant_location_key,
            is_default: false,
            is_motors_only: false,
            is_calculated: false,
        }
    }
}

/// Account API, CategoryTypeEnum. A policy without category types is for everything.
fn is_motors_only(category_types: &[CategoryType]) -> bool {
    let mut names = category_types.iter().filter_map(|category| category.name.as_deref()).peekable();
    names.peek().is_some() && names.all(|name| name == "MOTORS_VEHICLES")
}

/// Account API, ShippingCostTypeEnum.
fn is_calculated(option: &ShippingOption) -> bool {
    option.cost_type.as_deref() == Some("CALCULATED")
}

/// Fetches the policies of a kind at the marketplace.
///
/// # Errors
/// Returns [`EbayError`] if eBay does not answer or refuses.
pub(super) async fn fetch_policies(ebay: &EbayClient, kind: PolicyKind) -> Result<Vec<AccountOption>, EbayError> {
    let request =
        UpstreamRequest::for_path(["sell", "account", "v1", kind.path]).query("marketplace_id", ebay.site().as_str());
    let answer = ebay.call_json(TokenKind::Seller, Api::Account, request).await?;
    let page = wire::read_answer::<PolicyPage>(answer)?;
    Ok(page.policies.into_iter().map(AccountOption::from).collect())
}

/// Fetches the inventory locations that are enabled.
///
/// # Errors
/// Returns [`EbayError`] if eBay does not answer or refuses.
pub(super) async fn fetch_locations(ebay: &EbayClient) -> Result<Vec<AccountOption>, EbayError> {
    let request = UpstreamRequest::for_path(["sell", "inventory", "v1", "location"]).query("limit", "100");
    let answer = ebay.call_json(TokenKind::Seller, Api::Inventory, request).await?;
    let page = wire::read_answer::<LocationPage>(answer)?;
    let is_enabled = |location: &InventoryLocation| location.merchant_location_status.as_deref() != Some("DISABLED");
    Ok(page.locations.into_iter().filter(is_enabled).map(AccountOption::from).collect())
}

/// Chooses the option that the settings name, the only one, or the account's own default. Policies for motor vehicles
/// do not count.
///
/// # Errors
/// Returns a sentence that says what was found if none of these exists.
pub(super) fn choose_option(found: &[AccountOption], wanted: Option<&str>) -> Result<AccountOption, String> {
    let (motors, usable): (Vec<_>, Vec<_>) = found.iter().cloned().partition(|choice| choice.is_motors_only);
    let found = &usable[..];
    if found.is_empty() && !motors.is_empty() {
        let names = motors.iter().map(|choice| format!("{:?}", choice.name)).collect::<Vec<_>>().join(", ");
        return Err(format!("the account has none for music: {names} is for motor vehicles only"));
    }
    let names =
        || found.iter().map(|choice| format!("{:?} ({})", choice.name, choice.id)).collect::<Vec<_>>().join(", ");
    let defaults = found.iter().filter(|choice| choice.is_default).collect::<Vec<_>>();
    match (wanted.map(str::trim), found, &defaults[..]) {
        (_, [], _) => Err("the account has none".to_owned()),
        (Some(wanted), ..) => {
            let is_it = |choice: &&AccountOption| choice.id == wanted || choice.name.eq_ignore_ascii_case(wanted);
            found.iter().find(is_it).cloned().ok_or_else(|| format!("{wanted:?} does not exist; use {}", names()))
        }
        (None, [only], _) => Ok(only.clone()),
        (None, _, [default]) => Ok((*default).clone()),
        (None, ..) => Err(format!("there are several: {}", names())),
    }
}

/// Returns the seller who is signed in. Asks eBay for the policies if this consent was never seen before. The seller is
/// anonymous if nobody is signed in or if the account has no policies.
pub async fn identify_seller(ebay: &EbayClient, journal: &Journal) -> SellerAccount {
    let environment_id = ebay.settings().environment_id();
    if !ebay.tokens().has_consent() {
        return SellerAccount::anonymous(environment_id);
    }
    match journal.find_seller_account(&environment_id, &consent_key(ebay)).await {
        Ok(Some(account)) => return SellerAccount { environment_id, account_id: Some(account) },
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the seller's number cannot be read"),
    }
    let mut policies = Vec::new();
    for kind in [FULFILLMENT, PAYMENT, RETURN] {
        match fetch_policies(ebay, kind).await {
            Ok(found) => policies.extend(found.iter().map(|policy| kind.label_for(policy))),
            Err(error) => {
                tracing::warn!(%error, "the seller's policies cannot be read; the account may not be recognized later");
            }
        }
    }
    seller_for_policies(ebay, journal, policies).await
}

/// Returns the seller who is signed in and has these policies, and saves the policies that are new.
pub(super) async fn seller_for_policies(ebay: &EbayClient, journal: &Journal, policies: Vec<String>) -> SellerAccount {
    let environment_id = ebay.settings().environment_id();
    if policies.is_empty() {
        return SellerAccount::anonymous(environment_id);
    }
    let names = [vec![consent_key(ebay)], policies].concat();
    match journal.resolve_seller_account(&environment_id, names).await {
        Ok(account) => SellerAccount { environment_id, account_id: Some(account) },
        Err(error) => {
            tracing::warn!(%error, "the seller's number cannot be kept");
            SellerAccount::anonymous(environment_id)
        }
    }
}

fn consent_key(ebay: &EbayClient) -> String {
    format!("consent {}", ebay.tokens().consent_fingerprint())
}
