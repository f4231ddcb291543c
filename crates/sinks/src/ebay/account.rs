//! What the seller's account brings to every draft: its policies and the place where the items lie. Read at the
//! start and never made here: how he ships and takes back is the seller's business.

use serde_json::Value;

use ebay::{Access, Api, Ebay, EbayError};
use upstream::Request;

/// What an offer names of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub fulfillment_policy: String,
    pub payment_policy: String,
    pub return_policy: String,
    /// The merchant location key.
    pub location: String,
}

/// One kind of business policy.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// In words: `fulfillment policy`.
    pub(super) name: &'static str,
    /// The setting that chooses one.
    pub(super) setting: &'static str,
    path: &'static str,
    list: &'static str,
    id: &'static str,
}

pub(super) const FULFILLMENT: Kind = Kind {
    name: "fulfillment policy",
    setting: "ebay.fulfillment_policy",
    path: "fulfillment_policy",
    list: "fulfillmentPolicies",
    id: "fulfillmentPolicyId",
};
pub(super) const PAYMENT: Kind = Kind {
    name: "payment policy",
    setting: "ebay.payment_policy",
    path: "payment_policy",
    list: "paymentPolicies",
    id: "paymentPolicyId",
};
pub(super) const RETURN: Kind = Kind {
    name: "return policy",
    setting: "ebay.return_policy",
    path: "return_policy",
    list: "returnPolicies",
    id: "returnPolicyId",
};

impl Kind {
    /// One of them, as the name of its owner.
    pub(super) fn named(self, policy: &Choice) -> String {
        format!("{} {}", self.name, policy.id)
    }
}

/// One of several that a draft could name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
    /// EBay's own default of the account.
    pub(super) default: bool,
}

/// The policies of a kind, at the site.
pub(super) async fn policies(ebay: &Ebay, kind: Kind) -> Result<Vec<Choice>, EbayError> {
    let request = Request::path(["sell", "account", "v1", kind.path]).query("marketplace_id", ebay.site().id);
    let answer = ebay.ask(Access::Seller, Api::Account, request).await?;
    let read = |policy: &Value| {
        let types = policy.get("categoryTypes").and_then(Value::as_array).into_iter().flatten();
        let default = types.filter_map(|kind| kind.get("default")?.as_bool()).any(|default| default);
        let id = policy.get(kind.id)?.as_str()?.to_owned();
        Some(Choice { name: policy.get("name").and_then(Value::as_str).unwrap_or(&id).to_owned(), id, default })
    };
    Ok(answer.get(kind.list).and_then(Value::as_array).into_iter().flatten().filter_map(read).collect())
}

/// The inventory locations that are in use.
pub(super) async fn locations(ebay: &Ebay) -> Result<Vec<Choice>, EbayError> {
    let request = Request::path(["sell", "inventory", "v1", "location"]).query("limit", "100");
    let answer = ebay.ask(Access::Seller, Api::Inventory, request).await?;
    let read = |location: &Value| {
        let id = location.get("merchantLocationKey")?.as_str()?.to_owned();
        let status = location.get("merchantLocationStatus").and_then(Value::as_str);
        let name = location.get("name").and_then(Value::as_str).unwrap_or(&id).to_owned();
        (status != Some("DISABLED")).then_some(Choice { name, id, default: false })
    };
    Ok(answer.get("locations").and_then(Value::as_array).into_iter().flatten().filter_map(read).collect())
}

/// The one that is meant: the one set, the only one, or the account's own default.
///
/// # Errors
/// What was found, in words, and what to do.
pub(super) fn choose(found: &[Choice], wanted: Option<&str>) -> Result<Choice, String> {
    let names =
        || found.iter().map(|choice| format!("{:?} ({})", choice.name, choice.id)).collect::<Vec<_>>().join(", ");
    let defaults = found.iter().filter(|choice| choice.default).collect::<Vec<_>>();
    match (wanted.map(str::trim), found, &defaults[..]) {
        (_, [], _) => Err("the account has none".to_owned()),
        (Some(wanted), ..) => {
            let is_it = |choice: &&Choice| choice.id == wanted || choice.name.eq_ignore_ascii_case(wanted);
            found.iter().find(is_it).cloned().ok_or_else(|| format!("there is no {wanted:?}; there are {}", names()))
        }
        (None, [only], _) => Ok(only.clone()),
        (None, _, [default]) => Ok((*default).clone()),
        (None, ..) => Err(format!("there are several: {}", names())),
    }
}
