//! What one provider has on one pressing, before anybody decides which pressing lies in the box.

use serde::{Deserialize, Serialize};

use super::artwork::Cover;
use super::pricing::Sample;
use super::provider::Provider;
use super::release::{ArtistCredit, Country, Format, LabelCredit, PartialDate, ReleaseId, Track};
use super::upc::Upc;

/// One provider's entry for one pressing. Unknown is `None` or empty, never a placeholder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProviderRelease {
    /// Who says this, and under which identifier.
    pub id: ReleaseId,
    /// The page a person can open.
    pub url: Option<String>,
    /// How much of the entry has been asked for.
    #[serde(rename = "depth")]
    pub completeness: Completeness,
    pub artist: Option<ArtistCredit>,
    pub title: Option<String>,
    #[serde(default)]
    pub labels: Vec<LabelCredit>,
    pub date: Option<PartialDate>,
    pub country: Option<Country>,
    pub format: Option<Format>,
    pub track_count: Option<u16>,
    #[serde(default)]
    pub tracks: Vec<Track>,
    #[serde(default)]
    pub genres: Vec<String>,
    #[serde(default)]
    pub styles: Vec<String>,
    /// Every code on the entry that proved to be a GTIN; matrix numbers and rights societies are left out.
    #[serde(default)]
    pub barcodes: Vec<Upc>,
    /// The same pressing at other providers, as this provider says.
    #[serde(default)]
    pub links: Vec<ReleaseId>,
    /// Whether the provider says that a front cover exists; `None` where it does not say.
    pub has_front_cover: Option<bool>,
    /// Pictures that came with the entry.
    #[serde(default)]
    pub covers: Vec<Cover>,
    /// Prices that came with the entry.
    #[serde(default)]
    pub samples: Vec<Sample>,
    /// The copy of the data that the entry was read from, instead of the service itself: `discogs dump 2026-10`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
}

/// A search result says less than the entry's own page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    Summary,
    Full,
}

impl ProviderRelease {
    /// An entry of which only the identifier is known yet.
    pub fn new(id: ReleaseId, completeness: Completeness) -> Self {
        Self {
            id,
            url: None,
            completeness,
            artist: None,
            title: None,
            labels: Vec::new(),
            date: None,
            country: None,
            format: None,
            track_count: None,
            tracks: Vec::new(),
            genres: Vec::new(),
            styles: Vec::new(),
            barcodes: Vec::new(),
            links: Vec::new(),
            has_front_cover: None,
            covers: Vec::new(),
            samples: Vec::new(),
            snapshot: None,
        }
    }

    /// Returns the source of the fields: the provider, or the copy of its data that the entry was read from.
    pub fn source(&self) -> Provider {
        self.snapshot.clone().map_or_else(|| self.id.provider.clone(), Provider::new)
    }
}
