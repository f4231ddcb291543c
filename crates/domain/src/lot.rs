//! Lots: several items of a list that are sold as one listing. The list names the lot of each item, or an edit does.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::job_spec::InputItem;
use super::upc::Upc;

/// The lot of an item that is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotOutcome {
    pub name: String,
    /// True if the lot has no draft yet, because another item of it is not ready.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_waiting: bool,
}

/// What an edit says about the lot of an item, instead of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotEdit {
    /// The item is sold in the lot of this name.
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
    /// The word that stands for no lot.
    pub const ALONE_WORD: &str = "none";

    /// Returns what an operator means by a name: [`Self::ALONE_WORD`] stands for no lot.
    pub fn from_name(name: &str) -> Self {
        match name.trim() {
            word if word.eq_ignore_ascii_case(Self::ALONE_WORD) => Self::Alone,
            name => Self::In(name.into()),
        }
    }
}

impl InputItem {
    /// Returns the lots that the rows of the item name, each once; `None` stands for copies outside of lots. One entry for
    /// an item whose copies are together.
    pub fn lots(&self) -> Vec<Option<String>> {
        let mut lots = Vec::new();
        for group in self.copy_groups() {
            let name = group.seller.as_deref().and_then(|seller| seller.facts.as_deref()?.lot.as_deref());
            let name = name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
            let is_same = |known: &Option<String>| known.as_deref().map(lot_key) == name.as_deref().map(lot_key);
            if !lots.iter().any(is_same) {
                lots.push(name);
            }
        }
        lots
    }
}

/// Returns what two spellings of one lot have in common.
pub fn lot_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Returns the number under which the ledger knows a lot: that of an item without a barcode, since no barcode is that of a lot.
/// It follows from the name and the least barcode, so that the same lot in another order, or with another item added,
/// keeps its draft, and lots that other lists call by the same name do not share it.
pub fn lot_code(name: &str, items: &[Upc]) -> Option<Upc> {
    let least = items.iter().min()?;
    Some(Upc::substitute_for(&format!("lot\n{}\n{least}", lot_key(name))))
}
