//! Where an item is filed, and which item specifics it gets: the table in `assets/categories.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::super::condition::Condition;
use super::super::release::Carrier;
use super::super::wording::units;

/// The table. EBay changes its categories without asking us, so they are data.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Categories {
    placeholders: Vec<String>,
    longest_name: usize,
    /// In [`units`].
    pub(super) longest_value: usize,
    pub(super) aspects: Vec<AspectRule>,
    category: Vec<Category>,
}

/// A leaf category at EBAY_US.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub id: u32,
    pub name: String,
    pub(super) carriers: Vec<Carrier>,
    /// What the aspect `Format` says there.
    pub(super) format: String,
    /// The condition id of everything that is not new, where the category knows no finer ones.
    pub(super) used: Option<u16>,
}

/// One item specific and the field that it is filled from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AspectRule {
    pub name: String,
    pub from: Field,
    pub only: Option<Vec<Carrier>>,
    #[serde(default = "one")]
    pub many: usize,
    #[serde(default)]
    pub cut: bool,
}

/// A field of a release, as the table names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Field {
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
}

/// A table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadCategories {
    #[error("categories: {0}")]
    Form(#[from] toml::de::Error),
    #[error("categories: the aspect name {0:?} is longer than eBay takes")]
    LongName(String),
    #[error("categories: {0} is filed under two categories")]
    Twice(Carrier),
}

fn one() -> usize {
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
    /// [`BadCategories`] with the line that is wrong.
    pub fn parse(text: &str) -> Result<Self, BadCategories> {
        let table: Self = toml::from_str(text)?;
        if let Some(rule) = table.aspects.iter().find(|rule| units(&rule.name) > table.longest_name) {
            return Err(BadCategories::LongName(rule.name.clone()));
        }
        let carriers = table.category.iter().flat_map(|category| &category.carriers).collect::<Vec<_>>();
        match carriers.iter().enumerate().find(|(at, carrier)| carriers[..*at].contains(carrier)) {
            Some((_, carrier)) => Err(BadCategories::Twice(**carrier)),
            None => Ok(table),
        }
    }

    /// All leaf categories of the table.
    pub fn leaves(&self) -> &[Category] {
        &self.category
    }

    /// Where a carrier is filed.
    pub fn of(&self, carrier: Carrier) -> Option<&Category> {
        self.category.iter().find(|category| category.carriers.contains(&carrier))
    }

    /// The names of all aspects, in the order of the table.
    pub fn aspect_names(&self) -> impl Iterator<Item = &str> {
        self.aspects.iter().map(|rule| rule.name.as_str())
    }

    /// True for a text that stands for "not known", and for a forgotten template such as `<Genre>`.
    pub(super) fn is_placeholder(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let template = text.starts_with('<') && text.ends_with('>');
        text.is_empty() || template || self.placeholders.contains(&text)
    }
}

impl Category {
    /// The condition's number here. Records know only "new" and "used" (3000); their grade is an item specific.
    pub fn condition_id(&self, condition: Condition) -> u16 {
        match self.used {
            Some(used) if condition != Condition::New => used,
            _ => condition.ebay_id(),
        }
    }
}
