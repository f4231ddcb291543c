//! Policies and locations of the account, from which those of the drafts are chosen.

use super::wire::{CategoryType, InventoryLocation, Policy, ShippingOption};
use domain::site::Site;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UnusableReason {
    /// The policy is for motor vehicles only.
    MotorsOnly,
    /// The policy is for this other eBay site.
    OtherSite(String),
    /// The location is disabled (Inventory API, StatusEnum).
    Disabled,
}

impl UnusableReason {
    fn description(&self) -> String {
        match self {
            Self::MotorsOnly => "is for motor vehicles only".to_owned(),
            Self::OtherSite(site) => format!("is for {site} only"),
            Self::Disabled => "is disabled".to_owned(),
        }
    }
}

impl AccountOption {
    /// Returns a policy as an option for drafts at `site`.
    pub(super) fn from_policy(policy: Policy, site: Site) -> Self {
        let other_site = policy.marketplace_id.filter(|id| id != site.as_str()).map(UnusableReason::OtherSite);
        let motors_only = is_motors_only(&policy.category_types).then_some(UnusableReason::MotorsOnly);
        Self {
            name: policy.name.unwrap_or_else(|| policy.id.clone()),
            id: policy.id,
            is_default: policy.category_types.iter().any(|category| category.default && !is_for_motors(category)),
            unusable: other_site.or(motors_only),
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
    !category_types.is_empty() && category_types.iter().all(is_for_motors)
}

/// Account API, CategoryTypeEnum. A policy may be the default for motor vehicles alone.
fn is_for_motors(category: &CategoryType) -> bool {
    category.name.as_deref() == Some("MOTORS_VEHICLES")
}

/// Returns whether the shipping cost is calculated (Account API, ShippingCostTypeEnum).
fn is_calculated(option: &ShippingOption) -> bool {
    option.cost_type.as_deref() == Some("CALCULATED")
}

/// Chooses the option named in the settings (a blank name is none), the only option, or the account's default, in this order. Ignores options
/// that no draft can use.
///
/// # Errors
/// Returns a message that lists what was found if no option can be chosen.
pub(super) fn choose_option(found: &[AccountOption], wanted: Option<&str>) -> Result<AccountOption, String> {
    let (unusable, usable): (Vec<_>, Vec<_>) = found.iter().cloned().partition(|choice| choice.unusable.is_some());
    let found = &usable[..];
    let is_wanted =
        |choice: &&AccountOption, wanted: &str| choice.id == wanted || choice.name.eq_ignore_ascii_case(wanted);
    let wanted = wanted.map(str::trim).filter(|text| !text.is_empty());
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
    let reasons = choices.iter().filter_map(|choice| Some((choice, choice.unusable.as_ref()?)));
    reasons.map(|(choice, reason)| format!("{:?} {}", choice.name, reason.description())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn choose(policies: Value) -> Result<String, String> {
        let policies: Vec<Policy> = serde_json::from_value(policies).unwrap();
        let options = policies.into_iter().map(|policy| AccountOption::from_policy(policy, Site::default()));
        choose_option(&options.collect::<Vec<_>>(), None).map(|choice| choice.name)
    }

    fn policy(name: &str, types: &[(&str, bool)]) -> Value {
        let types = types.iter().map(|(name, default)| json!({"name": name, "default": default})).collect::<Vec<_>>();
        json!({"fulfillmentPolicyId": name, "name": name, "categoryTypes": types})
    }

    #[test]
    fn a_default_for_motor_vehicles_is_not_that_for_music() {
        let (music, motors) = ("ALL_EXCLUDING_MOTORS_VEHICLES", "MOTORS_VEHICLES");
        let both = policy("both", &[(music, false), (motors, true)]);
        let parcel = policy("parcel", &[(music, true)]);
        let letter = policy("letter", &[(music, false)]);
        let trucks = policy("trucks", &[(motors, true)]);
        assert_eq!(choose(json!([both, parcel])), Ok("parcel".to_owned()));
        assert_eq!(choose(json!([trucks, letter])), Ok("letter".to_owned()));
        assert_eq!(choose(json!([trucks, parcel, both])), Ok("parcel".to_owned()));
        assert!(choose(json!([both, letter])).unwrap_err().starts_with("there are several"), "no default for music");
        assert!(choose(json!([trucks])).unwrap_err().contains("motor vehicles only"));
    }

    #[test]
    fn a_policy_of_another_site_is_refused_by_name() {
        let at = |name: &str, site: &str| json!({"paymentPolicyId": name, "name": name, "marketplaceId": site});
        assert_eq!(choose(json!([at("London", "EBAY_GB"), at("Boston", "EBAY_US")])), Ok("Boston".to_owned()));
        assert!(choose(json!([at("London", "EBAY_GB")])).unwrap_err().contains("\"London\" is for EBAY_GB only"));
    }

    #[test]
    fn a_blank_name_chooses_as_no_name_does() {
        let only = serde_json::from_value(policy("parcel", &[])).unwrap();
        let found = [AccountOption::from_policy(only, Site::default())];
        assert_eq!(choose_option(&found, Some(" ")), choose_option(&found, None));
        assert!(choose_option(&found, Some("letter")).is_err());
    }
}
