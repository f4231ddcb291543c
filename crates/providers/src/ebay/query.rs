//! Builds the search query for a release: barcode or keywords, category and condition.

use super::offer_title::OfferedItem;
use domain::condition::Condition;
use domain::display_text::cut_at_word;
use domain::listing::{Categories, Category};
use domain::release::Release;
use domain::site::Site;
use upstream::UpstreamRequest;

/// Items per response, the default of both APIs. Best matches come first; more items do not improve the price.
const ITEMS_PER_PAGE: &str = "50";

/// Maximum characters of a keyword search (Browse API, `q`).
const MAX_QUERY_CHARS: usize = 100;

const UPC_DIGITS: usize = 12;
const EAN_DIGITS: usize = 13;

/// The search query for one release.
pub(super) struct PriceSearchQuery {
    /// eBay's category for the media type.
    pub(super) category: Option<&'static Category>,
    /// The barcode with its 8, 12 or 13 digits.
    pub(super) barcode: Option<String>,
    /// Artist and title.
    pub(super) keywords: Option<String>,
    /// What the titles of offers are compared with.
    pub(super) item: OfferedItem,
    condition: Option<Condition>,
}

impl PriceSearchQuery {
    /// Creates the query for a release in a condition; `None` for any condition.
    pub(super) fn for_release(release: &Release, condition: Option<Condition>) -> Self {
        let medium = release.format.as_ref().and_then(|format| format.value.main_medium());
        let barcode = release.barcode.as_ref().map(|code| code.value.to_string());
        let category = medium.and_then(|medium| Categories::built_in().for_medium(medium));
        Self {
            category,
            barcode,
            keywords: extract_keywords(release),
            item: OfferedItem::for_release(release),
            condition,
        }
    }

    /// Returns the Browse API parameter to find offers with the barcode. `gtin` accepts only a UPC; an EAN is searched
    /// as a keyword (`gtin`: "To search using another GTIN format, you must search by keyword"). `None` for an EAN-8,
    /// which is as short as a catalog number, and for an EAN without a category, which would find other goods.
    pub(super) fn barcode_parameter(&self) -> Option<(&'static str, &str)> {
        let code = self.barcode.as_deref()?;
        match code.len() {
            UPC_DIGITS => Some(("gtin", code)),
            EAN_DIGITS if self.category.is_some() => Some(("q", code)),
            _ => None,
        }
    }

    /// Builds the request that searches the field `key` for `value`.
    pub(super) fn to_request(&self, path: [&str; 5], (key, value): (&str, &str), filter: String) -> UpstreamRequest {
        let request =
            UpstreamRequest::for_path(path).query(key, value).query("filter", filter).query("limit", ITEMS_PER_PAGE);
        match self.category {
            Some(category) => request.query("category_ids", category.id.to_string()),
            None => request,
        }
    }

    /// Returns the filter expression. It selects items in the site's country, because foreign offers say little about
    /// prices here, and in the given condition, because new copies would otherwise fill a response.
    pub(super) fn filter_expression(&self, site: Site) -> String {
        let country = format!("itemLocationCountry:{}", site.country_code());
        let Some(ids) = self.condition_ids() else { return country };
        let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
        format!("{country},conditionIds:{{{ids}}}")
    }

    /// Returns the condition IDs that an item may have; `None` for any. Used records of all grades share one ID.
    pub(super) fn condition_ids(&self) -> Option<Vec<u16>> {
        let condition = self.condition?;
        let own = self.category.map(|category| category.condition_id(condition));
        let mut ids = vec![condition.ebay_id()];
        ids.extend(own.filter(|own| *own != condition.ebay_id()));
        Some(ids)
    }
}

/// Returns artist and title as plain words, because brackets, commas, hyphens and asterisks are search operators.
/// `None` if there is no artist: a title alone would match too many other albums.
fn extract_keywords(release: &Release) -> Option<String> {
    let artist = release.artist.as_ref().filter(|artist| !artist.value.is_various())?.value.to_string();
    let title = &release.title.as_ref()?.value;
    let plain = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    };
    let (artist, title) = (plain(&artist), plain(title));
    (!artist.is_empty() && !title.is_empty())
        .then(|| cut_at_word(&format!("{artist} {title}"), MAX_QUERY_CHARS).to_owned())
}
