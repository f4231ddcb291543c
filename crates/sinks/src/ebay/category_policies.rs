//! eBay's requirements per category for publishing a listing: conditions (Metadata API) and item specifics (Taxonomy
//! API). They are fetched from eBay and cached under the version of eBay's category tree.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::wire::{AspectMetadata, AspectPage, ConditionPolicyPage};
use domain::condition::Condition;
use domain::display_text::utf16_len;
use domain::listing::Aspect;
use domain::listing::language::{aspect_names, value_forms};
use domain::site::ListingLanguage;

/// "Used", for a category that allows no finer condition, such as records, whose grade is an item specific.
const USED_CONDITION_ID: u16 = 3000;

/// Rules of all categories that Draft Maker uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryPolicies {
    categories: HashMap<u32, CategoryRules>,
}

/// Requirements of one category.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CategoryRules {
    /// IDs of the allowed conditions.
    pub(super) conditions: Vec<u16>,
    pub(super) condition_required: bool,
    pub(super) aspects: Vec<EbayAspectRule>,
}

/// Requirements for one item specific in a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EbayAspectRule {
    pub(super) name: String,
    pub(super) required: bool,
    /// True if only one value is allowed.
    pub(super) single: bool,
    /// Allowed values; empty if every value is allowed.
    pub(super) values: Vec<String>,
    /// Maximum length of a value, in UTF-16 code units.
    #[serde(rename = "longest")]
    max_chars: Option<usize>,
}

/// Maximum length of a value of an item specific (Inventory API).
const MAX_VALUE_CHARS: usize = 50;

impl CategoryPolicies {
    pub(super) fn from_rules(categories: impl IntoIterator<Item = (u32, CategoryRules)>) -> Self {
        Self { categories: categories.into_iter().collect() }
    }

    /// Returns the rules of a category; `None` if they were not fetched.
    pub(crate) fn rules_for(&self, id: u32) -> Option<&CategoryRules> {
        self.categories.get(&id)
    }

    /// Returns whether every category requires a condition.
    pub(super) fn all_require_condition(&self) -> bool {
        self.categories.values().all(|rules| rules.condition_required)
    }
}

impl CategoryRules {
    /// Returns the ID of a condition in this category: its own ID, or else the ID of "used". `None` if the category
    /// allows neither.
    pub(crate) fn choose_condition(&self, stated: Condition) -> Option<u16> {
        let exact = Some(stated.ebay_id()).filter(|id| self.conditions.contains(id));
        let used = Some(USED_CONDITION_ID).filter(|id| stated != Condition::New && self.conditions.contains(id));
        exact.or(used)
    }

    /// Converts item specifics to the form that this category accepts: names and values in eBay's spelling and the
    /// language of the site, and a single value if only one is allowed. Omits an item specific without a valid value,
    /// and one whose name is unknown at a site in another language.
    pub(crate) fn normalize_aspects(&self, aspects: &[Aspect], language: ListingLanguage) -> Vec<Aspect> {
        let fit = |aspect: &Aspect| {
            let Some(rule) = self.rule_for(aspect, language) else {
                // At a site in another language, an unknown name is likely to be an English word.
                return language.is_english().then(|| localize_aspect(aspect, language));
            };
            let normalize = |value: &String| {
                let forms = value_forms(language, &aspect.name, value);
                forms.into_iter().find_map(|form| rule.normalize_value(form))
            };
            let values = aspect.values.iter().filter_map(normalize).collect::<Vec<_>>();
            let values = if rule.single { rule.join_values(values) } else { values };
            Some(Aspect { name: rule.name.clone(), values })
        };
        aspects.iter().filter_map(fit).filter(|aspect| !aspect.values.is_empty()).collect()
    }

    /// Returns the rule of an item specific, by any of its names in the language of the site.
    pub(super) fn rule_for(&self, aspect: &Aspect, language: ListingLanguage) -> Option<&EbayAspectRule> {
        let mut names = aspect_names(language, &aspect.name).into_iter();
        names.find_map(|name| self.aspects.iter().find(|rule| rule.name == name))
    }
}

/// Returns an item specific with the most likely name and values in the language of a site whose rules are unknown.
pub(crate) fn localize_aspect(aspect: &Aspect, language: ListingLanguage) -> Aspect {
    let first = |names: Vec<&str>| names.first().map(|name| (*name).to_owned()).unwrap_or_default();
    let values = aspect.values.iter().map(|value| first(value_forms(language, &aspect.name, value)));
    Aspect { name: first(aspect_names(language, &aspect.name)), values: values.collect() }
}

impl EbayAspectRule {
    /// Reduces values to one: for free text, all values joined if they fit; otherwise the first value.
    fn join_values(&self, mut values: Vec<String>) -> Vec<String> {
        let joined = values.join(", ");
        let longest = self.max_chars.unwrap_or(MAX_VALUE_CHARS).min(MAX_VALUE_CHARS);
        if self.values.is_empty() && values.len() > 1 && utf16_len(&joined) <= longest {
            return vec![joined];
        }
        values.truncate(1);
        values
    }

    fn normalize_value(&self, value: &str) -> Option<String> {
        if self.values.is_empty() {
            return self.max_chars.is_none_or(|longest| utf16_len(value) <= longest).then(|| value.to_owned());
        }
        let letters = |text: &str| text.to_lowercase().replace(|c: char| !c.is_alphanumeric() && c != '"', "");
        let wanted = letters(value);
        // eBay explains some values in brackets: `DVD: 2 (Europe, Japan, Middle East...)`.
        let bare = |known: &str| known.split_once(" (").map(|(bare, _)| letters(bare));
        let exact = self.values.iter().find(|known| letters(known) == wanted);
        exact.or_else(|| self.values.iter().find(|known| bare(known).as_ref() == Some(&wanted))).cloned()
    }
}

/// Returns the name of a condition in an inventory item (developer.ebay.com, "Item condition ID and name values").
pub(super) const fn condition_name(id: u16) -> Option<&'static str> {
    Some(match id {
        1000 => "NEW",
        1500 => "NEW_OTHER",
        2750 => "LIKE_NEW",
        3000 => "USED_EXCELLENT",
        4000 => "USED_VERY_GOOD",
        5000 => "USED_GOOD",
        6000 => "USED_ACCEPTABLE",
        7000 => "FOR_PARTS_OR_NOT_WORKING",
        _ => return None,
    })
}

/// Returns a condition of an inventory item in the words of the site: `very good` for `USED_VERY_GOOD`.
pub(super) fn condition_words(name: &str) -> String {
    match name {
        "USED_EXCELLENT" => "used".to_owned(),
        name => name.trim_start_matches("USED_").to_lowercase().replace('_', " "),
    }
}

/// Converts the item specifics of a category.
pub(super) fn parse_aspects(page: AspectPage) -> Vec<EbayAspectRule> {
    page.aspects.into_iter().map(parse_aspect).collect()
}

/// Converts an item specific. `aspectRequired` decides whether it is required; `aspectUsage` may say RECOMMENDED even
/// then.
fn parse_aspect(aspect: AspectMetadata) -> EbayAspectRule {
    let constraint = aspect.aspect_constraint;
    let is_closed = constraint.aspect_mode.as_deref() == Some("SELECTION_ONLY");
    let values = aspect.aspect_values.into_iter().filter(|_| is_closed);
    EbayAspectRule {
        name: aspect.localized_aspect_name,
        required: constraint.aspect_required,
        single: constraint.item_to_aspect_cardinality.as_deref() == Some("SINGLE"),
        values: values.map(|value| value.localized_value).collect(),
        max_chars: constraint.aspect_max_length,
    }
}

/// Converts the conditions of each category: the allowed IDs, and whether a condition is required.
pub(super) fn parse_conditions(page: ConditionPolicyPage) -> HashMap<u32, (Vec<u16>, bool)> {
    let policies = page.item_condition_policies.into_iter().filter_map(|policy| {
        let ids = policy.item_conditions.iter().filter_map(|condition| condition.condition_id.parse().ok());
        Some((policy.category_id.parse().ok()?, (ids.collect(), policy.item_condition_required)))
    });
    policies.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_without_the_explanation_that_ebay_adds() {
        let rule = EbayAspectRule {
            name: "Region Code".to_owned(),
            required: false,
            single: false,
            values: ["DVD: 2 (Europe, Japan, Middle East...)", "DVD: 0/All (Region Free/Worldwide)", "Region Free"]
                .map(str::to_owned)
                .to_vec(),
            max_chars: None,
        };
        for (value, expected) in [
            ("DVD: 2", Some("DVD: 2 (Europe, Japan, Middle East...)")),
            ("DVD: 0/All", Some("DVD: 0/All (Region Free/Worldwide)")),
            ("Region free", Some("Region Free")),
            ("DVD: 4", None),
            ("Europe", None),
        ] {
            assert_eq!(rule.normalize_value(value).as_deref(), expected, "{value}");
        }
    }
}
