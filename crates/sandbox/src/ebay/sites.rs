//! Category trees of eBay's sites, and the names of item specifics in the language of each site.

use super::search_query::CASSETTES_CATEGORY;
use domain::site::{ListingLanguage, Site};

/// The category tree of a site (Taxonomy API, `getDefaultCategoryTreeId`). The versions are invented.
pub(super) struct SiteCategoryTree {
    pub(super) site: Site,
    pub(super) id: &'static str,
    pub(super) version: &'static str,
}

/// The trees of all sites.
pub(super) const CATEGORY_TREES: [SiteCategoryTree; 11] = [
    SiteCategoryTree { site: Site::EbayUs, id: "0", version: "134" },
    SiteCategoryTree { site: Site::EbayCa, id: "2", version: "121" },
    SiteCategoryTree { site: Site::EbayGb, id: "3", version: "127" },
    SiteCategoryTree { site: Site::EbayAu, id: "15", version: "118" },
    SiteCategoryTree { site: Site::EbayAt, id: "16", version: "109" },
    SiteCategoryTree { site: Site::EbayFr, id: "71", version: "114" },
    SiteCategoryTree { site: Site::EbayDe, id: "77", version: "131" },
    SiteCategoryTree { site: Site::EbayIt, id: "101", version: "112" },
    SiteCategoryTree { site: Site::EbayNl, id: "146", version: "107" },
    SiteCategoryTree { site: Site::EbayEs, id: "186", version: "113" },
    SiteCategoryTree { site: Site::EbayIe, id: "205", version: "111" },
];

impl SiteCategoryTree {
    pub(super) fn for_site(marketplace_id: &str) -> Option<&'static Self> {
        CATEGORY_TREES.iter().find(|tree| tree.site.as_str() == marketplace_id)
    }

    pub(super) fn for_id(id: &str) -> Option<&'static Self> {
        CATEGORY_TREES.iter().find(|tree| tree.id == id)
    }

    /// Returns whether the category has finer conditions than new and used at this site. German cassettes have only
    /// these two.
    pub(super) fn has_fine_conditions(&self, category: u32) -> bool {
        !(self.site.listing_language() == ListingLanguage::German && category == CASSETTES_CATEGORY)
    }

    /// Returns the name of an item specific, or one of its values, at this site.
    pub(super) fn localized(&self, english: &'static str) -> &'static str {
        let names = match self.site.listing_language() {
            ListingLanguage::German => GERMAN_NAMES,
            ListingLanguage::BritishEnglish => BRITISH_NAMES,
            ListingLanguage::French => FRENCH_NAMES,
            ListingLanguage::Italian => ITALIAN_NAMES,
            ListingLanguage::Spanish => SPANISH_NAMES,
            ListingLanguage::Dutch => DUTCH_NAMES,
            ListingLanguage::AmericanEnglish => &[],
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
    ("Record Grading", "Zustand der Schallplatte"),
    ("Sleeve Grading", "Zustand der Hülle"),
    ("CD Grading", "Zustand der CD"),
    ("Inlay Condition", "Zustand des Inlays"),
];

const FRENCH_NAMES: &[(&str, &str)] = &[
    ("Artist", "Artiste"),
    ("Color", "Couleur"),
    ("Release Title", "Titre"),
    ("Movie/TV Title", "Titre du film/de l'émission TV"),
    ("Format", "Format"),
    ("Genre", "Genre"),
    ("Style", "Style"),
    ("Record Label", "Label"),
    ("Release Year", "Année de sortie"),
    ("Catalog Number", "Numéro de catalogue"),
    ("Record Size", "Taille du disque"),
    ("Record", "Vinyle"),
    ("Cassette", "Cassette"),
    ("Box Set", "Coffret"),
    ("Compilation", "Compilation"),
    ("7\"", "7 pouces"),
    ("10\"", "10 pouces"),
    ("12\"", "12 pouces"),
    ("Record Grading", "État du disque"),
    ("Sleeve Grading", "État de la pochette"),
    ("CD Grading", "État du CD"),
    ("Inlay Condition", "État du livret"),
];

const ITALIAN_NAMES: &[(&str, &str)] = &[
    ("Artist", "Artista"),
    ("Release Title", "Titolo"),
    ("Type", "Tipo"),
    ("Color", "Colore"),
    ("Movie/TV Title", "Titolo film/TV"),
    ("Format", "Formato"),
    ("Genre", "Genere"),
    ("Style", "Stile"),
    ("Record Label", "Etichetta discografica"),
    ("Release Year", "Anno di pubblicazione"),
    ("Catalog Number", "Numero di catalogo"),
    ("Record Size", "Dimensioni disco"),
    ("Record", "Vinile"),
    ("Cassette", "Musicassetta"),
    ("Box Set", "Cofanetto"),
    ("Compilation", "Compilation"),
    ("7\"", "7\""),
    ("10\"", "10\""),
    ("12\"", "12\""),
    ("Record Grading", "Condizioni del disco"),
    ("Sleeve Grading", "Condizioni della copertina"),
    ("CD Grading", "Condizioni del CD"),
    ("Inlay Condition", "Condizioni del libretto"),
];

const SPANISH_NAMES: &[(&str, &str)] = &[
    ("Artist", "Artista"),
    ("Release Title", "Título"),
    ("Type", "Tipo"),
    ("Movie/TV Title", "Título de película/TV"),
    ("Format", "Formato"),
    ("Genre", "Género"),
    ("Style", "Estilo"),
    ("Record Label", "Discográfica"),
    ("Release Year", "Año de lanzamiento"),
    ("Catalog Number", "Número de catálogo"),
    ("Record Size", "Tamaño del disco"),
    ("Record", "Vinilo"),
    ("Cassette", "Casete"),
    ("Box Set", "Caja recopilatoria"),
    ("Compilation", "Recopilatorio"),
    ("7\"", "7 pulgadas"),
    ("10\"", "10 pulgadas"),
    ("12\"", "12 pulgadas"),
    ("Record Grading", "Estado del disco"),
    ("Sleeve Grading", "Estado de la funda"),
    ("CD Grading", "Estado del CD"),
    ("Inlay Condition", "Estado del libreto"),
];

const DUTCH_NAMES: &[(&str, &str)] = &[
    ("Artist", "Artiest"),
    ("Color", "Kleur"),
    ("Release Title", "Titel"),
    ("Movie/TV Title", "Film-/tv-titel"),
    ("Format", "Formaat"),
    ("Genre", "Genre"),
    ("Style", "Stijl"),
    ("Record Label", "Platenlabel"),
    ("Release Year", "Jaar van uitgave"),
    ("Catalog Number", "Catalogusnummer"),
    ("Record Size", "Plaatformaat"),
    ("Record", "Vinyl"),
    ("Cassette", "Cassette"),
    ("Box Set", "Boxset"),
    ("Compilation", "Verzamelalbum"),
    ("7\"", "7 inch"),
    ("10\"", "10 inch"),
    ("12\"", "12 inch"),
    ("Record Grading", "Staat van de plaat"),
    ("Sleeve Grading", "Staat van de hoes"),
    ("CD Grading", "Staat van de cd"),
    ("Inlay Condition", "Staat van het boekje"),
];
