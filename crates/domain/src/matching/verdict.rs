//! What identifying a UPC comes to.

use serde::{Deserialize, Serialize};

use super::super::provider::Provider;
use super::super::provider_release::ProviderRelease;
use super::super::release::Release;

/// One pressing put forward for a UPC: its facts, how well it fits, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// The merged facts, each with its source.
    pub release: Release,
    /// The entries it was merged from, in the order in which their providers are trusted.
    pub entries: Vec<ProviderRelease>,
    /// From 0 (nothing fits) to 1 (everything does).
    pub score: f32,
    /// What spoke for it and against it, the weightiest first.
    pub reasons: Vec<MatchReason>,
}

/// One thing that was compared, in the manner of beets' distance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchReason {
    pub aspect: MatchAspect,
    /// How much it counts.
    pub weight: f32,
    /// From 0 (equal) to 1 (contradicted).
    pub distance: f32,
    /// In words: `musicbrainz and discogs hold the barcode`.
    #[serde(rename = "words")]
    pub description: String,
}

/// What was compared, in the order of its words. Events hold the word: `catalog number`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display, strum::EnumString,
)]
#[serde(from = "String", into = "String")]
#[strum(serialize_all = "snake_case")]
pub enum MatchAspect {
    Artist,
    Barcode,
    #[strum(serialize = "catalog number")]
    CatalogNumber,
    /// A provider lists the barcode on another album.
    Contradiction,
    Country,
    Date,
    /// The seller decided.
    Decision,
    Duplicates,
    Format,
    Label,
    Preference,
    /// How many providers agree.
    Support,
    Title,
    #[strum(serialize = "track count")]
    TrackCount,
    /// The word of another version of Draft Maker.
    #[strum(default)]
    Other(String),
}

impl From<String> for MatchAspect {
    fn from(word: String) -> Self {
        word.parse().unwrap_or(Self::Other(word))
    }
}

impl From<MatchAspect> for String {
    fn from(aspect: MatchAspect) -> Self {
        aspect.to_string()
    }
}

/// The answer to "which release is this UPC?".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// One pressing fits and no other comes near.
    Matched {
        #[serde(rename = "match")]
        best_match: Box<Match>,
        /// The next best, for "why this one".
        #[serde(default)]
        runner_up: Option<Box<Match>>,
    },
    /// Several fit equally well: a person looks at the item.
    Ambiguous {
        /// The best first.
        candidates: Vec<Match>,
        /// What tells them apart, in words: `catalog number: GED24425 or DGCD 24425`.
        differences: Vec<String>,
    },
    /// Nobody knows it.
    Unknown {
        /// Who was asked.
        #[serde(rename = "asked")]
        providers: Vec<Provider>,
    },
}

impl Match {
    /// The score in hundredths.
    pub fn score_percent(&self) -> u8 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is from 0 to 1")]
        let hundredths = (self.score.clamp(0.0, 1.0) * 100.0).round() as u8;
        hundredths
    }
}

impl Verdict {
    /// Those between which a person can choose, the best first.
    pub fn candidates(&self) -> Vec<&Match> {
        match self {
            Self::Matched { best_match: found, runner_up } => {
                std::iter::once(found.as_ref()).chain(runner_up.as_deref()).collect()
            }
            Self::Ambiguous { candidates, .. } => candidates.iter().collect(),
            Self::Unknown { .. } => Vec::new(),
        }
    }
}
