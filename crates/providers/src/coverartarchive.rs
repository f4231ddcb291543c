//! The Cover Art Archive: pictures of the very pressing, by its MusicBrainz id.
//!
//! Rules (musicbrainz.org/doc/Cover_Art_Archive/API): no key and no rate limit in place; `release/{mbid}` answers
//! 307 to an index at archive.org, which sends on once more. The pictures are third-party copyright: a seller shows
//! one at his own risk (`docs/TERMS.md`).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use url::Url;

use super::lenient_json::LenientJson;
use super::musicbrainz::MUSICBRAINZ;
use super::provider::{CacheTtl, CoverSource, ProviderError};
use super::registry::{ConnectedProvider, ProviderFactory, UpstreamClients};
use super::settings::Settings;
use domain::artwork::{Cover, CoverLicense};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::{Release, ReleaseId};
use upstream::{HttpError, Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest, UpstreamResponse};

/// The name in settings and results.
pub const COVERARTARCHIVE: Provider = Provider::from_static("coverartarchive");

/// No limit is documented. Ten a second is more than a batch needs beside MusicBrainz' one, and no load for them.
const REQUEST_RATE: Rate = Rate { period: Duration::from_millis(100), burst: 1 };

/// archive.org can stall; a few requests wait beside each other so that one does not hold the rest.
const MAX_CONCURRENT_REQUESTS: usize = 8;

/// Both send "slow down" in their own way.
const RATE_LIMIT_STATUSES: &[u16] = &[429, 503];

/// A picture does not change often, and a missing one may be uploaded.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(30 * 24), not_found: Duration::from_hours(24) };

/// What is read of a picture: its size stands in the first bytes, unless a preview and colour profile come before.
const IMAGE_PREFIX_BYTES: [usize; 2] = [64 * 1024, 512 * 1024];

pub(super) const FACTORY: ProviderFactory =
    ProviderFactory { name: COVERARTARCHIVE, description: "covers of the very pressing", key_hint: None, connect };

fn connect(settings: &Settings, clients: &UpstreamClients<'_>) -> anyhow::Result<ConnectedProvider> {
    let upstream = clients.http.upstream(UpstreamConfig {
        name: COVERARTARCHIVE,
        base_url: settings.base_url.clone(),
        rate: settings.request_rate(COVERARTARCHIVE.as_str(), REQUEST_RATE)?,
        concurrency: MAX_CONCURRENT_REQUESTS,
        redirects: RedirectPolicy::Domains(&["coverartarchive.org", "archive.org"]),
        throttle_statuses: RATE_LIMIT_STATUSES,
        quota_exhausted: None,
    })?;
    let gallery = Arc::new(CoverArtArchive { upstream: upstream.clone() });
    Ok(ConnectedProvider { catalog: None, price_guide: None, cover_source: Some(gallery), upstream })
}

/// The archive.
pub struct CoverArtArchive {
    upstream: UpstreamClient,
}

#[async_trait]
impl CoverSource for CoverArtArchive {
    fn provider(&self) -> Provider {
        COVERARTARCHIVE
    }

    fn cache_ttl(&self) -> CacheTtl {
        CACHE_TTL
    }

    /// MusicBrainz knows which of its releases have a front cover.
    fn has_no_cover_for(&self, releases: &[ProviderRelease]) -> bool {
        let of_it = releases.iter().find(|release| release.id.provider == MUSICBRAINZ);
        of_it.is_none_or(|release| release.has_front_cover == Some(false))
    }

    async fn fetch_covers(&self, release: &Release) -> Result<Option<Vec<Cover>>, ProviderError> {
        let Some(id) = release.id_for_provider(&MUSICBRAINZ) else { return Ok(None) };
        let reply = self.send_request(UpstreamRequest::for_path(["release", &id.id])).await?;
        let index: Value = match reply.status {
            200 => reply.json().map_err(invalid_response)?,
            404 => return Ok(None),
            // 400 is "invalid MBID".
            _ => return Err(ProviderError::from_status(COVERARTARCHIVE, &reply)),
        };
        if !LenientJson::new(&index).field("images").is_list() {
            return Err(invalid_response("no list of images".to_owned()));
        }
        let mut covers = parse_index(&index);
        covers.sort_by_key(|cover| !cover.is_front);
        Ok(Some(covers))
    }

    fn can_measure(&self) -> bool {
        true
    }

    /// The size of a picture in pixels, from its first bytes; `None` for what is no picture or leads elsewhere.
    async fn measure_cover(&self, cover: &Cover) -> Result<Option<(u32, u32)>, ProviderError> {
        let Ok(url) = Url::parse(&cover.url) else { return Ok(None) };
        for start in IMAGE_PREFIX_BYTES {
            let reply = match self.upstream.send(UpstreamRequest::for_url(url.clone()).read_prefix(start)).await {
                Ok(reply) if reply.is_success() => reply,
                Ok(_) | Err(HttpError::Redirect { .. }) => return Ok(None),
                Err(error) => return Err(ProviderError::Http { provider: COVERARTARCHIVE, error }),
            };
            if let Ok(size) = imagesize::blob_size(&reply.body) {
                let side = |pixels| u32::try_from(pixels).ok().filter(|side| *side > 0);
                return Ok(side(size.width).zip(side(size.height)));
            }
            if !reply.truncated {
                break;
            }
        }
        Ok(None)
    }
}

impl CoverArtArchive {
    async fn send_request(&self, request: UpstreamRequest) -> Result<UpstreamResponse, ProviderError> {
        self.upstream.send(request).await.map_err(|error| ProviderError::Http { provider: COVERARTARCHIVE, error })
    }
}

fn invalid_response(what: String) -> ProviderError {
    ProviderError::InvalidResponse { provider: COVERARTARCHIVE, what }
}

/// The pictures of an index. It names the release that it is of: a cover of another record is seen by that.
pub(super) fn parse_index(index: &Value) -> Vec<Cover> {
    let index = LenientJson::new(index);
    let belongs_to = index.field("release").web_address().and_then(|url| parse_release_id(&url));
    (index.field("images").elements())
        .filter_map(|image| {
            let thumbnails = image.field("thumbnails");
            let mut sizes = ["1200", "large", "500"].into_iter();
            // The largest thumbnail is large enough for eBay and has a bound; the original may be a scan of 50 MB.
            let thumbnail = sizes.find_map(|size| thumbnails.field(size).web_address());
            let url = thumbnail.or_else(|| image.field("image").web_address())?;
            let said_front = image.field("front").boolean().unwrap_or(false);
            let typed_front = image.field("types").texts().iter().any(|kind| kind == "Front");
            Some(Cover {
                url: upgrade_to_https(url),
                provider: COVERARTARCHIVE,
                belongs_to: belongs_to.clone(),
                is_front: said_front || typed_front,
                size: None,
                license: CoverLicense::SellersRisk,
            })
        })
        .collect()
}

/// `https://musicbrainz.org/release/76df…`, with or without the scheme's s.
fn parse_release_id(url: &str) -> Option<ReleaseId> {
    let id = url.trim_end_matches('/').rsplit('/').next().filter(|id| id.len() == 36)?;
    Some(ReleaseId::new(MUSICBRAINZ, id))
}

/// The archive writes http addresses of pictures that it also serves by https, and eBay takes only those.
fn upgrade_to_https(url: String) -> String {
    match url.strip_prefix("http://") {
        Some(rest)
            if rest.starts_with("coverartarchive.org/") || rest.split('/').next().is_some_and(is_archive_host) =>
        {
            format!("https://{rest}")
        }
        _ => url,
    }
}

fn is_archive_host(host: &str) -> bool {
    host == "archive.org" || host.ends_with(".archive.org")
}
