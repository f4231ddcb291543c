//! Policies and locations of the account, from which those of the drafts are chosen.

use super::wire::{CategoryType, InventoryLocation, Policy, ShippingOption};

/// A kind of business policy.
#[derive(Clone, Copy)]
pub(super) struct PolicyKind {
    /// Name in messages: `fulfillment policy`.
    pub(super) name: &'static str,
    /// Setting that chooses a policy of this kind.
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
    /// Returns the label that identifies the owner of a policy in the ledger.
    pub(super) fn label_for(self, policy: &AccountOption) -> String {
        format!("{} {}", self.name, policy.id)
    }
}

/// A policy or location that a draft could use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AccountOption {
    pub(super) id: String,
    pub(super) name: String,
    /// True for the account's default.
    pub(super) is_default: bool,
    /// Reason why no draft can use it; `None` if drafts can.
    pub(super) unusable: Option<UnusableReason>,
    /// True for a fulfillment policy that calculates the shipping cost.
    pub(super) is_calculated: bool,
}

/// Reason why no music draft can use a policy or location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnusableReason {
    /// The policy is for motor vehicles only.
    MotorsOnly,
    /// The location is disabled (Inventory API, StatusEnum).
    Disabled,
}

impl UnusableReason {
    const fn description(self) -> &'static str {
        match self {
            Self::MotorsOnly => "is for motor vehicles only",
            Self::Disabled => "is disabled",
        }
    }
}

impl From<Policy> for AccountOption {
    fn from(policy: Policy) -> Self {
        Self {
            name: policy.name.unwrap_or_else(|| policy.id.clone()),
            id: policy.id,
            is_default: policy.category_types.iter().any(|category| category.default),
            unusable: is_motors_only(&policy.category_types).then_some(UnusableReason::MotorsOnly),
            is_calculated: policy.shipping_options.iter().any(is_calculated),
        }
    }
}

impl From<InventoryLocation> for AccountOption {
    fn from(location: InventoryLocation) -> Self {
        let is_disabled = location.merchant_location_status.as_deref() == Some("DISABLED");
        Self {
            name: location.name.unwrap_or_else(|| location.merchant_location_key.clone()),
            id: location.merchant_location_key,
            is_default: false,
            unusable: is_disabled.then_some(UnusableReason::Disabled),
            is_calculated: false,
        }
    }
}

/// Returns whether a policy is only for motor vehicles (Account API, CategoryTypeEnum). A policy without category types
/// is for everything.
fn is_motors_only(category_types: &[CategoryType]) -> bool {
    let mut names = category_types.iter().filter_map(|category| category.name.as_deref()).peekable();
    names.peek().is_some() && names.all(|name| name == "MOTORS_VEHICLES")
}

/// Returns whether the shipping cost is calculated (Account API, ShippingCostTypeEnum).
fn is_calculated(option: &ShippingOption) -> bool {
    option.cost_type.as_deref() == Some("CALCULATED")
}

/// Chooses the option named in the settings, the only option, or the account's default, in this order. Ignores options
/// that no draft can use.
///
/// # Errors
/// Returns a message that lists what was found if no option can be chosen.
pub(super) fn choose_option(found: &[AccountOption], wanted: Option<&str>) -> Result<AccountOption, String> {
    let (unusable, usable): (Vec<_>, Vec<_>) = found.iter().cloned().partition(|choice| choice.unusable.is_some());
    let found = &usable[..];
    let is_wanted =
        |choice: &&AccountOption, wanted: &str| choice.id == wanted || choice.name.eq_ignore_ascii_case(wanted);
    let wanted = wanted.map(str::trim);
    let names =
        || found.iter().map(|choice| format!("{:?} ({})", choice.name, choice.id)).collect::<Vec<_>>().join(", ");
    let defaults = found.iter().filter(|choice| choice.is_default).collect::<Vec<_>>();
    match (wanted, found, &defaults[..]) {
        (_, [], _) if unusable.is_empty() => Err("the account has none".to_owned()),
        (_, [], _) => Err(format!("the account has none that a draft can name: {}", describe_unusable(&unusable))),
        (Some(wanted), ..) => found.iter().find(|choice| is_wanted(choice, wanted)).cloned().ok_or_else(|| {
            let unusable = unusable.iter().find(|choice| is_wanted(choice, wanted));
            let why = unusable.map(|choice| describe_unusable(std::slice::from_ref(choice)));
            format!("{}; use {}", why.unwrap_or_else(|| format!("{wanted:?} does not exist")), names())
        }),
        (None, [only], _) => Ok(only.clone()),
        (None, _, [default]) => Ok((*default).clone()),
        (None, ..) => Err(format!("there are several: {}", names())),
    }
}

fn describe_unusable(choices: &[AccountOption]) -> String {
    let reason = |choice: &AccountOption| choice.unusable.map_or("", UnusableReason::description);
    choices.iter().map(|choice| format!("{:?} {}", choice.name, reason(choice))).collect::<Vec<_>>().join(", ")
}
