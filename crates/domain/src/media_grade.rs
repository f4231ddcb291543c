//! Grades of discs, records, tapes and their sleeves.

use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

use super::condition::Condition;
use super::condition_words::is_sealed;

/// A grade of the Goldmine standard, which Discogs uses, or `Excellent` of the Record Collector standard.
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
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MediaGrade {
    #[serde(alias = "M", alias = "m")]
    #[strum(serialize = "Mint (M)")]
    Mint,
    #[serde(alias = "NM", alias = "nm", alias = "M-")]
    #[strum(serialize = "Near Mint (NM or M-)")]
    NearMint,
    #[serde(alias = "EX", alias = "ex")]
    #[strum(serialize = "Excellent (EX)")]
    Excellent,
    #[serde(alias = "VG+", alias = "vg+")]
    #[strum(serialize = "Very Good Plus (VG+)")]
    VeryGoodPlus,
    #[serde(alias = "VG", alias = "vg")]
    #[strum(serialize = "Very Good (VG)")]
    VeryGood,
    #[serde(alias = "G+", alias = "g+")]
    #[strum(serialize = "Good Plus (G+)")]
    GoodPlus,
    #[serde(alias = "G", alias = "g")]
    #[strum(serialize = "Good (G)")]
    Good,
    #[serde(alias = "F", alias = "f")]
    #[strum(serialize = "Fair (F)")]
    Fair,
    #[serde(alias = "P", alias = "p")]
    #[strum(serialize = "Poor (P)")]
    Poor,
}

/// Names of all grades, for messages.
pub(crate) const GRADE_NAMES: &str = "M, NM, EX, VG+, VG, G+, G, F or P";

/// A text that is not a grade.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown grade {0:?}: use {GRADE_NAMES}")]
pub struct ParseGradeError(pub String);

impl std::str::FromStr for MediaGrade {
    type Err = ParseGradeError;

    fn from_str(text: &str) -> Result<Self, ParseGradeError> {
        Self::from_text(&text.replace('_', " ")).ok_or_else(|| ParseGradeError(text.to_owned()))
    }
}

impl MediaGrade {
    /// All grades, the best first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the short name in settings, flags and results, such as `VG+`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mint => "M",
            Self::NearMint => "NM",
            Self::Excellent => "EX",
            Self::VeryGoodPlus => "VG+",
            Self::VeryGood => "VG",
            Self::GoodPlus => "G+",
            Self::Good => "G",
            Self::Fair => "F",
            Self::Poor => "P",
        }
    }

    /// Returns the best eBay condition whose buyers expect no more than the grade promises. No grade maps to eBay's
    /// "new", which means an unopened item.
    pub(crate) const fn to_condition(self) -> Condition {
        match self {
            Self::Mint | Self::NearMint => Condition::LikeNew,
            Self::Excellent | Self::VeryGoodPlus => Condition::VeryGood,
            Self::VeryGood => Condition::Good,
            Self::GoodPlus | Self::Good | Self::Fair | Self::Poor => Condition::Acceptable,
        }
    }

    /// Parses a grade: `VG+`, `Very Good Plus`, `Very Good Plus (VG+)`, `Excelente (EX)`, `NM`, `M-`. A grade between two others is
    /// rounded down: `VG-` becomes G+. Returns `None` for other texts.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let bare = text.split('(').next().unwrap_or_default().trim();
        let word = if bare.is_empty() { text.trim_matches(['(', ')']) } else { bare };
        let in_brackets = || text.split_once('(')?.1.strip_suffix(')');
        Self::from_word(word)
            .or_else(|| Self::from_word(&spell_grade(word)))
            .or_else(|| Self::from_word(in_brackets()?.trim()))
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "m" | "mint" => Self::Mint,
            text if is_sealed(text) => Self::Mint,
            "nm" | "m-" | "mint-" | "near mint" | "nearmint" | "m/m-" | "nm/m-" => Self::NearMint,
            "nm-" | "near mint-" | "excellent+" | "ex" | "ex+" | "e" | "e+" | "excellent" => Self::Excellent,
            "ex-" | "excellent-" | "e-" | "vg+" | "vg++" | "very good plus" | "very good +" | "very good+"
            | "very good++" => Self::VeryGoodPlus,
            "vg+-" | "vg" | "very good" => Self::VeryGood,
            "vg-" | "very good-" | "g+" | "good+" | "good plus" | "good +" => Self::GoodPlus,
            "g+-" | "g" | "good" => Self::Good,
            "g-" | "good-" | "f" | "f+" | "fair" => Self::Fair,
            "f-" | "p" | "p+" | "poor" => Self::Poor,
            _ => return None,
        })
    }
}

/// Normalizes the spelling of a grade: `Near-Mint` becomes `near mint`, `VG Plus` and `VG +` become `vg+`, and
/// `mint minus` becomes `mint-`.
fn spell_grade(lower: &str) -> String {
    let signs = lower.replace(" plus", "+").replace(" minus", "-").replace(" +", "+").replace(" -", "-");
    let mut spelled = String::with_capacity(signs.len());
    let mut characters = signs.chars().peekable();
    while let Some(character) = characters.next() {
        let joins_words = matches!(character, '-' | '_') && characters.peek().is_some_and(|next| next.is_alphabetic());
        spelled.push(if joins_words { ' ' } else { character });
    }
    spelled
}

/// Parses the grade of a disc, or those of a disc and its sleeve: `VG+/VG`.
pub(super) fn parse_grades(text: &str) -> Option<(MediaGrade, Option<MediaGrade>)> {
    if let Some(grade) = MediaGrade::from_text(text) {
        return Some((grade, None));
    }
    let (media, sleeve) = text.split_once('/')?;
    Some((MediaGrade::from_text(media)?, Some(MediaGrade::from_text(sleeve)?)))
}
