//! One draft as a row, and what its cells may hold.

use serde::{Deserialize, Serialize};

use super::super::ebay::CategoryRules;
use domain::listing::{Aspect, Listing};
use domain::wording::units;

/// The row of one draft, as the ledger keeps it: the plain values, made fit for a file only in [`Row::cells`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub sku: String,
    pub category_id: u32,
    pub title: String,
    pub upc: String,
    /// A decimal text in US dollars.
    pub price: String,
    pub quantity: u32,
    pub photos: Vec<String>,
    /// `None` where the seller stated no condition.
    pub condition_id: Option<u16>,
    pub description: String,
    /// Item specifics: name and values.
    pub aspects: Vec<(String, Vec<String>)>,
}

/// EBay's limits for a listing.
const MOST_PHOTOS: usize = 24;
const LONGEST_TITLE: usize = 80;

impl Row {
    /// What the file says of a listing.
    pub fn of(listing: &Listing) -> Self {
        Self {
            sku: listing.sku().to_string(),
            category_id: listing.category_id(),
            title: listing.title().to_owned(),
            upc: listing.upc().to_string(),
            price: listing.price().amount(),
            quantity: listing.quantity(),
            photos: listing.images().to_vec(),
            condition_id: listing.condition_id(),
            description: listing.description().to_owned(),
            aspects: pairs(listing.aspects()),
        }
    }

    /// The same as a category takes it: its own spelling, no value that it does not know, a condition that it allows.
    pub(super) fn fitting(self, listing: &Listing, category: &CategoryRules) -> Self {
        let condition = listing.condition().and_then(|stated| category.condition(stated));
        let condition_id = condition.or(self.condition_id);
        Self { condition_id, aspects: pairs(&category.fitting(listing.aspects())), ..self }
    }

    /// The cells in the order of the columns; `aspects` names the columns after the fixed ones.
    pub(super) fn cells(&self, aspects: &[String]) -> Vec<String> {
        let fixed = [
            "Draft".to_owned(),
            self.sku.clone(),
            self.category_id.to_string(),
            inert_title(&self.title),
            self.upc.clone(),
            self.price.clone(),
            self.quantity.to_string(),
            self.photos.iter().take(MOST_PHOTOS).map(|url| photo(url)).collect::<Vec<_>>().join("|"),
            self.condition_id.map(|id| id.to_string()).unwrap_or_default(),
            inert(&self.description),
            "FixedPrice".to_owned(),
        ];
        fixed.into_iter().chain(aspects.iter().map(|name| self.aspect(name))).collect()
    }

    fn aspect(&self, name: &str) -> String {
        let values = self.aspects.iter().find(|(known, _)| known == name).map(|(_, values)| values.as_slice());
        // A bar stands between values, so one inside a value would make two of it.
        let values = values.unwrap_or_default().iter().map(|value| value.replace('|', "/"));
        inert(&values.collect::<Vec<_>>().join("|"))
    }
}

fn pairs(aspects: &[Aspect]) -> Vec<(String, Vec<String>)> {
    aspects.iter().map(|aspect| (aspect.name.clone(), aspect.values.clone())).collect()
}

/// A cell on one line that no spreadsheet runs as a formula (OWASP, "CSV Injection"). A cell that begins like one gets a space
/// before it: eBay trims spaces at the ends, a spreadsheet sees text. The usual apostrophe would stand in the title
/// of a record by `-M-` for every buyer to see.
fn inert(text: &str) -> String {
    let line = text.replace(['\r', '\n', '\t'], " ");
    if line.trim_start().starts_with(begins_formula) { format!(" {}", line.trim_start()) } else { line }
}

/// Where the title has no room for the space, the character goes instead.
fn inert_title(title: &str) -> String {
    let cell = inert(title);
    if units(&cell) <= LONGEST_TITLE {
        cell
    } else {
        title.trim_start_matches(|c| begins_formula(c) || c == ' ').to_owned()
    }
}

/// Also in their full-width forms, which some spreadsheets read alike.
fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

/// EBay has refused a row for a `~` in an address; the escaped form means the same (RFC 3986, 2.3). A bar stands
/// between addresses.
fn photo(url: &str) -> String {
    url.replace('~', "%7E").replace('|', "%7C")
}
