//! Expected requests per item to each service, as measured by `benches/pipeline.rs`. Used until a batch has its own
//! figures.

use domain::upstream_status::OtherItemRequests;

/// Requests to MusicBrainz for a barcode that it does not have: one search for 25 barcodes.
const SEARCHES_OF_MUSICBRAINZ: f64 = 0.04;

/// Requests for a row without a barcode: one search, and the pages of the best results. Counted over 100 rows with
/// artist, title and catalog number of which Discogs had all and MusicBrainz half. The offline catalog of Discogs had a
/// quarter of them in full.
const TEXT_SEARCH_REQUESTS: f64 = 1.0;
const TEXT_SEARCH_PAGES: [f64; 2] = [0.5, 1.0];
const SHARE_NOT_IN_COPY: f64 = 0.75;

/// The configuration that determines the requests per item.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not depend on each other")]
pub(crate) struct RequestForecast {
    /// An offline copy of Discogs' data is on this machine.
    pub(crate) has_discogs_copy: bool,
    pub(crate) has_musicbrainz_copy: bool,
    /// A Discogs token is set.
    pub(crate) has_token: bool,
    pub(crate) uses_discogs_prices: bool,
    /// Listings of the items show a cover.
    pub(crate) shows_covers: bool,
}

impl RequestForecast {
    fn price(self) -> f64 {
        if self.uses_discogs_prices { 1.0 } else { 0.0 }
    }

    /// Returns the requests for covers. The front cover and the list of covers redirect: three requests and two. An
    /// offline copy tells whether a front cover exists.
    const fn covers(self) -> f64 {
        match (self.shows_covers, self.has_musicbrainz_copy) {
            (true, _) => 5.0,
            (false, false) => 3.0,
            (false, true) => 0.0,
        }
    }

    /// Returns the requests for an item that at least one copy has, or for any item if there are no copies.
    fn for_known_item(self) -> [f64; 2] {
        let musicbrainz = match (self.has_musicbrainz_copy, self.has_discogs_copy) {
            (true, _) => 0.0,
            // One search and one lookup of links for 25 barcodes, and a release page for three of four releases.
            (false, true) => 0.84,
            // The search and a release page.
            (false, false) => 1.05,
        };
        let discogs = match (self.has_discogs_copy, self.has_token) {
            (true, _) => self.price(),
            (false, true) => 1.0 + self.price(),
            // The release page, which includes a price, found through a link from MusicBrainz.
            (false, false) => 1.0,
        };
        [musicbrainz, discogs]
    }

    /// Returns the requests for an item that no copy has. Each service is searched. One whose copy lacks the item has a
    /// release only if it is newer than the copy.
    fn for_missing_item(self) -> [f64; 2] {
        let without_copies = Self { has_discogs_copy: false, has_musicbrainz_copy: false, ..self };
        let [musicbrainz, discogs] = without_copies.for_known_item();
        let search = if self.has_token { 1.0 } else { 0.0 };
        [
            if self.has_musicbrainz_copy { SEARCHES_OF_MUSICBRAINZ } else { musicbrainz },
            if self.has_discogs_copy { search } else { discogs },
        ]
    }

    /// Returns the requests for a row without a barcode. It waits for review, so there is no price and no cover yet.
    fn for_text_search(self) -> [f64; 2] {
        let pages = |pages: f64, has_copy: bool| if has_copy { pages * SHARE_NOT_IN_COPY } else { pages };
        let musicbrainz = TEXT_SEARCH_REQUESTS + pages(TEXT_SEARCH_PAGES[0], self.has_musicbrainz_copy);
        let discogs = TEXT_SEARCH_REQUESTS + pages(TEXT_SEARCH_PAGES[1], self.has_discogs_copy);
        [musicbrainz, if self.has_token { discogs } else { 0.0 }]
    }

    /// Returns the requests to a service for an item that a copy has, or for any item if there are no copies, and those
    /// for other items; `None` if the service is not known.
    pub(crate) fn for_service(self, name: &str) -> Option<(f64, OtherItemRequests)> {
        let [known, missing, by_text] = [self.for_known_item(), self.for_missing_item(), self.for_text_search()];
        let service = match name {
            "musicbrainz" => 0,
            "discogs" => 1,
            "coverartarchive" => {
                let covers = self.covers();
                let other = OtherItemRequests { missing: covers, only_in_musicbrainz: covers, without_barcode: 0.0 };
                return Some((covers, other));
            }
            _ => return None,
        };
        // A price needs the release's number at Discogs, which is searched if only the other copy has the item.
        let is_searched = name == "discogs" && self.has_discogs_copy && self.has_token && self.uses_discogs_prices;
        let search = if is_searched { 1.0 } else { 0.0 };
        let other = OtherItemRequests {
            missing: missing[service],
            only_in_musicbrainz: known[service] + search,
            without_barcode: by_text[service],
        };
        Some((known[service], other))
    }
}

#[cfg(test)]
mod tests {
    use domain::catalog_coverage::CatalogCoverage;
    use domain::upstream_status::UpstreamStatus;

    use super::*;

    const WITH_DISCOGS_COPY: RequestForecast = RequestForecast {
        has_discogs_copy: true,
        has_musicbrainz_copy: false,
        has_token: true,
        uses_discogs_prices: true,
        shows_covers: true,
    };

    /// Returns the requests of 1,000 items to MusicBrainz and Discogs.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few requests")]
    fn requests(setup: RequestForecast, coverage: Option<CatalogCoverage>) -> [u64; 2] {
        ["musicbrainz", "discogs"].map(|name| {
            let (requests_per_item, other) = setup.for_service(name).unwrap();
            let requests_per_other_item = Some(other);
            let status = UpstreamStatus { requests_per_item, requests_per_other_item, ..UpstreamStatus::default() };
            (status.expected_requests_per_item(coverage) * 1_000.0).round() as u64
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "for the argument of the function above")]
    fn coverage(found: u64, discogs: Option<u64>) -> Option<CatalogCoverage> {
        Some(CatalogCoverage { items: 1_000, found, discogs, musicbrainz: None, without_barcode: 0 })
    }

    #[test]
    fn items_that_no_catalog_has_count_with_their_searches() {
        assert_eq!(requests(WITH_DISCOGS_COPY, None), [840, 1_000], "all items are assumed to be in the catalog");
        assert_eq!(requests(WITH_DISCOGS_COPY, coverage(1_000, Some(1_000))), [840, 1_000]);
        assert_eq!(requests(WITH_DISCOGS_COPY, coverage(0, Some(0))), [1_050, 1_000], "one search at Discogs");
        assert_eq!(requests(WITH_DISCOGS_COPY, coverage(500, Some(500))), [945, 1_000]);
        let no_prices = RequestForecast { uses_discogs_prices: false, ..WITH_DISCOGS_COPY };
        assert_eq!(requests(no_prices, None), [840, 0]);
        assert_eq!(requests(no_prices, coverage(812, Some(812))), [879, 188]);
        let both = RequestForecast { has_musicbrainz_copy: true, ..WITH_DISCOGS_COPY };
        assert_eq!(requests(both, coverage(900, Some(700))), [4, 1_200], "200 are only in the copy of MusicBrainz");
        let none = RequestForecast { has_discogs_copy: false, ..WITH_DISCOGS_COPY };
        assert_eq!(requests(none, coverage(0, None)), [1_050, 2_000], "there are no catalogs");
    }

    #[test]
    fn rows_without_a_barcode_count_with_their_searches_by_text() {
        let half = |coverage: Option<CatalogCoverage>| {
            coverage.map(|coverage| CatalogCoverage { without_barcode: coverage.items, ..coverage })
        };
        let none = RequestForecast { has_discogs_copy: false, ..WITH_DISCOGS_COPY };
        assert_eq!(requests(none, half(coverage(0, None))), [1_275, 2_000], "1.5 and 2 requests for a row");
        let copy_without_prices = RequestForecast { uses_discogs_prices: false, ..WITH_DISCOGS_COPY };
        assert_eq!(requests(copy_without_prices, half(coverage(1_000, Some(1_000)))), [1_170, 875]);
        let no_token = RequestForecast { has_token: false, ..none };
        let rows = CatalogCoverage { without_barcode: 10, ..CatalogCoverage::default() };
        assert_eq!(requests(no_token, Some(rows)), [1_500, 0], "a search at Discogs needs a token");
    }

    #[test]
    fn a_listing_that_shows_a_cover_needs_the_list_of_covers() {
        let covers = |setup: RequestForecast| setup.for_service("coverartarchive").unwrap().0.to_string();
        let used = RequestForecast { shows_covers: false, ..WITH_DISCOGS_COPY };
        assert_eq!((covers(WITH_DISCOGS_COPY).as_str(), covers(used).as_str()), ("5", "3"));
        let both = RequestForecast { has_musicbrainz_copy: true, ..used };
        assert_eq!(covers(both), "0");
        assert!(both.for_service("deezer").is_none());
    }
}
