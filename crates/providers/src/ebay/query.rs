//! What eBay is asked about a pressing: its code or its words, where it is filed, and in which condition.

use domain::condition::Condition;
use domain::display_text::cut_at_word;
use domain::listing::{Categories, Category};
use domain::release::Release;
use ebay::Marketplace;
use upstream::UpstreamRequest;

/// Items of one answer; the default of both APIs. The best matches come first, and more would not make a better price.
const ITEMS_PER_PAGE: &str = "50";

/// The longest text that the search takes, in characters (Browse API, `q`).
const MAX_QUERY_CHARS: usize = 100;

const UPC_DIGITS: usize = 12;

/// A pressing as eBay can be asked about it.
pub(super) struct PriceSearchQuery {
    pub(super) category: Option<&'static Category>,
    /// The barcode with as many digits as it has: 12, 13 or 8.
    pub(super) barcode: Option<String>,
    /// Artist and title.
    pub(super) keywords: Option<String>,
    condition: Option<Condition>,
}

impl PriceSearchQuery {
    pub(super) fn for_release(release: &Release, condition: Option<Condition>) -> Self {
        let carrier = release.format.as_ref().and_then(|format| format.value.main_carrier());
        let barcode = release.barcode.as_ref().map(|code| code.value.to_string());
        let category = carrier.and_then(|carrier| Categories::built_in().for_carrier(carrier));
        Self { category, barcode, keywords: extract_keywords(release), condition }
    }

    /// The barcode where it is a UPC, the only number that every search takes.
    pub(super) fn upc(&self) -> Option<&String> {
        self.barcode.as_ref().filter(|code| code.len() == UPC_DIGITS)
    }

    /// `key` is the field of the search that takes `value`. What all questions at a site have in common stands here.
    pub(super) fn to_request(&self, path: [&str; 5], (key, value): (&str, &str), filter: String) -> UpstreamRequest {
        let request =
            UpstreamRequest::for_path(path).query(key, value).query("filter", filter).query("limit", ITEMS_PER_PAGE);
        match self.category {
            Some(category) => request.query("category_ids", category.id.to_string()),
            None => request,
        }
    }

    /// Items of the site's own country, since a foreign offer says little about what is paid here, in the condition that
    /// is stated: an answer holds the best matches only, and new copies would fill it.
    pub(super) fn filter_expression(&self, site: &Marketplace) -> String {
        let country = format!("itemLocationCountry:{}", site.country);
        let Some(ids) = self.condition_ids() else { return country };
        let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
        format!("{country},conditionIds:{{{ids}}}")
    }

    /// The condition ids that an item may have; `None` for any. A record that is not new has one for all grades.
    pub(super) fn condition_ids(&self) -> Option<Vec<u16>> {
        let condition = self.condition?;
        let own = self.category.map(|category| category.condition_id(condition));
        let mut ids = vec![condition.ebay_id()];
        ids.extend(own.filter(|own| *own != condition.ebay_id()));
        Some(ids)
    }
}

/// Artist and title in plain words: brackets, commas, hyphens and asterisks mean something to the search. A title
/// alone would find a hundred other albums, so without an artist there are none.
fn extract_keywords(release: &Release) -> Option<String> {
    let artist = release.artist.as_ref().filter(|artist| !artist.value.is_various())?.value.to_string();
    let title = &release.title.as_ref()?.value;
    let plain = |text: &str| {
        let message = text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
        message.collect::<Vec<_>>().join(" ")
    };
    let (artist, title) = (plain(&artist), plain(title));
    (!artist.is_empty() && !title.is_empty())
        .then(|| cut_at_word(&format!("{artist} {title}"), MAX_QUERY_CHARS).to_owned())
}
