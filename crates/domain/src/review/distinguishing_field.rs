//! What must be looked at, so that the box is gone through once for each.

use serde::{Deserialize, Serialize};

/// The one thing that decides an item, the quickest to see first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DistinguishingField {
    CatalogNumber,
    Label,
    Country,
    Format,
    Date,
    Tracks,
    Artist,
    Title,
    /// Nothing that a database knows tells them apart.
    Matrix,
    /// One candidate, and it does not fit well.
    Item,
    /// No database knows it.
    Unknown,
    /// The listing lacks something.
    #[serde(rename = "gap")]
    MissingData,
    /// Everything is there; the draft waits for a word.
    Draft,
}

impl DistinguishingField {
    /// Those that tell pressings apart, by the field's name; of equally telling ones the first is looked at.
    const FIELD_NAMES: [(&'static str, Self); 8] = [
        ("catalog number", Self::CatalogNumber),
        ("label", Self::Label),
        ("country", Self::Country),
        ("format", Self::Format),
        ("date", Self::Date),
        ("number of tracks", Self::Tracks),
        ("artist", Self::Artist),
        ("title", Self::Title),
    ];

    /// The field of candidates that is looked at.
    pub(super) fn from_field_name(field: &str) -> Option<Self> {
        Self::FIELD_NAMES.into_iter().find(|(name, _)| *name == field).map(|(_, look)| look)
    }

    /// The name of the field, where one is looked at.
    pub fn field_name(self) -> Option<&'static str> {
        Self::FIELD_NAMES.into_iter().find(|(_, look)| *look == self).map(|(name, _)| name)
    }

    /// Where it is found, for a heading.
    pub const fn description(self) -> &'static str {
        match self {
            Self::CatalogNumber => "the catalog number: spine, disc, back",
            Self::Label => "the label: its name on the disc",
            Self::Country => "the country: \"Made in\", on the disc or the back",
            Self::Format => "the format: what lies in the box",
            Self::Date => "the year: beside © and ℗, on the back",
            Self::Tracks => "the number of tracks, on the back",
            Self::Artist => "the artist, on the front",
            Self::Title => "the title, on the front",
            Self::Matrix => "the matrix or runout: what is stamped near the middle hole",
            Self::Item => "the item itself: whether it is this release at all",
            Self::Unknown => "everything: no database knows it",
            Self::MissingData => "what the listing lacks",
            Self::Draft => "the draft as it would be made",
        }
    }
}
