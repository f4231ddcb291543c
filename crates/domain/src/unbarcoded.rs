//! Items without a barcode: old records, and list rows with only a catalog number, or artist and title.
//!
//! Journal, ledger and SKUs identify an item by its code. An item without a barcode gets a substitute code that follows
//! from the text in the list, so that the same row is the same item in every run.

use super::job_spec::InputItem;
use super::seller_data::SellerData;
use super::upc::Upc;

/// First code of the range 299, which GS1 reserves for use within a company, so that no product has such a code.
const FIRST_SUBSTITUTE: u64 = 2_990_000_000_000;

/// Number of codes in the range, without the check digit.
const SUBSTITUTES: u64 = 1_000_000_000;

impl Upc {
    /// Returns the substitute code of an item that is described by `text`.
    pub(crate) fn substitute_for(text: &str) -> Self {
        // FNV-1a (Fowler, Noll, Vo). Journals and SKUs contain the code, so the function must not change.
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, step);
        let first = FIRST_SUBSTITUTE + (hash ^ (hash >> 32)) % SUBSTITUTES * 10;
        let code = (first..first + 10).find_map(|number| Self::from_number(number).ok());
        code.unwrap_or_else(|| unreachable!("{first} can be completed with one of ten check digits"))
    }

    /// Returns true for the substitute code of an item without a barcode.
    pub const fn is_substitute(self) -> bool {
        self.number() >= FIRST_SUBSTITUTE && self.number() < FIRST_SUBSTITUTE + SUBSTITUTES * 10
    }
}

impl SellerData {
    /// Returns the texts to search for instead of a barcode, the most precise first: the catalog number, then artist
    /// and title. Empty if the list states neither.
    pub fn search_texts(&self) -> Vec<String> {
        let known = |field: Option<&str>| {
            field.map(str::trim).filter(|text| text.contains(char::is_alphanumeric)).map(str::to_owned)
        };
        let (artist, title) = (known(self.artist.as_deref()), known(self.title.as_deref()));
        let names = artist.zip(title).map(|(artist, title)| format!("{artist} {title}"));
        known(self.catalog_number()).filter(|number| !is_placeholder(number)).into_iter().chain(names).collect()
    }

    /// Returns the substitute code of an item; `None` if the list states too little about it.
    pub fn substitute_code(&self) -> Option<Upc> {
        let text = self.release_text();
        (!text.is_empty()).then(|| Upc::substitute_for(&text))
    }

    /// Returns the text that the substitute code follows from. Different texts can have the same code, because there
    /// are only a billion codes.
    fn release_text(&self) -> String {
        self.search_texts().join("\n").to_lowercase()
    }
}

/// Returns true for texts that collection programs write in place of a catalog number.
fn is_placeholder(number: &str) -> bool {
    ["none", "n/a", "na", "-", "unknown"].iter().any(|word| number.eq_ignore_ascii_case(word))
}

impl InputItem {
    /// Returns the texts to search for if the item has no barcode; empty if it has one.
    pub fn search_texts(&self) -> Vec<String> {
        let seller = self.seller.as_deref().filter(|_| self.upc.is_substitute());
        seller.map(SellerData::search_texts).unwrap_or_default()
    }

    /// Returns true if the item has a substitute code and `seller` describes another release, which has the same code by
    /// coincidence.
    pub(super) fn is_other_release(&self, seller: Option<&SellerData>) -> bool {
        let text = |seller: Option<&SellerData>| seller.map(SellerData::release_text).unwrap_or_default();
        self.upc.is_substitute() && text(self.seller.as_deref()) != text(seller)
    }
}
