//! Fingerprints of sent documents, small enough to store one for every draft: each value under its path, long values as
//! a digest. Compared with the state on eBay, they show what the seller has changed since.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::category_policies::condition_words;
use domain::money::Money;

/// Maximum length in bytes of a value that is stored in full, so that the operator can read what changed.
const MAX_PLAIN_BYTES: usize = 64;

/// Prefix of the digest of a longer value.
pub(super) const DIGEST_PREFIX: &str = "sha256:";

/// Values that count as missing.
const EMPTY_VALUES: [&str; 4] = ["", "false", "0", "null"];

/// eBay's paths with the names that sellers know.
const FIELD_LABELS: &[(&str, &str)] = &[
    ("product.title", "title"),
    ("product.description", "description"),
    ("product.imageUrls", "pictures"),
    ("product.upc", "UPC"),
    ("product.ean", "EAN"),
    ("condition", "condition"),
    ("conditionDescription", "condition description"),
    ("availability.shipToLocationAvailability.quantity", "quantity"),
    ("availableQuantity", "quantity of the offer"),
    ("lotSize", "items in a lot"),
    ("categoryId", "category"),
    ("listingDescription", "description of the offer"),
    ("pricingSummary.price.value", "price"),
    ("pricingSummary.price.currency", "currency"),
    ("listingPolicies.fulfillmentPolicyId", "shipping policy"),
    ("listingPolicies.paymentPolicyId", "payment policy"),
    ("listingPolicies.returnPolicyId", "return policy"),
    ("merchantLocationKey", "location"),
    ("storeCategoryNames", "store category"),
    ("listingPolicies.bestOfferTerms.bestOfferEnabled", "best offer"),
    ("listingPolicies.bestOfferTerms.autoAcceptPrice.value", "accepted offer"),
    ("listingPolicies.bestOfferTerms.autoAcceptPrice.currency", "currency of the accepted offer"),
    ("listingPolicies.bestOfferTerms.autoDeclinePrice.value", "declined offer"),
    ("listingPolicies.bestOfferTerms.autoDeclinePrice.currency", "currency of the declined offer"),
    ("packageWeightAndSize.dimensions.length", "length of the package"),
    ("packageWeightAndSize.dimensions.width", "width of the package"),
    ("packageWeightAndSize.dimensions.height", "height of the package"),
    ("packageWeightAndSize.dimensions.unit", "unit of the package size"),
    ("packageWeightAndSize.weight.value", "weight"),
    ("packageWeightAndSize.weight.unit", "unit of the weight"),
];

/// Values of a JSON document, by their paths: `product.title`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct DocumentFingerprint(BTreeMap<String, String>);

impl DocumentFingerprint {
    /// Creates the fingerprint of a document.
    pub(super) fn from_document(document: &Value) -> Self {
        let mut values = BTreeMap::new();
        collect_values("", document, &mut values);
        Self(values)
    }

    /// Returns the paths of this document whose values differ in `remote`. Additional values in `remote` are ignored,
    /// because eBay adds fields.
    pub(super) fn differing_paths(&self, remote: &Self) -> BTreeSet<String> {
        let different = self.0.iter().filter(|(path, value)| remote.0.get(*path) != Some(*value));
        different.map(|(path, _)| path.clone()).collect()
    }

    /// Describes the change of these paths from this document to `remote`: `price from 9.99 USD to 12.50 USD`.
    pub(super) fn describe_changes(&self, paths: &BTreeSet<String>, remote: &Self) -> Vec<String> {
        paths.iter().map(|path| self.describe_change(path, remote)).collect()
    }

    /// Describes the changes after which this document has all values of `wanted`.
    pub(super) fn changes_to(&self, wanted: &Self) -> Vec<String> {
        let different = wanted.0.iter().filter(|(path, value)| self.0.get(*path) != Some(*value));
        different.map(|(path, _)| self.describe_change(path, wanted)).collect()
    }

    /// Returns the paths where this document still has the value of `sent`, but `wanted` has no value.
    pub(super) fn stale_paths(&self, sent: &Self, wanted: &Self) -> BTreeSet<String> {
        let unchanged = self.0.iter().filter(|(path, value)| sent.0.get(*path) == Some(*value));
        unchanged.filter(|(path, _)| !wanted.0.contains_key(*path)).map(|(path, _)| path.clone()).collect()
    }

    /// Describes the removal of these paths.
    pub(super) fn describe_removals(&self, paths: &BTreeSet<String>) -> Vec<String> {
        paths.iter().map(|path| self.describe_change(path, &Self::default())).collect()
    }

    /// Describes the change of a field from this document to `later`. Of long values only the digest is known. Item and
    /// offer have the same quantity and description, so their names are the same here.
    fn describe_change(&self, path: &str, later: &Self) -> String {
        let label = field_label(path).trim_end_matches(" of the offer").to_owned();
        let is_long = [self, later].iter().any(|one| one.get(path).is_some_and(|text| text.starts_with(DIGEST_PREFIX)));
        match (self.display_value(path), later.display_value(path)) {
            (Some(_), Some(_)) if is_long => label,
            (None, Some(_)) if is_long => format!("{label} added"),
            (Some(_), None) if is_long => format!("{label} removed"),
            (Some(from), Some(to)) => format!("{label} from {from} to {to}"),
            (None, Some(to)) => format!("{label} set to {to}"),
            (Some(from), None) => format!("{label} removed ({from})"),
            (None, None) => label,
        }
    }

    /// Returns a value as a seller reads it: an amount with its currency, a condition in words, a text in quotes.
    fn display_value(&self, path: &str) -> Option<String> {
        let value = self.get(path)?;
        let amount = path.strip_suffix(".value").and_then(|amount| self.get(&format!("{amount}.currency")));
        if let Some(money) = amount.and_then(|currency| Money::parse(value, currency).ok()) {
            return Some(money.to_string());
        }
        Some(match path {
            "condition" => condition_words(value),
            "product.title" | "conditionDescription" => format!("{value:?}"),
            "listingPolicies.bestOfferTerms.bestOfferEnabled" => if value == "true" { "on" } else { "off" }.to_owned(),
            _ => value.replace('|', ", "),
        })
    }

    /// Returns the paths of this document that are not in `sent`. Empty values and `false` are ignored, because eBay
    /// sets many fields to them.
    pub(super) fn extra_paths(&self, sent: &Self) -> Vec<String> {
        let is_empty = |value: &String| EMPTY_VALUES.contains(&value.as_str());
        let extra = self.0.iter().filter(|(path, value)| !sent.0.contains_key(*path) && !is_empty(value));
        extra.map(|(path, _)| path.clone()).collect()
    }

    /// Returns the values whose paths are in none of the `known` documents.
    pub(super) fn values_not_in(&self, known: &[&Self]) -> Self {
        let unknown = self.0.iter().filter(|(path, _)| known.iter().all(|known| !known.0.contains_key(*path)));
        Self(unknown.map(|(path, value)| (path.clone(), value.clone())).collect())
    }

    /// Returns the paths whose values exist in `remote` too, but differ there.
    pub(super) fn conflicting_paths(&self, remote: &Self) -> BTreeSet<String> {
        let shared = self.0.iter().filter_map(|(path, value)| Some((path, value, remote.0.get(path)?)));
        shared.filter(|(_, value, remote_value)| value != remote_value).map(|(path, ..)| path.clone()).collect()
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Returns the price of an offer.
    pub(super) fn price(&self) -> Option<Money> {
        let currency = self.get("pricingSummary.price.currency")?;
        Money::parse(self.get("pricingSummary.price.value")?, currency).ok()
    }

    pub(super) fn set(&mut self, path: &str, value: &str) {
        self.0.insert(path.to_owned(), value.to_owned());
    }

    /// Returns whether `remote` contains all values of this document.
    pub(super) fn is_subset_of(&self, remote: &Self) -> bool {
        self.differing_paths(remote).is_empty()
    }
}

/// Returns the name that sellers know for a field of eBay's documents, or its path if it has none.
pub(super) fn field_label(path: &str) -> String {
    let known = FIELD_LABELS.iter().find(|(known, _)| *known == path).map(|(_, label)| *label);
    known.or_else(|| path.strip_prefix("product.aspects.")).unwrap_or(path).to_owned()
}

/// Returns the path of a field of the object at `path`.
pub(super) fn child_path(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn collect_values(path: &str, value: &Value, values: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| collect_values(&child_path(path, name), value, values));
        }
        Value::Array(list) => {
            let texts = list.iter().map(normalize_value).collect::<Vec<_>>().join("|");
            values.insert(path.to_owned(), digest_if_long(texts));
        }
        other => {
            values.insert(path.to_owned(), digest_if_long(normalize_value(other)));
        }
    }
}

/// Normalizes a value to text: `"9.90"`, `"9.9"` and `9.9` are the same price.
fn normalize_value(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
    text.parse::<Decimal>().map_or(text, |number| number.normalize().to_string())
}

fn digest_if_long(text: String) -> String {
    if text.len() <= MAX_PLAIN_BYTES {
        return text;
    }
    let digest = Sha256::digest(text.as_bytes());
    format!("{DIGEST_PREFIX}{}", STANDARD_NO_PAD.encode(digest))
}

/// Joins descriptions of changes. Item and offer have the same quantity and description, so each text appears once.
pub(super) fn join_changes<'a>(changes: impl IntoIterator<Item = &'a String>) -> String {
    let mut seen = BTreeSet::new();
    changes.into_iter().map(String::as_str).filter(|change| seen.insert(*change)).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A change of any field that Draft Maker sends is described in a seller's words, not by its path in eBay's documents.
    #[test]
    fn changes_are_in_the_words_of_a_seller() {
        let amount = |value| json!({ "value": value, "currency": "EUR" });
        let terms =
            json!({ "bestOfferEnabled": true, "autoAcceptPrice": amount("9.00"), "autoDeclinePrice": amount("5.00") });
        let offer = DocumentFingerprint::from_document(&json!({
            "availableQuantity": 1,
            "listingDescription": "text",
            "listingPolicies": { "bestOfferTerms": terms, "returnPolicyId": "7" },
            "packageWeightAndSize": {
                "weight": { "value": 5, "unit": "OUNCE" },
                "dimensions": { "length": 6, "width": 5, "height": 1, "unit": "INCH" },
            },
            "pricingSummary": { "price": amount("10.00") },
            "storeCategoryNames": ["/Music/CDs"],
        }));
        let changes = DocumentFingerprint::default().changes_to(&offer);
        let labels = changes.iter().filter_map(|change| change.split_once(" set to ")).map(|(label, _)| label);
        let labels = labels.collect::<Vec<_>>();
        assert_eq!(labels.len(), changes.len(), "{changes:?}");
        let paths = labels.into_iter().filter(|label| label.contains(char::is_uppercase) || label.contains('.'));
        assert_eq!(paths.collect::<Vec<_>>(), [""; 0], "{changes:?}");
    }

    #[test]
    fn values_are_in_the_words_of_a_seller() {
        let offer = |price, terms| {
            let price = json!({ "price": { "value": price, "currency": "USD" } });
            let document = json!({ "pricingSummary": price, "listingPolicies": { "bestOfferTerms": terms } });
            DocumentFingerprint::from_document(&document)
        };
        let change = offer("9.00", json!({ "bestOfferEnabled": false }))
            .changes_to(&offer("24.00", json!({ "bestOfferEnabled": true })));
        assert_eq!(join_changes(&change), "best offer from off to on; price from 9.00 USD to 24.00 USD");
        let before = DocumentFingerprint::from_document(&json!({ "condition": "USED_VERY_GOOD" }));
        let after = DocumentFingerprint::from_document(&json!({
            "condition": "USED_GOOD",
            "conditionDescription": "light scuffs",
            "product": { "description": "long ".repeat(99), "aspects": { "Style": ["Grunge", "Punk"] } },
        }));
        let expected = "condition from very good to good; condition description set to \"light scuffs\"; Style set to \
                        Grunge, Punk; description added";
        assert_eq!(join_changes(&before.changes_to(&after)), expected);
        let removed = after.describe_removals(&BTreeSet::from(["product.aspects.Style".to_owned()]));
        assert_eq!(removed, ["Style removed (Grunge, Punk)"]);
        let twice = ["description".to_owned(), "quantity from 1 to 2".to_owned(), "description".to_owned()];
        assert_eq!(join_changes(&twice), "description; quantity from 1 to 2");
    }
}
