//! A provider's entry for a pressing, before matching decides which pressing the seller has.

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

/// A provider's entry for a pressing. Unknown values are `None` or empty, never placeholders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProviderRelease {
    /// The provider, and its ID of the entry.
    pub id: ReleaseId,
    /// Web page of the entry.
    pub url: Option<String>,
    /// Whether this is a search result or the complete entry.
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
    /// All codes of the entry that are GTINs. Matrix numbers and rights societies are omitted.
    #[serde(default)]
    pub barcodes: Vec<Upc>,
    /// The same pressing at other providers, according to this provider.
    #[serde(default)]
    pub links: Vec<ReleaseId>,
    /// Whether a front cover exists; `None` if the provider does not state it.
    pub has_front_cover: Option<bool>,
    /// Pictures that came with the entry.
    #[serde(default)]
    pub covers: Vec<Cover>,
    /// Prices that came with the entry.
    #[serde(default)]
    pub samples: Vec<Sample>,
    /// Offline catalog from which the entry was read, such as `discogs dump 2026-10`; `None` if it comes from the
    /// service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// Status; `None` if the provider does not state it. Discogs states only unofficial releases and promos.
    #[serde(default)]
    pub status: Option<ReleaseStatus>,
    /// True if the provider's marketplace blocks the sale of the release.
    #[serde(default)]
    pub blocked_from_sale: bool,
    #[serde(default)]
    pub types: Vec<ReleaseType>,
    /// Distinct format descriptions from the provider's fixed list: `LP`, `Reissue`, `Picture Disc`.
    #[serde(default)]
    pub descriptions: Vec<String>,
    /// Distinct free texts about the format: `Red`, `180g, Gatefold`.
    #[serde(default)]
    pub format_notes: Vec<String>,
    /// Text that distinguishes the release from releases with the same names, such as `clean version`.
    #[serde(default)]
    pub disambiguation: Option<String>,
    /// Packaging, such as `Jewel Case`, `Digipak` or `Box`.
    #[serde(default)]
    pub packaging: Option<String>,
    /// Series with the number of the release in it: `Original Jazz Classics 042`.
    #[serde(default)]
    pub series: Vec<String>,
    /// Composers, conductors and performers in addition to the artist credit.
    #[serde(default)]
    pub credits: Vec<Credit>,
    /// Language of the track list (ISO 639-3 code).
    #[serde(default)]
    pub language: Option<String>,
    /// Artist in Latin script, if the credit is in another script.
    #[serde(default)]
    pub latin_artist: Option<String>,
    /// Title in Latin script, if the title is in another script.
    #[serde(default)]
    pub latin_title: Option<String>,
    /// The provider's notes on the barcodes, such as `CD1 Please Please Me`.
    #[serde(default)]
    pub barcode_notes: Vec<BarcodeNote>,
    /// Sentences of the provider's notes that describe the edition: `Pressed on red vinyl`. See
    /// [`edition_sentences`](super::release_notes::edition_sentences).
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A provider's note on a barcode of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarcodeNote {
    pub upc: Upc,
    pub text: String,
}

/// How complete an entry is. A search result has fewer fields than the complete entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    Summary,
    Full,
}

impl ProviderRelease {
    /// Creates an entry with only its ID.
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
            notes: Vec::new(),
        }
    }

    /// Removes a date that is too far in the future for a release.
    pub fn drop_implausible_date(&mut self, now: Timestamp) {
        self.date = self.date.filter(|date| !date.is_implausible(now));
    }

    /// Returns the source of the fields: the provider, or the offline catalog from which the entry was read.
    pub fn source(&self) -> Provider {
        self.snapshot.clone().map_or_else(|| self.id.provider.clone(), Provider::new)
    }
}
