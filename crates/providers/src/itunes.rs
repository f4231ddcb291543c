//! iTunes: a witness to artist and title, by UPC. Off until it is switched on: its terms let the answers only
//! promote the store.
//!
//! Rules (developer.apple.com, "iTunes Search API"): about 20 calls a minute, subject to change; above it an empty
//! 403 for minutes up to an hour. The answer names no UPC, so it proves nothing by itself, and its price is that
//! of a download.

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
use domain::release::{ArtistCredit, EntryId, Track};
use domain::upc::Upc;
use upstream::{Host, HostRules, Rate, Redirects, Request};

/// The name in settings and results.
pub const ITUNES: Provider = Provider::named("itunes");

/// "Approximately 20 calls per minute", and being locked out costs an hour.
const RATE: Rate = Rate { period: Duration::from_millis(3_300), burst: 1 };

const AT_ONCE: usize = 1;

/// The lock-out is a 403 with an empty body.
const REFUSALS: &[u16] = &[403, 429];

/// A day, which is also what its own `cache-control` says.
const KEEP: Keep = Keep { found: Duration::from_hours(24), not_found: Duration::from_hours(24) };

pub(super) const REGISTRATION: Registration =
    Registration { name: ITUNES, about: "a second opinion on artist and title", key: None, connect };

fn connect(settings: &Settings, ways: &Ways<'_>) -> anyhow::Result<Connected> {
    let host = ways.http.host(HostRules {
        name: ITUNES,
        base_url: settings.base_url.clone(),
        rate: settings.pace(ITUNES.as_str(), RATE)?,
        at_once: AT_ONCE,
        redirects: Redirects::SameHost,
        refusals: REFUSALS,
        spent: None,
    })?;
    let catalogue = Arc::new(ITunes { host: host.clone() });
    Ok(Connected { catalogue: Some(catalogue), price_guide: None, gallery: None, host })
}

/// The Search API's lookup.
pub struct ITunes {
    host: Host,
}

#[async_trait]
impl Catalogue for ITunes {
    fn provider(&self) -> Provider {
        ITUNES
    }

    /// The lookup would take several UPCs, and its answer does not say which album is for which.
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
            let code = upc.upc_a().unwrap_or_else(|| upc.ean13());
            found.insert(*upc, self.lookup("upc", &code).await?);
        }
        Ok(found)
    }

    async fn detail(&self, id: &EntryId) -> Result<Option<Entry>, Unanswered> {
        Ok(self.lookup("id", &id.id).await?.into_iter().next())
    }
}

impl ITunes {
    async fn lookup(&self, by: &str, value: &str) -> Result<Vec<Entry>, Unanswered> {
        let request = Request::path(["lookup"]).query(by, value).query("entity", "song").query("limit", "200");
        let reply = self.host.send(request).await.map_err(|error| Unanswered::Http { provider: ITUNES, error })?;
        match reply.status {
            200 => {
                let body: Value = reply.json().map_err(unreadable)?;
                let listed = Json::of(&body).at("results").is_list();
                if listed { Ok(read_lookup(&body)) } else { Err(unreadable("no list of results".to_owned())) }
            }
            404 => Ok(Vec::new()),
            _ => Err(Unanswered::of_status(ITUNES, &reply)),
        }
    }
}

fn unreadable(what: String) -> Unanswered {
    Unanswered::Unreadable { provider: ITUNES, what }
}

/// The albums of an answer, each with the tracks that name it.
pub(super) fn read_lookup(body: &Value) -> Vec<Entry> {
    let results = Json::of(body).at("results");
    let is = |json: Json<'_>, kind| json.at("wrapperType").text().as_deref() == Some(kind);
    let of_kind = |kind: &'static str| results.list().filter(move |json| is(*json, kind));
    of_kind("collection").filter_map(|album| read_album(album, of_kind("track"))).collect()
}

fn read_album<'a>(json: Json<'a>, tracks: impl Iterator<Item = Json<'a>>) -> Option<Entry> {
    let id = json.at("collectionId").id()?;
    let mut entry = Entry::bare(EntryId::new(ITUNES, &id), Depth::Full);
    entry.url = json.at("collectionViewUrl").address();
    entry.artist = json.at("artistName").text().map(ArtistCredit::one);
    entry.title = json.at("collectionName").text();
    entry.track_count = json.at("trackCount").count();
    let is_song = |track: &Json<'_>| track.at("kind").text().is_none_or(|kind| kind == "song");
    let own = tracks.filter(|track| track.at("collectionId").id().as_ref() == Some(&id) && is_song(track));
    entry.tracks = own.filter_map(read_track).collect();
    entry.genres = json.at("primaryGenreName").text().into_iter().collect();
    let picture = json.at("artworkUrl100").address();
    entry.barcodes = picture.as_deref().and_then(embedded_code).into_iter().collect();
    entry.covers = picture.map(|url| cover(url, &entry.id)).into_iter().collect();
    Some(entry)
}

fn read_track(json: Json<'_>) -> Option<Track> {
    let number = json.at("trackNumber").text().unwrap_or_default();
    let disc = json.at("discNumber").number().filter(|_| json.at("discCount").number().is_some_and(|n| n > 1));
    let length_ms = json.at("trackTimeMillis").number().and_then(|ms| u32::try_from(ms).ok());
    let position = disc.map_or(number.clone(), |disc| format!("{disc}-{number}"));
    Some(Track { position, title: json.at("trackName").text()?, length_ms })
}

/// Some pictures are named after the album's code: `.../00602547378781.rgb.jpg/100x100bb.jpg`.
fn embedded_code(url: &str) -> Option<Upc> {
    let mut runs = url.split(|c: char| !c.is_ascii_digit()).filter(|run| (12..=14).contains(&run.len()));
    runs.find_map(|run| run.parse().ok())
}

fn cover(url: String, id: &EntryId) -> Cover {
    Cover {
        url,
        provider: ITUNES,
        belongs_to: Some(id.clone()),
        front: true,
        size: Some((100, 100)),
        licence: Licence::LookOnly,
    }
}
