//! One draft as a row, and what its cells may hold.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ebay::CategoryRules;
use domain::display_text::utf16_len;
use domain::listing::{Aspect, Listing};

/// The row of one draft, as the ledger keeps it: the plain values, made fit for a file only in [`Row::cells`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CsvDraftRow {
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
const MAX_PHOTOS: usize = 24;
const MAX_TITLE_CHARS: usize = 80;

impl CsvDraftRow {
    /// What the file says of a listing.
    pub fn from_listing(listing: &Listing) -> Self {
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
            aspects: aspect_pairs(listing.aspects()),
        }
    }

    /// Reads a row of the ledger.
    ///
    /// # Errors
    /// Returns a sentence if the payload is not a row.
    pub(super) fn from_payload(payload: Value) -> Result<Self, String> {
        serde_json::from_value(payload).map_err(|error| format!("a row of the ledger cannot be read: {error}"))
    }

    /// The same as a category takes it: its own spelling, no value that it does not know, a condition that it allows.
    pub(super) fn normalized_for(self, listing: &Listing, category: &CategoryRules) -> Self {
        let condition = listing.condition().and_then(|stated| category.choose_condition(stated));
        let condition_id = condition.or(self.condition_id);
        Self { condition_id, aspects: aspect_pairs(&category.normalize_aspects(listing.aspects())), ..self }
    }

    /// The cells in the order of the columns; `aspects` names the columns after the fixed ones.
    pub(super) fn to_cells(&self, aspects: &[String]) -> Vec<String> {
        let fixed = [
            "Draft".to_owned(),
            self.sku.clone(),
            self.category_id.to_string(),
            escape_title(&self.title),
            self.upc.clone(),
            self.price.clone(),
            self.quantity.to_string(),
            self.photos.iter().take(MAX_PHOTOS).map(|url| escape_photo_url(url)).collect::<Vec<_>>().join("|"),
            self.condition_id.map(|id| id.to_string()).unwrap_or_default(),
            escape_formula(&self.description),
            "FixedPrice".to_owned(),
        ];
        fixed.into_iter().chain(aspects.iter().map(|name| self.aspect_cell(name))).collect()
    }

    fn aspect_cell(&self, name: &str) -> String {
        let values = self.aspects.iter().find(|(known, _)| known == name).map(|(_, values)| values.as_slice());
        // A bar stands between values, so one inside a value would make two of it.
        let values = values.unwrap_or_default().iter().map(|value| value.replace('|', "/"));
        escape_formula(&values.collect::<Vec<_>>().join("|"))
    }
}

fn aspect_pairs(aspects: &[Aspect]) -> Vec<(String, Vec<String>)> {
    aspects.iter().map(|aspect| (aspect.name.clone(), aspect.values.clone())).collect()
}

/// A cell on one line that no spreadsheet runs as a formula (OWASP, "CSV Injection"). A cell that begins like one gets a space
/// before it: eBay trims spaces at the ends, a spreadsheet sees text. The usual apostrophe would stand in the title
/// of a record by `-M-` for every buyer to see.
fn escape_formula(text: &str) -> String {
    let line = text.replace(['\r', '\n', '\t'], " ");
    if line.trim_start().starts_with(is_formula_start) { format!(" {}", line.trim_start()) } else { line }
}

/// Where the title has no room for the space, the character goes instead.
fn escape_title(title: &str) -> String {
    let cell = escape_formula(title);
    if utf16_len(&cell) <= MAX_TITLE_CHARS {
        cell
    } else {
        title.trim_start_matches(|c| is_formula_start(c) || c == ' ').to_owned()
    }
}

/// Also in their full-width forms, which some spreadsheets read alike.
fn is_formula_start(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

/// EBay has refused a row for a `~` in an address; the escaped form means the same (RFC 3986, 2.3). A bar stands
/// between addresses.
fn escape_photo_url(url: &str) -> String {
    url.replace('~', "%7E").replace('|', "%7C")
}
