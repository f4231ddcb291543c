//! A release in the dump, and its format in the catalog file.

use domain::barcode::parse_database_barcodes;
use domain::upc::Upc;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::added_field::missing_as_default;
use super::super::format::CatalogRecord;
use super::super::info::Database;
use super::interned_text;

/// A release of a Discogs data dump with the fields that Draft Maker uses. Texts are unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscogsRecord {
    /// Number of the release at Discogs.
    pub id: u64,
    /// `Accepted`, `Draft`, `Deleted` or `Rejected`; empty in dumps since 2026.
    #[serde(with = "interned_text::single")]
    pub status: String,
    pub artists: Vec<ArtistRecord>,
    pub title: String,
    pub labels: Vec<LabelRecord>,
    pub formats: Vec<FormatRecord>,
    #[serde(with = "interned_text::list")]
    pub genres: Vec<String>,
    #[serde(with = "interned_text::list")]
    pub styles: Vec<String>,
    #[serde(with = "interned_text::single")]
    pub country: String,
    /// Release date, such as `1999`, `1999-03-00` or `1999-03-01`.
    pub released: String,
    /// Number of the master release; 0 if there is none.
    pub master_id: u64,
    pub tracks: Vec<TrackRecord>,
    /// Identifiers of the type "Barcode".
    pub barcodes: Vec<BarcodeRecord>,
    pub series: Vec<LabelRecord>,
    /// Composers, conductors and performers of classical music, and the composers of soundtracks.
    pub credits: Vec<CreditRecord>,
    /// Artists of tracks, which differ from the artist of the release.
    #[serde(default, deserialize_with = "missing_as_default")]
    pub track_artists: Vec<TrackArtistsRecord>,
    /// Sentences of the notes that describe the edition.
    #[serde(default, deserialize_with = "missing_as_default")]
    pub notes: Vec<String>,
}

/// The artists of one track.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackArtistsRecord {
    /// Position in the track list, from 0. Each sub-track counts after its track.
    pub index: u32,
    pub artists: Vec<ArtistRecord>,
}

/// An artist of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtistRecord {
    pub name: String,
    /// Name on this release if it differs ("artist name variation").
    pub name_variation: String,
    /// Text between this name and the next one.
    pub join: String,
}

/// A person or group with a role on the release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditRecord {
    pub name: String,
    /// Name on this release if it differs.
    pub name_variation: String,
    /// Role as text, such as `Conductor, Piano [Solo]`.
    pub role: String,
}

/// A label or series, with the release's number in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelRecord {
    pub name: String,
    pub catalog_number: String,
}

/// A format of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatRecord {
    #[serde(with = "interned_text::single")]
    pub name: String,
    #[serde(with = "interned_text::single")]
    pub quantity: String,
    pub text: String,
    #[serde(with = "interned_text::list")]
    pub descriptions: Vec<String>,
}

/// An entry of the track list: a track or a heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackRecord {
    pub position: String,
    pub title: String,
    pub duration: String,
    pub sub_tracks: Vec<TrackRecord>,
}

/// A barcode as a contributor entered it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarcodeRecord {
    pub value: String,
    pub description: String,
}

/// Values of the status that say that Discogs does not show the release.
const REFUSED_STATUSES: [&str; 3] = ["Draft", "Deleted", "Rejected"];

impl CatalogRecord for DiscogsRecord {
    const DATABASE: Database = Database::Discogs;

    fn id_bytes(&self) -> Vec<u8> {
        self.id.to_le_bytes().to_vec()
    }

    fn barcodes(&self) -> Vec<Upc> {
        parse_database_barcodes(self.barcodes.iter().map(|code| code.value.clone()))
    }

    fn catalog_numbers(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| label.catalog_number.as_str())
    }

    fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| label.name.as_str())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let artists = self.artists.iter().flat_map(|artist| [artist.name.as_str(), artist.name_variation.as_str()]);
        std::iter::once(self.title.as_str()).chain(artists)
    }

    fn is_accepted(&self) -> bool {
        !REFUSED_STATUSES.contains(&self.status.as_str())
    }
}

impl DiscogsRecord {
    /// Converts the release to the JSON of the Discogs API (`GET /releases/{id}`), so that one parser handles both.
    /// Fields that the dump lacks (prices, images, community) are absent.
    pub fn to_api_json(&self) -> Value {
        // The dump does not mark headings. A heading has neither position nor duration, unless no entry of the list
        // has any: then all entries are tracks.
        let has_headings = self.tracks.iter().any(|track| !track.is_bare());
        let mut next_index = 0;
        let tracks = self.tracks.iter().map(|track| track.to_api_json(has_headings, &mut next_index, self));
        let tracks = tracks.collect::<Vec<_>>();
        json!({
            "id": self.id,
            "status": self.status,
            "artists": artists_to_api_json(&self.artists),
            "title": self.title,
            "labels": self.labels.iter().map(|label| json!({
                "name": label.name, "catno": label.catalog_number,
            })).collect::<Vec<_>>(),
            "formats": self.formats.iter().map(|format| json!({
                "name": format.name, "qty": format.quantity, "text": format.text, "descriptions": format.descriptions,
            })).collect::<Vec<_>>(),
            "genres": self.genres,
            "styles": self.styles,
            "country": self.country,
            "released": self.released,
            "master_id": self.master_id,
            "tracklist": tracks,
            "identifiers": self.barcodes.iter().map(|code| json!({
                "type": "Barcode", "value": code.value, "description": code.description,
            })).collect::<Vec<_>>(),
            "series": self.series.iter().map(|series| json!({
                "name": series.name, "catno": series.catalog_number,
            })).collect::<Vec<_>>(),
            "extraartists": self.credits.iter().map(|credit| json!({
                "name": credit.name, "anv": credit.name_variation, "role": credit.role,
            })).collect::<Vec<_>>(),
            "notes": self.notes.join("\n"),
        })
    }

    fn artists_of_track(&self, index: u32) -> &[ArtistRecord] {
        let found = self.track_artists.binary_search_by_key(&index, |track| track.index);
        found.map_or(&[], |at| &self.track_artists[at].artists)
    }
}

fn artists_to_api_json(artists: &[ArtistRecord]) -> Vec<Value> {
    let artist =
        |artist: &ArtistRecord| json!({"name": artist.name, "anv": artist.name_variation, "join": artist.join});
    artists.iter().map(artist).collect()
}

impl TrackRecord {
    fn is_bare(&self) -> bool {
        self.position.is_empty() && self.duration.is_empty() && self.sub_tracks.is_empty()
    }

    /// `next_index` is the position of this track in the track list of `release`.
    fn to_api_json(&self, has_headings: bool, next_index: &mut u32, release: &DiscogsRecord) -> Value {
        let index = *next_index;
        *next_index += 1;
        let kind = match self {
            track if !track.sub_tracks.is_empty() => "index",
            track if has_headings && track.is_bare() => "heading",
            _ => "track",
        };
        let mut json = json!({
            "position": self.position, "type_": kind, "title": self.title, "duration": self.duration,
            "artists": artists_to_api_json(release.artists_of_track(index)),
        });
        if !self.sub_tracks.is_empty() {
            let sub_tracks = self.sub_tracks.iter().map(|track| track.to_api_json(false, next_index, release));
            json["sub_tracks"] = sub_tracks.collect();
        }
        json
    }
}
