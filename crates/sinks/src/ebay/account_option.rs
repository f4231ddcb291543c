//! Policies and locations of the account from which the drafts' are chosen.

use super::wire::{CategoryType, InventoryLocation, Policy, ShippingOption};

/// One kind of business policy.
#[derive(Clone, Copy)]
pub(super) struct PolicyKind {
    /// The name in messages: `fulfillment policy`.
    pub(super) name: &'static str,
    /// The setting that chooses one.
    pub(super) setting: &'static str,
    pub(super) path: &'static str,
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
