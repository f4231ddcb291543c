//! MusicBrainz: who a UPC is. Open data, many barcodes in one search, the details by release.
//!
//! Rules (musicbrainz.org/doc/MusicBrainz_API and .../Rate_Limiting): one request a second from one address, above
//! which requests are declined with 503; a User-Agent with a way to reach us. Core data is CC0; tags and genres are
//! CC BY-NC-SA, so they are not even asked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::drift::{Json, MOST};
use super::provider::{Catalogue, Keep, Unanswered};
use super::registration::{Connected, Registration, Ways};
use super::settings::Settings;
use domain::entry::{Depth, Entry};
use domain::provider::Provider;
use domain::release::{ArtistCredit, Carrier, Country, CreditedArtist, EntryId, Format, LabelCredit, Medium, Track};
use domain::upc::Upc;
use upstream::{Host, HostRules, Rate, Redirects, Request};

/// The name in settings and results.
pub const MUSICBRAINZ: Provider = Provider::named("musicbrainz");

/// One a second is the rule.
const RATE: Rate = Rate { period: Duration::from_secs(1), burst: 1 };

/// Requests in flight: an answer takes less than a second on most days, and on a slow day the pace holds with these.
const AT_ONCE: usize = 4;

/// "Slow down" is 503 here, and 429 only from the caches before it.
const REFUSALS: &[u16] = &[503, 429];

/// UPCs in one search. Each stands there with 12 and with 13 digits, so the address has about 900 characters, and
/// at two or three pressings a barcode the answer stays under the 100 releases of a page.
const BATCH: usize = 25;

/// Releases on a page of search results, the most that the service gives.
const PAGE: usize = 100;

/// Pages that one search follows: 25 barcodes with more than 2,000 releases are no barcodes.
const PAGES: usize = 20;

/// Core data is CC0 and may be kept for good; a month keeps corrections coming. What is not there today may be
/// entered tomorrow.
const KEEP: Keep = Keep { found: Duration::from_hours(30 * 24), not_found: Duration::from_hours(24) };

/// What a lookup brings along; the space becomes the `+` of the address. No tags and no genres, see above.
const INCLUDE: &str = "artist-credits labels recordings media release-groups url-rels";

pub(super) const REGISTRATION: Registration = Registration {
    name: MUSICBRAINZ,
    about: "pressings by barcode, with labels, catalog numbers and tracks",
    key: None,
    connect,
};

fn connect(settings: &Settings, ways: &Ways<'_>) -> anyhow::Result<Connected> {
    let host = ways.http.host(HostRules {
        name: MUSICBRAINZ,
        base_url: settings.base_url.clone(),
        rate: settings.pace(MUSICBRAINZ.as_str(), RATE)?,
        at_once: AT_ONCE,
        // A merged release answers 301 to its new self.
        redirects: Redirects::SameHost,
        refusals: REFUSALS,
        spent: None,
    })?;
    let catalogue = Arc::new(MusicBrainz { host: host.clone() });
    Ok(Connected { catalogue: Some(catalogue), price_guide: None, gallery: None, host })
}

/// The web service, version 2.
pub struct MusicBrainz {
    host: Host,
}

#[async_trait]
impl Catalogue for MusicBrainz {
    fn provider(&self) -> Provider {
        MUSICBRAINZ
    }

    fn batch_size(&self) -> usize {
        BATCH
    }

    fn keep(&self) -> Keep {
        KEEP
    }

    async fn search(&self, upcs: &[Upc]) -> Result<HashMap<Upc, Vec<Entry>>, Unanswered> {
        let query = query(upcs);
        let mut found: HashMap<Upc, Vec<Entry>> = HashMap::new();
        for page in 0..PAGES {
            let offset = page * PAGE;
            let body = self.ask(search_request(&query, offset)).await?;
            let body = body.filter(|body| Json::of(body).at("releases").is_list());
            // Taken for an empty page, it would stand as "not found" for a day.
            let body = body.ok_or_else(|| unreadable("no list of releases".to_owned()))?;
            sort_by_barcode(&body, upcs, &mut found);
            let count = Json::of(&body).at("count").number().unwrap_or(0);
            if count <= (offset + PAGE) as u64 || Json::of(&body).at("releases").list().next().is_none() {
                return Ok(found);
            }
        }
        tracing::warn!(query, "more releases than are looked at; some may be missing");
        Ok(found)
    }

    async fn detail(&self, id: &EntryId) -> Result<Option<Entry>, Unanswered> {
        let request = Request::path(["release", &id.id]).query("inc", INCLUDE).query("fmt", "json");
        let Some(body) = self.ask(request).await? else { return Ok(None) };
        // A merged release answers under its new id, to which the redirect has led.
        entry(Json::of(&body), Depth::Full).map(Some).ok_or_else(|| unreadable("no release".to_owned()))
    }
}

impl MusicBrainz {
    async fn ask(&self, request: Request) -> Result<Option<Value>, Unanswered> {
        let reply = self.host.send(request).await;
        let reply = reply.map_err(|error| Unanswered::Http { provider: MUSICBRAINZ, error })?;
        match reply.status {
            200 => reply.json().map(Some).map_err(unreadable),
            404 => Ok(None),
            _ => Err(Unanswered::of_status(MUSICBRAINZ, &reply)),
        }
    }
}

fn unreadable(what: String) -> Unanswered {
    Unanswered::Unreadable { provider: MUSICBRAINZ, what }
}

fn search_request(query: &str, offset: usize) -> Request {
    let request =
        Request::path(["release"]).query("query", query).query("fmt", "json").query("limit", PAGE.to_string());
    if offset == 0 { request } else { request.query("offset", offset.to_string()) }
}

/// `barcode:(720642442524 OR 0720642442524)`: the database keeps codes as they were entered. Digits need no escape.
fn query(upcs: &[Upc]) -> String {
    let codes = upcs.iter().flat_map(|upc| upc.spellings()).collect::<Vec<_>>();
    format!("barcode:({})", codes.join(" OR "))
}

/// Search is a search: what does not hold the very barcode is left out.
fn sort_by_barcode(body: &Value, upcs: &[Upc], found: &mut HashMap<Upc, Vec<Entry>>) {
    for entry in Json::of(body).at("releases").list().filter_map(|release| entry(release, Depth::Summary)) {
        for upc in upcs.iter().filter(|upc| entry.barcodes.contains(upc)) {
            let entries = found.entry(*upc).or_default();
            if entries.iter().all(|known| known.id != entry.id) {
                entries.push(entry.clone());
            }
        }
    }
}

/// One release, from a search or from a lookup. Unknown fields are absent there and null or empty here.
pub(super) fn entry(release: Json<'_>, depth: Depth) -> Option<Entry> {
    let id = release.at("id").id()?;
    let mut entry = Entry::bare(EntryId::new(MUSICBRAINZ, &id), depth);
    entry.url = Some(format!("https://musicbrainz.org/release/{id}"));
    entry.artist = artist(release.at("artist-credit"));
    entry.title = release.at("title").text();
    entry.labels = release.at("label-info").list().filter_map(label).collect();
    entry.date = release.at("date").text().and_then(|date| date.parse().ok());
    entry.country = release.at("country").text().map(Country);
    entry.format = format(release);
    entry.tracks = tracks(release.at("media"));
    entry.track_count = track_count(release);
    entry.barcodes = release.at("barcode").known().and_then(|code| code.parse().ok()).into_iter().collect();
    entry.links = release.at("relations").list().filter_map(discogs_link).collect();
    entry.has_front_cover = front_cover(release.at("cover-art-archive"));
    Some(entry)
}

/// Darkened pictures were taken away at somebody's request.
fn front_cover(archive: Json<'_>) -> Option<bool> {
    let front = archive.at("front").flag()?;
    Some(front && archive.at("darkened").flag() != Some(true))
}

/// All artists with the words between them.
fn artist(credit: Json<'_>) -> Option<ArtistCredit> {
    let artists = (credit.list())
        .filter_map(|artist| {
            let name = artist.at("name").text().or_else(|| artist.at("artist").at("name").text());
            let name = name.filter(|name| !is_placeholder(name))?;
            Some(CreditedArtist { name, join: artist.at("joinphrase").phrase().unwrap_or_default() })
        })
        .collect::<Vec<_>>();
    (!artists.is_empty()).then_some(ArtistCredit(artists))
}

/// Entries that stand for nobody (musicbrainz.org/doc/Style/Unknown_and_untitled/Special_purpose_artist).
fn is_placeholder(name: &str) -> bool {
    matches!(name, "[unknown]" | "[no artist]" | "[no label]")
}

fn label(info: Json<'_>) -> Option<LabelCredit> {
    let credit = LabelCredit {
        name: info.at("label").at("name").text().filter(|name| !is_placeholder(name)),
        catalog_number: info.at("catalog-number").known(),
    };
    (credit.name.is_some() || credit.catalog_number.is_some()).then_some(credit)
}

fn format(release: Json<'_>) -> Option<Format> {
    let mut media: Vec<Medium> = Vec::new();
    for wording in release.at("media").list().filter_map(|medium| medium.at("format").text()) {
        match media.iter_mut().find(|medium| medium.wording == wording) {
            Some(medium) => medium.count += 1,
            None => media.push(Medium { carrier: carrier(&wording), count: 1, inches: inches(&wording), wording }),
        }
    }
    let box_set = release.at("packaging").text().is_some_and(|packaging| packaging.eq_ignore_ascii_case("box"));
    (!media.is_empty()).then_some(Format { media, box_set })
}

/// MusicBrainz' format names (musicbrainz.org/doc/Release/Format), of which new ones appear: what a name contains
/// decides.
fn carrier(wording: &str) -> Carrier {
    let name = wording.to_lowercase();
    let has = |part: &str| name.contains(part);
    match () {
        () if has("sacd") => Carrier::Sacd,
        () if has("minidisc") => Carrier::MiniDisc,
        () if has("digital media") || has("download") => Carrier::Digital,
        () if has("blu-ray") && !has("blu-spec") => Carrier::BluRay,
        () if has("dvd") && !has("dualdisc") => Carrier::Dvd,
        () if name == "cassette" => Carrier::Cassette,
        () if has("vinyl") || has("flexi") || has("shellac") => Carrier::Vinyl,
        () if has("dualdisc") || name.split(|c: char| !c.is_alphanumeric()).any(|word| CDS.contains(&word)) => {
            Carrier::Cd
        }
        () => Carrier::Other,
    }
}

/// The words by which MusicBrainz calls CDs: `SHM-CD`, `CD-R`, `8cm CD`, `HDCD`. A `VCD` and a `CDV` are films.
const CDS: [&str; 4] = ["cd", "hdcd", "hqcd", "cdr"];

/// `12" Vinyl`.
fn inches(wording: &str) -> Option<u8> {
    wording.split_once('"').and_then(|(inches, _)| inches.trim().parse().ok()).filter(|n| matches!(n, 7 | 10 | 12))
}

fn track_count(release: Json<'_>) -> Option<u16> {
    let counts = release.at("media").list().filter_map(|medium| medium.at("track-count").count());
    let sum = counts.fold(0, u16::saturating_add);
    release.at("track-count").count().or((sum > 0).then_some(sum))
}

/// The tracks of all discs, a hidden one before the first among them.
fn tracks(media: Json<'_>) -> Vec<Track> {
    let several = media.list().count() > 1;
    let of_disc = |(index, medium): (usize, Json<'_>)| {
        let disc = several.then_some(index + 1);
        let hidden = Some(medium.at("pregap")).filter(|pregap| pregap.is_there());
        let all = hidden.into_iter().chain(medium.at("tracks").list());
        all.filter_map(|json| track(disc, json)).collect::<Vec<_>>()
    };
    media.list().enumerate().flat_map(of_disc).take(MOST).collect()
}

fn track(disc: Option<usize>, json: Json<'_>) -> Option<Track> {
    let title = json.at("title").text().or_else(|| json.at("recording").at("title").text())?;
    let number = json.at("number").text().or_else(|| json.at("position").text()).unwrap_or_default();
    let length = json.at("length").number().or_else(|| json.at("recording").at("length").number());
    let length_ms = length.filter(|ms| *ms > 0).and_then(|ms| u32::try_from(ms).ok());
    // Of several discs the number of the disc goes before the track's; sides of records (`A1`) say it themselves.
    let disc = disc.filter(|_| number.bytes().all(|b| b.is_ascii_digit()));
    let position = disc.map_or(number.clone(), |disc| format!("{disc}-{number}"));
    Some(Track { position, title, length_ms })
}

/// `https://www.discogs.com/release/249504-…`; links to a Discogs master are no pressing.
fn discogs_link(relation: Json<'_>) -> Option<EntryId> {
    let is_link = relation.at("type").text().as_deref() == Some("discogs") && relation.at("ended").flag() != Some(true);
    let url = relation.at("url").at("resource").address().filter(|_| is_link)?;
    let rest = url.split("discogs.com/").nth(1)?.split("release/").nth(1)?;
    let id = rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    (!id.is_empty()).then(|| EntryId::new(super::discogs::DISCOGS, id))
}
