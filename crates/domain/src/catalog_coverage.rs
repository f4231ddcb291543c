//! How the items of a list will be looked up: in the offline catalogs, at the services, or by their text.

use serde::{Deserialize, Serialize};

use super::text::count::format_count;

/// How many items of a list are in the offline catalogs, and how many have no barcode. The others are looked up at the
/// services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogCoverage {
    /// Number of items with a barcode.
    #[schema(maximum = 1_000_000_000)]
    pub items: u64,
    /// Number of items that at least one catalog has.
    #[schema(maximum = 1_000_000_000)]
    pub found: u64,
    /// Number of items in the catalog of Discogs; `null` without one.
    #[schema(maximum = 1_000_000_000)]
    pub discogs: Option<u64>,
    /// Number of items in the catalog of MusicBrainz; `null` without one.
    #[schema(maximum = 1_000_000_000)]
    pub musicbrainz: Option<u64>,
    /// Number of items without a barcode, which are searched by their text.
    #[schema(maximum = 1_000_000_000)]
    #[serde(default, skip_serializing_if = "is_zero")]
    pub without_barcode: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl CatalogCoverage {
    /// Formats `812 of 1000 items are in the offline catalog`; `None` if there is no catalog, or no item with a barcode.
    pub fn summary(&self) -> Option<String> {
        let are = if self.found == 1 { "is" } else { "are" };
        (self.has_catalog() && self.items > 0).then(|| {
            format!("{} of {} {are} in the offline catalog", self.found, format_count(self.items, "item", "items"))
        })
    }

    const fn has_catalog(&self) -> bool {
        self.discogs.is_some() || self.musicbrainz.is_some()
    }

    /// Number of items with a barcode that no catalog has; 0 if there is no catalog.
    pub(crate) const fn missing(&self) -> u64 {
        if self.has_catalog() { self.items.saturating_sub(self.found) } else { 0 }
    }

    /// Number of items that only the catalog of MusicBrainz has; 0 if there is no catalog of Discogs.
    pub(crate) fn only_in_musicbrainz(&self) -> u64 {
        self.discogs.map_or(0, |discogs| self.found.saturating_sub(discogs))
    }
}
