//! The Cover Art Archive: images of a release, by its MusicBrainz ID.
//!
//! Rules (musicbrainz.org/doc/Cover_Art_Archive/API): no key and no rate limit. `release/{mbid}` answers 307 to an
//! index at archive.org, which redirects once more, and `release/{mbid}/front-1200` redirects to the front cover. The
//! images are under third-party copyright: sellers show them at their own risk (`docs/TERMS.md`).

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::Value;
use url::Url;

use super::lenient_json::LenientJson;
use super::musicbrainz::MUSICBRAINZ;
use super::provider::{CacheTtl, CoverSource, ProviderError};
use super::registry::{ConnectedProvider, ProviderFactory, UpstreamClients};
use super::settings::Settings;
use domain::artwork::{Cover, CoverFlaw, CoverLicense};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::{Release, ReleaseId};
use upstream::{HttpError, Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest, UpstreamResponse};

/// Name in settings and results.
const COVERARTARCHIVE: Provider = Provider::from_static("coverartarchive");

/// No limit is documented. Ten requests per second are a light load, and more than a batch needs at MusicBrainz' limit
/// of one request per second.
const REQUEST_RATE: Rate = Rate { period: Duration::from_millis(100), burst: 1 };

/// archive.org can stall. With several requests in flight, a slow response does not block the others.
const MAX_CONCURRENT_REQUESTS: usize = 8;

/// Throttle statuses of coverartarchive.org and archive.org.
const RATE_LIMIT_STATUSES: &[u16] = &[429, 503];

/// An image rarely changes; a missing one may be uploaded soon.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(30 * 24), not_found: Duration::from_hours(24) };

/// Bytes to read of an image, in two attempts. The image size is near the start unless a preview and a color profile
/// precede it.
const IMAGE_PREFIX_BYTES: [usize; 2] = [64 * 1024, 512 * 1024];

pub(super) const FACTORY: ProviderFactory =
    ProviderFactory { name: COVERARTARCHIVE, description: "covers of the exact pressing", key_hint: None, connect };

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
    let cover_source = Arc::new(CoverArtArchive { upstream: upstream.clone(), base_url: settings.base_url.clone() });
    Ok(ConnectedProvider {
        catalog: None,
        price_guide: None,
        cover_source: Some(cover_source),
        upstream,
        ebay_api: None,
    })
}

/// The Cover Art Archive.
struct CoverArtArchive {
    upstream: UpstreamClient,
    base_url: String,
}

impl CoverSource for CoverArtArchive {
    fn provider(&self) -> Provider {
        COVERARTARCHIVE
    }

    fn cache_ttl(&self) -> CacheTtl {
        CACHE_TTL
    }

    /// MusicBrainz reports which of its releases have a front cover.
    fn has_no_cover_for(&self, releases: &[ProviderRelease]) -> bool {
        let release = releases.iter().find(|release| release.id.provider == MUSICBRAINZ);
        release.is_none_or(|release| release.has_front_cover == Some(false))
    }

    /// `release/{mbid}/front-1200` redirects to the first front cover (musicbrainz.org/doc/Cover_Art_Archive/API).
    fn front_cover(&self, releases: &[ProviderRelease]) -> Option<Cover> {
        let release = releases.iter().find(|release| release.id.provider == MUSICBRAINZ)?;
        Some(Cover {
            url: format!("{}/release/{}/front-1200", self.base_url.trim_end_matches('/'), release.id.id),
            provider: COVERARTARCHIVE,
            belongs_to: Some(release.id.clone()),
            is_front: true,
            flaw: None,
            size: None,
            license: CoverLicense::SellersRisk,
        })
    }

    fn fetch_covers<'a>(&'a self, release: &'a Release) -> BoxFuture<'a, Result<Option<Vec<Cover>>, ProviderError>> {
        Box::pin(async move {
            let Some(id) = release.id_for_provider(&MUSICBRAINZ) else { return Ok(None) };
            let reply = self.send_request(UpstreamRequest::for_path(["release", &id.id])).await?;
            let index: Value = match reply.status {
                200 => reply.json().map_err(|error| invalid_response(error.to_string()))?,
                404 => return Ok(None),
                // 400 means "invalid MBID".
                _ => return Err(ProviderError::from_status(COVERARTARCHIVE, &reply)),
            };
            if !LenientJson::new(&index).field("images").is_list() {
                return Err(invalid_response("no list of images"));
            }
            let mut covers = parse_index(&index);
            covers.sort_by_key(|cover| !cover.is_front);
            Ok(Some(covers))
        })
    }

    fn can_measure(&self) -> bool {
        true
    }

    /// Reads the size from the first bytes of the image. Returns `None` for a redirect to another host too.
    fn measure_cover<'a>(&'a self, cover: &'a Cover) -> BoxFuture<'a, Result<Option<(u32, u32)>, ProviderError>> {
        Box::pin(async move {
            let Ok(url) = Url::parse(&cover.url) else { return Ok(None) };
            for prefix in IMAGE_PREFIX_BYTES {
                let reply = match self.upstream.send(UpstreamRequest::for_url(url.clone()).read_prefix(prefix)).await {
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
        })
    }
}

impl CoverArtArchive {
    async fn send_request(&self, request: UpstreamRequest) -> Result<UpstreamResponse, ProviderError> {
        self.upstream.send(request).await.map_err(|error| ProviderError::Http { provider: COVERARTARCHIVE, error })
    }
}

fn invalid_response(what: impl Into<String>) -> ProviderError {
    ProviderError::InvalidResponse { provider: COVERARTARCHIVE, what: what.into() }
}

/// Parses the images of an index. The index contains the release ID, which reveals a cover of another release.
pub(super) fn parse_index(index: &Value) -> Vec<Cover> {
    let index = LenientJson::new(index);
    let belongs_to = index.field("release").web_address().and_then(|url| parse_release_id(&url));
    (index.field("images").elements())
        .filter_map(|image| {
            let thumbnails = image.field("thumbnails");
            let mut sizes = ["1200", "large", "500"].into_iter();
            // The largest thumbnail is large enough for eBay; the original may be a 50 MB scan.
            let thumbnail = sizes.find_map(|size| thumbnails.field(size).web_address());
            let url = thumbnail.or_else(|| image.field("image").web_address())?;
            let has_front_flag = image.field("front").boolean().unwrap_or(false);
            let types = image.field("types").texts();
            let has_front_type = types.iter().any(|kind| kind == "Front");
            Some(Cover {
                url: upgrade_to_https(url),
                provider: COVERARTARCHIVE,
                belongs_to: belongs_to.clone(),
                is_front: has_front_flag || has_front_type,
                flaw: find_flaw(image, &types),
                size: None,
                license: CoverLicense::SellersRisk,
            })
        })
        .collect()
}

/// Returns why an image is not a clean front cover; `None` if it is one. The types are explained at
/// <https://musicbrainz.org/doc/Cover_Art/Types>.
fn find_flaw(image: LenientJson<'_>, types: &[String]) -> Option<CoverFlaw> {
    let has = |wanted: &str| types.iter().any(|kind| kind == wanted);
    let flaws = [
        (image.field("approved").boolean() == Some(false), CoverFlaw::NotApproved),
        (has("Raw/Unedited"), CoverFlaw::RawScan),
        (has("Watermark"), CoverFlaw::Watermark),
        (has("Front") && (has("Back") || has("Spine")), CoverFlaw::Spread),
    ];
    flaws.into_iter().find(|(applies, _)| *applies).map(|(_, flaw)| flaw)
}

/// Parses `https://musicbrainz.org/release/76df…`, with `http` or `https`.
fn parse_release_id(url: &str) -> Option<ReleaseId> {
    let id = url.trim_end_matches('/').rsplit('/').next().filter(|id| id.len() == 36)?;
    Some(ReleaseId::new(MUSICBRAINZ, id))
}

/// Changes http addresses of the archive to https: the archive serves its images over both, and eBay accepts only
/// https.
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
