//! What the categories ask of a listing before it may go live: conditions (Metadata API) and item specifics
//! (Taxonomy API). Read and not assumed; kept by the version of eBay's category tree.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::conditions;
use domain::condition::Condition;
use domain::display_text::utf16_len;
use domain::listing::Aspect;

/// The rules of all the categories that items are filed under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryPolicies {
    pub(super) categories: HashMap<u32, CategoryRules>,
}

/// What one category asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryRules {
    /// The numbers of the conditions that it allows.
    pub conditions: Vec<u16>,
    pub condition_required: bool,
    pub aspects: Vec<EbayAspectRule>,
}

/// What it asks of one item specific.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbayAspectRule {
    pub name: String,
    pub required: bool,
    /// Only one value.
    pub single: bool,
    /// Only these values; empty where any will do.
    pub values: Vec<String>,
    /// In characters.
    #[serde(rename = "longest")]
    pub max_chars: Option<usize>,
}

impl CategoryPolicies {
    /// Rules from elsewhere, for tests.
    pub fn from_rules(categories: impl IntoIterator<Item = (u32, CategoryRules)>) -> Self {
        Self { categories: categories.into_iter().collect() }
    }

    /// The rules of a category; `None` for one that nobody read.
    pub fn rules_for(&self, id: u32) -> Option<&CategoryRules> {
        self.categories.get(&id)
    }
}

impl CategoryRules {
    /// The number under which this category takes a condition; `None` where it takes none like it.
    pub fn choose_condition(&self, stated: Condition) -> Option<u16> {
        conditions::choose_condition_id(stated, &self.conditions)
    }

    /// Item specifics as this category takes them: in its own spelling, no value that it does not know, one where it
    /// allows one. An optional one without a value left is left out.
    pub fn normalize_aspects(&self, aspects: &[Aspect]) -> Vec<Aspect> {
        let fit = |aspect: &Aspect| {
            let Some(rule) = self.aspects.iter().find(|rule| rule.name == aspect.name) else { return aspect.clone() };
            let mut values = aspect.values.iter().filter_map(|value| rule.normalize_value(value)).collect::<Vec<_>>();
            values.truncate(if rule.single { 1 } else { values.len() });
            Aspect { name: aspect.name.clone(), values }
        };
        aspects.iter().map(fit).filter(|aspect| !aspect.values.is_empty()).collect()
    }
}

impl EbayAspectRule {
    fn normalize_value(&self, value: &str) -> Option<String> {
        if self.values.is_empty() {
            return self.max_chars.is_none_or(|longest| utf16_len(value) <= longest).then(|| value.to_owned());
        }
        self.values.iter().find(|known| known.eq_ignore_ascii_case(value)).cloned()
    }
}

/// The item specifics of a category, from `getItemAspectsForCategory`.
pub(super) fn parse_aspects(answer: &Value) -> Vec<EbayAspectRule> {
    answer.get("aspects").and_then(Value::as_array).into_iter().flatten().filter_map(parse_aspect).collect()
}

/// `aspectRequired` decides; `aspectUsage` says RECOMMENDED even of those that are required.
fn parse_aspect(json: &Value) -> Option<EbayAspectRule> {
    let rule = json.get("aspectConstraint").unwrap_or(&Value::Null);
    let text = |key: &str| rule.get(key).and_then(Value::as_str);
    let closed = text("aspectMode") == Some("SELECTION_ONLY");
    let values = json.get("aspectValues").and_then(Value::as_array).into_iter().flatten().filter(|_| closed);
    Some(EbayAspectRule {
        name: json.get("localizedAspectName")?.as_str()?.to_owned(),
        required: rule.get("aspectRequired").and_then(Value::as_bool).unwrap_or(false),
        single: text("itemToAspectCardinality") == Some("SINGLE"),
        values: values.filter_map(|value| value.get("localizedValue")?.as_str().map(str::to_owned)).collect(),
        max_chars: rule.get("aspectMaxLength").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok()),
    })
}

/// The conditions of each category, from `getItemConditionPolicies`.
pub(super) fn parse_conditions(answer: &Value) -> HashMap<u32, (Vec<u16>, bool)> {
    let policies = answer.get("itemConditionPolicies").and_then(Value::as_array).into_iter().flatten();
    let read = |policy: &Value| {
        let category = policy.get("categoryId")?.as_str()?.parse().ok()?;
        let ids = policy.get("itemConditions").and_then(Value::as_array).into_iter().flatten();
        let ids = ids.filter_map(|one| one.get("conditionId")?.as_str()?.parse().ok()).collect();
        let required = policy.get("itemConditionRequired").and_then(Value::as_bool).unwrap_or(false);
        Some((category, (ids, required)))
    };
    policies.filter_map(read).collect()
}
