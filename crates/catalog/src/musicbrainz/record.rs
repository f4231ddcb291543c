//! A release in the JSON dump, with the fields that Draft Maker uses, named as in the web service.
//!
//! One definition has three uses: it parses a line of the dump, defines the format in the catalog file (postcard), and
//! writes the JSON of the web service for the parser of its responses.

use domain::barcode::parse_database_barcodes;
use domain::upc::Upc;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::added_field::missing_as_default;
use super::super::format::CatalogRecord;
use super::super::info::Database;
use super::compact_text;

/// A release of a MusicBrainz JSON dump (musicbrainz.org/doc/MusicBrainz_API, lookup of a release).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MusicBrainzRecord {
    /// The MBID.
    #[serde(with = "compact_text::mbid")]
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub barcode: Option<String>,
    #[serde(default, deserialize_with = "compact_text::null_as_empty")]
    artist_credit: Vec<ArtistCreditName>,
    #[serde(default)]
    date: Option<String>,
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    disambiguation: Option<String>,
    #[serde(default)]
    packaging: Option<String>,
    #[serde(default, deserialize_with = "compact_text::null_as_empty")]
    label_info: Vec<LabelInfo>,
    #[serde(default)]
    release_group: Option<ReleaseGroup>,
    #[serde(default)]
    text_representation: Option<TextRepresentation>,
    #[serde(default)]
    cover_art_archive: Option<CoverArtFlags>,
    #[serde(default, deserialize_with = "compact_text::null_as_empty")]
    media: Vec<DumpedMedium>,
    #[serde(default, deserialize_with = "compact_text::null_as_empty")]
    relations: Vec<Relation>,
    /// Artists of tracks that differ from the artist of the release.
    #[serde(default, deserialize_with = "missing_as_default")]
    track_credits: Vec<TrackCredit>,
    /// Disambiguation of the release group, which names an album that has the name of its artist.
    #[serde(default, deserialize_with = "missing_as_default")]
    group_disambiguation: Option<String>,
}

/// The artists of one track.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct TrackCredit {
    /// Position in the list of all tracks of all media, from 0.
    index: u32,
    artists: Vec<ArtistCreditName>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct ArtistCreditName {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    joinphrase: Option<String>,
    #[serde(default)]
    artist: Option<NamedArtist>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct NamedArtist {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    sort_name: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct LabelInfo {
    #[serde(default)]
    catalog_number: Option<String>,
    #[serde(default)]
    label: Option<NamedLabel>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct NamedLabel {
    #[serde(default)]
    name: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ReleaseGroup {
    #[serde(default)]
    primary_type: Option<String>,
    #[serde(default, deserialize_with = "compact_text::null_as_empty")]
    secondary_types: Vec<String>,
    /// In the catalog file, `group_disambiguation` of the release.
    #[serde(default, with = "compact_text::json_only")]
    disambiguation: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct TextRepresentation {
    #[serde(default)]
    language: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct CoverArtFlags {
    #[serde(default)]
    front: bool,
    #[serde(default)]
    darkened: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct DumpedMedium {
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    track_count: Option<u32>,
    #[serde(default)]
    pregap: Option<DumpedTrack>,
    #[serde(default, deserialize_with = "compact_text::null_as_empty")]
    tracks: Vec<DumpedTrack>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct DumpedTrack {
    /// In the catalog file, absent if it is the position of the track.
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    title: Option<String>,
    /// In milliseconds.
    #[serde(default)]
    length: Option<u64>,
    /// In the catalog file, `track_credits` has the artists that differ from those of the release.
    #[serde(default, rename = "artist-credit", with = "compact_text::json_only")]
    artist_credit: Vec<ArtistCreditName>,
}

/// A relationship of the release to a URL or an artist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Relation {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    ended: bool,
    #[serde(default)]
    target_credit: Option<String>,
    #[serde(default)]
    url: Option<LinkedAddress>,
    #[serde(default)]
    artist: Option<NamedArtist>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct LinkedAddress {
    #[serde(default, with = "compact_text::release_url")]
    resource: String,
}

/// Relationship types that become credits (musicbrainz.org/relationships/artist-release).
const CREDIT_TYPES: [&str; 8] =
    ["composer", "conductor", "chorus master", "performer", "instrument", "vocal", "performing orchestra", "orchestra"];

impl MusicBrainzRecord {
    /// Parses a line of the dump and removes unused relationships.
    ///
    /// # Errors
    /// Returns a description of the JSON error.
    pub(super) fn from_line(line: &str) -> Result<Self, String> {
        let mut record = serde_json::from_str::<Self>(line).map_err(|error| error.to_string())?;
        record.relations.retain(Relation::is_used);
        record.take_track_credits();
        record.drop_counted_numbers();
        record.group_disambiguation = record.release_group.as_mut().and_then(|group| group.disambiguation.take());
        // Default values are removed to save space.
        for text in [&mut record.disambiguation, &mut record.group_disambiguation, &mut record.barcode] {
            text.take_if(|text| text.is_empty());
        }
        Ok(record)
    }

    /// Converts the release to the JSON of a lookup in the web service.
    pub fn to_api_json(&self) -> Value {
        let mut record = self.clone();
        if let Some(group) = &mut record.release_group {
            group.disambiguation = record.group_disambiguation.take();
        }
        let mut credits = std::mem::take(&mut record.track_credits).into_iter().peekable();
        for (index, track) in (0..).zip(record.tracks_mut()) {
            if let Some(credit) = credits.next_if(|credit| credit.index == index) {
                track.artist_credit = credit.artists;
            }
        }
        for medium in &mut record.media {
            for (track, counted) in medium.tracks.iter_mut().zip(1_u32..) {
                track.number.get_or_insert_with(|| counted.to_string());
            }
        }
        serde_json::to_value(record).unwrap_or_default()
    }

    /// Drops the numbers of tracks that only count them, to save space. Others, such as `A1`, stay.
    fn drop_counted_numbers(&mut self) {
        for medium in &mut self.media {
            for (track, counted) in medium.tracks.iter_mut().zip(1_u32..) {
                track.number.take_if(|number| *number == counted.to_string());
            }
        }
    }

    /// Moves the artists of tracks to their own list. Artists that the release also has are dropped.
    fn take_track_credits(&mut self) {
        let of_release = spell_credit(&self.artist_credit);
        let mut found = Vec::new();
        for (index, track) in (0..).zip(self.tracks_mut()) {
            let artists = std::mem::take(&mut track.artist_credit);
            if !artists.is_empty() && spell_credit(&artists) != of_release {
                let artists = artists.into_iter().map(ArtistCreditName::with_name_only).collect();
                found.push(TrackCredit { index, artists });
            }
        }
        self.track_credits = found;
    }

    /// Returns the tracks of all media in order.
    fn tracks_mut(&mut self) -> impl Iterator<Item = &mut DumpedTrack> {
        self.media.iter_mut().flat_map(|medium| medium.pregap.iter_mut().chain(&mut medium.tracks))
    }
}

/// Returns the names with their join phrases.
fn spell_credit(artists: &[ArtistCreditName]) -> String {
    let spell = |artist: &ArtistCreditName| {
        let name = artist.name.as_deref().or_else(|| artist.artist.as_ref()?.name.as_deref()).unwrap_or_default();
        format!("{name}{}", artist.joinphrase.as_deref().unwrap_or_default())
    };
    artists.iter().map(spell).collect()
}

impl ArtistCreditName {
    /// Returns the credit without the artist's own name, unless no other name is known.
    fn with_name_only(self) -> Self {
        let name = self.name.or_else(|| self.artist?.name);
        Self { name, joinphrase: self.joinphrase.filter(|phrase| !phrase.is_empty()), artist: None }
    }
}

impl Relation {
    fn is_used(&self) -> bool {
        let kind = self.kind.as_deref().unwrap_or_default();
        match (&self.url, &self.artist) {
            (Some(_), _) => kind == "discogs" && !self.ended,
            (None, Some(_)) => CREDIT_TYPES.contains(&kind),
            (None, None) => false,
        }
    }
}

impl CatalogRecord for MusicBrainzRecord {
    const DATABASE: Database = Database::MusicBrainz;

    fn id_bytes(&self) -> Vec<u8> {
        self.id.clone().into_bytes()
    }

    fn barcodes(&self) -> Vec<Upc> {
        parse_database_barcodes(self.barcode.clone())
    }

    fn catalog_numbers(&self) -> impl Iterator<Item = &str> {
        self.label_info.iter().filter_map(|info| info.catalog_number.as_deref())
    }

    fn labels(&self) -> impl Iterator<Item = &str> {
        self.label_info.iter().filter_map(|info| info.label.as_ref()?.name.as_deref())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let artists = self.artist_credit.iter().flat_map(|credit| {
            let sort_name = credit.artist.as_ref().and_then(|artist| artist.sort_name.as_deref());
            [credit.name.as_deref(), sort_name].into_iter().flatten()
        });
        std::iter::once(self.title.as_str()).chain(artists)
    }

    fn discogs_links(&self) -> Vec<u64> {
        let addresses = self.relations.iter().filter_map(|relation| relation.url.as_ref());
        addresses.filter_map(|address| parse_discogs_url(&address.resource)).collect()
    }

    fn has_front_cover(&self) -> bool {
        self.cover_art_archive.as_ref().is_some_and(|flags| flags.front)
    }
}

/// Returns the number of the Discogs release with this page URL, such as `https://www.discogs.com/release/249504-…`;
/// `None` for other pages. A master is not a release.
pub fn parse_discogs_url(url: &str) -> Option<u64> {
    let rest = url.split("discogs.com/").nth(1)?.split("release/").nth(1)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
