//! The field that decides an item in review. Items are grouped by this field, so that the operator checks one kind of
//! detail at a time.

use serde::{Deserialize, Serialize};

/// Field to check, in order of ease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DistinguishingField {
    CatalogNumber,
    Label,
    Country,
    Format,
    Size,
    Status,
    Version,
    Edition,
    Color,
    FormatDetails,
    Type,
    Speed,
    Packaging,
    Date,
    Tracks,
    RunTimes,
    TrackVersions,
    Recordable,
    FurtherLabels,
    Series,
    Artist,
    Title,
    /// No field of the databases differs.
    Matrix,
    /// There is a single candidate with a low score.
    Item,
    /// eBay may forbid the release, the barcode is on an album in it, or the data sources contradict each other.
    Concern,
    /// No data source knows the item.
    Unknown,
    /// The listing is missing data.
    #[serde(rename = "gap")]
    MissingData,
    /// The listing is complete, but its price is doubtful.
    Price,
    /// The listing is complete, and waits for the operator's approval.
    Draft,
}

impl DistinguishingField {
    /// Names of the fields that can distinguish pressings. Of equally distinctive fields, the first is preferred.
    const FIELD_NAMES: [(&'static str, Self); 22] = [
        ("catalog number", Self::CatalogNumber),
        ("label", Self::Label),
        ("country", Self::Country),
        ("format", Self::Format),
        ("size", Self::Size),
        ("status", Self::Status),
        ("version", Self::Version),
        ("edition", Self::Edition),
        ("color", Self::Color),
        ("format details", Self::FormatDetails),
        ("type", Self::Type),
        ("speed", Self::Speed),
        ("packaging", Self::Packaging),
        ("date", Self::Date),
        ("number of tracks", Self::Tracks),
        ("run times", Self::RunTimes),
        ("track versions", Self::TrackVersions),
        ("recordable disc", Self::Recordable),
        ("further labels", Self::FurtherLabels),
        ("series", Self::Series),
        ("artist", Self::Artist),
        ("title", Self::Title),
    ];

    /// Returns the variant of a compared field.
    pub(super) fn from_field_name(field: &str) -> Option<Self> {
        Self::FIELD_NAMES.into_iter().find(|(name, _)| *name == field).map(|(_, look)| look)
    }

    /// Returns the name of the compared field; `None` for variants that are not fields.
    pub fn field_name(self) -> Option<&'static str> {
        Self::FIELD_NAMES.into_iter().find(|(_, look)| *look == self).map(|(name, _)| name)
    }

    /// Returns the heading: the field and where to find it on the item.
    pub const fn description(self) -> &'static str {
        match self {
            Self::CatalogNumber => "the catalog number: spine, disc, back",
            Self::Label => "the label: its name on the disc",
            Self::Country => "the country: \"Made in\", on the disc or the back",
            Self::Format => "the format (CD, LP, …)",
            Self::Size => "the size of the record, in inches",
            Self::Status => {
                "the status: \"promotional use only\", a cut corner or a stamp on a promo; poor print, no matrix on a counterfeit"
            }
            Self::Version => {
                "the version: \"Parental Advisory\" or \"edited\" on the front, a sticker, the club's name"
            }
            Self::Edition => {
                "the edition: a sticker or a number on the front, \"remastered\" or the reissue's year on the back"
            }
            Self::Color => "the color of the record or tape: take it out of the sleeve",
            Self::FormatDetails => {
                "the details of the format: the record's color and weight, the sleeve, the pressing plant"
            }
            Self::Type => "the type: album, EP or single, by the number of tracks on the back",
            Self::Speed => "the speed: 33 or 45, on the record's label",
            Self::Packaging => "the packaging: jewel case, digipak, cardboard sleeve",
            Self::Date => "the year: next to © and ℗, on the back",
            Self::Tracks => "the number of tracks, on the back",
            Self::RunTimes => "the playing times of the tracks, on the back or the disc",
            Self::TrackVersions => "the versions of the tracks: explicit or clean, on the back",
            Self::Recordable => "whether the disc is recordable: a greenish or bluish play side instead of silver",
            Self::FurtherLabels => "the other labels and numbers, on the back",
            Self::Series => "the series, on the spine or the front",
            Self::Artist => "the artist, on the front",
            Self::Title => "the title, on the front",
            Self::Matrix => "the matrix or runout: what is stamped near the middle hole",
            Self::Item => "the item itself: whether it is this release",
            Self::Concern => {
                "the item itself: bootleg, promo, CD-R, an album out of a box set, or discs that differ from the data \
                 sources"
            }
            Self::Unknown => "everything: no data source knows it",
            Self::MissingData => "what is missing in the listing",
            Self::Price => "the price: what comparable items cost",
            Self::Draft => "the draft before it is created",
        }
    }
}
