//! The seller's preferences for matching, and the minimum score of a match.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::super::release::{Carrier, Country, Release};
use super::super::release_status::ReleaseConcern;

/// The `[matching]` settings.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatchPreferences {
    /// Countries of the pressings that the seller usually has, the most likely first. They decide only between equal
    /// pressings, which otherwise need review.
    #[serde(deserialize_with = "deserialize_countries")]
    pub countries: Vec<Country>,
    /// Formats in the seller's lists; empty for all formats.
    pub carriers: Vec<Carrier>,
    /// Minimum score of a match that needs no review, from 0 to 1.
    #[serde(rename = "strong", deserialize_with = "deserialize_share")]
    pub min_score: f32,
    /// Minimum lead of the best score over the second one, from 0 to 1.
    #[serde(deserialize_with = "deserialize_share")]
    pub margin: f32,
    /// How promotional copies, test pressings and white labels are handled.
    pub promos: PromoPolicy,
}

fn deserialize_countries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Country>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| Country::parse_setting(text).map_err(D::Error::custom)).collect()
}

fn deserialize_share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    let share = f32::deserialize(deserializer)?;
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err(D::Error::custom(format!("{share} is not allowed; write a number from 0 to 1")))
    }
}

/// How promotional copies are handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromoPolicy {
    /// Draft them. The listing says what they are.
    #[default]
    List,
    /// Send them to review.
    Ask,
}

impl MatchPreferences {
    /// Returns the concerns that require the operator's decision.
    pub(super) fn review_concerns(&self, release: &Release) -> Vec<ReleaseConcern> {
        let asks =
            |concern: &ReleaseConcern| *concern != ReleaseConcern::Promotional || self.promos == PromoPolicy::Ask;
        release.concerns.iter().map(|concern| concern.value).filter(asks).collect()
    }

    pub(super) fn needs_review(&self, release: &Release) -> bool {
        !self.review_concerns(release).is_empty()
    }
}

impl Default for MatchPreferences {
    fn default() -> Self {
        Self { countries: Vec::new(), carriers: Vec::new(), min_score: 0.8, margin: 0.05, promos: PromoPolicy::List }
    }
}
