//! What state an item is in, in eBay's words, and how Discogs' grades compare.

use serde::{Deserialize, Serialize};

/// A condition that eBay knows for media. The seller states it for a batch; the program never assumes one.
///
/// Numbers are eBay's condition ids (developer.ebay.com, "Item condition ID and name values"). Ordered from the
/// best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    New,
    LikeNew,
    VeryGood,
    Good,
    Acceptable,
}

impl Condition {
    /// From the best to the worst.
    pub const ALL: [Self; 5] = [Self::New, Self::LikeNew, Self::VeryGood, Self::Good, Self::Acceptable];

    /// eBay's number for it.
    pub const fn ebay_id(self) -> u16 {
        match self {
            Self::New => 1000,
            Self::LikeNew => 2750,
            Self::VeryGood => 4000,
            Self::Good => 5000,
            Self::Acceptable => 6000,
        }
    }

    /// As it stands in settings and on the command line: `very_good`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::LikeNew => "like_new",
            Self::VeryGood => "very_good",
            Self::Good => "good",
            Self::Acceptable => "acceptable",
        }
    }

    /// The condition that a Discogs media grade promises at most. Discogs grades without fractions of eBay's
    /// scale, so a grade maps to the eBay condition whose buyers expect no more than it.
    pub fn from_discogs_grade(grade: &str) -> Option<Self> {
        Some(match grade {
            "Mint (M)" => Self::New,
            "Near Mint (NM or M-)" => Self::LikeNew,
            "Very Good Plus (VG+)" => Self::VeryGood,
            "Very Good (VG)" => Self::Good,
            "Good Plus (G+)" | "Good (G)" => Self::Acceptable,
            _ => return None,
        })
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Condition {
    type Err = ParseConditionError;

    fn from_str(text: &str) -> Result<Self, ParseConditionError> {
        let wanted = text.trim().to_lowercase().replace([' ', '-'], "_");
        Self::ALL.into_iter().find(|c| c.as_str() == wanted).ok_or_else(|| ParseConditionError(text.to_owned()))
    }
}

/// Not a condition that this program knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown condition {0:?}: use new, like_new, very_good, good or acceptable")]
pub struct ParseConditionError(pub String);
