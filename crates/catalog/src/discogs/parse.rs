//! Parses a release of a Discogs data dump.

use super::element::Element;
use domain::release_notes::edition_sentences;

use super::record::{
    ArtistRecord, BarcodeRecord, CreditRecord, DiscogsRecord, FormatRecord, LabelRecord, TrackArtistsRecord,
    TrackRecord,
};

/// Large parts of a release that are not used.
const SKIPPED_ELEMENTS: &[&str] = &["videos", "companies", "images"];

/// Genre for which composers and performers are kept.
const CLASSICAL: &str = "Classical";

/// Genre for which composers are kept.
const SOUNDTRACK: &str = "Stage & Screen";

/// Beginnings of a role that names a composer.
const COMPOSER_ROLES: [&str; 3] = ["Composed By", "Composer", "Music By"];

/// Parses a `<release>` element.
///
/// # Errors
/// Returns a description of the error.
pub(crate) fn parse_release(xml: &str) -> Result<DiscogsRecord, String> {
    let release = Element::parse(xml, SKIPPED_ELEMENTS)?;
    if release.name != "release" {
        return Err(format!("<{}> instead of <release>", release.name));
    }
    let id = release.attribute("id");
    let id = id.parse().ok().filter(|id| *id > 0).ok_or_else(|| format!("the id is {id:?}"))?;
    let texts = |list, item| -> Vec<String> {
        release.list(list, item).map(|element| element.text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
    };
    let genres = texts("genres", "genre");
    let has_genre = |name: &str| genres.iter().any(|genre| genre == name);
    let (is_classical, is_soundtrack) = (has_genre(CLASSICAL), has_genre(SOUNDTRACK));
    let credits = release.list("extraartists", "artist").map(parse_credit);
    let credits = credits.filter(|credit| is_classical || (is_soundtrack && credit.is_of_composer())).collect();
    let mut track_artists = Vec::new();
    collect_track_artists(release.list("tracklist", "track"), &mut 0, &mut track_artists);
    Ok(DiscogsRecord {
        id,
        status: release.attribute("status"),
        artists: release.list("artists", "artist").map(parse_artist).collect(),
        title: release.child_text("title"),
        labels: release.list("labels", "label").map(parse_label).collect(),
        formats: release.list("formats", "format").map(parse_format).collect(),
        genres,
        styles: texts("styles", "style"),
        country: release.child_text("country"),
        released: release.child_text("released"),
        master_id: release.child_text("master_id").parse().unwrap_or(0),
        tracks: release.list("tracklist", "track").map(parse_track).collect(),
        barcodes: (release.list("identifiers", "identifier"))
            .filter(|identifier| identifier.attribute("type") == "Barcode")
            .map(parse_barcode_identifier)
            .collect(),
        series: release.list("series", "series").map(parse_label).collect(),
        credits,
        track_artists,
        notes: edition_sentences(&release.child_text("notes")),
    })
}

/// Collects the artists of tracks and their sub-tracks. `next_index` counts all of them.
fn collect_track_artists<'a>(
    tracks: impl Iterator<Item = &'a Element>,
    next_index: &mut u32,
    found: &mut Vec<TrackArtistsRecord>,
) {
    for track in tracks {
        let artists = track.list("artists", "artist").map(parse_printed_artist).collect::<Vec<_>>();
        if !artists.is_empty() {
            found.push(TrackArtistsRecord { index: *next_index, artists });
        }
        *next_index += 1;
        let sub_tracks = track.list("sub_tracks", "track").collect::<Vec<_>>();
        collect_track_artists(sub_tracks.into_iter(), next_index, found);
    }
}

impl CreditRecord {
    fn is_of_composer(&self) -> bool {
        self.role.split(',').any(|role| COMPOSER_ROLES.iter().any(|start| role.trim().starts_with(start)))
    }
}

fn parse_artist(artist: &Element) -> ArtistRecord {
    ArtistRecord {
        name: artist.child_text("name"),
        name_variation: artist.child_text("anv"),
        join: artist.child_text("join"),
    }
}

/// Parses the artist of a track, of whom only the printed name is used.
fn parse_printed_artist(artist: &Element) -> ArtistRecord {
    let ArtistRecord { name, name_variation, join } = parse_artist(artist);
    let name = if name_variation.is_empty() { name } else { name_variation };
    ArtistRecord { name, name_variation: String::new(), join }
}

fn parse_credit(artist: &Element) -> CreditRecord {
    CreditRecord {
        name: artist.child_text("name"),
        name_variation: artist.child_text("anv"),
        role: artist.child_text("role"),
    }
}

fn parse_label(label: &Element) -> LabelRecord {
    LabelRecord { name: label.attribute("name"), catalog_number: label.attribute("catno") }
}

fn parse_format(format: &Element) -> FormatRecord {
    let descriptions = format.list("descriptions", "description").map(|one| one.text.trim().to_owned());
    FormatRecord {
        name: format.attribute("name"),
        quantity: format.attribute("qty"),
        text: format.attribute("text"),
        descriptions: descriptions.collect(),
    }
}

fn parse_track(track: &Element) -> TrackRecord {
    TrackRecord {
        position: track.child_text("position"),
        title: track.child_text("title"),
        duration: track.child_text("duration"),
        sub_tracks: track.list("sub_tracks", "track").map(parse_track).collect(),
    }
}

fn parse_barcode_identifier(identifier: &Element) -> BarcodeRecord {
    BarcodeRecord { value: identifier.attribute("value"), description: identifier.attribute("description") }
}
