//! A pressing of an album, with its artist, title, label, date, country and format.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use super::provenance::Sourced;
use super::provider::Provider;
use super::release_status::{ReleaseConcern, ReleaseStatus};
use super::release_type::ReleaseType;
use super::upc::Upc;

/// The pressing to which a UPC was matched. Every field has its source; unknown fields are `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Release {
    pub artist: Option<Sourced<ArtistCredit>>,
    pub title: Option<Sourced<String>>,
    pub label: Option<Sourced<String>>,
    pub catalog_number: Option<Sourced<String>>,
    pub date: Option<Sourced<PartialDate>>,
    pub country: Option<Sourced<Country>>,
    pub format: Option<Sourced<Format>>,
    pub tracks: Option<Sourced<Vec<Track>>>,
    /// Number of tracks, even if no provider lists them.
    #[serde(default)]
    pub track_count: Option<Sourced<u16>>,
    pub genres: Option<Sourced<Vec<String>>>,
    pub styles: Option<Sourced<Vec<String>>>,
    pub barcode: Option<Sourced<Upc>>,
    /// IDs of this pressing at the providers, such as a MusicBrainz release ID.
    #[serde(default)]
    pub ids: Vec<ReleaseId>,
    #[serde(default)]
    pub status: Option<Sourced<ReleaseStatus>>,
    /// Reasons why the operator must check the item before a draft is created.
    #[serde(default)]
    pub concerns: Vec<Sourced<ReleaseConcern>>,
    /// Release types; the length (album, single) comes first.
    #[serde(default)]
    pub types: Option<Sourced<Vec<ReleaseType>>>,
    /// Format descriptions in the provider's words: `LP`, `Album`, `Reissue`.
    #[serde(default)]
    pub descriptions: Option<Sourced<Vec<String>>>,
    /// Free texts about the format in the provider's words: `Red, 180g`.
    #[serde(default)]
    pub format_notes: Option<Sourced<Vec<String>>>,
    /// Edition words in the spelling of a listing, the most important first: `Limited Edition`, `Remastered`. See
    /// [`edition_words`](super::edition::edition_words).
    #[serde(default)]
    pub edition: Option<Sourced<Vec<String>>>,
    /// Color of records or tapes, such as `Red` or `Blue Marbled`; `None` for black.
    #[serde(default)]
    pub color: Option<Sourced<String>>,
    /// Weight of a record in grams.
    #[serde(default)]
    pub grams: Option<Sourced<u16>>,
    /// Speeds of the records in eBay's spelling: `33 RPM`.
    #[serde(default)]
    pub speeds: Option<Sourced<Vec<String>>>,
    #[serde(default)]
    pub packaging: Option<Sourced<String>>,
    #[serde(default)]
    pub disambiguation: Option<Sourced<String>>,
    #[serde(default)]
    pub series: Option<Sourced<Vec<String>>>,
    /// Composers of classical music.
    #[serde(default)]
    pub composers: Option<Sourced<Vec<String>>>,
    #[serde(default)]
    pub conductors: Option<Sourced<Vec<String>>>,
    /// Soloists, orchestras and choirs of classical music, without composers and conductors.
    #[serde(default)]
    pub performers: Option<Sourced<Vec<String>>>,
    /// Language of the track list (ISO 639-3 code).
    #[serde(default)]
    pub language: Option<Sourced<String>>,
    /// Artist in Latin script, if the credit is in another script.
    #[serde(default)]
    pub latin_artist: Option<Sourced<String>>,
    /// Title in Latin script, if the title is in another script.
    #[serde(default)]
    pub latin_title: Option<Sourced<String>>,
    /// What the seller should compare on the item, one sentence per entry.
    #[serde(default)]
    pub checks: Vec<String>,
}

/// Joins the known names of artist and release as `artist – title`; `None` if neither is known.
pub(crate) fn join_artist_and_title(names: [Option<&str>; 2]) -> Option<String> {
    let known = names.into_iter().flatten().collect::<Vec<_>>();
    (!known.is_empty()).then(|| known.join(" – "))
}

impl Release {
    /// Formats `artist – title`, as far as they are known; `None` if neither is known.
    pub fn display_name(&self) -> Option<String> {
        let artist = self.artist.as_ref().map(|artist| artist.value.to_string());
        join_artist_and_title([artist.as_deref(), self.title.as_ref().map(|title| title.value.as_str())])
    }

    /// Returns the ID of this pressing at `provider`.
    pub fn id_for_provider(&self, provider: &Provider) -> Option<&ReleaseId> {
        self.ids.iter().find(|id| id.provider == *provider)
    }
}

/// ID of a release at a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReleaseId {
    pub provider: Provider,
    /// ID in the provider's format: a UUID or a number.
    pub id: String,
}

impl ReleaseId {
    /// Creates the ID of a provider's entry.
    pub fn new(provider: Provider, id: impl Into<String>) -> Self {
        Self { provider, id: id.into() }
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider.as_str(), self.id)
    }
}

/// The artists of a release with the join phrases between them: `Simon` ` & ` `Garfunkel`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ArtistCredit(pub Vec<CreditedArtist>);

/// One credited artist, and the join phrase before the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditedArtist {
    /// Name as printed on the release.
    pub name: String,
    /// Join phrase with its spaces; empty after the last artist.
    #[serde(default)]
    pub join: String,
}

impl ArtistCredit {
    /// Creates a credit with a single artist.
    pub fn from_name(name: impl Into<String>) -> Self {
        Self(vec![CreditedArtist { name: name.into(), join: String::new() }])
    }

    /// Returns true for the credit of various artists: MusicBrainz' "Various Artists", Discogs' "Various".
    pub fn is_various(&self) -> bool {
        let whole = self.to_string().to_lowercase();
        matches!(whole.as_str(), "various artists" | "various")
    }
}

impl fmt::Display for ArtistCredit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|artist| write!(f, "{}{}", artist.name, artist.join))
    }
}

/// A date whose day, or month and day, may be unknown: `1991-09-24`, `1991-09`, `1991`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

impl PartialDate {
    /// Returns the year, which is always known.
    pub fn year(self) -> u16 {
        self.year
    }

    /// Returns true for a year after the next one. Releases are announced only some months ahead.
    pub fn is_implausible(self, now: Timestamp) -> bool {
        let this_year = Offset::UTC.to_datetime(now).year();
        u16::try_from(this_year).is_ok_and(|this_year| self.year > this_year + 1)
    }

    /// Returns true if one date is a less precise form of the other: `1991` and `1991-09-24`.
    pub fn agrees_with(self, other: Self) -> bool {
        let same = |a: Option<u8>, b: Option<u8>| a.is_none() || b.is_none() || a == b;
        self.year == other.year && same(self.month, other.month) && same(self.day, other.day)
    }
}

/// A text that is not a date in the format of a music database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date: {0:?}")]
pub struct ParseDateError(pub String);

impl FromStr for PartialDate {
    type Err = ParseDateError;

    /// Parses `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. A month or day of zero is unknown, because Discogs writes
    /// `1987-07-00`. Year zero is an error.
    fn from_str(text: &str) -> Result<Self, ParseDateError> {
        let bad = || ParseDateError(text.to_owned());
        let date = text.trim();
        let date = date.split_once('T').map_or(date, |(day, _)| day);
        let mut parts = date.split('-');
        let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        let year = parts.next().filter(|year| year.len() == 4).filter(is_number).and_then(|year| year.parse().ok());
        let year = year.filter(|year| *year > 0);
        let year = year.ok_or_else(bad)?;
        let mut part = |most: u8| -> Result<Option<u8>, ParseDateError> {
            match parts.next() {
                None | Some("") => Ok(None),
                Some(number) => match number.parse::<u8>() {
                    Ok(0) => Ok(None),
                    Ok(n) if n <= most && is_number(&number) => Ok(Some(n)),
                    _ => Err(bad()),
                },
            }
        };
        let month = part(12)?;
        let day = part(31)?.filter(|_| month.is_some());
        if parts.next().is_some() {
            return Err(bad());
        }
        Ok(Self { year, month, day })
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for PartialDate {
    type Error = ParseDateError;

    fn try_from(text: String) -> Result<Self, ParseDateError> {
        text.parse()
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}

/// Country of a release: an ISO 3166-1 alpha-2 code, MusicBrainz' `XE` (Europe) or `XW` (worldwide), or a provider's
/// own text without an equivalent code ("UK & Europe").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Country(pub String);

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Kind of medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    Cd,
    Sacd,
    Vinyl,
    Cassette,
    Dvd,
    BluRay,
    MiniDisc,
    /// A 78 rpm record. It is fragile, and needs another needle than vinyl.
    Shellac,
    EightTrack,
    ReelToReel,
    LaserDisc,
    Vhs,
    /// Downloads and streams, which are never physical items.
    Digital,
    /// Another medium, named in [`Medium::wording`].
    Other,
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cd => "CD",
            Self::Sacd => "SACD",
            Self::Vinyl => "Vinyl",
            Self::Cassette => "Cassette",
            Self::Dvd => "DVD",
            Self::BluRay => "Blu-ray",
            Self::MiniDisc => "MiniDisc",
            Self::Shellac => "Shellac 78",
            Self::EightTrack => "8-Track",
            Self::ReelToReel => "Reel-to-Reel",
            Self::LaserDisc => "LaserDisc",
            Self::Vhs => "VHS",
            Self::Digital => "Digital",
            Self::Other => "Other",
        })
    }
}

/// A kind of disc, tape or record in a release, and its count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medium {
    pub carrier: Carrier,
    /// Number of discs, tapes or records of this kind.
    pub count: u16,
    /// The provider's wording: `12" Vinyl`, `Enhanced CD`, `LP, Album, Reissue`.
    #[serde(default)]
    pub wording: String,
    /// Diameter of a record in inches, if known: 7, 10, 12, or a rarer one from 5 to 16.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inches: Option<u8>,
    /// Color of this record or tape, if the provider states it per medium; `None` for black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

/// All media of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    pub media: Vec<Medium>,
    /// True if the provider states that the release is a box set.
    #[serde(default)]
    pub box_set: bool,
}

impl Format {
    /// Returns the total number of discs, records and tapes. Does not count downloads.
    pub fn media_count(&self) -> u16 {
        let physical = self.media.iter().filter(|medium| medium.carrier != Carrier::Digital);
        physical.map(|medium| medium.count).fold(0, u16::saturating_add)
    }

    /// Returns the medium that determines the category: the first physical one, because services list the main one
    /// first.
    pub fn main_medium(&self) -> Option<&Medium> {
        let physical = self.media.iter().find(|medium| medium.carrier != Carrier::Digital);
        physical.or(self.media.first())
    }

    /// Returns the carrier of the main medium.
    pub fn main_carrier(&self) -> Option<Carrier> {
        self.main_medium().map(|medium| medium.carrier)
    }

    /// Returns the number of media per carrier, in the order of their first occurrence.
    pub(crate) fn carrier_counts(&self) -> Vec<(Carrier, u16)> {
        let mut sums: Vec<(Carrier, u16)> = Vec::new();
        for medium in &self.media {
            match sums.iter_mut().find(|(carrier, _)| *carrier == medium.carrier) {
                Some((_, count)) => *count = count.saturating_add(medium.count),
                None => sums.push((medium.carrier, medium.count)),
            }
        }
        sums
    }
}

impl Medium {
    /// Returns true for a record diameter that exists, in inches.
    pub const fn is_record_size(inches: u8) -> bool {
        matches!(inches, 3 | 5..=12 | 14 | 16)
    }

    /// Returns the provider's name of the medium, without the descriptions after the first comma: `DCC`, `Edison Disc`.
    pub fn name(&self) -> &str {
        self.wording.split(',').next().unwrap_or_default().trim()
    }

    /// Returns the provider's name of a medium without an own carrier: `DCC`, `Film Reel`. `None` if it names none.
    pub(crate) fn other_name(&self) -> Option<&str> {
        let is_name = |name: &&str| !matches!(*name, "" | "All Media" | "Box Set" | "Other");
        Some(self.name()).filter(|_| self.carrier == Carrier::Other).filter(is_name)
    }
}

impl fmt::Display for Format {
    /// Formats `CD`, `2×Vinyl`, `3×CD + DVD`, `Box set: 4×CD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |carrier: Carrier| {
            let medium = self.media.iter().find(|medium| medium.carrier == carrier);
            medium.and_then(Medium::other_name).map_or_else(|| carrier.to_string(), str::to_owned)
        };
        let parts = (self.carrier_counts().iter())
            .map(|(carrier, count)| match count {
                0 | 1 => named(*carrier),
                n => format!("{n}×{}", named(*carrier)),
            })
            .collect::<Vec<_>>();
        let prefix = if self.box_set { "Box set: " } else { "" };
        f.pad(&format!("{prefix}{}", parts.join(" + ")))
    }
}

/// A track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Position as printed: `1`, `A1`, `2-03`.
    pub position: String,
    pub title: String,
    /// Artist of the track, if different from the artist of the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    /// Playing time in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_ms: Option<u32>,
}

impl Track {
    /// Returns the track without its artist if the release has the same artist.
    #[must_use]
    pub fn without_release_artist(self, artist: Option<&ArtistCredit>) -> Self {
        let release_artist = artist.map(ToString::to_string);
        Self { artist: self.artist.filter(|artist| Some(artist) != release_artist.as_ref()), ..self }
    }
}

/// A label, and its catalog number of the release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCredit {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub catalog_number: Option<String>,
}
