//! SKUs of drafts. A SKU follows from the UPC and the number of the draft, so that a rerun finds its own draft. A SKU
//! with a location is kept in the ledger and does not change if the copies are moved.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::upc::Upc;

/// A stock-keeping unit: `DM`, the 13 digits of the GTIN, and `C2` for a second draft of the item. It may begin with
/// the location of the copies: `Box14DM0720642442524`.
///
/// Has at most 50 letters and digits; eBay's Inventory API rejects other SKUs (error 25707). Contains no time and no
/// counter, which would create a duplicate draft in every rerun.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sku(String);

impl Sku {
    /// Returns the SKU of a draft for all copies of a UPC.
    pub fn for_upc(upc: Upc) -> Self {
        Self(format!("DM{}", upc.ean13()))
    }

    /// Returns the SKU of the `copy`-th copy (from 1), if each copy has its own draft.
    pub fn for_copy(upc: Upc, copy: u32) -> Self {
        match copy {
            0 | 1 => Self::for_upc(upc),
            n => Self(format!("DM{}C{n}", upc.ean13())),
        }
    }

    /// Returns the SKU of a new draft of the item, number `number` from 1, with the location of its copies if SKUs have
    /// one. An existing draft keeps its SKU; find it by its item, not by this SKU.
    pub fn for_draft(upc: Upc, number: u32, location: Option<&str>) -> Self {
        let sku = Self::for_copy(upc, number);
        location.map_or_else(|| sku.clone(), |location| sku.with_location_prefix(location))
    }

    /// Prepends a location to the SKU: its ASCII letters and digits, at most `MAX_PREFIX_CHARS` of them.
    #[must_use]
    pub fn with_location_prefix(&self, location: &str) -> Self {
        let prefix = location.chars().filter(char::is_ascii_alphanumeric).take(MAX_PREFIX_CHARS);
        Self(prefix.chain(self.0.chars()).collect())
    }

    /// Parses a SKU of Draft Maker; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::is_own_sku(text).then(|| Self(text.to_owned()))
    }

    /// Returns true if the text is a SKU of Draft Maker, which never changes the seller's other SKUs.
    pub fn is_own_sku(text: &str) -> bool {
        let Some((prefix, code, copy)) = split_sku(text) else { return false };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_prefix = prefix.len() <= MAX_PREFIX_CHARS && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_prefix && code.len() == GTIN_DIGITS && digits(code) && copy.is_none_or(digits)
    }

    /// Returns the number of the copy, from 1; 1 if the SKU is for all copies.
    pub fn copy_number(&self) -> u32 {
        split_sku(&self.0).and_then(|(_, _, copy)| copy?.parse().ok()).unwrap_or(1)
    }

    /// Returns the UPC of the item; `None` if the digits are not a barcode.
    pub fn upc(&self) -> Option<Upc> {
        Upc::from_number(self.gtin_digits().parse().ok()?).ok()
    }

    /// Returns the 13 digits of the GTIN.
    pub fn gtin_digits(&self) -> &str {
        split_sku(&self.0).map_or("", |(_, code, _)| code)
    }

    /// Returns the text of the SKU.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Splits a SKU into location, GTIN and number of the draft.
fn split_sku(text: &str) -> Option<(&str, &str, Option<&str>)> {
    let (prefix, rest) = text.rsplit_once("DM")?;
    let (code, copy) = rest.split_once('C').map_or((rest, None), |(code, copy)| (code, Some(copy)));
    Some((prefix, code, copy))
}

/// Maximum length of the location. A SKU then has at most 46 of eBay's 50 characters.
const MAX_PREFIX_CHARS: usize = 20;

/// Number of GTIN digits in a SKU.
const GTIN_DIGITS: usize = 13;

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
