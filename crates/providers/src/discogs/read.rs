//! How Discogs writes releases, search results and prices.

use jiff::Timestamp;

use super::super::drift::{Json, MOST};
use super::DISCOGS;
use domain::appraisal::{Sample, SampleKind, SampleOf};
use domain::artwork::{Cover, Licence};
use domain::condition::Condition;
use domain::entry::{Depth, Entry};
use domain::money::Money;
use domain::release::{ArtistCredit, Carrier, Country, CreditedArtist, EntryId, Format, LabelCredit, Medium, Track};
use domain::upc::Upc;

/// Pictures of a release that are kept; some have a hundred, of every page of the booklet.
const PICTURES: usize = 4;

/// A search result: `Artist - Title` in one text, codes and matrix numbers in one list.
pub(crate) fn result(json: Json<'_>) -> Option<Entry> {
    let id = json.at("id").id()?;
    let mut entry = bare(&id, Depth::Summary);
    let (artist, title) = split_title(&json.at("title").text().unwrap_or_default());
    entry.artist = artist;
    entry.title = title;
    let catalog_number = json.at("catno").known();
    // The list names labels, pressing plants and rights holders; the first is the label.
    let name = json.at("label").list().find_map(Json::text).or_else(|| json.at("label").text()).and_then(label_name);
    if name.is_some() || catalog_number.is_some() {
        entry.labels.push(LabelCredit { name, catalog_number });
    }
    entry.date = json.at("year").text().and_then(|year| year.parse().ok());
    entry.country = json.at("country").text().map(Country);
    let pieces = json.at("format_quantity").count();
    entry.format = formats(json.at("formats")).or_else(|| loose_format(&json.at("format").texts(), pieces));
    entry.genres = json.at("genre").texts();
    entry.styles = json.at("style").texts();
    entry.barcodes = codes(json.at("barcode").texts());
    Some(entry)
}

/// A release's own page.
pub(crate) fn release(json: Json<'_>, currency: &str, now: Timestamp) -> Option<Entry> {
    let id = json.at("id").id()?;
    let mut entry = bare(&id, Depth::Full);
    entry.artist = artist(json.at("artists"));
    entry.title = json.at("title").text();
    entry.labels = json.at("labels").list().filter_map(label).collect();
    let released = json.at("released").text().and_then(|date| date.parse().ok());
    entry.date = released.or_else(|| json.at("year").id().and_then(|year| year.parse().ok()));
    entry.country = json.at("country").text().map(Country);
    entry.format = formats(json.at("formats"));
    entry.tracks = tracks(json.at("tracklist"));
    entry.track_count = u16::try_from(entry.tracks.len()).ok().filter(|count| *count > 0);
    entry.genres = json.at("genres").texts();
    entry.styles = json.at("styles").texts();
    let identifiers = json.at("identifiers").list();
    let barcodes = identifiers.filter(|identifier| identifier.at("type").text().as_deref() == Some("Barcode"));
    entry.barcodes = codes(barcodes.filter_map(|identifier| identifier.at("value").known()));
    entry.covers = json.at("images").list().filter_map(|image| cover(&entry.id, image)).take(PICTURES).collect();
    entry.samples = lowest_ask(json, currency, now).into_iter().collect();
    Some(entry)
}

/// Suggestions are an object of grades; `{}` is "no data".
pub(crate) fn suggestions(json: Json<'_>, now: Timestamp) -> Vec<Sample> {
    let sample = |(grade, price): (&str, Json<'_>)| {
        let amount = price.at("value").decimal()?;
        let currency = price.at("currency").text()?;
        Some(Sample {
            provider: DISCOGS,
            kind: SampleKind::Suggested,
            price: Money::parse(&amount, &currency).ok().filter(|price| price.minor > 0)?,
            of: SampleOf::ThisBarcode,
            // Fair and Poor are below what eBay sells as media, and a price for no condition would pass for any.
            condition: Some(Condition::from_discogs_grade(grade)?),
            wording: grade.to_owned(),
            at: now,
        })
    };
    json.fields().filter_map(sample).collect()
}

fn bare(id: &str, depth: Depth) -> Entry {
    let mut entry = Entry::bare(EntryId::new(DISCOGS, id), depth);
    entry.url = Some(format!("https://www.discogs.com/release/{id}"));
    entry
}

/// The lowest current ask. It has no currency of its own: it is in the one that was asked for.
fn lowest_ask(json: Json<'_>, currency: &str, now: Timestamp) -> Option<Sample> {
    let price = Money::parse(&json.at("lowest_price").decimal()?, currency).ok().filter(|price| price.minor > 0)?;
    let wording = match json.at("num_for_sale").number() {
        // With nothing for sale it is the last one that was.
        Some(0) => return None,
        Some(1) => "the only offer".to_owned(),
        Some(offers) => format!("lowest of {offers} offers"),
        None => "lowest offer".to_owned(),
    };
    let (kind, of) = (SampleKind::Asked, SampleOf::ThisBarcode);
    Some(Sample { provider: DISCOGS, kind, price, of, condition: None, wording, at: now })
}

fn split_title(text: &str) -> (Option<ArtistCredit>, Option<String>) {
    match text.split_once(" - ") {
        Some((artist, title)) => (Some(ArtistCredit::one(bare_names(artist))), Some(title.to_owned())),
        None => (None, (!text.is_empty()).then(|| text.to_owned())),
    }
}

/// Discogs numbers artists of one name, `Nirvana (2)`, and marks variations of a name with `*`.
fn bare_name(name: &str) -> String {
    let name = name.trim().trim_end_matches('*').trim_end();
    let numbered = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match numbered {
        Some((bare, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => bare.to_owned(),
        _ => name.to_owned(),
    }
}

/// Several artists in one text: `Jorge Cafrune Y Marito (2)`, `Simon (3), Garfunkel* & Others`.
fn bare_names(text: &str) -> String {
    let mut names = String::new();
    for word in text.split(' ') {
        let (word, comma) = word.strip_suffix(',').map_or((word, ""), |word| (word, ","));
        let word = word.strip_suffix('*').filter(|rest| !rest.is_empty()).unwrap_or(word);
        let number = word.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let is_number = number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        if names.is_empty() || !is_number {
            names.push_str(if names.is_empty() { "" } else { " " });
            names.push_str(word);
        }
        names.push_str(comma);
    }
    names
}

/// All artists, as credited on the release where that differs (`anv`), with what joins them.
fn artist(artists: Json<'_>) -> Option<ArtistCredit> {
    let mut credited = (artists.list())
        .filter_map(|artist| {
            let name = artist.at("anv").text().or_else(|| artist.at("name").text())?;
            let join = artist.at("join").text().map_or(String::new(), |join| match join.as_str() {
                "," => ", ".to_owned(),
                join => format!(" {join} "),
            });
            Some(CreditedArtist { name: bare_name(&name), join })
        })
        .collect::<Vec<_>>();
    let last = credited.last_mut()?;
    last.join.clear();
    // Several artists without a word between them would run into each other.
    let count = credited.len();
    credited[..count - 1].iter_mut().filter(|a| a.join.is_empty()).for_each(|a| a.join.push_str(", "));
    Some(ArtistCredit(credited))
}

fn label(json: Json<'_>) -> Option<LabelCredit> {
    let name = json.at("name").text().and_then(label_name);
    let credit = LabelCredit { name, catalog_number: json.at("catno").known() };
    (credit.name.is_some() || credit.catalog_number.is_some()).then_some(credit)
}

/// Labels are numbered like artists, and a release of nobody has a placeholder: `Not On Label (The Prodigy)`.
#[expect(clippy::needless_pass_by_value, reason = "the form that and_then asks for")]
fn label_name(name: String) -> Option<String> {
    (!name.starts_with("Not On Label")).then(|| bare_name(&name))
}

/// `{"name":"Vinyl","qty":"2","descriptions":["LP","Album"]}`. "Box Set" and "All Media" are no carriers, unless
/// nothing else says what lies in the box.
fn formats(json: Json<'_>) -> Option<Format> {
    let mut format = Format::default();
    for part in json.list() {
        let Some(name) = part.at("name").text() else { continue };
        let descriptions = part.at("descriptions").texts();
        format.box_set |= name == "Box Set" || descriptions.iter().any(|d| d == "Box Set");
        if matches!(name.as_str(), "Box Set" | "All Media") {
            continue;
        }
        let wording = std::iter::once(name.clone()).chain(descriptions.iter().cloned()).collect::<Vec<_>>().join(", ");
        let carrier = carrier(&name, &descriptions);
        let inches = if carrier == Carrier::Vinyl { inches(&descriptions) } else { None };
        format.media.push(Medium { carrier, count: part.at("qty").count().unwrap_or(1), wording, inches });
    }
    if format.box_set && format.media.is_empty() {
        format.media.push(Medium { carrier: Carrier::Other, count: 1, wording: "Box Set".to_owned(), inches: None });
    }
    (!format.media.is_empty()).then_some(format)
}

/// Search results of old have the names and descriptions in one list: `["Vinyl", "LP", "Album"]`. A carrier begins
/// a medium, and what follows describes it. How many pieces there are is told for all of them together only.
fn loose_format(words: &[String], pieces: Option<u16>) -> Option<Format> {
    let mut media: Vec<Medium> = Vec::new();
    for word in words {
        let carrier = carrier(word, words);
        if carrier != Carrier::Other && media.iter().all(|medium| medium.carrier != carrier) {
            let inches = if carrier == Carrier::Vinyl { inches(words) } else { None };
            media.push(Medium { carrier, count: 1, wording: word.clone(), inches });
        } else if let Some(medium) = media.last_mut() {
            medium.wording = format!("{}, {word}", medium.wording);
        }
    }
    if let ([only], Some(pieces)) = (media.as_mut_slice(), pieces) {
        only.count = pieces;
    }
    (!media.is_empty()).then(|| Format { media, box_set: words.iter().any(|word| word == "Box Set") })
}

/// Discogs' format names.
fn carrier(name: &str, descriptions: &[String]) -> Carrier {
    let described = |what: &str| descriptions.iter().any(|d| d.eq_ignore_ascii_case(what));
    match name {
        "SACD" => Carrier::Sacd,
        "CD" | "CDr" | "Hybrid" if described("SACD") => Carrier::Sacd,
        "CD" | "CDr" => Carrier::Cd,
        "Vinyl" | "Flexi-disc" | "Lathe Cut" | "Shellac" | "Acetate" => Carrier::Vinyl,
        "Cassette" => Carrier::Cassette,
        "DVD" | "DVDr" => Carrier::Dvd,
        "Blu-ray" | "Blu-ray-R" => Carrier::BluRay,
        "Minidisc" => Carrier::MiniDisc,
        "File" => Carrier::Digital,
        _ => Carrier::Other,
    }
}

/// A record's size stands among the descriptions; an LP is 12 inches wide unless they say otherwise.
fn inches(descriptions: &[String]) -> Option<u8> {
    let size = |d: &String| d.strip_suffix('"').and_then(|n| n.parse().ok()).filter(|n| matches!(n, 7 | 10 | 12));
    let lp = descriptions.iter().any(|d| d == "LP");
    descriptions.iter().find_map(size).or(lp.then_some(12))
}

/// Headings are no tracks, and an index track is what it contains.
fn tracks(list: Json<'_>) -> Vec<Track> {
    let mut tracks = Vec::new();
    for json in list.list() {
        match json.at("type_").text().as_deref() {
            Some("heading") => {}
            Some("index") if json.at("sub_tracks").list().count() > 0 => {
                tracks.extend(json.at("sub_tracks").list().filter_map(track));
            }
            _ => tracks.extend(track(json)),
        }
    }
    tracks.truncate(MOST);
    tracks
}

fn track(json: Json<'_>) -> Option<Track> {
    let title = json.at("title").text()?;
    let position = json.at("position").text().unwrap_or_default();
    Some(Track { position, title, length_ms: json.at("duration").text().and_then(|time| milliseconds(&time)) })
}

/// `4:05`, `1:02:33`.
fn milliseconds(time: &str) -> Option<u32> {
    let parts = time.split(':').map(|part| part.parse::<u32>().ok()).collect::<Option<Vec<_>>>()?;
    let seconds = match parts[..] {
        [minutes, seconds] => minutes.checked_mul(60)?.checked_add(seconds)?,
        [hours, minutes, seconds] => {
            hours.checked_mul(3_600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?
        }
        _ => return None,
    };
    seconds.checked_mul(1_000).filter(|ms| *ms > 0)
}

/// What among these is a GTIN, each once. Matrix numbers are letters or fail the check digit.
fn codes(texts: impl IntoIterator<Item = String>) -> Vec<Upc> {
    let mut codes = Vec::new();
    for upc in texts.into_iter().filter_map(|text| completed(&text).or_else(|| text.parse::<Upc>().ok())) {
        if !codes.contains(&upc) {
            codes.push(upc);
        }
    }
    codes
}

/// Many codes are printed, and entered, without the check digit: `7 43216 05321`. The groups show that it is a
/// UPC-A (1, 5, 5) or an EAN-13 (1, 6, 5), so its last digit can be worked out; digits without groups prove nothing.
fn completed(text: &str) -> Option<Upc> {
    let groups = text.split([' ', '-']).collect::<Vec<_>>();
    let lengths = groups.iter().map(|group| group.len()).collect::<Vec<_>>();
    let digits = groups.concat();
    let lacks_it = matches!(lengths[..], [1, 5 | 6, 5]) && digits.bytes().all(|b| b.is_ascii_digit());
    (0..10).filter(|_| lacks_it).find_map(|check| format!("{digits}{check}").parse().ok())
}

fn cover(entry: &EntryId, json: Json<'_>) -> Option<Cover> {
    Some(Cover {
        url: json.at("uri").address()?,
        provider: DISCOGS,
        belongs_to: Some(entry.clone()),
        front: json.at("type").text().as_deref() == Some("primary"),
        size: json.size(),
        licence: Licence::LookOnly,
    })
}
