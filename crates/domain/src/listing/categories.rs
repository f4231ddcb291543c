//! Where an item is filed, and which item specifics it gets: the table in `assets/categories.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::super::condition::Condition;
use super::super::release::Carrier;
use super::super::text::display::utf16_len;

/// The table. eBay changes its categories without asking us, so they are data.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Categories {
    placeholders: Vec<String>,
    #[serde(rename = "longest_name")]
    max_name_units: usize,
    /// In UTF-16 units.
    #[serde(rename = "longest_value")]
    pub(super) max_value_units: usize,
    pub(super) aspects: Vec<AspectMapping>,
    /// eBay's genre by the genre of the databases, in lower case.
    #[serde(default)]
    genres: BTreeMap<String, String>,
    /// eBay's genre by a style that says more than the genre it comes with, in lower case.
    #[serde(default)]
    genres_by_style: BTreeMap<String, String>,
    #[serde(rename = "category")]
    leaves: Vec<Category>,
}

/// A leaf category at EBAY_US.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub id: u32,
    pub name: String,
    pub(super) carriers: Vec<Carrier>,
    /// What the aspect `Format` says there.
    format: String,
    /// What it says of single carriers.
    #[serde(default)]
    formats: BTreeMap<Carrier, String>,
    /// True for a category that few lists need: a batch runs also if eBay's rules of it cannot be read.
    #[serde(default)]
    #[serde(rename = "rare")]
    pub is_rare: bool,
    /// The condition id of everything that is not new, where the category knows no finer ones.
    #[serde(rename = "used")]
    pub(super) used_condition_id: Option<u16>,
}

/// One item specific and the field that it is filled from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AspectMapping {
    pub name: String,
    #[serde(rename = "from")]
    pub source: ReleaseField,
    #[serde(rename = "only")]
    pub carriers: Option<Vec<Carrier>>,
    #[serde(default = "default_max_values")]
    #[serde(rename = "many")]
    pub max_values: usize,
    #[serde(default)]
    #[serde(rename = "cut")]
    pub truncate: bool,
}

/// A field of a release or of the seller's copy, as the table names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReleaseField {
    Artist,
    Title,
    Format,
    ReleaseType,
    Genres,
    Styles,
    Label,
    Year,
    CatalogNumber,
    RecordSize,
    Edition,
    Features,
    Material,
    Color,
    Speed,
    Country,
    Language,
    DiscCount,
    Composers,
    Conductors,
    RunTime,
    CaseType,
    Series,
    /// The seller's grade of the disc, record or tape.
    MediaGrade,
    /// The seller's grade of the sleeve, booklet or inlay.
    SleeveGrade,
}

/// A table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ParseCategoriesError {
    #[error("categories: {0}")]
    Syntax(#[from] toml::de::Error),
    #[error("categories: the aspect name {0:?} is longer than eBay allows")]
    NameTooLong(String),
    #[error("categories: {0} is filed under two categories")]
    DuplicateCarrier(Carrier),
}

fn default_max_values() -> usize {
    1
}

impl Categories {
    /// The table that is compiled in.
    pub fn built_in() -> &'static Self {
        static TABLE: LazyLock<Categories> = LazyLock::new(|| {
            Categories::parse(include_str!("../../../../assets/categories.toml"))
                .expect("a test reads the table that is compiled in")
        });
        &TABLE
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Returns [`ParseCategoriesError`] if the table is invalid.
    pub fn parse(text: &str) -> Result<Self, ParseCategoriesError> {
        let table: Self = toml::from_str(text)?;
        if let Some(rule) = table.aspects.iter().find(|rule| utf16_len(&rule.name) > table.max_name_units) {
            return Err(ParseCategoriesError::NameTooLong(rule.name.clone()));
        }
        let carriers = table.leaves.iter().flat_map(|category| &category.carriers).collect::<Vec<_>>();
        match carriers.iter().enumerate().find(|(at, carrier)| carriers[..*at].contains(carrier)) {
            Some((_, carrier)) => Err(ParseCategoriesError::DuplicateCarrier(**carrier)),
            None => Ok(table),
        }
    }

    /// All leaf categories of the table.
    pub fn leaf_categories(&self) -> &[Category] {
        &self.leaves
    }

    /// Where a carrier is filed.
    pub fn for_carrier(&self, carrier: Carrier) -> Option<&Category> {
        self.leaves.iter().find(|category| category.carriers.contains(&carrier))
    }

    /// The names of all aspects, in the order of the table.
    pub fn aspect_names(&self) -> impl Iterator<Item = &str> {
        self.aspects.iter().map(|rule| rule.name.as_str())
    }

    /// Returns eBay's genres of a release, each once. A style may say more than the genre.
    pub(super) fn map_genres(&self, genres: &[String], styles: &[String]) -> Vec<String> {
        let by_style = styles.iter().filter_map(|style| self.genres_by_style.get(&style.to_lowercase())).cloned();
        let by_genre = genres.iter().map(|genre| self.genres.get(&genre.to_lowercase()).unwrap_or(genre)).cloned();
        let mut mapped: Vec<String> = Vec::new();
        for genre in by_style.chain(by_genre) {
            if !mapped.contains(&genre) {
                mapped.push(genre);
            }
        }
        mapped
    }

    /// True for a text that stands for "not known", and for a forgotten template such as `<Genre>`.
    pub(super) fn is_placeholder(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let template = text.starts_with('<') && text.ends_with('>');
        text.is_empty() || template || self.placeholders.contains(&text)
    }
}

impl Category {
    /// Returns what the aspect `Format` says of a carrier.
    pub(super) fn format_of(&self, carrier: Carrier) -> &str {
        self.formats.get(&carrier).unwrap_or(&self.format)
    }

    /// The condition's number here. Records know only "new" and "used" (3000); their grade is an item specific.
    pub fn condition_id(&self, condition: Condition) -> u16 {
        match self.used_condition_id {
            Some(used) if condition != Condition::New => used,
            _ => condition.ebay_id(),
        }
    }
}
