//! Parses releases, search results and prices of Discogs.

use jiff::Timestamp;

use super::super::lenient_json::LenientJson;
use super::edition::fill_edition;
use super::names::{bare_name, bare_names, parse_artist, split_scripts};
use super::tracks::parse_tracks;
use domain::artwork::{Cover, CoverLicense};
use domain::barcode::parse_database_barcodes;
use domain::condition::Condition;
use domain::money::Money;
use domain::pricing::{MatchBasis, Sample, SampleKind};
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::record_color::record_color;
use domain::release::{ArtistCredit, Carrier, Country, CreditedArtist, Format, LabelCredit, Medium, ReleaseId};
use domain::text::is_latin;

/// Name in settings and results.
pub const DISCOGS: Provider = Provider::from_static("discogs");

/// Maximum number of images to keep per release. Some have a hundred, one per page of the booklet.
const MAX_IMAGES: usize = 4;

/// Parses a search result, which has `Artist - Title` as one text, and barcodes and matrix numbers in one list.
pub(crate) fn parse_search_result(json: LenientJson<'_>) -> Option<ProviderRelease> {
    let id = json.field("id").id()?;
    let mut release = new_release(&id, Completeness::Summary);
    let (artist, title) = split_title(&json.field("title").text().unwrap_or_default());
    set_names(&mut release, artist, title);
    let catalog_number = json.field("catno").known_text();
    // The list contains labels, pressing plants and rights holders; the first entry is the label.
    let name = json
        .field("label")
        .elements()
        .find_map(LenientJson::text)
        .or_else(|| json.field("label").text())
        .and_then(label_name);
    if name.is_some() || catalog_number.is_some() {
        release.labels.push(LabelCredit { name, catalog_number });
    }
    release.date = json.field("year").text().and_then(|year| year.parse().ok());
    release.country = json.field("country").text().map(Country);
    let quantity = json.field("format_quantity").positive_count();
    release.format =
        parse_formats(json.field("formats")).or_else(|| parse_loose_format(&json.field("format").texts(), quantity));
    release.genres = json.field("genre").texts();
    release.styles = json.field("style").texts();
    release.barcodes = parse_database_barcodes(json.field("barcode").texts());
    fill_edition(&mut release, json);
    Some(release)
}

/// Parses the details of a release.
pub(crate) fn parse_release(json: LenientJson<'_>, currency: &str, now: Timestamp) -> Option<ProviderRelease> {
    let id = json.field("id").id()?;
    let mut release = new_release(&id, Completeness::Full);
    set_names(&mut release, parse_artist(json.field("artists")), json.field("title").text());
    release.latin_artist = release.latin_artist.or_else(|| parse_latin_artist(json.field("artists")));
    release.labels = json.field("labels").elements().filter_map(parse_label).collect();
    let released = json.field("released").text().and_then(|date| date.parse().ok());
    release.date = released.or_else(|| json.field("year").id().and_then(|year| year.parse().ok()));
    release.country = json.field("country").text().map(Country);
    release.format = parse_formats(json.field("formats"));
    let tracks = parse_tracks(json.field("tracklist"));
    release.tracks = tracks.into_iter().map(|track| track.without_release_artist(release.artist.as_ref())).collect();
    release.track_count = u16::try_from(release.tracks.len()).ok().filter(|count| *count > 0);
    release.genres = json.field("genres").texts();
    release.styles = json.field("styles").texts();
    let identifiers = json.field("identifiers").elements();
    let barcodes = identifiers.filter(|identifier| identifier.field("type").text().as_deref() == Some("Barcode"));
    release.barcodes =
        parse_database_barcodes(barcodes.filter_map(|identifier| identifier.field("value").known_text()));
    release.covers =
        json.field("images").elements().filter_map(|image| parse_cover(&release.id, image)).take(MAX_IMAGES).collect();
    release.samples = parse_lowest_ask(json, currency, now).into_iter().collect();
    fill_edition(&mut release, json);
    Some(release)
}

/// Parses price suggestions, an object with one price per grade; `{}` means "no data".
pub(crate) fn parse_suggestions(json: LenientJson<'_>, now: Timestamp) -> Vec<Sample> {
    let sample = |(grade, price): (&str, LenientJson<'_>)| {
        let amount = price.field("value").decimal()?;
        let currency = price.field("currency").text()?;
        Some(Sample {
            provider: DISCOGS,
            kind: SampleKind::Suggested,
            price: Money::parse(&amount, &currency).ok().filter(|price| price.minor > 0)?,
            basis: MatchBasis::ThisBarcode,
            // eBay has no media conditions as low as Fair and Poor, and a price without a condition would count for
            // every condition.
            condition: Some(Condition::from_discogs_grade(grade)?),
            wording: grade.to_owned(),
            offers: None,
            observed_at: now,
        })
    };
    json.fields().filter_map(sample).collect()
}

fn new_release(id: &str, completeness: Completeness) -> ProviderRelease {
    let mut provider_release = ProviderRelease::new(ReleaseId::new(DISCOGS, id), completeness);
    provider_release.url = DISCOGS.release_page(id);
    provider_release
}

/// Parses the lowest current price. It is in the requested currency, which the response does not state.
fn parse_lowest_ask(json: LenientJson<'_>, currency: &str, now: Timestamp) -> Option<Sample> {
    let price = Money::parse(&json.field("lowest_price").decimal()?, currency).ok().filter(|price| price.minor > 0)?;
    let offers = json.field("num_for_sale").number();
    let wording = match offers {
        // If there are no offers, this is the price of the last offer.
        Some(0) => return None,
        Some(1) => "the only offer".to_owned(),
        Some(offers) => format!("lowest of {offers} offers"),
        None => "lowest offer".to_owned(),
    };
    let (kind, of) = (SampleKind::Asked, MatchBasis::ThisBarcode);
    let offers = offers.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    Some(Sample { provider: DISCOGS, kind, price, basis: of, condition: None, wording, offers, observed_at: now })
}

/// Sets artist and title. For names in two scripts, the Latin form goes into separate fields.
fn set_names(release: &mut ProviderRelease, artist: Option<ArtistCredit>, title: Option<String>) {
    release.artist = artist.map(|credit| {
        let names = credit.0.into_iter().map(|artist| (split_scripts(&artist.name), artist.join)).collect::<Vec<_>>();
        if names.iter().any(|((_, latin), _)| latin.is_some()) {
            let latin =
                names.iter().map(|((native, latin), join)| format!("{}{join}", latin.as_ref().unwrap_or(native)));
            release.latin_artist = Some(latin.collect());
        }
        ArtistCredit(names.into_iter().map(|((name, _), join)| CreditedArtist { name, join }).collect())
    });
    if let Some((title, latin)) = title.map(|title| split_scripts(&title)) {
        (release.title, release.latin_title) = (Some(title), latin);
    }
}

fn split_title(text: &str) -> (Option<ArtistCredit>, Option<String>) {
    match text.split_once(" - ") {
        Some((artist, title)) => (Some(ArtistCredit::from_name(bare_names(artist))), Some(title.to_owned())),
        None => (None, (!text.is_empty()).then(|| text.to_owned())),
    }
}

/// Returns the artists in Latin script if the printed names (`anv`) use another script but Discogs' own names do not.
fn parse_latin_artist(artists: LenientJson<'_>) -> Option<String> {
    let printed = parse_artist(artists)?;
    let names = artists.elements().filter_map(|artist| {
        let (printed, name) = (artist.field("anv").text(), artist.field("name").text());
        let name = name.filter(|name| is_latin(name)).map(|name| bare_name(&name));
        match printed {
            Some(printed) if is_latin(&printed) => Some(Some(bare_name(&printed))),
            Some(_) => Some(name),
            None => artist.field("name").text().map(|_| name),
        }
    });
    let names = names.collect::<Option<Vec<_>>>()?;
    let latin = names
        .iter()
        .zip(&printed.0)
        .flat_map(|(name, printed)| [name.as_str(), printed.join.as_str()])
        .collect::<String>();
    (!is_latin(&printed.to_string())).then_some(latin)
}

fn parse_label(json: LenientJson<'_>) -> Option<LabelCredit> {
    let name = json.field("name").text().and_then(label_name);
    let credit = LabelCredit { name, catalog_number: json.field("catno").known_text() };
    (credit.name.is_some() || credit.catalog_number.is_some()).then_some(credit)
}

/// Returns a label's name without its number; `None` for a placeholder such as `Not On Label (The Prodigy)`.
#[expect(clippy::needless_pass_by_value, reason = "the form that and_then asks for")]
fn label_name(name: String) -> Option<String> {
    (!name.starts_with("Not On Label")).then(|| bare_name(&name))
}

/// Parses `{"name":"Vinyl","qty":"2","descriptions":["LP","Album"]}`. "Box Set" and "All Media" are not media types; a
/// box set without another format counts as a medium of unknown type.
fn parse_formats(json: LenientJson<'_>) -> Option<Format> {
    let mut format = Format::default();
    for part in json.elements() {
        let Some(name) = part.field("name").text() else { continue };
        let descriptions = part.field("descriptions").texts();
        format.box_set |= name == "Box Set" || descriptions.iter().any(|d| d == "Box Set");
        if matches!(name.as_str(), "Box Set" | "All Media") {
            continue;
        }
        let note = part.field("text").text();
        let kind = note.as_deref().filter(|note| name == "Blu-ray" && names_4k(note)).map(|_| ULTRA_HD.to_owned());
        let words = std::iter::once(name.clone()).chain(kind).chain(descriptions.iter().cloned());
        let wording = words.collect::<Vec<_>>().join(", ");
        let carrier = parse_carrier(&name, &descriptions);
        let inches =
            if matches!(carrier, Carrier::Vinyl | Carrier::Shellac) { parse_inches(&descriptions) } else { None };
        let color = note.as_deref().filter(|_| matches!(carrier, Carrier::Vinyl | Carrier::Cassette));
        let color = color.and_then(|note| record_color([note]));
        let count = part.field("qty").positive_count().unwrap_or(1);
        format.media.push(Medium { carrier, count, wording, inches, color });
    }
    if format.box_set && format.media.is_empty() {
        format.media.push(Medium {
            carrier: Carrier::Other,
            count: 1,
            wording: "Box Set".to_owned(),
            inches: None,
            color: None,
        });
    }
    (!format.media.is_empty()).then_some(format)
}

/// Discogs' name of a 4K disc, which is often only in the free text of a Blu-ray.
const ULTRA_HD: &str = "Ultra HD Blu-ray";

/// Returns true for `4K Ultra HD`, `4K UHD` and `4K`, but not for `4K Restoration`, which may be on any disc.
fn names_4k(note: &str) -> bool {
    let lower = note.to_lowercase();
    let is_uhd = lower.split(|c: char| !c.is_alphanumeric()).any(|word| word == "uhd");
    is_uhd || lower.contains("ultra hd") || lower.split([',', ';']).any(|part| part.trim() == "4k")
}

/// Parses the format of old search results, which have names and descriptions in one list: `["Vinyl", "LP", "Album"]`.
/// A media type starts a medium, and the following words describe it. `quantity` is the total number of media.
fn parse_loose_format(words: &[String], quantity: Option<u16>) -> Option<Format> {
    let mut media: Vec<Medium> = Vec::new();
    for word in words {
        let carrier = parse_carrier(word, words);
        if carrier != Carrier::Other && media.iter().all(|medium| medium.carrier != carrier) {
            let inches = if matches!(carrier, Carrier::Vinyl | Carrier::Shellac) { parse_inches(words) } else { None };
            media.push(Medium { carrier, count: 1, wording: word.clone(), inches, color: None });
        } else if let Some(medium) = media.last_mut() {
            medium.wording = format!("{}, {word}", medium.wording);
        }
    }
    if let ([only], Some(quantity)) = (media.as_mut_slice(), quantity) {
        only.count = quantity;
    }
    (!media.is_empty()).then(|| Format { media, box_set: words.iter().any(|word| word == "Box Set") })
}

/// Maps a Discogs format name to a media type.
fn parse_carrier(name: &str, descriptions: &[String]) -> Carrier {
    let has_description = |name: &str| descriptions.iter().any(|d| d.eq_ignore_ascii_case(name));
    match name {
        "SACD" => Carrier::Sacd,
        "CD" | "CDr" | "Hybrid" if has_description("SACD") => Carrier::Sacd,
        "CD" | "CDr" => Carrier::Cd,
        "Hybrid" if has_description("DualDisc") || has_description("DVDplus") || has_description("VinylDisc") => {
            Carrier::Cd
        }
        "Vinyl" | "Flexi-disc" | "Lathe Cut" | "Acetate" => Carrier::Vinyl,
        "Shellac" => Carrier::Shellac,
        "8-Track Cartridge" => Carrier::EightTrack,
        "Reel-To-Reel" => Carrier::ReelToReel,
        "Laserdisc" => Carrier::LaserDisc,
        "VHS" => Carrier::Vhs,
        "Cassette" => Carrier::Cassette,
        "DVD" | "DVDr" => Carrier::Dvd,
        "Blu-ray" | "Blu-ray-R" | "Ultra HD Blu-ray" => Carrier::BluRay,
        "Minidisc" => Carrier::MiniDisc,
        "File" => Carrier::Digital,
        _ => Carrier::Other,
    }
}

/// Returns the diameter of a record from its descriptions, in inches; 12 for an LP without one.
fn parse_inches(descriptions: &[String]) -> Option<u8> {
    let size = |d: &String| d.strip_suffix('"').and_then(|n| n.parse().ok()).filter(|n| Medium::is_record_size(*n));
    let is_lp = descriptions.iter().any(|d| d == "LP");
    descriptions.iter().find_map(size).or(is_lp.then_some(12))
}

fn parse_cover(entry: &ReleaseId, json: LenientJson<'_>) -> Option<Cover> {
    Some(Cover {
        url: json.field("uri").web_address()?,
        provider: DISCOGS,
        belongs_to: Some(entry.clone()),
        is_front: json.field("type").text().as_deref() == Some("primary"),
        flaw: None,
        size: json.pixel_size(),
        license: CoverLicense::PreviewOnly,
    })
}
