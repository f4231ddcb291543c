//! What one provider has on one pressing, before anybody decides which pressing lies in the box.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::artwork::Cover;
use super::credits::Credit;
use super::pricing::Sample;
use super::provider::Provider;
use super::release::{ArtistCredit, Country, Format, LabelCredit, PartialDate, ReleaseId, Track};
use super::release_status::ReleaseStatus;
use super::release_type::ReleaseType;
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
    /// `None` where the provider does not say; Discogs names only what is not official.
    #[serde(default)]
    pub status: Option<ReleaseStatus>,
    /// True if the provider's marketplace forbids its sale.
    #[serde(default)]
    pub blocked_from_sale: bool,
    #[serde(default)]
    pub types: Vec<ReleaseType>,
    /// Descriptions of the format from the provider's fixed list, each once: `LP`, `Reissue`, `Picture Disc`.
    #[serde(default)]
    pub descriptions: Vec<String>,
    /// Free texts about the format, each once: `Red`, `180g, Gatefold`.
    #[serde(default)]
    pub format_notes: Vec<String>,
    /// What tells it from releases with the same names: `clean version`.
    #[serde(default)]
    pub disambiguation: Option<String>,
    /// `Jewel Case`, `Digipak`, `Box`.
    #[serde(default)]
    pub packaging: Option<String>,
    /// Series that it is a part of, with its number there: `Original Jazz Classics 042`.
    #[serde(default)]
    pub series: Vec<String>,
    /// Composers, conductors and performers beside the artist credit.
    #[serde(default)]
    pub credits: Vec<Credit>,
    /// The language of the track list, an ISO 639-3 code.
    #[serde(default)]
    pub language: Option<String>,
    /// The artist in Latin script, where the credit is in another one.
    #[serde(default)]
    pub latin_artist: Option<String>,
    /// The title in Latin script, where it is in another one.
    #[serde(default)]
    pub latin_title: Option<String>,
    /// What the provider says about its barcodes: `CD1 Please Please Me`.
    #[serde(default)]
    pub barcode_notes: Vec<BarcodeNote>,
}

/// What a provider says about one barcode of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarcodeNote {
    pub upc: Upc,
    pub text: String,
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
            status: None,
            blocked_from_sale: false,
            types: Vec::new(),
            descriptions: Vec::new(),
            format_notes: Vec::new(),
            disambiguation: None,
            packaging: None,
            series: Vec::new(),
            credits: Vec::new(),
            language: None,
            latin_artist: None,
            latin_title: None,
            barcode_notes: Vec::new(),
        }
    }

    /// Removes a date that lies too far in the future to be that of a release.
    pub fn drop_implausible_date(&mut self, now: Timestamp) {
        self.date = self.date.filter(|date| !date.is_implausible(now));
    }

    /// Returns the source of the fields: the provider, or the copy of its data that the entry was read from.
    pub fn source(&self) -> Provider {
        self.snapshot.clone().map_or_else(|| self.id.provider.clone(), Provider::new)
    }
}
