//! Item conditions on eBay's scale, and the conditions of Discogs grades.

use serde::{Deserialize, Serialize};
use strum::{EnumCount as _, VariantArray as _};

/// eBay's conditions for media, from best to worst. The seller states the condition; Draft Maker never assumes one.
///
/// The numbers are eBay's condition IDs (developer.ebay.com, "Item condition ID and name values").
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumCount,
    strum::IntoStaticStr,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Condition {
    New,
    LikeNew,
    VeryGood,
    Good,
    Acceptable,
}

impl Condition {
    /// All conditions, from best to worst.
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("there are COUNT variants");

    /// Returns eBay's condition ID.
    pub const fn ebay_id(self) -> u16 {
        match self {
            Self::New => 1000,
            Self::LikeNew => 2750,
            Self::VeryGood => 4000,
            Self::Good => 5000,
            Self::Acceptable => 6000,
        }
    }

    /// Returns the name in settings and flags, such as `very_good`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// Returns the condition in words, such as `very good`.
    pub fn words(self) -> String {
        self.as_str().replace('_', " ")
    }

    /// Returns the condition of a Discogs media grade; `None` for other texts. The scales differ, so the result is the
    /// best eBay condition whose buyers expect no more than the grade promises.
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

impl std::str::FromStr for Condition {
    type Err = ParseConditionError;

    fn from_str(text: &str) -> Result<Self, ParseConditionError> {
        let wanted = text.trim().to_lowercase().replace([' ', '-'], "_");
        Self::ALL.into_iter().find(|c| c.as_str() == wanted).ok_or_else(|| ParseConditionError(text.to_owned()))
    }
}

/// A text that is not a condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown condition {0:?}: {CONDITION_HINT}")]
pub struct ParseConditionError(pub String);

/// Names the conditions that may be written.
pub(crate) const CONDITION_HINT: &str = "use new, like_new, very_good, good or acceptable";
