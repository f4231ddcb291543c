//! What was sent, small enough to keep for every draft: each value under its path, long ones as their digest. Held
//! against what eBay has now, it tells what a person has changed since.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Values up to so many bytes are kept as they are, so that people can read what changed.
const SHORT: usize = 64;

/// The values of a JSON document by their paths: `product.title`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(BTreeMap<String, String>);

impl Fingerprint {
    /// Of a whole document.
    pub fn of(document: &Value) -> Self {
        let mut values = BTreeMap::new();
        note("", document, &mut values);
        Self(values)
    }

    /// Where `held` says something else than this, in words: `pricingSummary.price.value: 9.99 -> 12.5`. What `held`
    /// has beyond this does not count: eBay adds fields of its own.
    pub fn differences(&self, held: &Self) -> Vec<String> {
        let differs = self.0.iter().filter_map(|(path, ours)| match held.0.get(path) {
            Some(theirs) if theirs == ours => None,
            Some(theirs) => Some(format!("{path}: {} -> {}", shown(ours), shown(theirs))),
            None => Some(format!("{path}: {} -> nothing", shown(ours))),
        });
        differs.collect()
    }

    /// The part of this that `other` has a word on too.
    pub(super) fn only(&self, other: &Self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(path, _)| other.0.contains_key(*path))
                .map(|(p, v)| (p.clone(), v.clone()))
                .collect(),
        )
    }

    /// True where `held` says all that this says.
    pub fn is_in(&self, held: &Self) -> bool {
        self.differences(held).is_empty()
    }
}

fn note(path: &str, value: &Value, values: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            note(&path, value, values);
        }),
        Value::Array(list) => {
            let texts = list.iter().map(plain).collect::<Vec<_>>().join("|");
            values.insert(path.to_owned(), short(texts));
        }
        other => {
            values.insert(path.to_owned(), short(plain(other)));
        }
    }
}

/// `"9.90"`, `"9.9"` and `9.9` are one price.
fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
    text.parse::<Decimal>().map_or(text, |number| number.normalize().to_string())
}

fn short(text: String) -> String {
    if text.len() <= SHORT {
        return text;
    }
    let digest = Sha256::digest(text.as_bytes());
    format!("sha256:{}", STANDARD_NO_PAD.encode(digest))
}

fn shown(value: &str) -> &str {
    if value.starts_with("sha256:") { "(a long text)" } else { value }
}
