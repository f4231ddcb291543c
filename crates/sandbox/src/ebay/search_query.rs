//! Parameters of a search: page, category, GTIN or keywords. Browse ignores invalid ones with a warning; Marketplace
//! Insights refuses them.

use std::collections::HashMap;

use axum::response::Response;
use serde_json::Value;

use super::error_body;
use crate::catalog::{SandboxCatalog, SandboxRelease};
use domain::upc::Upc;

pub(super) type SearchQueryParams = HashMap<String, String>;

const CDS_CATEGORY: u32 = 176_984;
pub(super) const RECORDS_CATEGORY: u32 = 176_985;
pub(super) const CASSETTES_CATEGORY: u32 = 176_983;

/// Categories by a word in the name of a format.
const FORMAT_CATEGORIES: [(&str, u32); 4] =
    [("Vinyl", RECORDS_CATEGORY), ("Cassette", CASSETTES_CATEGORY), ("CD", CDS_CATEGORY), ("SACD", CDS_CATEGORY)];

/// Maximum number of releases whose items a response contains.
const MAX_RELEASES: usize = 10;

/// "You can get a maximum of 10,000 items in one result set."
const MAX_OFFSET: i64 = 10_000;

/// The requested page.
#[derive(Clone, Copy)]
pub(super) struct SearchResultPage {
    pub(super) limit: usize,
    pub(super) offset: usize,
}

/// Search criteria that were understood, and the warnings about the others.
#[derive(Default)]
pub(super) struct ItemCriteria {
    category: Option<u32>,
    upc: Option<Upc>,
    words: Vec<String>,
    pub(super) warnings: Vec<Value>,
}

/// Error ids for invalid values of `limit` and `offset`.
struct PageErrorIds {
    limit: u64,
    limit_not_numeric: u64,
    offset: u64,
    offset_not_numeric: u64,
    offset_beyond: u64,
}

const OFFER_PAGE_ERRORS: PageErrorIds = PageErrorIds {
    limit: 12_006,
    limit_not_numeric: 12_007,
    offset: 12_004,
    offset_not_numeric: 12_005,
    offset_beyond: 12_029,
};
const SALES_PAGE_ERRORS: PageErrorIds = PageErrorIds {
    limit: 100_003,
    limit_not_numeric: 100_003,
    offset: 100_002,
    offset_not_numeric: 100_002,
    offset_beyond: 100_021,
};

/// Parses a search of the Browse API.
pub(super) fn parse_offer_search(params: &SearchQueryParams) -> Result<(SearchResultPage, ItemCriteria), Response> {
    require_criterion(params, 12_001)?;
    let page = parse_page(params, &OFFER_PAGE_ERRORS)?;
    let mut wanted = ItemCriteria { words: parse_words(params), ..ItemCriteria::default() };
    let mut warn = |id, message: String| wanted.warnings.push(error_body::error_json(id, "API_BROWSE", &message, &[]));
    if let Some(text) = params.get("category_ids") {
        wanted.category = text.parse().ok().filter(|id| FORMAT_CATEGORIES.iter().any(|(_, known)| known == id));
        if wanted.category.is_none() {
            warn(12_009, "The 'category_ids' query parameter is invalid.".to_owned());
        }
    }
    if let Some(text) = params.get("epid").filter(|text| text.parse::<u64>().is_err()) {
        warn(12_021, format!("The 'epid' value {text} is invalid."));
    }
    if let Some(text) = params.get("gtin") {
        // "You can search only by UPC": twelve digits.
        wanted.upc = text.parse().ok().filter(|_| text.len() == 12);
        if wanted.upc.is_none() {
            warn(12_022, format!("The 'gtin' value {text} is invalid."));
        }
    }
    Ok((page, wanted))
}

/// Parses a search of the Marketplace Insights API.
pub(super) fn parse_sales_search(params: &SearchQueryParams) -> Result<(SearchResultPage, ItemCriteria), Response> {
    require_criterion(params, 100_001)?;
    let page = parse_page(params, &SALES_PAGE_ERRORS)?;
    let category = params.get("category_ids").and_then(|text| text.parse().ok());
    let category =
        category.ok_or_else(|| error_body::bad_request(100_018, "This query requires at least one category."))?;
    let upc = params.get("gtin").map(|text| text.parse::<Upc>()).transpose();
    let upc = upc.map_err(|_| error_body::bad_request(100_009, "The 'gtin' value is invalid."))?;
    Ok((page, ItemCriteria { category: Some(category), upc, words: parse_words(params), warnings: Vec::new() }))
}

fn require_criterion(params: &SearchQueryParams, id: u64) -> Result<(), Response> {
    if ["q", "gtin", "epid", "category_ids"].iter().any(|key| params.contains_key(*key)) {
        return Ok(());
    }
    Err(error_body::bad_request(
        id,
        "The call must have a valid 'q', 'category_ids', 'epid' or 'gtin' query parameter.",
    ))
}

fn parse_page(params: &SearchQueryParams, numbers: &PageErrorIds) -> Result<SearchResultPage, Response> {
    let number = |name: &str, other: i64| params.get(name).map_or(Ok(other), |text| text.parse::<i64>());
    let bad = |id: u64, name: &str| error_body::bad_request(id, &format!("The '{name}' value is invalid."));
    let limit = number("limit", 50).map_err(|_| bad(numbers.limit_not_numeric, "limit"))?;
    let offset = number("offset", 0).map_err(|_| bad(numbers.offset_not_numeric, "offset"))?;
    match (limit, offset) {
        (..1 | 201.., _) => Err(bad(numbers.limit, "limit")),
        (_, ..0) => Err(bad(numbers.offset, "offset")),
        (_, MAX_OFFSET..) => Err(bad(numbers.offset_beyond, "offset")),
        _ => Ok(SearchResultPage {
            limit: usize::try_from(limit).unwrap_or_default(),
            offset: usize::try_from(offset).unwrap_or_default(),
        }),
    }
}

fn parse_words(params: &SearchQueryParams) -> Vec<String> {
    let message = params.get("q").map(|message| message.to_lowercase()).unwrap_or_default();
    message.split_whitespace().map(str::to_owned).collect()
}

impl ItemCriteria {
    /// Returns the matching releases; all of them if no criterion was understood.
    pub(super) fn find_releases<'a>(&self, catalog: &'a SandboxCatalog) -> Vec<&'a SandboxRelease> {
        let fits = |release: &&SandboxRelease| {
            let text = format!("{} {}", release.artist_credit(), release.title).to_lowercase();
            let has_code = |code: Upc| catalog.find_by_upc(code).any(|known| std::ptr::eq(known, *release));
            let is_filed = self.category.is_none_or(|category| category_for(release) == Some(category));
            let is_it = self.upc.is_none_or(has_code);
            is_filed && is_it && self.words.iter().all(|word| text.contains(word) || word.parse().is_ok_and(has_code))
        };
        catalog.releases().iter().filter(fits).take(if self.upc.is_some() { 1 } else { MAX_RELEASES }).collect()
    }
}

/// Returns the category of a release, from its first format.
pub(super) fn category_for(release: &SandboxRelease) -> Option<u32> {
    let of_discogs = release.discogs.iter().flat_map(|discogs| &discogs.formats).map(|(name, ..)| name.as_str());
    let format = release.media.iter().map(|medium| medium.format.as_str()).chain(of_discogs).next()?;
    FORMAT_CATEGORIES.iter().find(|(word, _)| format.contains(word)).map(|(_, category)| *category)
}
