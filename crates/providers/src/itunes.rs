//! iTunes: confirms artist and title by UPC. Off by default, because its terms allow use of the results only to
//! promote the store.
//!
//! Rules (developer.apple.com, "iTunes Search API"): about 20 calls per minute, subject to change; above that, an
//! empty 403 for minutes up to an hour. The response does not contain the UPC, so on its own it proves nothing, and
//! its price is that of a download.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::Value;

use super::lenient_json::LenientJson;
use super::provider::{CacheTtl, ProviderError, ReleaseCatalog};
use super::registry::{ConnectedProvider, ProviderFactory, UpstreamClients};
use super::settings::Settings;
use domain::artwork::{Cover, CoverLicense};
use domain::barcode::parse_barcode;
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::{ArtistCredit, ReleaseId, Track};
use domain::upc::Upc;
use upstream::{Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest};

/// Name in settings and results.
const ITUNES: Provider = Provider::from_static("itunes");

/// "Approximately 20 calls per minute", with a margin, because a lockout lasts up to an hour.
const REQUEST_RATE: Rate = Rate { period: Duration::from_millis(3_300), burst: 1 };

const MAX_CONCURRENT_REQUESTS: usize = 1;

/// A lockout is a 403 with an empty body.
const RATE_LIMIT_STATUSES: &[u16] = &[403, 429];

/// One day, like the `Cache-Control` header of the responses.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(24), not_found: Duration::from_hours(24) };

pub(super) const FACTORY: ProviderFactory =
    ProviderFactory { name: ITUNES, description: "another source of artist and title", key_hint: None, connect };

fn connect(settings: &Settings, clients: &UpstreamClients<'_>) -> anyhow::Result<ConnectedProvider> {
    let upstream = clients.http.upstream(UpstreamConfig {
        name: ITUNES,
        base_url: settings.base_url.clone(),
        rate: settings.request_rate(ITUNES.as_str(), REQUEST_RATE)?,
        concurrency: MAX_CONCURRENT_REQUESTS,
        redirects: RedirectPolicy::SameHost,
        throttle_statuses: RATE_LIMIT_STATUSES,
        quota_exhausted: None,
    })?;
    let catalog = Arc::new(ITunes { upstream: upstream.clone() });
    Ok(ConnectedProvider { catalog: Some(catalog), price_guide: None, cover_source: None, upstream, ebay_api: None })
}

/// The lookup endpoint of the iTunes Search API.
struct ITunes {
    upstream: UpstreamClient,
}

impl ReleaseCatalog for ITunes {
    fn provider(&self) -> Provider {
        ITUNES
    }

    /// The lookup accepts several UPCs, but its response does not tell which album belongs to which UPC.
    fn batch_size(&self) -> usize {
        1
    }

    fn cache_ttl(&self) -> CacheTtl {
        CACHE_TTL
    }

    fn search_upcs<'a>(
        &'a self,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>> {
        Box::pin(async move {
            let mut found = HashMap::new();
            for upc in upcs {
                let code = upc.upc_a().unwrap_or_else(|| upc.ean13());
                found.insert(*upc, self.lookup_albums("upc", &code).await?);
            }
            Ok(found)
        })
    }

    fn fetch_release<'a>(&'a self, id: &'a ReleaseId) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move { Ok(self.lookup_albums("id", &id.id).await?.into_iter().next()) })
    }
}

impl ITunes {
    async fn lookup_albums(&self, by: &str, value: &str) -> Result<Vec<ProviderRelease>, ProviderError> {
        let request =
            UpstreamRequest::for_path(["lookup"]).query(by, value).query("entity", "song").query("limit", "200");
        let reply =
            self.upstream.send(request).await.map_err(|error| ProviderError::Http { provider: ITUNES, error })?;
        match reply.status {
            200 => {
                let body: Value = reply.json().map_err(|error| invalid_response(error.to_string()))?;
                let has_results = LenientJson::new(&body).field("results").is_list();
                if has_results { Ok(parse_lookup(&body)) } else { Err(invalid_response("no list of results")) }
            }
            404 => Ok(Vec::new()),
            _ => Err(ProviderError::from_status(ITUNES, &reply)),
        }
    }
}

fn invalid_response(what: impl Into<String>) -> ProviderError {
    ProviderError::InvalidResponse { provider: ITUNES, what: what.into() }
}

/// Parses the albums of a response with their tracks.
pub(super) fn parse_lookup(body: &Value) -> Vec<ProviderRelease> {
    let results = LenientJson::new(body).field("results");
    let is = |json: LenientJson<'_>, kind| json.field("wrapperType").text().as_deref() == Some(kind);
    let of_kind = |kind: &'static str| results.elements().filter(move |json| is(*json, kind));
    of_kind("collection").filter_map(|album| parse_album(album, of_kind("track"))).collect()
}

fn parse_album<'a>(json: LenientJson<'a>, tracks: impl Iterator<Item = LenientJson<'a>>) -> Option<ProviderRelease> {
    let id = json.field("collectionId").id()?;
    let mut release = ProviderRelease::new(ReleaseId::new(ITUNES, &id), Completeness::Full);
    release.url = json.field("collectionViewUrl").web_address();
    release.artist = json.field("artistName").text().map(ArtistCredit::from_name);
    release.title = json.field("collectionName").text();
    release.track_count = json.field("trackCount").positive_count();
    let is_song = |track: &LenientJson<'_>| track.field("kind").text().is_none_or(|kind| kind == "song");
    let own = tracks.filter(|track| track.field("collectionId").id().as_ref() == Some(&id) && is_song(track));
    release.tracks = own.filter_map(parse_track).collect();
    release.genres = json.field("primaryGenreName").text().into_iter().collect();
    let artwork = json.field("artworkUrl100").web_address();
    release.barcodes = artwork.as_deref().and_then(embedded_barcode).into_iter().collect();
    release.covers = artwork.map(|url| build_cover(url, &release.id)).into_iter().collect();
    Some(release)
}

fn parse_track(json: LenientJson<'_>) -> Option<Track> {
    let number = json.field("trackNumber").text().unwrap_or_default();
    let disc = json.field("discNumber").number().filter(|_| json.field("discCount").number().is_some_and(|n| n > 1));
    let length_ms = json.field("trackTimeMillis").number().and_then(|ms| u32::try_from(ms).ok());
    let position = disc.map_or(number.clone(), |disc| format!("{disc}-{number}"));
    Some(Track { position, title: json.field("trackName").text()?, artist: None, length_ms })
}

/// Returns the barcode in an image address. Some images are named after it:
/// `.../00602547378781.rgb.jpg/100x100bb.jpg`.
fn embedded_barcode(url: &str) -> Option<Upc> {
    let mut runs = url.split(|c: char| !c.is_ascii_digit()).filter(|run| (12..=14).contains(&run.len()));
    runs.find_map(|run| parse_barcode(run).ok()).map(|parsed| parsed.upc)
}

fn build_cover(url: String, id: &ReleaseId) -> Cover {
    Cover {
        url,
        provider: ITUNES,
        belongs_to: Some(id.clone()),
        is_front: true,
        flaw: None,
        size: Some((100, 100)),
        license: CoverLicense::PreviewOnly,
    }
}
