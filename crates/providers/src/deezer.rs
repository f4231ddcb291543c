//! Deezer: confirms artist and title by UPC. Off by default, because its terms require non-commercial use.
//!
//! Rules (developers.deezer.com): 50 requests per 5 seconds from one address, in a sliding window. Errors have status
//! 200. The catalog lists downloads: no country, no format, and upload dates instead of release dates.

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
use domain::barcode::parse_database_barcodes;
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::{ArtistCredit, CreditedArtist, ReleaseId, Track};
use domain::upc::Upc;
use retry::{RetryAdvice, RetryPolicy};
use upstream::{HttpError, Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest};

/// Name in settings and results.
const DEEZER: Provider = Provider::from_static("deezer");

/// 50 requests in any 5 seconds, evenly spaced, with a margin of ten percent.
const REQUEST_RATE: Rate = Rate { period: Duration::from_millis(110), burst: 1 };

/// Window of the rate limit. After a quota error, the next attempt waits this long.
const RATE_WINDOW: Duration = Duration::from_secs(5);

/// Maximum retries after quota errors.
const MAX_QUOTA_RETRIES: u32 = 2;

/// Enough to reach the rate limit with response times of 0.4 s.
const MAX_CONCURRENT_REQUESTS: usize = 4;

const RATE_LIMIT_STATUSES: &[u16] = &[429, 403];

/// One day is enough for a rerun without copying Deezer's catalog.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(24), not_found: Duration::from_hours(24) };

/// Error code "quota limit exceeded" (developers.deezer.com/api/errors).
const QUOTA_ERROR_CODE: u64 = 4;

/// Error code "no data" (developers.deezer.com/api/errors).
const NO_DATA_ERROR_CODE: u64 = 800;

pub(super) const FACTORY: ProviderFactory =
    ProviderFactory { name: DEEZER, description: "another source of artist and title", key_hint: None, connect };

fn connect(settings: &Settings, clients: &UpstreamClients<'_>) -> anyhow::Result<ConnectedProvider> {
    let upstream = clients.http.upstream(UpstreamConfig {
        name: DEEZER,
        base_url: settings.base_url.clone(),
        rate: settings.request_rate(DEEZER.as_str(), REQUEST_RATE)?,
        concurrency: MAX_CONCURRENT_REQUESTS,
        redirects: RedirectPolicy::SameHost,
        throttle_statuses: RATE_LIMIT_STATUSES,
        quota_exhausted: None,
    })?;
    let catalog = Arc::new(Deezer { upstream: upstream.clone() });
    Ok(ConnectedProvider { catalog: Some(catalog), price_guide: None, cover_source: None, upstream, ebay_api: None })
}

/// Deezer's public API.
struct Deezer {
    upstream: UpstreamClient,
}

impl ReleaseCatalog for Deezer {
    fn provider(&self) -> Provider {
        DEEZER
    }

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
                // 12 digits for a UPC, 13 for any other EAN.
                let code = upc.upc_a().unwrap_or_else(|| upc.ean13());
                let album = self.fetch_album(format!("upc:{code}")).await?;
                found.insert(*upc, album.into_iter().filter(|album| album.barcodes.contains(upc)).collect());
            }
            Ok(found)
        })
    }

    fn fetch_release<'a>(&'a self, id: &'a ReleaseId) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move { self.fetch_album(id.id.clone()).await })
    }
}

impl Deezer {
    async fn fetch_album(&self, key: String) -> Result<Option<ProviderRelease>, ProviderError> {
        let mut quota_retries = RetryPolicy::fixed(RATE_WINDOW).with_max_retries(MAX_QUOTA_RETRIES).start();
        loop {
            let Some(body) = self.request_album(&key).await? else { return Ok(None) };
            let error = LenientJson::new(&body).field("error");
            match error.field("code").number() {
                _ if !error.is_present() => {
                    return parse_album(&body).map(Some).ok_or_else(|| invalid_response("no album"));
                }
                Some(NO_DATA_ERROR_CODE) => return Ok(None),
                Some(QUOTA_ERROR_CODE) => {
                    if !quota_retries.wait(RetryAdvice::Retry).await {
                        return Err(quota_error(error));
                    }
                }
                _ => return Err(invalid_response(error_message(error))),
            }
        }
    }

    async fn request_album(&self, key: &str) -> Result<Option<Value>, ProviderError> {
        let reply = self.upstream.send(UpstreamRequest::for_path(["album", key])).await;
        let reply = reply.map_err(|error| ProviderError::Http { provider: DEEZER, error })?;
        match reply.status {
            200 => reply.json().map(Some).map_err(|error| invalid_response(error.to_string())),
            404 => Ok(None),
            _ => Err(ProviderError::from_status(DEEZER, &reply)),
        }
    }
}

/// Converts a quota error in the body of a 200 response to status 429 with Deezer's message.
fn quota_error(error: LenientJson<'_>) -> ProviderError {
    let error = HttpError::Status { status: 429, message: error_message(error), retry_at: None };
    ProviderError::Http { provider: DEEZER, error }
}

/// Returns the message of an error, which is either an object with a message or a plain text.
fn error_message(error: LenientJson<'_>) -> String {
    error.field("message").text().or_else(|| error.text()).unwrap_or_default()
}

fn invalid_response(what: impl Into<String>) -> ProviderError {
    ProviderError::InvalidResponse { provider: DEEZER, what: what.into() }
}

/// Parses an album. It has no format, so it cannot identify a release; it only confirms artist and title.
pub(super) fn parse_album(body: &Value) -> Option<ProviderRelease> {
    let json = LenientJson::new(body);
    let id = json.field("id").id()?;
    let mut release = ProviderRelease::new(ReleaseId::new(DEEZER, &id), Completeness::Full);
    release.url = DEEZER.release_page(&id);
    release.artist = parse_artist(json);
    release.title = json.field("title").text();
    release.track_count = json.field("nb_tracks").positive_count();
    let tracks = json.field("tracks").field("data").elements().enumerate();
    release.tracks = tracks.filter_map(|(i, track)| parse_track(i, track)).collect();
    release.genres =
        json.field("genres").field("data").elements().filter_map(|genre| genre.field("name").text()).collect();
    release.barcodes = parse_database_barcodes(json.field("upc").known_text());
    release.covers = parse_cover(json, &release.id).into_iter().collect();
    Some(release)
}

/// Parses the main contributors; falls back to the artist if there are none.
fn parse_artist(json: LenientJson<'_>) -> Option<ArtistCredit> {
    let mains =
        json.field("contributors").elements().filter(|c| c.field("role").text().is_none_or(|role| role == "Main"));
    let mut names = mains.filter_map(|contributor| contributor.field("name").text()).collect::<Vec<_>>();
    if names.is_empty() {
        names.extend(json.field("artist").field("name").text());
    }
    let last = names.len().checked_sub(1)?;
    let credited = names.into_iter().enumerate().map(|(i, name)| {
        let join = if i == last { "" } else { ", " };
        CreditedArtist { name, join: join.to_owned() }
    });
    Some(ArtistCredit(credited.collect()))
}

fn parse_track(index: usize, json: LenientJson<'_>) -> Option<Track> {
    let seconds = json.field("duration").number().filter(|seconds| *seconds > 0);
    let length_ms = seconds.and_then(|seconds| u32::try_from(seconds.checked_mul(1_000)?).ok());
    Some(Track { position: (index + 1).to_string(), title: json.field("title").text()?, artist: None, length_ms })
}

fn parse_cover(json: LenientJson<'_>, id: &ReleaseId) -> Option<Cover> {
    Some(Cover {
        url: json.field("cover_xl").web_address()?,
        provider: DEEZER,
        belongs_to: Some(id.clone()),
        is_front: true,
        flaw: None,
        size: None,
        license: CoverLicense::PreviewOnly,
    })
}
