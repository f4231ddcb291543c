//! Result of identifying a UPC.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::super::provenance::Sourced;
use super::super::provider::{Provider, SELLER};
use super::super::provider_release::ProviderRelease;
use super::super::release::Release;
use super::super::upc::Upc;
use super::contradictions::have_other_carriers;

/// A pressing proposed for a UPC, with its score and reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Merged fields, each with its source.
    pub release: Release,
    /// Entries that were merged, in the order in which their providers are trusted.
    pub entries: Vec<ProviderRelease>,
    /// Score from 0 (nothing fits) to 1 (everything fits).
    pub score: f32,
    /// Reasons for the score, the most important first.
    pub reasons: Vec<MatchReason>,
}

/// Result of one comparison, as in beets' distance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchReason {
    pub aspect: MatchAspect,
    /// Weight in the score.
    pub weight: f32,
    /// Distance from 0 (equal) to 1 (contradiction).
    pub distance: f32,
    /// Reason for display: `barcode 720642442524 at MusicBrainz and Discogs`.
    #[serde(rename = "words")]
    pub description: String,
}

/// What was compared, in alphabetical order. Events store the name, such as `catalog number`.
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
    /// A provider lists the barcode for another album.
    Contradiction,
    Country,
    Date,
    /// The operator decided about the item.
    Decision,
    Duplicates,
    Format,
    Label,
    Preference,
    /// The operator found the release by a search.
    Search,
    /// Number of providers that agree.
    Support,
    Title,
    #[strum(serialize = "track count")]
    TrackCount,
    /// An aspect of another version of Draft Maker.
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

/// Which release a UPC belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// One pressing fits, and no other has a similar score.
    Matched {
        #[serde(rename = "match")]
        best_match: Box<Match>,
        /// The second-best pressing, for comparison.
        #[serde(default)]
        runner_up: Option<Box<Match>>,
    },
    /// Several pressings fit, or one needs a check. The operator decides.
    Ambiguous {
        /// Candidates, the best first.
        candidates: Vec<Match>,
        /// What the operator must check: `catalog number: GED24425 or DGCD 24425`.
        differences: Vec<String>,
    },
    /// No provider knows the UPC. The item needs review.
    Unknown {
        /// Providers that answered.
        #[serde(rename = "asked")]
        providers: Vec<Provider>,
    },
}

impl Match {
    /// Returns the match without entries on other media, whose prices belong to a different item.
    pub fn without_other_carriers(&self) -> Cow<'_, Self> {
        let format = self.release.format.as_ref().map(|format| &format.value);
        let is_other = |entry: &ProviderRelease| {
            format.zip(entry.format.as_ref()).is_some_and(|(own, other)| have_other_carriers(own, other))
        };
        if !self.entries.iter().any(is_other) {
            return Cow::Borrowed(self);
        }
        let mut own = self.clone();
        own.release.ids.retain(|id| !self.entries.iter().any(|entry| entry.id == *id && is_other(entry)));
        own.entries.retain(|entry| !is_other(entry));
        Cow::Owned(own)
    }

    /// Returns the match of a download as the match of a disc, record or tape of the same album: with the names, the
    /// tracks and the genre. Label, catalog number, date, country, links and covers are those of the download.
    #[must_use]
    pub(crate) fn into_physical_copy(self, upc: Upc) -> Self {
        let album = self.release;
        let release = Release {
            artist: album.artist,
            title: album.title,
            latin_artist: album.latin_artist,
            latin_title: album.latin_title,
            tracks: album.tracks,
            track_count: album.track_count,
            genres: album.genres,
            styles: album.styles,
            types: album.types,
            composers: album.composers,
            conductors: album.conductors,
            performers: album.performers,
            language: album.language,
            concerns: album.concerns,
            checks: album.checks,
            format: album.format,
            barcode: Some(Sourced::new(upc, SELLER)),
            ..Release::default()
        };
        Self { release, entries: Vec::new(), ..self }
    }

    /// Returns the score in percent.
    pub(crate) fn score_percent(&self) -> u8 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is from 0 to 1")]
        let hundredths = (self.score.clamp(0.0, 1.0) * 100.0).round() as u8;
        hundredths
    }
}

impl Verdict {
    /// Returns why an ambiguous verdict needs review, for display; `None` for other verdicts.
    pub fn review_reason(&self) -> Option<String> {
        let Self::Ambiguous { candidates, differences } = self else { return None };
        let look = differences.join("; ");
        let is_doubtful = candidates.first().is_some_and(|first| !first.release.concerns.is_empty());
        Some(match (candidates.len(), differences.is_empty()) {
            // Found by the words of a row, or the seller's preferences accept its concerns.
            (1, true) => "one pressing was found. Compare it with the item".to_owned(),
            (count, true) => format!("{count} pressings match"),
            (1, false) if is_doubtful => format!("one pressing matches. Check the {look}"),
            (1, false) => format!("one pressing matches, but not well. Check the {look}"),
            (count, false) if is_doubtful => format!("{count} pressings have this barcode. Check the {look}"),
            (count, false) => format!("{count} pressings match. Check the {look}"),
        })
    }

    /// Returns the candidates that the operator can choose from, the best first.
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
