//! Deezer: a witness to artist and title, by UPC. Off until it is switched on: its terms ask for non-commercial use.
//!
//! Rules (developers.deezer.com): 50 requests in 5 seconds from one address, over a moving window. Errors come with
//! status 200. The catalogue is of downloads: no country, no carrier, and dates of upload.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::drift::Json;
use super::provider::{Catalogue, Keep, Unanswered};
use super::registration::{Connected, Registration, Ways};
use super::settings::Settings;
use domain::artwork::{Cover, Licence};
use domain::entry::{Depth, Entry};
use domain::provider::Provider;
use domain::release::{ArtistCredit, CreditedArtist, EntryId, Track};
use domain::upc::Upc;
use upstream::{Host, HostRules, HttpError, Rate, Redirects, Request};

/// The name in settings and results.
pub const DEEZER: Provider = Provider::named("deezer");

/// 50 in any 5 seconds: evenly spaced, no window holds more. A tenth is kept as a margin, since the window moves.
const RATE: Rate = Rate { period: Duration::from_millis(110), burst: 1 };

/// After a refusal the window has to pass, and so often we wait for it.
const WINDOW: Duration = Duration::from_secs(5);
const WINDOWS: u32 = 2;

/// Enough to hold the pace with answers that take four tenths of a second.
const AT_ONCE: usize = 4;

const REFUSALS: &[u16] = &[429, 403];

/// A day: enough for a rerun, no copy of their catalogue.
const KEEP: Keep = Keep { found: Duration::from_hours(24), not_found: Duration::from_hours(24) };

/// The error codes of developers.deezer.com/api/errors that matter here.
const QUOTA: u64 = 4;
const NO_DATA: u64 = 800;

pub(super) const REGISTRATION: Registration =
    Registration { name: DEEZER, about: "a second opinion on artist and title", key: None, connect };

fn connect(settings: &Settings, ways: &Ways<'_>) -> anyhow::Result<Connected> {
    let host = ways.http.host(HostRules {
        name: DEEZER,
        base_url: settings.base_url.clone(),
        rate: settings.pace(DEEZER.as_str(), RATE)?,
        at_once: AT_ONCE,
        redirects: Redirects::SameHost,
        refusals: REFUSALS,
        spent: None,
    })?;
    let catalogue = Arc::new(Deezer { host: host.clone() });
    Ok(Connected { catalogue: Some(catalogue), price_guide: None, gallery: None, host })
}

/// The public API.
pub struct Deezer {
    host: Host,
}

#[async_trait]
impl Catalogue for Deezer {
    fn provider(&self) -> Provider {
        DEEZER
    }

    fn batch_size(&self) -> usize {
        1
    }

    fn keep(&self) -> Keep {
        KEEP
    }

    fn searches_in_full(&self) -> bool {
        true
    }

    async fn search(&self, upcs: &[Upc]) -> Result<HashMap<Upc, Vec<Entry>>, Unanswered> {
        let mut found = HashMap::new();
        for upc in upcs {
            // Twelve digits, or all thirteen of a true EAN.
            let code = upc.upc_a().unwrap_or_else(|| upc.ean13());
            let album = self.album(format!("upc:{code}")).await?;
            found.insert(*upc, album.into_iter().filter(|album| album.barcodes.contains(upc)).collect());
        }
        Ok(found)
    }

    async fn detail(&self, id: &EntryId) -> Result<Option<Entry>, Unanswered> {
        self.album(id.id.clone()).await
    }
}

impl Deezer {
    async fn album(&self, which: String) -> Result<Option<Entry>, Unanswered> {
        let mut patience = WINDOWS;
        loop {
            let Some(body) = self.ask(&which).await? else { return Ok(None) };
            let error = Json::of(&body).at("error");
            match error.at("code").number() {
                _ if !error.is_there() => {
                    return read_album(&body).map(Some).ok_or_else(|| unreadable("no album".to_owned()));
                }
                Some(NO_DATA) => return Ok(None),
                Some(QUOTA) if patience > 0 => {
                    patience -= 1;
                    tokio::time::sleep(WINDOW).await;
                }
                Some(QUOTA) => return Err(over_quota(error)),
                _ => return Err(unreadable(words(error))),
            }
        }
    }

    async fn ask(&self, which: &str) -> Result<Option<Value>, Unanswered> {
        let reply = self.host.send(Request::path(["album", which])).await;
        let reply = reply.map_err(|error| Unanswered::Http { provider: DEEZER, error })?;
        match reply.status {
            200 => reply.json().map(Some).map_err(unreadable),
            404 => Ok(None),
            _ => Err(Unanswered::of_status(DEEZER, &reply)),
        }
    }
}

/// A refusal in the body of a 200: the same as a 429, in the service's words.
fn over_quota(error: Json<'_>) -> Unanswered {
    let error = HttpError::Status { status: 429, words: words(error), again: None };
    Unanswered::Http { provider: DEEZER, error }
}

/// An error is an object with a message, or the message itself.
fn words(error: Json<'_>) -> String {
    error.at("message").text().or_else(|| error.text()).unwrap_or_default()
}

fn unreadable(what: String) -> Unanswered {
    Unanswered::Unreadable { provider: DEEZER, what }
}

/// An album. It has no carrier, so it can be no pressing, only a witness.
pub(super) fn read_album(body: &Value) -> Option<Entry> {
    let json = Json::of(body);
    let id = json.at("id").id()?;
    let mut entry = Entry::bare(EntryId::new(DEEZER, &id), Depth::Full);
    entry.url = Some(format!("https://www.deezer.com/album/{id}"));
    entry.artist = artist(json);
    entry.title = json.at("title").text();
    entry.track_count = json.at("nb_tracks").count();
    let tracks = json.at("tracks").at("data").list().enumerate();
    entry.tracks = tracks.filter_map(|(i, track)| read_track(i, track)).collect();
    entry.genres = json.at("genres").at("data").list().filter_map(|genre| genre.at("name").text()).collect();
    entry.barcodes = json.at("upc").known().and_then(|code| code.parse().ok()).into_iter().collect();
    entry.covers = cover(json, &entry.id).into_iter().collect();
    Some(entry)
}

/// The contributors of an album with several main artists; else its artist.
fn artist(json: Json<'_>) -> Option<ArtistCredit> {
    let mains = json.at("contributors").list().filter(|c| c.at("role").text().is_none_or(|role| role == "Main"));
    let mut names = mains.filter_map(|contributor| contributor.at("name").text()).collect::<Vec<_>>();
    if names.is_empty() {
        names.extend(json.at("artist").at("name").text());
    }
    let last = names.len().checked_sub(1)?;
    let joined = names.into_iter().enumerate().map(|(i, name)| {
        let join = if i == last { "" } else { ", " };
        CreditedArtist { name, join: join.to_owned() }
    });
    Some(ArtistCredit(joined.collect()))
}

fn read_track(index: usize, json: Json<'_>) -> Option<Track> {
    let seconds = json.at("duration").number().filter(|seconds| *seconds > 0);
    let length_ms = seconds.and_then(|seconds| u32::try_from(seconds.checked_mul(1_000)?).ok());
    Some(Track { position: (index + 1).to_string(), title: json.at("title").text()?, length_ms })
}

fn cover(json: Json<'_>, id: &EntryId) -> Option<Cover> {
    Some(Cover {
        url: json.at("cover_xl").address()?,
        provider: DEEZER,
        belongs_to: Some(id.clone()),
        front: true,
        size: None,
        licence: Licence::LookOnly,
    })
}
