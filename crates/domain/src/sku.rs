//! SKUs. A SKU follows from the UPC and the copy alone, so a rerun finds its own draft.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::upc::Upc;

/// A stock-keeping unit: `DM` and the 13 digits of the GTIN, and `C2` for a second copy sold separately.
///
/// Letters and digits only and at most 50 of them: eBay's Inventory API refuses others (error 25707). No time
/// of day, no counter: those made a duplicate listing of every rerun.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sku(String);

impl Sku {
    /// Returns the SKU of all copies of a UPC that are one draft with a quantity.
    pub fn for_upc(upc: Upc) -> Self {
        Self(format!("DM{}", upc.ean13()))
    }

    /// Returns the SKU of the `copy`-th copy, from 1, if each copy has its own draft.
    pub fn for_copy(upc: Upc, copy: u32) -> Self {
        match copy {
            0 | 1 => Self::for_upc(upc),
            n => Self(format!("DM{}C{n}", upc.ean13())),
        }
    }

    /// Parses a SKU of Draft Maker; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::is_own_sku(text).then(|| Self(text.to_owned()))
    }

    /// True if the text is a SKU of Draft Maker. Draft Maker never touches other SKUs of the seller.
    pub fn is_own_sku(text: &str) -> bool {
        let Some(rest) = text.strip_prefix("DM") else { return false };
        let (code, copy) = rest.split_once('C').unwrap_or((rest, "2"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        code.len() == 13 && digits(code) && digits(copy)
    }

    /// Returns the number of the copy, from 1; 1 also for all copies together.
    pub fn copy_number(&self) -> u32 {
        self.0.split_once('C').and_then(|(_, copy)| copy.parse().ok()).unwrap_or(1)
    }

    /// Returns the text of the SKU.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
