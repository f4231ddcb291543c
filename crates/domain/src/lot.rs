//! Lots: several items of a list that are sold as one listing. The list or an edit names the lot of each item.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::job_spec::InputItem;
use super::upc::Upc;

/// The lot of a finished item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotOutcome {
    pub name: String,
    /// True if the lot has no draft yet, because another of its items is not ready.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_waiting: bool,
}

/// Lot of an item according to an edit, which overrides the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotEdit {
    /// The item is sold in the lot with this name.
    In(CompactString),
    /// The item is sold alone.
    #[serde(rename = "none")]
    Alone,
}

impl fmt::Display for LotEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::In(name) => name,
            Self::Alone => Self::ALONE_WORD,
        })
    }
}

impl LotEdit {
    /// Name that means "no lot".
    pub(crate) const ALONE_WORD: &str = "none";

    /// Parses the name that an operator entered; `ALONE_WORD` means no lot.
    pub fn from_name(name: &str) -> Self {
        match name.trim() {
            word if word.eq_ignore_ascii_case(Self::ALONE_WORD) => Self::Alone,
            name => Self::In(name.into()),
        }
    }
}

impl InputItem {
    /// Returns the distinct lots that the rows of the item name; `None` for copies outside of lots. Has one entry if
    /// all copies are sold together.
    pub fn lots(&self) -> Vec<Option<String>> {
        let mut lots = Vec::new();
        for group in self.copy_groups() {
            let name = group.seller.as_deref().and_then(|seller| seller.facts()?.lot.as_deref());
            let name = name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
            let is_same = |known: &Option<String>| known.as_deref().map(lot_key) == name.as_deref().map(lot_key);
            if !lots.iter().any(is_same) {
                lots.push(name);
            }
        }
        lots
    }
}

/// Returns a key that is equal for all spellings of a lot's name.
pub fn lot_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Returns the substitute code with which the ledger identifies a new lot, because a lot has no barcode. It follows from
/// the name and the lowest barcode, so lots with the same name in other lists have other codes. A lot that gets other
/// items keeps its code, see [`possible_lot_codes`].
pub fn lot_code(name: &str, items: &[Upc]) -> Option<Upc> {
    let least = items.iter().min()?;
    Some(Upc::substitute_for(&format!("lot\n{}\n{least}", lot_key(name))))
}

/// Returns the codes that the ledger may have for a lot with these items: the lowest barcode may be that of an item that
/// a later list has added.
pub fn possible_lot_codes(name: &str, items: &[Upc]) -> Vec<Upc> {
    items.iter().filter_map(|item| lot_code(name, &[*item])).collect()
}
