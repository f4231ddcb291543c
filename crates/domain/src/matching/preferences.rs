//! What the seller usually holds, and how sure a match must be.

use serde::Deserialize;

use super::super::release::{Carrier, Country};

/// The settings table `[matching]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatchPreferences {
    /// Countries of the pressings that the seller usually holds, the likeliest first. They decide between equals
    /// and nothing else; without them, equals are asked about.
    pub countries: Vec<Country>,
    /// Carriers that the list holds, where it holds only some.
    pub carriers: Vec<Carrier>,
    /// The least score, from 0 to 1, at which a match is taken without a person.
    #[serde(rename = "strong")]
    pub min_score: f32,
    /// How far the best must be ahead of the second, from 0 to 1.
    pub margin: f32,
}

impl Default for MatchPreferences {
    fn default() -> Self {
        Self { countries: Vec::new(), carriers: Vec::new(), min_score: 0.8, margin: 0.05 }
    }
}
