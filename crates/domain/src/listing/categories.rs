//! eBay categories and their item specifics: the table in `assets/categories.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::super::condition::Condition;
use super::super::release::{Carrier, Medium};
use super::super::text::display::utf16_len;

/// Table of categories. It is data, because eBay changes its categories at any time.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Categories {
    placeholders: Vec<String>,
    #[serde(rename = "longest_name")]
    max_name_units: usize,
    /// Maximum length of a value, in UTF-16 units.
    #[serde(rename = "longest_value")]
    pub(super) max_value_units: usize,
    pub(super) aspects: Vec<AspectMapping>,
    /// eBay's genre by database genre, in lower case.
    #[serde(default)]
    genres: BTreeMap<String, String>,
    /// eBay's genre by style, in lower case, for styles that are more precise than their genre.
    #[serde(default)]
    genres_by_style: BTreeMap<String, String>,
    #[serde(rename = "category")]
    leaves: Vec<Category>,
}

/// A leaf category of EBAY_US.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub id: u32,
    pub name: String,
    pub(super) carriers: Vec<Carrier>,
    /// Value of the aspect `Format` in this category.
    format: String,
    /// Values of the aspect `Format` for individual carriers.
    #[serde(default)]
    formats: BTreeMap<Carrier, String>,
    /// Values of the aspect `Format` by the name of a medium in lower case. Media are filed here by these names, whatever
    /// their carrier.
    #[serde(default)]
    #[serde(rename = "named")]
    formats_by_name: BTreeMap<String, String>,
    /// True for a category that few lists need. A batch can then run even if eBay's rules for it cannot be read.
    #[serde(default)]
    #[serde(rename = "rare")]
    pub is_rare: bool,
    /// Condition ID of everything that is not new, if the category does not distinguish further.
    #[serde(rename = "used")]
    pub(super) used_condition_id: Option<u16>,
}

/// An item specific, and the field from which it is filled.
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

/// A field of a release or of the seller's copy; the serialized names are those in the table.
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
    /// Region codes of a DVD or Blu-ray: `DVD: 2`.
    RegionCode,
    /// Television standard: `PAL`.
    SignalStandard,
    /// The seller's grade of the disc, record or tape.
    MediaGrade,
    /// The seller's grade of the sleeve, booklet or inlay.
    SleeveGrade,
}

/// Why a table of categories is invalid.
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

/// Discogs' genre of recordings without music.
const NON_MUSIC: &str = "Non-Music";

/// Discogs' styles of speech.
const SPEECH_STYLES: [&str; 15] = [
    "Audiobook",
    "Comedy",
    "Dialogue",
    "Education",
    "Educational",
    "Health-Fitness",
    "Interview",
    "Monolog",
    "Poetry",
    "Political",
    "Radioplay",
    "Sermon",
    "Speech",
    "Spoken Word",
    "Story",
];

impl Categories {
    /// Returns the built-in table.
    pub fn built_in() -> &'static Self {
        static TABLE: LazyLock<Categories> = LazyLock::new(|| {
            Categories::parse(include_str!("../../../../assets/categories.toml"))
                .expect("a test reads the table that is compiled in")
        });
        &TABLE
    }

    /// Parses a table.
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

    /// Returns all leaf categories of the table.
    pub fn leaf_categories(&self) -> &[Category] {
        &self.leaves
    }

    /// Returns the category of a carrier.
    pub fn for_carrier(&self, carrier: Carrier) -> Option<&Category> {
        self.leaves.iter().find(|category| category.carriers.contains(&carrier))
    }

    /// Returns the category of a medium: that of its name, such as `DCC` or `VCD`, or else that of its carrier.
    pub fn for_medium(&self, medium: &Medium) -> Option<&Category> {
        let named = self.leaves.iter().find(|category| category.named_format(medium).is_some());
        named.or_else(|| self.for_carrier(medium.carrier).filter(|_| medium.carrier != Carrier::Other))
    }

    /// Returns the names of all aspects, in table order.
    pub fn aspect_names(&self) -> impl Iterator<Item = &str> {
        self.aspects.iter().map(|rule| rule.name.as_str())
    }

    /// Returns eBay's distinct genres of a release. A style may be more precise than the genre. Discogs' "Non-Music" beside
    /// genres of music means noises, and not speech; a style states speech.
    pub(super) fn map_genres(&self, genres: &[String], styles: &[String]) -> Vec<String> {
        let by_style = styles.iter().filter_map(|style| self.genres_by_style.get(&style.to_lowercase())).cloned();
        let is_speech = genres.len() == 1 || styles.iter().any(|style| SPEECH_STYLES.contains(&style.as_str()));
        let is_music = |genre: &&String| is_speech || !genre.eq_ignore_ascii_case(NON_MUSIC);
        let by_genre = genres.iter().filter(is_music);
        let by_genre = by_genre.map(|genre| self.genres.get(&genre.to_lowercase()).unwrap_or(genre)).cloned();
        let mut mapped: Vec<String> = Vec::new();
        for genre in by_style.chain(by_genre) {
            if !mapped.contains(&genre) {
                mapped.push(genre);
            }
        }
        mapped
    }

    /// Returns true for a text that means "not known", and for an unfilled template such as `<Genre>`.
    pub(super) fn is_placeholder(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let template = text.starts_with('<') && text.ends_with('>');
        text.is_empty() || template || self.placeholders.contains(&text)
    }
}

impl Category {
    /// Returns the value of the aspect `Format` for a medium.
    pub(super) fn format_of(&self, medium: &Medium) -> &str {
        self.named_format(medium).or_else(|| self.formats.get(&medium.carrier)).unwrap_or(&self.format)
    }

    /// Returns the value of the aspect `Format` for a name of the medium; `None` if no name is in the table.
    fn named_format(&self, medium: &Medium) -> Option<&String> {
        // A provider may describe the kind behind the name: `Blu-ray, Ultra HD Blu-ray`.
        let mut names = medium.wording.split(',').map(|name| name.trim().to_lowercase());
        names.find_map(|name| self.formats_by_name.get(&name))
    }

    /// Returns the condition ID in this category. Records have only "new" and "used" (3000); their grade is an item
    /// specific.
    pub fn condition_id(&self, condition: Condition) -> u16 {
        match self.used_condition_id {
            Some(used) if condition != Condition::New => used,
            _ => condition.ebay_id(),
        }
    }
}
