//! Parses MusicBrainz releases from searches and lookups.

use super::super::lenient_json::{LenientJson, MAX_LIST_LEN};
use super::edition;
use domain::barcode::parse_database_barcodes;
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::{ArtistCredit, Carrier, Country, CreditedArtist, Format, LabelCredit, Medium, ReleaseId, Track};

/// Name in settings and results.
pub const MUSICBRAINZ: Provider = Provider::from_static("musicbrainz");

/// Parses a release from a search or a lookup. Unknown fields are absent in a search, and null or empty in a lookup.
pub(crate) fn parse_release(release: LenientJson<'_>, depth: Completeness) -> Option<ProviderRelease> {
    let id = release.field("id").id()?;
    let mut provider_release = ProviderRelease::new(ReleaseId::new(MUSICBRAINZ, &id), depth);
    provider_release.url = MUSICBRAINZ.release_page(&id);
    provider_release.artist = parse_artist(release.field("artist-credit"));
    provider_release.title = release.field("title").text();
    provider_release.labels = release.field("label-info").elements().filter_map(parse_label).collect();
    provider_release.date = release.field("date").text().and_then(|date| date.parse().ok());
    provider_release.country = release.field("country").text().map(Country);
    provider_release.format = parse_format(release);
    let tracks = parse_tracks(&physical_media(release)).into_iter();
    provider_release.tracks =
        tracks.map(|track| track.without_release_artist(provider_release.artist.as_ref())).collect();
    provider_release.track_count = parse_track_count(release);
    provider_release.barcodes = parse_database_barcodes(release.field("barcode").known_text());
    provider_release.links = release.field("relations").elements().filter_map(parse_discogs_link).collect();
    provider_release.has_front_cover = has_front_cover(release.field("cover-art-archive"));
    edition::fill_edition(&mut provider_release, release);
    Some(provider_release)
}

/// Returns whether the release has a front cover. Darkened images were removed at the request of the rights holder.
fn has_front_cover(archive: LenientJson<'_>) -> Option<bool> {
    let front = archive.field("front").boolean()?;
    Some(front && archive.field("darkened").boolean() != Some(true))
}

/// Parses all artists with their join phrases.
fn parse_artist(credit: LenientJson<'_>) -> Option<ArtistCredit> {
    let artists = (credit.elements())
        .filter_map(|artist| {
            let name = artist.field("name").text().or_else(|| artist.field("artist").field("name").text());
            let name = name.filter(|name| !is_placeholder_artist(name))?;
            Some(CreditedArtist { name, join: artist.field("joinphrase").phrase().unwrap_or_default() })
        })
        .collect::<Vec<_>>();
    (!artists.is_empty()).then_some(ArtistCredit(artists))
}

/// Returns true for placeholder names, which are in brackets, such as `[no label]`.
fn is_placeholder(name: &str) -> bool {
    name.starts_with('[') && name.ends_with(']')
}

/// Placeholder artists without their brackets (musicbrainz.org/doc/Style/Unknown_and_untitled/Special_purpose_artist).
/// Other names in brackets are real, such as `[spunge]` or `[Disney]`.
const PLACEHOLDER_ARTISTS: [&str; 18] = [
    "anonymous",
    "artist unknown",
    "christmas music",
    "church chimes",
    "crowd",
    "data",
    "dialogue",
    "effects",
    "language instruction",
    "nature sounds",
    "news report",
    "no artist",
    "poetry",
    "silence",
    "sound effects",
    "soundtrack",
    "tv",
    "unknown",
];

fn is_placeholder_artist(name: &str) -> bool {
    let inner = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| PLACEHOLDER_ARTISTS.contains(&inner.to_lowercase().as_str()))
}

fn parse_label(info: LenientJson<'_>) -> Option<LabelCredit> {
    let credit = LabelCredit {
        name: info.field("label").field("name").text().filter(|name| !is_placeholder(name)),
        catalog_number: info.field("catalog-number").known_text(),
    };
    (credit.name.is_some() || credit.catalog_number.is_some()).then_some(credit)
}

/// Returns the physical media. The layers of a hybrid SACD and the sides of a DualDisc or VinylDisc are listed as
/// separate media (musicbrainz.org/doc/Release/Format) but are one disc, which is represented by the first of them.
fn physical_media(release: LenientJson<'_>) -> Vec<LenientJson<'_>> {
    let mut media: Vec<LenientJson<'_>> = Vec::new();
    let mut layered: Vec<(String, Vec<String>)> = Vec::new();
    for medium in release.field("media").elements() {
        if let Some((name, layer)) = medium.field("format").text().as_deref().and_then(split_layer) {
            // A layer that the disc already has belongs to the next disc.
            let disc = layered.iter_mut().find(|(known, layers)| known == name && !layers.iter().any(|l| l == layer));
            if let Some((_, layers)) = disc {
                layers.push(layer.to_owned());
                continue;
            }
            layered.push((name.to_owned(), vec![layer.to_owned()]));
        }
        media.push(medium);
    }
    media
}

/// Splits `Hybrid SACD (SACD layer, 2 channels)` into the disc and its layer or side.
fn split_layer(format: &str) -> Option<(&str, &str)> {
    let (disc, layer) = format.strip_suffix(')')?.split_once(" (")?;
    ["layer", "side", "channel"].iter().any(|part| layer.contains(part)).then_some((disc, layer))
}

/// Parses the media. Packaging `Box` is a box set only if there are several discs; it is also used for a carton around
/// one.
fn parse_format(release: LenientJson<'_>) -> Option<Format> {
    let mut media: Vec<Medium> = Vec::new();
    for medium in physical_media(release) {
        // If the format of any medium is missing, the format of the release is unknown.
        let wording = disc_name(&medium.field("format").text()?);
        match media.iter_mut().find(|medium| medium.wording == wording) {
            Some(medium) => medium.count += 1,
            None => media.push(Medium {
                carrier: parse_carrier(&wording),
                count: 1,
                inches: parse_inches(&wording),
                color: None,
                wording,
            }),
        }
    }
    let is_box = release.field("packaging").text().is_some_and(|packaging| packaging.eq_ignore_ascii_case("box"));
    let format = Format { media, box_set: false };
    let box_set = is_box && format.media_count() >= MIN_BOX_SET_MEDIA;
    (!format.media.is_empty()).then_some(Format { box_set, ..format })
}

/// Minimum discs of a box set. A carton with one disc, or with the two discs of a double album, is only packaging.
const MIN_BOX_SET_MEDIA: u16 = 3;

/// Returns the name of the whole disc: `Hybrid SACD` for `Hybrid SACD (CD layer)`.
fn disc_name(wording: &str) -> String {
    split_layer(wording).map_or(wording, |(disc, _)| disc).to_owned()
}

/// Maps a MusicBrainz format name (musicbrainz.org/doc/Release/Format) to a media type. New names appear, so parts of
/// the name decide.
fn parse_carrier(wording: &str) -> Carrier {
    let name = wording.to_lowercase();
    let has = |part: &str| name.contains(part);
    match () {
        () if has("sacd") => Carrier::Sacd,
        () if has("minidisc") => Carrier::MiniDisc,
        () if has("digital media") || has("download") => Carrier::Digital,
        () if has("blu-ray") && !has("blu-spec") => Carrier::BluRay,
        // HD DVD players and other players are not compatible.
        () if has("hd-dvd") || has("hd dvd") => Carrier::Other,
        () if has("dvd") && !has("dualdisc") && !has("dvdplus") => Carrier::Dvd,
        () if name == "cassette" => Carrier::Cassette,
        () if has("shellac") => Carrier::Shellac,
        () if (has("vinyl") && !has("vinyldisc")) || has("flexi") || has("acetate") => Carrier::Vinyl,
        () if has("8-track") => Carrier::EightTrack,
        () if has("reel-to-reel") => Carrier::ReelToReel,
        () if has("laserdisc") => Carrier::LaserDisc,
        () if name == "vhs" => Carrier::Vhs,
        () if has("dualdisc")
            || has("dvdplus")
            || has("vinyldisc")
            || name.split(|c: char| !c.is_alphanumeric()).any(|word| CD_WORDS.contains(&word)) =>
        {
            Carrier::Cd
        }
        () => Carrier::Other,
    }
}

/// Words in MusicBrainz' names for CDs, such as `SHM-CD`, `CD-R`, `8cm CD`, `HDCD` and `VCD`. A `CDV` needs a LaserDisc
/// player.
const CD_WORDS: [&str; 7] = ["cd", "hdcd", "hqcd", "svcd", "uhqcd", "cdr", "vcd"];

/// Returns the diameter in a name such as `12" Vinyl`, in inches.
fn parse_inches(wording: &str) -> Option<u8> {
    wording.split_once('"').and_then(|(inches, _)| inches.trim().parse().ok()).filter(|n| Medium::is_record_size(*n))
}

fn parse_track_count(release: LenientJson<'_>) -> Option<u16> {
    let media = physical_media(release);
    let counts = media.iter().map(|medium| medium.field("track-count").positive_count());
    // The release's own count includes the tracks of every layer.
    let sum = counts.clone().flatten().fold(0, u16::saturating_add);
    let is_complete = sum > 0 && counts.clone().all(|count| count.is_some());
    let stated = release.field("track-count").positive_count();
    if is_complete { Some(sum) } else { stated.or((sum > 0).then_some(sum)) }
}

/// Parses the tracks of all discs, including a hidden track before the first.
fn parse_tracks(media: &[LenientJson<'_>]) -> Vec<Track> {
    let is_multi_disc = media.len() > 1;
    let of_disc = |(index, medium): (usize, &LenientJson<'_>)| {
        let disc = is_multi_disc.then_some(index + 1);
        let hidden = Some(medium.field("pregap")).filter(|pregap| pregap.is_present());
        let all = hidden.into_iter().chain(medium.field("tracks").elements());
        all.filter_map(|json| parse_track(disc, json)).collect::<Vec<_>>()
    };
    media.iter().enumerate().flat_map(of_disc).take(MAX_LIST_LEN).collect()
}

fn parse_track(disc: Option<usize>, json: LenientJson<'_>) -> Option<Track> {
    let title = json.field("title").text().or_else(|| json.field("recording").field("title").text())?;
    let number = json.field("number").text().or_else(|| json.field("position").text()).unwrap_or_default();
    let length = json.field("length").number().or_else(|| json.field("recording").field("length").number());
    let length_ms = length.filter(|ms| *ms > 0).and_then(|ms| u32::try_from(ms).ok());
    // With several discs, the disc number precedes the track number, unless the track number already names a record
    // side (`A1`).
    let disc = disc.filter(|_| number.bytes().all(|b| b.is_ascii_digit()));
    let position = disc.map_or(number.clone(), |disc| format!("{disc}-{number}"));
    let credit = parse_artist(json.field("artist-credit"));
    let credit = credit.or_else(|| parse_artist(json.field("recording").field("artist-credit")));
    Some(Track { position, title, artist: credit.map(|credit| credit.to_string()), length_ms })
}

/// Parses a link to `https://www.discogs.com/release/249504-…`. A link to a Discogs master is not a release.
fn parse_discogs_link(relation: LenientJson<'_>) -> Option<ReleaseId> {
    let is_link =
        relation.field("type").text().as_deref() == Some("discogs") && relation.field("ended").boolean() != Some(true);
    parse_discogs_url(&relation.field("url").field("resource").web_address().filter(|_| is_link)?)
}

/// Returns the ID of the Discogs release with this page URL.
pub(super) fn parse_discogs_url(url: &str) -> Option<ReleaseId> {
    let id = catalog::parse_discogs_url(url)?;
    Some(ReleaseId::new(super::super::discogs::DISCOGS, id.to_string()))
}
