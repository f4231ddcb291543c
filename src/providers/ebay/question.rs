//! What eBay is asked about a pressing: its code or its words, where it is filed, and in which condition.

use crate::domain::condition::Condition;
use crate::domain::listing::{Categories, Category};
use crate::domain::release::Release;
use crate::domain::wording::cut;
use crate::ebay::Marketplace;
use crate::http::Request;

/// Items of one answer; the default of both APIs. The best matches come first, and more would not make a better price.
const ITEMS: &str = "50";

/// The longest text that the search takes, in characters (Browse API, `q`).
const LONGEST_WORDS: usize = 100;

/// A pressing as eBay can be asked about it.
pub(super) struct Question {
    pub(super) category: Option<&'static Category>,
    /// Twelve digits of a UPC-A, or all thirteen.
    pub(super) code: Option<String>,
    /// Artist and title.
    pub(super) words: Option<String>,
    condition: Option<Condition>,
}

impl Question {
    pub(super) fn of(release: &Release, condition: Option<Condition>) -> Self {
        let carrier = release.format.as_ref().and_then(|format| format.value.main());
        let code = release.barcode.as_ref().map(|code| code.value.upc_a().unwrap_or_else(|| code.value.ean13()));
        let category = carrier.and_then(|carrier| Categories::built_in().of(carrier));
        Self { category, code, words: words(release), condition }
    }

    /// `key` is the field of the search that takes `value`. What all questions at a site have in common stands here.
    pub(super) fn request(&self, path: [&str; 5], (key, value): (&str, &str), filter: String) -> Request {
        let request = Request::path(path).query(key, value).query("filter", filter).query("limit", ITEMS);
        match self.category {
            Some(category) => request.query("category_ids", category.id.to_string()),
            None => request,
        }
    }

    /// Items of the site's own country, since a foreign offer says little about what is paid here, in the condition that
    /// is stated. Records have one condition id for all that is not new, so they are not filtered by it.
    pub(super) fn filter(&self, site: &Marketplace) -> String {
        let country = format!("itemLocationCountry:{}", site.country);
        let apart = self.category.is_none_or(Category::tells_conditions_apart);
        match self.condition.filter(|_| apart) {
            Some(condition) => format!("{country},conditionIds:{{{}}}", condition.ebay_id()),
            None => country,
        }
    }

    /// The condition ids that an item may have; `None` for any.
    pub(super) fn condition_ids(&self) -> Option<[u16; 2]> {
        let condition = self.condition?;
        Some([condition.ebay_id(), self.category.map_or(condition.ebay_id(), |c| c.condition_id(condition))])
    }
}

/// Artist and title in plain words: brackets, commas, hyphens and asterisks mean something to the search. A title
/// alone would find a hundred other albums, so without an artist there are none.
fn words(release: &Release) -> Option<String> {
    let artist = release.artist.as_ref().filter(|artist| !artist.value.is_various())?.value.to_string();
    let title = &release.title.as_ref()?.value;
    let plain = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    };
    let (artist, title) = (plain(&artist), plain(title));
    (!artist.is_empty() && !title.is_empty()).then(|| cut(&format!("{artist} {title}"), LONGEST_WORDS).to_owned())
}
