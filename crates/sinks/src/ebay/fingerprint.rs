//! What was sent, small enough to keep for every draft: each value under its path, long ones as their digest. Held
//! against what eBay has now, it tells what a person has changed since.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Values up to so many bytes are kept as they are, so that people can read what changed.
const MAX_PLAIN_BYTES: usize = 64;

/// Values that say nothing.
const EMPTY_VALUES: [&str; 4] = ["", "false", "0", "null"];

/// The values of a JSON document by their paths: `product.title`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentFingerprint(BTreeMap<String, String>);

impl DocumentFingerprint {
    /// Of a whole document.
    pub fn from_document(document: &Value) -> Self {
        let mut values = BTreeMap::new();
        collect_values("", document, &mut values);
        Self(values)
    }

    /// Where `held` says something else than this, in words: `pricingSummary.price.value: 9.99 -> 12.5`. What `held`
    /// has beyond this does not count: eBay adds fields of its own.
    pub fn differences(&self, held: &Self) -> Vec<String> {
        let differs = self.0.iter().filter(|(path, ours)| held.0.get(*path) != Some(*ours));
        differs.map(|(path, ours)| describe_change(path, Some(ours), held.0.get(path))).collect()
    }

    /// What is to change here so that it says all that `wanted` says, in words.
    pub(super) fn changes_to(&self, wanted: &Self) -> Vec<String> {
        let differs = wanted.0.iter().filter(|(path, ours)| self.0.get(*path) != Some(*ours));
        differs.map(|(path, ours)| describe_change(path, self.0.get(path), Some(ours))).collect()
    }

    /// The paths at which this still says what `sent` said and `wanted` says nothing.
    pub(super) fn stale_paths(&self, sent: &Self, wanted: &Self) -> BTreeSet<String> {
        let still = self.0.iter().filter(|(path, value)| sent.0.get(*path) == Some(*value));
        still.filter(|(path, _)| !wanted.0.contains_key(*path)).map(|(path, _)| path.clone()).collect()
    }

    /// The same in words, for paths that are to go.
    pub(super) fn describe_removals(&self, paths: &BTreeSet<String>) -> Vec<String> {
        paths.iter().map(|path| describe_change(path, self.0.get(path), None)).collect()
    }

    /// The paths at which this says something that `ours` says nothing of. What is empty or off is no word: eBay fills
    /// many fields so by itself.
    pub(super) fn extra_paths(&self, ours: &Self) -> Vec<String> {
        let text = self
            .0
            .iter()
            .filter(|(path, value)| !ours.0.contains_key(*path) && !EMPTY_VALUES.contains(&value.as_str()));
        text.map(|(path, _)| path.clone()).collect()
    }

    /// The part of this at paths that none of `known` has.
    pub(super) fn values_not_in(&self, known: &[&Self]) -> Self {
        let unknown = self.0.iter().filter(|(path, _)| known.iter().all(|known| !known.0.contains_key(*path)));
        Self(unknown.map(|(path, value)| (path.clone(), value.clone())).collect())
    }

    /// What of this is said otherwise in `held`, in words.
    pub(super) fn conflicts_with(&self, held: &Self) -> Vec<String> {
        let both = self.0.iter().filter_map(|(path, ours)| Some((path, ours, held.0.get(path)?)));
        both.filter(|(_, ours, theirs)| ours != theirs)
            .map(|(path, _, theirs)| describe_change(path, None, Some(theirs)))
            .collect()
    }

    /// All paths that have a value.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    pub(super) fn set(&mut self, path: &str, value: &str) {
        self.0.insert(path.to_owned(), value.to_owned());
    }

    /// True where `held` says all that this says.
    pub fn is_subset_of(&self, held: &Self) -> bool {
        self.differences(held).is_empty()
    }
}

/// The path of a field.
pub(super) fn child_path(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn collect_values(path: &str, value: &Value, values: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| collect_values(&child_path(path, name), value, values))
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

/// `"9.90"`, `"9.9"` and `9.9` are one price.
fn normalize_value(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
    text.parse::<Decimal>().map_or(text, |number| number.normalize().to_string())
}

fn digest_if_long(text: String) -> String {
    if text.len() <= MAX_PLAIN_BYTES {
        return text;
    }
    let digest = Sha256::digest(text.as_bytes());
    format!("sha256:{}", STANDARD_NO_PAD.encode(digest))
}

fn describe_change(path: &str, from: Option<&String>, to: Option<&String>) -> String {
    let shown = |value: Option<&String>| value.map_or("nothing", |value| display_value(value)).to_owned();
    format!("{path}: {} -> {}", shown(from), shown(to))
}

fn display_value(value: &str) -> &str {
    if value.starts_with("sha256:") { "(a long text)" } else { value }
}
