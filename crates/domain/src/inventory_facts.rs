//! Inventory data in a seller's list: how a copy is stored and sold (cost, store category, best offer), and which of
//! its parts are present.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::listed_price::ListedPrice;

/// Maximum number of different costs of like copies.
const MAX_COSTS: usize = 20;

/// Inventory data in one row of a list. `None` means not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InventoryFacts {
    /// Prices that the seller paid per copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<CopyCosts>,
    /// Whether buyers may make an offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_offer: Option<bool>,
    /// Path of a category in the seller's own eBay store, such as `/Music/CDs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_category: Option<CompactString>,
    /// Name of the lot. Items of a list with the same lot are sold together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<CompactString>,
}

/// Different prices that the seller paid for like copies, at least one. In JSON, a single price is not in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CopyCosts {
    One(ListedPrice),
    Several(Vec<ListedPrice>),
}

impl CopyCosts {
    /// Adds the costs of further copies, up to [`MAX_COSTS`] different ones.
    pub(crate) fn add(&mut self, more: &Self) {
        let mut costs = self.as_slice().to_vec();
        for cost in more.as_slice() {
            if costs.len() < MAX_COSTS && !costs.contains(cost) {
                costs.push(cost.clone());
            }
        }
        if costs.len() > 1 {
            *self = Self::Several(costs);
        }
    }

    fn as_slice(&self) -> &[ListedPrice] {
        match self {
            Self::One(cost) => std::slice::from_ref(cost),
            Self::Several(costs) => costs,
        }
    }
}

/// Formats the costs: `2.00 USD, 3.50 USD`.
impl fmt::Display for CopyCosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, cost) in self.as_slice().iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{cost}")?;
        }
        Ok(())
    }
}

/// Which parts of a copy are present. `None` means not stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CopyParts {
    /// Paper band around a Japanese release, which collectors pay for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obi: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booklet: Option<bool>,
    /// The original case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<bool>,
}

/// A text that does not list parts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown part {0:?}: {PARTS_HINT}")]
pub struct ParsePartsError(String);

/// Says how parts are written.
pub(crate) const PARTS_HINT: &str =
    "list obi, booklet or case, and no before a missing part, for example: obi, no booklet";

impl std::str::FromStr for CopyParts {
    type Err = ParsePartsError;

    fn from_str(text: &str) -> Result<Self, ParsePartsError> {
        let mut parts = Self::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let lower = entry.to_lowercase().replace(['-', '_'], " ");
            let missing = ["no ", "without "].iter().find_map(|word| lower.strip_prefix(word));
            let value = Some(missing.is_none());
            match missing.unwrap_or(&lower).trim() {
                "obi" => parts.obi = value,
                "booklet" => parts.booklet = value,
                "case" => parts.case = value,
                _ => return Err(ParsePartsError(entry.to_owned())),
            }
        }
        Ok(parts)
    }
}

impl std::fmt::Display for CopyParts {
    /// Writes the parts as [`std::str::FromStr`] reads them: `obi, no booklet`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stated = [("obi", self.obi), ("booklet", self.booklet), ("case", self.case)];
        let names = stated.iter().filter_map(|(name, state)| {
            state.map(|is_there| if is_there { (*name).to_owned() } else { format!("no {name}") })
        });
        f.pad(&names.collect::<Vec<_>>().join(", "))
    }
}

impl CopyParts {
    /// Returns these parts, completed with the statements of `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { obi: self.obi.or(other.obi), booklet: self.booklet.or(other.booklet), case: self.case.or(other.case) }
    }

    /// Returns true if nothing is stated.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Formats the parts for buyers: `With obi and booklet. Without case.` Returns `None` if nothing is stated.
    pub fn sentence(&self) -> Option<String> {
        self.sentence_with(|word| word)
    }

    /// Formats [`Self::sentence`] in another language. `translate` gets `With {parts}.`, `Without {parts}.`,
    /// `{parts} and {last}`, `{parts} or {last}`, `obi`, `booklet` and `case`.
    pub(crate) fn sentence_with(self, translate: impl Fn(&'static str) -> &'static str) -> Option<String> {
        let stated = [("obi", self.obi), ("booklet", self.booklet), ("case", self.case)];
        let sentence = |is_there: bool, frame, last_frame| {
            let names = stated.iter().filter(|(_, state)| *state == Some(is_there)).map(|(name, _)| translate(name));
            let names = enumerate_parts(&names.collect::<Vec<_>>(), translate(last_frame))?;
            Some(translate(frame).replace("{parts}", &names))
        };
        let with = sentence(true, "With {parts}.", "{parts} and {last}");
        let without = sentence(false, "Without {parts}.", "{parts} or {last}");
        let sentences = [with, without];
        let sentences = sentences.into_iter().flatten().collect::<Vec<_>>();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }
}

/// Joins names with commas, and the last one with the text of `frame`.
fn enumerate_parts(names: &[&str], frame: &str) -> Option<String> {
    let (last, others) = names.split_last()?;
    Some(if others.is_empty() {
        (*last).to_owned()
    } else {
        frame.replace("{parts}", &others.join(", ")).replace("{last}", last)
    })
}

/// Parses a yes/no cell of a list: `yes`, `1`, `x`, `ja`, `有`; `no`, `0`, `-`, `nein`, `なし`. Returns `None` for any
/// other text.
pub(super) fn parse_yes_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" | "x" | "on" | "with" | "present" | "included" | "complete" | "ok" | "✓"
        | "✔" | "ja" | "j" | "vorhanden" | "oui" | "o" | "avec" | "si" | "sí" | "sì" | "con" | "tak" | "sim" | "有"
        | "有り" | "あり" | "○" | "◯" | "付" | "付き" => Some(true),
        "no" | "n" | "false" | "f" | "0" | "-" | "off" | "without" | "missing" | "none" | "✗" | "✘" | "nein"
        | "fehlt" | "ohne" | "non" | "sans" | "nie" | "não" | "nao" | "nee" | "無" | "無し" | "なし" | "×" | "欠" => {
            Some(false)
        }
        _ => None,
    }
}
