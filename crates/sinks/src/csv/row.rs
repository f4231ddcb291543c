//! The row of a draft in the drafts file, and the format of its cells.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::draft_sink::RecordedMatch;
use super::super::ebay::{CategoryRules, localize_aspect};
use domain::condition::Condition;
use domain::display_text::{is_formula_start, utf16_len};
use domain::listing::{Aspect, Listing, MAX_IMAGES};
use upstream::describe_json_error;

/// Row of one draft as the ledger stores it: plain values, which [`Self::to_cells`] escapes for the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CsvDraftRow {
    pub(super) sku: String,
    pub(super) category_id: u32,
    pub(super) title: String,
    pub(super) upc: String,
    /// Decimal amount in the currency of the site.
    pub(super) price: String,
    pub(super) quantity: u32,
    pub(super) photos: Vec<String>,
    /// `None` if the batch states no condition.
    pub(super) condition_id: Option<u16>,
    pub(super) description: String,
    /// Item specifics: names and values.
    pub(super) aspects: Vec<(String, Vec<String>)>,
    /// Grades and note of the copies. The file has no column for them; they are in the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) condition_text: Option<String>,
    /// Name of the drafts file that contains the row; `None` until it is written. A row never moves to another file,
    /// because the seller may have uploaded the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// True if the row was replaced after its file was written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_newer_than_file: bool,
    /// True if the draft was withdrawn. The row is removed from its file and then from the ledger.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_withdrawn: bool,
}

impl CsvDraftRow {
    /// Creates the row of a listing.
    pub(super) fn from_listing(listing: &Listing) -> Self {
        let (site, language) = (listing.site(), listing.site().listing_language());
        Self {
            sku: listing.sku().to_string(),
            category_id: listing.category_id(),
            title: listing.title().to_owned(),
            upc: match listing.upc() {
                code if code.is_substitute() => site.no_identifier_text().to_owned(),
                code => code.to_string(),
            },
            price: listing.price().amount(),
            quantity: listing.quantity(),
            photos: listing.images_of_one_kind().to_vec(),
            condition_id: listing.condition_id(),
            description: listing.description().to_owned(),
            aspects: aspect_pairs(listing.aspects().iter().map(|aspect| localize_aspect(aspect, language))),
            condition_text: listing.condition_description().map(str::to_owned),
            file: None,
            is_newer_than_file: false,
            is_withdrawn: false,
        }
    }

    /// Parses a row of the ledger.
    ///
    /// # Errors
    /// Returns a message with the reason if the payload is not a row.
    pub(super) fn from_payload(payload: Value) -> Result<Self, String> {
        serde_json::from_value(payload).map_err(|error| describe_json_error(&error))
    }

    /// Adapts the row to the rules of its category: eBay's spelling, allowed values, an allowed condition.
    pub(super) fn normalized_for(self, listing: &Listing, category: &CategoryRules) -> Self {
        let condition = listing.condition().and_then(|stated| category.choose_condition(stated));
        let condition_id = condition.or(self.condition_id);
        let aspects = category.normalize_aspects(listing.aspects(), listing.site().listing_language());
        Self { condition_id, aspects: aspect_pairs(aspects), ..self }
    }

    /// Returns how closely the row matches the copies of another row.
    pub(super) fn compare_terms(&self, other: &Self) -> RecordedMatch {
        let terms = |row: &Self| (row.condition_id, row.condition_text.clone());
        RecordedMatch::from_parts(terms(self) == terms(other), self.price == other.price)
    }

    /// Describes the changes that turn this row into `wanted`: `price from 9.99 to 12.00`.
    pub(super) fn changes_to(&self, wanted: &Self) -> Vec<String> {
        let named = [
            ("title", self.title.clone(), wanted.title.clone()),
            ("price", self.price.clone(), wanted.price.clone()),
            ("quantity", self.quantity.to_string(), wanted.quantity.to_string()),
            ("condition", describe_condition(self.condition_id), describe_condition(wanted.condition_id)),
            ("category", self.category_id.to_string(), wanted.category_id.to_string()),
            ("UPC", self.upc.clone(), wanted.upc.clone()),
        ];
        let long = [
            ("description", self.description != wanted.description),
            ("item specifics", self.aspects != wanted.aspects),
            ("photos", self.photos != wanted.photos),
        ];
        let named = named.into_iter().filter(|(_, old, new)| old != new);
        let named = named.map(|(name, old, new)| format!("{name} from {old} to {new}"));
        named.chain(long.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned())).collect()
    }

    /// Returns the cells in column order; `aspects` names the columns after the fixed ones.
    pub(super) fn to_cells(&self, aspects: &[String]) -> Vec<String> {
        let fixed = [
            "Draft".to_owned(),
            self.sku.clone(),
            self.category_id.to_string(),
            escape_title(&self.title),
            self.upc.clone(),
            self.price.clone(),
            self.quantity.to_string(),
            self.photos.iter().take(MAX_IMAGES).map(|url| escape_photo_url(url)).collect::<Vec<_>>().join("|"),
            self.condition_id.map(|id| id.to_string()).unwrap_or_default(),
            escape_formula(&self.description),
            "FixedPrice".to_owned(),
        ];
        fixed.into_iter().chain(aspects.iter().map(|name| self.aspect_cell(name))).collect()
    }

    fn aspect_cell(&self, name: &str) -> String {
        let values = self.aspects.iter().find(|(known, _)| known == name).map(|(_, values)| values.as_slice());
        // A bar separates values, so replace it inside a value.
        let values = values.unwrap_or_default().iter().map(|value| value.replace('|', "/"));
        escape_formula(&values.collect::<Vec<_>>().join("|"))
    }
}

fn aspect_pairs(aspects: impl IntoIterator<Item = Aspect>) -> Vec<(String, Vec<String>)> {
    aspects.into_iter().map(|aspect| (aspect.name, aspect.values)).collect()
}

/// Returns one line that no spreadsheet executes as a formula (OWASP, "CSV Injection"). A cell that begins like a
/// formula gets a leading space: eBay trims it, and a spreadsheet reads the cell as text. With the usual apostrophe,
/// buyers would see it in the title of a record by `-M-`.
fn escape_formula(text: &str) -> String {
    let line = text.replace(['\r', '\n', '\t'], " ");
    if line.trim_start().starts_with(is_formula_start) { format!(" {}", line.trim_start()) } else { line }
}

/// Escapes a title. If the space does not fit, removes the character that begins the formula instead.
fn escape_title(title: &str) -> String {
    let cell = escape_formula(title);
    if utf16_len(&cell) <= Listing::MAX_TITLE_UNITS {
        cell
    } else {
        title.trim_start_matches(|c| is_formula_start(c) || c == ' ').to_owned()
    }
}

/// Escapes `~`, because eBay has rejected a row with it (RFC 3986, 2.3: the escaped form is equivalent), and `|`, which
/// separates addresses.
fn escape_photo_url(url: &str) -> String {
    url.replace('~', "%7E").replace('|', "%7C")
}

/// Names eBay's ID of a condition as settings name it. Records have only new and used (3000).
fn describe_condition(id: Option<u16>) -> String {
    let named = |id| Condition::ALL.into_iter().find(|known| known.ebay_id() == id);
    match id {
        None => "none".to_owned(),
        Some(3000) => "used".to_owned(),
        Some(id) => named(id).map_or_else(|| id.to_string(), Condition::words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_has_the_name_that_the_seller_states() {
        for (id, name) in [(None, "none"), (Some(4000), "very good"), (Some(3000), "used"), (Some(7000), "7000")] {
            assert_eq!(describe_condition(id), name);
        }
    }
}
