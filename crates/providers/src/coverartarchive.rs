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

use super::drift::Json;
use super::musicbrainz::MUSICBRAINZ;
use super::provider::{Gallery, Keep, Unanswered};
use super::registration::{Connected, Registration, Ways};
use super::settings::Settings;
use domain::artwork::{Cover, Licence};
use domain::entry::Entry;
use domain::provider::Provider;
use domain::release::{EntryId, Release};
use upstream::{Host, HostRules, HttpError, Rate, Redirects, Reply, Request};

/// The name in settings and results.
pub const COVERARTARCHIVE: Provider = Provider::named("coverartarchive");

/// No limit is documented. Ten a second is more than a batch needs beside MusicBrainz' one, and no load for them.
const RATE: Rate = Rate { period: Duration::from_millis(100), burst: 1 };

/// archive.org can stall; a few requests wait beside each other so that one does not hold the rest.
const AT_ONCE: usize = 8;

/// Both send "slow down" in their own way.
const REFUSALS: &[u16] = &[429, 503];

/// A picture does not change often, and a missing one may be uploaded.
const KEEP: Keep = Keep { found: Duration::from_hours(30 * 24), not_found: Duration::from_hours(24) };

/// What is read of a picture: its size stands in the first bytes, unless a preview and colour profile come before.
const STARTS: [usize; 2] = [64 * 1024, 512 * 1024];

pub(super) const REGISTRATION: Registration =
    Registration { name: COVERARTARCHIVE, about: "covers of the very pressing", key: None, connect };

fn connect(settings: &Settings, ways: &Ways<'_>) -> anyhow::Result<Connected> {
    let host = ways.http.host(HostRules {
        name: COVERARTARCHIVE,
        base_url: settings.base_url.clone(),
        rate: settings.pace(COVERARTARCHIVE.as_str(), RATE)?,
        at_once: AT_ONCE,
        redirects: Redirects::To(&["coverartarchive.org", "archive.org"]),
        refusals: REFUSALS,
        spent: None,
    })?;
    let gallery = Arc::new(CoverArtArchive { host: host.clone() });
    Ok(Connected { catalogue: None, price_guide: None, gallery: Some(gallery), host })
}

/// The archive.
pub struct CoverArtArchive {
    host: Host,
}

#[async_trait]
impl Gallery for CoverArtArchive {
    fn provider(&self) -> Provider {
        COVERARTARCHIVE
    }

    fn keep(&self) -> Keep {
        KEEP
    }

    /// MusicBrainz knows which of its releases have a front cover.
    fn knows_of_none(&self, entries: &[Entry]) -> bool {
        let of_it = entries.iter().find(|entry| entry.id.provider == MUSICBRAINZ);
        of_it.is_none_or(|entry| entry.has_front_cover == Some(false))
    }

    async fn covers(&self, release: &Release) -> Result<Option<Vec<Cover>>, Unanswered> {
        let Some(id) = release.id_at(&MUSICBRAINZ) else { return Ok(None) };
        let reply = self.get(Request::path(["release", &id.id])).await?;
        let index: Value = match reply.status {
            200 => reply.json().map_err(unreadable)?,
            404 => return Ok(None),
            // 400 is "invalid MBID".
            _ => return Err(Unanswered::of_status(COVERARTARCHIVE, &reply)),
        };
        if !Json::of(&index).at("images").is_list() {
            return Err(unreadable("no list of images".to_owned()));
        }
        let mut covers = read_index(&index);
        covers.sort_by_key(|cover| !cover.front);
        Ok(Some(covers))
    }

    fn can_measure(&self) -> bool {
        true
    }

    /// The size of a picture in pixels, from its first bytes; `None` for what is no picture or leads elsewhere.
    async fn measure(&self, cover: &Cover) -> Result<Option<(u32, u32)>, Unanswered> {
        let Ok(url) = Url::parse(&cover.url) else { return Ok(None) };
        for start in STARTS {
            let reply = match self.host.send(Request::url(url.clone()).start(start)).await {
                Ok(reply) if reply.is_success() => reply,
                Ok(_) | Err(HttpError::Redirect { .. }) => return Ok(None),
                Err(error) => return Err(Unanswered::Http { provider: COVERARTARCHIVE, error }),
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
    async fn get(&self, request: Request) -> Result<Reply, Unanswered> {
        self.host.send(request).await.map_err(|error| Unanswered::Http { provider: COVERARTARCHIVE, error })
    }
}

fn unreadable(what: String) -> Unanswered {
    Unanswered::Unreadable { provider: COVERARTARCHIVE, what }
}

/// The pictures of an index. It names the release that it is of: a cover of another record is seen by that.
pub(super) fn read_index(index: &Value) -> Vec<Cover> {
    let index = Json::of(index);
    let belongs_to = index.at("release").address().and_then(|url| release_id(&url));
    (index.at("images").list())
        .filter_map(|image| {
            let thumbnails = image.at("thumbnails");
            let mut sizes = ["1200", "large", "500"].into_iter();
            // The largest thumbnail is large enough for eBay and has a bound; the original may be a scan of 50 MB.
            let thumbnail = sizes.find_map(|size| thumbnails.at(size).address());
            let url = thumbnail.or_else(|| image.at("image").address())?;
            let said_front = image.at("front").flag().unwrap_or(false);
            let typed_front = image.at("types").texts().iter().any(|kind| kind == "Front");
            Some(Cover {
                url: secure(url),
                provider: COVERARTARCHIVE,
                belongs_to: belongs_to.clone(),
                front: said_front || typed_front,
                size: None,
                licence: Licence::SellersRisk,
            })
        })
        .collect()
}

/// `https://musicbrainz.org/release/76df…`, with or without the scheme's s.
fn release_id(url: &str) -> Option<EntryId> {
    let id = url.trim_end_matches('/').rsplit('/').next().filter(|id| id.len() == 36)?;
    Some(EntryId::new(MUSICBRAINZ, id))
}

/// The archive writes http addresses of pictures that it also serves by https, and eBay takes only those.
fn secure(url: String) -> String {
    match url.strip_prefix("http://") {
        Some(rest) if rest.starts_with("coverartarchive.org/") || rest.split('/').next().is_some_and(is_archive) => {
            format!("https://{rest}")
        }
        _ => url,
    }
}

fn is_archive(host: &str) -> bool {
    host == "archive.org" || host.ends_with(".archive.org")
}
