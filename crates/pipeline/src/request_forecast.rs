//! Expected requests per item to each service, as measured by `benches/pipeline.rs`. Used until a batch has its own
//! figures.

use domain::list_preview::CatalogCoverage;

/// Requests to MusicBrainz for a barcode that it does not have: one search for 25 barcodes.
const SEARCHES_OF_MUSICBRAINZ: f64 = 0.04;

/// Expected requests per item to each service.
pub(crate) struct RequestsPerItem([(&'static str, f64); 3]);

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
}

impl RequestsPerItem {
    /// Returns the average for a list of which `coverage` is in the copies; `None` means every item.
    pub(crate) fn for_list(setup: RequestForecast, coverage: Option<CatalogCoverage>) -> Self {
        let [known, missing] = [setup.for_known_item(), setup.for_missing_item()];
        let coverage = coverage.filter(|_| setup.has_discogs_copy || setup.has_musicbrainz_copy);
        let share = coverage.map_or(1.0, |coverage| share_of(coverage.found, coverage.items));
        let average = |service: usize| known[service] * share + missing[service] * (1.0 - share);
        // A price needs the release's number at Discogs, which is searched if only the other copy has the item.
        let only_elsewhere = coverage.map_or(0.0, |coverage| {
            let elsewhere = coverage.found.saturating_sub(coverage.discogs.unwrap_or(coverage.found));
            share_of(elsewhere, coverage.items)
        });
        let asks_discogs = setup.has_discogs_copy && setup.has_token && setup.uses_discogs_prices;
        let searches = if asks_discogs { only_elsewhere } else { 0.0 };
        Self([("musicbrainz", average(0)), ("discogs", average(1) + searches), ("coverartarchive", setup.covers())])
    }

    /// Returns the number for a service; 0 for one that is not known.
    pub(crate) fn for_service(&self, name: &str) -> f64 {
        self.0.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, count)| *count)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of items")]
fn share_of(part: u64, of: u64) -> f64 {
    if of == 0 { 1.0 } else { part.min(of) as f64 / of as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITH_DISCOGS_COPY: RequestForecast = RequestForecast {
        has_discogs_copy: true,
        has_musicbrainz_copy: false,
        has_token: true,
        uses_discogs_prices: true,
        shows_covers: true,
    };

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few requests")]
    fn requests(setup: RequestForecast, coverage: Option<CatalogCoverage>) -> [u64; 2] {
        let requests = RequestsPerItem::for_list(setup, coverage);
        ["musicbrainz", "discogs"].map(|name| (requests.for_service(name) * 1_000.0).round() as u64)
    }

    #[expect(clippy::unnecessary_wraps, reason = "for the argument of the function above")]
    fn coverage(found: u64, discogs: Option<u64>) -> Option<CatalogCoverage> {
        Some(CatalogCoverage { items: 1_000, found, discogs, musicbrainz: None })
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
    fn a_listing_that_shows_a_cover_needs_the_list_of_covers() {
        let covers = |setup| RequestsPerItem::for_list(setup, None).for_service("coverartarchive").to_string();
        let used = RequestForecast { shows_covers: false, ..WITH_DISCOGS_COPY };
        assert_eq!((covers(WITH_DISCOGS_COPY).as_str(), covers(used).as_str()), ("5", "3"));
        let both = RequestForecast { has_musicbrainz_copy: true, ..used };
        assert_eq!(covers(both), "0");
    }
}
