//! Category trees of the simulated eBay's sites: their numbers, and the item specifics in the language of each site.

use domain::site::{ListingLanguage, Site};

/// The tree of a site (Taxonomy API, `getDefaultCategoryTreeId`). The versions are invented.
pub(super) struct CategoryTree {
    pub(super) site: Site,
    pub(super) id: &'static str,
    pub(super) version: &'static str,
}

/// The sites that are simulated. At any other site the simulated eBay has no category tree.
pub(super) const CATEGORY_TREES: [CategoryTree; 7] = [
    CategoryTree { site: Site::EbayUs, id: "0", version: "134" },
    CategoryTree { site: Site::EbayCa, id: "2", version: "121" },
    CategoryTree { site: Site::EbayGb, id: "3", version: "127" },
    CategoryTree { site: Site::EbayAu, id: "15", version: "118" },
    CategoryTree { site: Site::EbayAt, id: "16", version: "109" },
    CategoryTree { site: Site::EbayDe, id: "77", version: "131" },
    CategoryTree { site: Site::EbayIe, id: "205", version: "111" },
];

impl CategoryTree {
    pub(super) fn for_site(marketplace_id: &str) -> Option<&'static Self> {
        CATEGORY_TREES.iter().find(|tree| tree.site.as_str() == marketplace_id)
    }

    pub(super) fn for_id(id: &str) -> Option<&'static Self> {
        CATEGORY_TREES.iter().find(|tree| tree.id == id)
    }

    /// Returns the name of an item specific, or one of its values, at this site.
    pub(super) fn localized(&self, english: &'static str) -> &'static str {
        let names = match self.site.listing_language() {
            ListingLanguage::German => GERMAN_NAMES,
            ListingLanguage::BritishEnglish => BRITISH_NAMES,
            _ => &[],
        };
        names.iter().find(|(known, _)| *known == english).map_or(english, |(_, name)| name)
    }
}

const BRITISH_NAMES: &[(&str, &str)] = &[("Catalog Number", "Catalogue Number"), ("Color", "Colour")];

const GERMAN_NAMES: &[(&str, &str)] = &[
    ("Artist", "Interpret"),
    ("Release Title", "Titel der Veröffentlichung"),
    ("Movie/TV Title", "Film-/Fernsehtitel"),
    ("Type", "Produktart"),
    ("Style", "Stil"),
    ("Record Label", "Plattenlabel"),
    ("Release Year", "Erscheinungsjahr"),
    ("Catalog Number", "Katalognummer"),
    ("Record Size", "Plattengröße"),
    ("Color", "Farbe"),
    ("Record", "Vinyl"),
    ("Cassette", "Kassette"),
    ("Box Set", "Boxset"),
    ("Compilation", "Sammlung"),
    ("Maxi Single", "Maxi-Single"),
    ("Mini-Album", "Minialbum"),
    ("7\"", "7 Zoll"),
    ("10\"", "10 Zoll"),
    ("12\"", "12 Zoll"),
];
