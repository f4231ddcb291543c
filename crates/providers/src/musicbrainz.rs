//! MusicBrainz: releases by UPC. Open data, many barcodes in one search, details by release.
//!
//! Rules (musicbrainz.org/doc/MusicBrainz_API and .../Rate_Limiting): one request per second from one address, else 503; a
//! User-Agent with a contact. Core data is CC0; tags and genres are CC BY-NC-SA, so they are not requested.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::lenient_json::{LenientJson, MAX_LIST_LEN};
use super::provider::{CacheTtl, ProviderError, ReleaseCatalog};
use super::registry::{ConnectedProvider, ProviderFactory, UpstreamClients};
use super::settings::Settings;
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::{ArtistCredit, Carrier, Country, CreditedArtist, Format, LabelCredit, Medium, ReleaseId, Track};
use domain::upc::Upc;
use upstream::{Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest};

/// Name in settings and results.
pub const MUSICBRAINZ: Provider = Provider::from_static("musicbrainz");

/// One request per second, the documented limit.
const REQUEST_RATE: Rate = Rate { period: Duration::from_secs(1), burst: 1 };

/// Enough to use the rate limit on a slow day; on most days a response takes less than a second.
const MAX_CONCURRENT_REQUESTS: usize = 4;

/// MusicBrainz throttles with 503, the caches in front of it with 429.
const RATE_LIMIT_STATUSES: &[u16] = &[503, 429];

/// UPCs in one search. Each is searched with 12 and with 13 digits, so the address has about 900 characters. With two or
/// three pressings per barcode, the response has less than one page of 100 releases.
const UPCS_PER_SEARCH: usize = 25;

/// Releases per page of search results, the maximum of the service.
const RELEASES_PER_PAGE: usize = 100;

/// Maximum pages of one search. 25 real barcodes do not have more than 2,000 releases.
const MAX_PAGES: usize = 20;

/// Core data is CC0 and may be kept without limit; after a month, corrections are fetched. A missing release may be added
/// tomorrow.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(30 * 24), not_found: Duration::from_hours(24) };

/// What a lookup includes; a space becomes the `+` of the address. No tags and no genres, see above.
const LOOKUP_INCLUDES: &str = "artist-credits labels recordings media release-groups url-rels";

pub(super) const FACTORY: ProviderFactory = ProviderFactory {
    name: MUSICBRAINZ,
    description: "pressings by barcode, with labels, catalog numbers and tracks",
    key_hint: None,
    connect,
};

fn connect(settings: &Settings, clients: &UpstreamClients<'_>) -> anyhow::Result<ConnectedProvider> {
    let upstream = clients.http.upstream(UpstreamConfig {
        name: MUSICBRAINZ,
        base_url: settings.base_url.clone(),
        rate: settings.request_rate(MUSICBRAINZ.as_str(), REQUEST_RATE)?,
        concurrency: MAX_CONCURRENT_REQUESTS,
        // A merged release answers 301 to its new id.
        redirects: RedirectPolicy::SameHost,
        throttle_statuses: RATE_LIMIT_STATUSES,
        quota_exhausted: None,
    })?;
    let catalog = Arc::new(MusicBrainz { upstream: upstream.clone() });
    Ok(ConnectedProvider { catalog: Some(catalog), price_guide: None, cover_source: None, upstream })
}

/// The MusicBrainz web service, version 2.
struct MusicBrainz {
    upstream: UpstreamClient,
}

#[async_trait]
impl ReleaseCatalog for MusicBrainz {
    fn provider(&self) -> Provider {
        MUSICBRAINZ
    }

    fn batch_size(&self) -> usize {
        UPCS_PER_SEARCH
    }

    fn cache_ttl(&self) -> CacheTtl {
        CACHE_TTL
    }

    async fn search_upcs(&self, upcs: &[Upc]) -> Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError> {
        let query = build_query(upcs);
        let mut found: HashMap<Upc, Vec<ProviderRelease>> = HashMap::new();
        for page in 0..MAX_PAGES {
            let offset = page * RELEASES_PER_PAGE;
            let body = self.send_request(build_search_request(&query, offset)).await?;
            let body = body.filter(|body| LenientJson::new(body).field("releases").is_list());
            // Taken for an empty page, it would be cached as "not found" for a day.
            let body = body.ok_or_else(|| invalid_response("no list of releases".to_owned()))?;
            group_by_barcode(&body, upcs, &mut found);
            let count = LenientJson::new(&body).field("count").number().unwrap_or(0);
            if count <= (offset + RELEASES_PER_PAGE) as u64
                || LenientJson::new(&body).field("releases").elements().next().is_none()
            {
                return Ok(found);
            }
        }
        tracing::warn!(query, "more releases than Draft Maker reads; some may be missing");
        Ok(found)
    }

    async fn fetch_release(&self, id: &ReleaseId) -> Result<Option<ProviderRelease>, ProviderError> {
        let request = UpstreamRequest::for_path(["release", &id.id]).query("inc", LOOKUP_INCLUDES).query("fmt", "json");
        let Some(body) = self.send_request(request).await? else { return Ok(None) };
        // The response of a merged release has the new id, to which the redirect led.
        parse_release(LenientJson::new(&body), Completeness::Full)
            .map(Some)
            .ok_or_else(|| invalid_response("no release".to_owned()))
    }
}

impl MusicBrainz {
    async fn send_request(&self, request: UpstreamRequest) -> Result<Option<Value>, ProviderError> {
        let reply = self.upstream.send(request).await;
        let reply = reply.map_err(|error| ProviderError::Http { provider: MUSICBRAINZ, error })?;
        match reply.status {
            200 => reply.json().map(Some).map_err(invalid_response),
            404 => Ok(None),
            _ => Err(ProviderError::from_status(MUSICBRAINZ, &reply)),
        }
    }
}

fn invalid_response(what: String) -> ProviderError {
    ProviderError::InvalidResponse { provider: MUSICBRAINZ, what }
}

fn build_search_request(query: &str, offset: usize) -> UpstreamRequest {
    let request = UpstreamRequest::for_path(["release"])
        .query("query", query)
        .query("fmt", "json")
        .query("limit", RELEASES_PER_PAGE.to_string());
    if offset == 0 { request } else { request.query("offset", offset.to_string()) }
}

/// Builds `barcode:(720642442524 OR 0720642442524)`: the database has the codes as they were entered. Digits need no
/// escape.
fn build_query(upcs: &[Upc]) -> String {
    let codes = upcs.iter().flat_map(|upc| upc.database_forms()).collect::<Vec<_>>();
    format!("barcode:({})", codes.join(" OR "))
}

/// Groups the releases by barcode. A search also finds other barcodes; their releases are left out.
fn group_by_barcode(body: &Value, upcs: &[Upc], found: &mut HashMap<Upc, Vec<ProviderRelease>>) {
    for provider_release in LenientJson::new(body)
        .field("releases")
        .elements()
        .filter_map(|release| parse_release(release, Completeness::Summary))
    {
        for upc in upcs.iter().filter(|upc| provider_release.barcodes.contains(upc)) {
            let provider_releases = found.entry(*upc).or_default();
            if provider_releases.iter().all(|known| known.id != provider_release.id) {
                provider_releases.push(provider_release.clone());
            }
        }
    }
}

/// Parses a release of a search or of a lookup. Unknown fields are absent in a search, and null or empty in a lookup.
pub(super) fn parse_release(release: LenientJson<'_>, depth: Completeness) -> Option<ProviderRelease> {
    let id = release.field("id").id()?;
    let mut provider_release = ProviderRelease::new(ReleaseId::new(MUSICBRAINZ, &id), depth);
    provider_release.url = Some(format!("https://musicbrainz.org/release/{id}"));
    provider_release.artist = parse_artist(release.field("artist-credit"));
    provider_release.title = release.field("title").text();
    provider_release.labels = release.field("label-info").elements().filter_map(parse_label).collect();
    provider_release.date = release.field("date").text().and_then(|date| date.parse().ok());
    provider_release.country = release.field("country").text().map(Country);
    provider_release.format = parse_format(release);
    provider_release.tracks = parse_tracks(release.field("media"));
    provider_release.track_count = parse_track_count(release);
    provider_release.barcodes =
        release.field("barcode").known_text().and_then(|code| code.parse().ok()).into_iter().collect();
    provider_release.links = release.field("relations").elements().filter_map(parse_discogs_link).collect();
    provider_release.has_front_cover = has_front_cover(release.field("cover-art-archive"));
    Some(provider_release)
}

/// Returns whether the release has a front cover. Darkened images were removed on request of the rights holder.
fn has_front_cover(archive: LenientJson<'_>) -> Option<bool> {
    let front = archive.field("front").boolean()?;
    Some(front && archive.field("darkened").boolean() != Some(true))
}

/// Parses all artists with the phrases that join them.
fn parse_artist(credit: LenientJson<'_>) -> Option<ArtistCredit> {
    let artists = (credit.elements())
        .filter_map(|artist| {
            let name = artist.field("name").text().or_else(|| artist.field("artist").field("name").text());
            let name = name.filter(|name| !is_placeholder(name))?;
            Some(CreditedArtist { name, join: artist.field("joinphrase").phrase().unwrap_or_default() })
        })
        .collect::<Vec<_>>();
    (!artists.is_empty()).then_some(ArtistCredit(artists))
}

/// Returns true for names that stand for no artist or label (musicbrainz.org/doc/Style/Unknown_and_untitled/Special_purpose_artist).
fn is_placeholder(name: &str) -> bool {
    matches!(name, "[unknown]" | "[no artist]" | "[no label]")
}

fn parse_label(info: LenientJson<'_>) -> Option<LabelCredit> {
    let credit = LabelCredit {
        name: info.field("label").field("name").text().filter(|name| !is_placeholder(name)),
        catalog_number: info.field("catalog-number").known_text(),
    };
    (credit.name.is_some() || credit.catalog_number.is_some()).then_some(credit)
}

fn parse_format(release: LenientJson<'_>) -> Option<Format> {
    let mut media: Vec<Medium> = Vec::new();
    for wording in release.field("media").elements().filter_map(|medium| medium.field("format").text()) {
        match media.iter_mut().find(|medium| medium.wording == wording) {
            Some(medium) => medium.count += 1,
            None => media.push(Medium {
                carrier: parse_carrier(&wording),
                count: 1,
                inches: parse_inches(&wording),
                wording,
            }),
        }
    }
    let box_set = release.field("packaging").text().is_some_and(|packaging| packaging.eq_ignore_ascii_case("box"));
    (!media.is_empty()).then_some(Format { media, box_set })
}

/// Returns the media type of a MusicBrainz format name (musicbrainz.org/doc/Release/Format). New names appear, so the parts
/// of the name decide.
fn parse_carrier(wording: &str) -> Carrier {
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
        () if has("dualdisc") || name.split(|c: char| !c.is_alphanumeric()).any(|word| CD_WORDS.contains(&word)) => {
            Carrier::Cd
        }
        () => Carrier::Other,
    }
}

/// Words in MusicBrainz' names of CDs: `SHM-CD`, `CD-R`, `8cm CD`, `HDCD`. A `VCD` or a `CDV` is a film.
const CD_WORDS: [&str; 4] = ["cd", "hdcd", "hqcd", "cdr"];

/// Returns the diameter in a name such as `12" Vinyl`.
fn parse_inches(wording: &str) -> Option<u8> {
    wording.split_once('"').and_then(|(inches, _)| inches.trim().parse().ok()).filter(|n| matches!(n, 7 | 10 | 12))
}

fn parse_track_count(release: LenientJson<'_>) -> Option<u16> {
    let counts = release.field("media").elements().filter_map(|medium| medium.field("track-count").positive_count());
    let sum = counts.fold(0, u16::saturating_add);
    release.field("track-count").positive_count().or((sum > 0).then_some(sum))
}

/// Parses the tracks of all discs, with a hidden track before the first.
fn parse_tracks(media: LenientJson<'_>) -> Vec<Track> {
    let is_multi_disc = media.elements().count() > 1;
    let of_disc = |(index, medium): (usize, LenientJson<'_>)| {
        let disc = is_multi_disc.then_some(index + 1);
        let hidden = Some(medium.field("pregap")).filter(|pregap| pregap.is_present());
        let all = hidden.into_iter().chain(medium.field("tracks").elements());
        all.filter_map(|json| parse_track(disc, json)).collect::<Vec<_>>()
    };
    media.elements().enumerate().flat_map(of_disc).take(MAX_LIST_LEN).collect()
}

fn parse_track(disc: Option<usize>, json: LenientJson<'_>) -> Option<Track> {
    let title = json.field("title").text().or_else(|| json.field("recording").field("title").text())?;
    let number = json.field("number").text().or_else(|| json.field("position").text()).unwrap_or_default();
    let length = json.field("length").number().or_else(|| json.field("recording").field("length").number());
    let length_ms = length.filter(|ms| *ms > 0).and_then(|ms| u32::try_from(ms).ok());
    // With several discs, the disc number goes before the track number, unless the side of a record (`A1`) names it.
    let disc = disc.filter(|_| number.bytes().all(|b| b.is_ascii_digit()));
    let position = disc.map_or(number.clone(), |disc| format!("{disc}-{number}"));
    Some(Track { position, title, length_ms })
}

/// Parses `https://www.discogs.com/release/249504-…`. A link to a Discogs master is not a pressing.
fn parse_discogs_link(relation: LenientJson<'_>) -> Option<ReleaseId> {
    let is_link =
        relation.field("type").text().as_deref() == Some("discogs") && relation.field("ended").boolean() != Some(true);
    let url = relation.field("url").field("resource").web_address().filter(|_| is_link)?;
    let rest = url.split("discogs.com/").nth(1)?.split("release/").nth(1)?;
    let id = rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    (!id.is_empty()).then(|| ReleaseId::new(super::discogs::DISCOGS, id))
}
