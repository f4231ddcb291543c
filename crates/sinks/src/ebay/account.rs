//! What the seller's account brings to every draft: its policies and the place where the items lie. Read at the
//! start and never made here: how he ships and takes back is the seller's business.

use serde_json::Value;

use ebay::{Api, EbayClient, EbayError, TokenKind};
use upstream::UpstreamRequest;

/// What an offer names of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub fulfillment_policy: String,
    pub payment_policy: String,
    pub return_policy: String,
    /// The merchant location key.
    pub location_key: String,
}

/// One kind of business policy.
#[derive(Clone, Copy)]
pub(super) struct PolicyKind {
    /// In words: `fulfillment policy`.
    pub(super) name: &'static str,
    /// The setting that chooses one.
    pub(super) setting: &'static str,
    path: &'static str,
    list_key: &'static str,
    id_key: &'static str,
}

pub(super) const FULFILLMENT: PolicyKind = PolicyKind {
    name: "fulfillment policy",
    setting: "ebay.fulfillment_policy",
    path: "fulfillment_policy",
    list_key: "fulfillmentPolicies",
    id_key: "fulfillmentPolicyId",
};
pub(super) const PAYMENT: PolicyKind = PolicyKind {
    name: "payment policy",
    setting: "ebay.payment_policy",
    path: "payment_policy",
    list_key: "paymentPolicies",
    id_key: "paymentPolicyId",
};
pub(super) const RETURN: PolicyKind = PolicyKind {
    name: "return policy",
    setting: "ebay.return_policy",
    path: "return_policy",
    list_key: "returnPolicies",
    id_key: "returnPolicyId",
};

impl PolicyKind {
    /// One of them, as the name of its owner.
    pub(super) fn label_for(self, policy: &AccountOption) -> String {
        format!("{} {}", self.name, policy.id)
    }
}

/// One of several that a draft could name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AccountOption {
    pub(super) id: String,
    pub(super) name: String,
    /// EBay's own default of the account.
    pub(super) is_default: bool,
}

/// The policies of a kind, at the site.
pub(super) async fn fetch_policies(ebay: &EbayClient, kind: PolicyKind) -> Result<Vec<AccountOption>, EbayError> {
    let request =
        UpstreamRequest::for_path(["sell", "account", "v1", kind.path]).query("marketplace_id", ebay.marketplace().id);
    let answer = ebay.call_json(TokenKind::Seller, Api::Account, request).await?;
    let read = |policy: &Value| {
        let types = policy.get("categoryTypes").and_then(Value::as_array).into_iter().flatten();
        let default = types.filter_map(|kind| kind.get("default")?.as_bool()).any(|default| default);
        let id = policy.get(kind.id_key)?.as_str()?.to_owned();
        Some(AccountOption {
            name: policy.get("name").and_then(Value::as_str).unwrap_or(&id).to_owned(),
            id,
            is_default: default,
        })
    };
    Ok(answer.get(kind.list_key).and_then(Value::as_array).into_iter().flatten().filter_map(read).collect())
}

/// The inventory locations that are in use.
pub(super) async fn fetch_locations(ebay: &EbayClient) -> Result<Vec<AccountOption>, EbayError> {
    let request = UpstreamRequest::for_path(["sell", "inventory", "v1", "location"]).query("limit", "100");
    let answer = ebay.call_json(TokenKind::Seller, Api::Inventory, request).await?;
    let read = |location: &Value| {
        let id = location.get("merchantLocationKey")?.as_str()?.to_owned();
        let status = location.get("merchantLocationStatus").and_then(Value::as_str);
        let name = location.get("name").and_then(Value::as_str).unwrap_or(&id).to_owned();
        (status != Some("DISABLED")).then_some(AccountOption { name, id, is_default: false })
    };
    Ok(answer.get("locations").and_then(Value::as_array).into_iter().flatten().filter_map(read).collect())
}

/// The one that is meant: the one set, the only one, or the account's own default.
///
/// # Errors
/// What was found, in words, and what to do.
pub(super) fn choose_option(found: &[AccountOption], wanted: Option<&str>) -> Result<AccountOption, String> {
    let names =
        || found.iter().map(|choice| format!("{:?} ({})", choice.name, choice.id)).collect::<Vec<_>>().join(", ");
    let defaults = found.iter().filter(|choice| choice.is_default).collect::<Vec<_>>();
    match (wanted.map(str::trim), found, &defaults[..]) {
        (_, [], _) => Err("the account has none".to_owned()),
        (Some(wanted), ..) => {
            let is_it = |choice: &&AccountOption| choice.id == wanted || choice.name.eq_ignore_ascii_case(wanted);
            found.iter().find(is_it).cloned().ok_or_else(|| format!("there is no {wanted:?}; there are {}", names()))
        }
        (None, [only], _) => Ok(only.clone()),
        (None, _, [default]) => Ok((*default).clone()),
        (None, ..) => Err(format!("there are several: {}", names())),
    }
}
