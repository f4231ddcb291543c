//! MusicBrainz: releases by UPC as open data, with many barcodes per search and details by release.
//!
//! Rules (musicbrainz.org/doc/MusicBrainz_API and .../Rate_Limiting): one request per second from one address,
//! otherwise 503, and a User-Agent with contact details. Core data is CC0; tags and genres are CC BY-NC-SA, so they
//! are not requested.

mod edition;
mod links;
mod offline;
pub(super) mod parse;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use catalog::MusicBrainzRecord;
use futures::future::BoxFuture;
use serde_json::Value;

use super::discogs::DISCOGS;
use super::lenient_json::LenientJson;
use super::offline_first::OfflineFirst;
use super::provider::{CacheTtl, ProviderError, ReleaseCatalog};
use super::registry::{ConnectedProvider, ProviderFactory, UpstreamClients};
use super::settings::Settings;
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::ReleaseId;
use domain::upc::Upc;
pub use parse::MUSICBRAINZ;
use parse::parse_release;
use upstream::{Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest};

/// One request per second, the documented limit.
const REQUEST_RATE: Rate = Rate { period: Duration::from_secs(1), burst: 1 };

/// Enough to reach the rate limit when responses are slow; usually a response takes less than a second.
const MAX_CONCURRENT_REQUESTS: usize = 4;

/// Maximum words in a query for a text; more words do not improve the search.
const MAX_WORDS: usize = 12;

/// Maximum words in a catalog number after other words: `BN LP 1595`.
const MAX_NUMBER_WORDS: usize = 3;

/// MusicBrainz throttles with 503, the caches in front of it with 429.
const RATE_LIMIT_STATUSES: &[u16] = &[503, 429];

/// UPCs per search. Each is searched with 12 and with 13 digits, so the URL has about 900 characters. With two or
/// three releases per barcode, the response fits on one page of 100 releases.
const UPCS_PER_SEARCH: usize = 25;

/// Releases per page of search results, the maximum allowed by the service.
const RELEASES_PER_PAGE: usize = 100;

/// Maximum pages per search. 25 real barcodes never have more than 2,000 releases.
const MAX_PAGES: usize = 20;

/// Core data is CC0 and may be kept without limit; it is refreshed after a month to get corrections. A missing release
/// may be added the next day.
const CACHE_TTL: CacheTtl = CacheTtl { found: Duration::from_hours(30 * 24), not_found: Duration::from_hours(24) };

/// Data that a lookup includes; spaces become `+` in the URL. Tags and genres are omitted because of their license.
const LOOKUP_INCLUDES: &str = "artist-credits labels recordings media release-groups url-rels artist-rels";

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
        // A merged release redirects (301) to its new ID.
        redirects: RedirectPolicy::SameHost,
        throttle_statuses: RATE_LIMIT_STATUSES,
        quota_exhausted: None,
    })?;
    let musicbrainz = Arc::new(MusicBrainz { upstream: upstream.clone() });
    let catalog: Arc<dyn ReleaseCatalog> = match clients.catalog_folder {
        Some(folder) => Arc::new(OfflineFirst::<MusicBrainzRecord>::new(folder, musicbrainz)),
        None => musicbrainz,
    };
    Ok(ConnectedProvider { catalog: Some(catalog), price_guide: None, cover_source: None, upstream, ebay_api: None })
}

/// The MusicBrainz web service, version 2.
struct MusicBrainz {
    upstream: UpstreamClient,
}

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

    fn search_upcs<'a>(
        &'a self,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>> {
        Box::pin(async move {
            let query = build_query(upcs);
            let mut found: HashMap<Upc, Vec<ProviderRelease>> = HashMap::new();
            for page in 0..MAX_PAGES {
                let offset = page * RELEASES_PER_PAGE;
                let body = self.send_request(build_search_request(&query, offset)).await?;
                let body = body.filter(|body| LenientJson::new(body).field("releases").is_list());
                // If treated as an empty page, the response would be cached as "not found" for a day.
                let body = body.ok_or_else(|| invalid_response("no list of releases"))?;
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
        })
    }

    fn fetch_release<'a>(&'a self, id: &'a ReleaseId) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move {
            let request =
                UpstreamRequest::for_path(["release", &id.id]).query("inc", LOOKUP_INCLUDES).query("fmt", "json");
            let Some(body) = self.send_request(request).await? else { return Ok(None) };
            // The response for a merged release has the ID to which the redirect led.
            parse_release(LenientJson::new(&body), Completeness::Full)
                .map(Some)
                .ok_or_else(|| invalid_response("no release"))
        })
    }

    fn find_releases<'a>(
        &'a self,
        text: &'a str,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<ProviderRelease>, ProviderError>> {
        Box::pin(async move {
            let Some(query) = build_text_query(text) else { return Ok(Vec::new()) };
            let Some(body) = self.send_request(build_search_request(&query, 0)).await? else { return Ok(Vec::new()) };
            let releases = LenientJson::new(&body).field("releases");
            Ok(releases.elements().filter_map(|json| parse_release(json, Completeness::Summary)).take(limit).collect())
        })
    }

    fn linked_provider(&self) -> Option<Provider> {
        Some(DISCOGS)
    }

    fn find_links<'a>(
        &'a self,
        ids: &'a [ReleaseId],
    ) -> BoxFuture<'a, Result<HashMap<ReleaseId, Vec<ReleaseId>>, ProviderError>> {
        Box::pin(async move {
            let body = self.send_request(links::build_request(ids)).await?;
            Ok(body.map(|body| links::parse_links(LenientJson::new(&body), ids)).unwrap_or_default())
        })
    }
}

impl MusicBrainz {
    async fn send_request(&self, request: UpstreamRequest) -> Result<Option<Value>, ProviderError> {
        let reply = self.upstream.send(request).await;
        let reply = reply.map_err(|error| ProviderError::Http { provider: MUSICBRAINZ, error })?;
        match reply.status {
            200 => reply.json().map(Some).map_err(|error| invalid_response(error.to_string())),
            404 => Ok(None),
            _ => Err(ProviderError::from_status(MUSICBRAINZ, &reply)),
        }
    }
}

fn invalid_response(what: impl Into<String>) -> ProviderError {
    ProviderError::InvalidResponse { provider: MUSICBRAINZ, what: what.into() }
}

fn build_search_request(query: &str, offset: usize) -> UpstreamRequest {
    let request = UpstreamRequest::for_path(["release"])
        .query("query", query)
        .query("fmt", "json")
        .query("limit", RELEASES_PER_PAGE.to_string());
    if offset == 0 { request } else { request.query("offset", offset.to_string()) }
}

/// Builds `barcode:(720642442524 OR 0720642442524)`, because the database stores codes as they were entered. Digits
/// need no escaping.
fn build_query(upcs: &[Upc]) -> String {
    let codes = upcs.iter().flat_map(|upc| upc.database_forms()).collect::<Vec<_>>();
    format!("barcode:({})", codes.join(" OR "))
}

/// Groups the releases by barcode. Omits releases with other barcodes, which a search also returns.
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

/// Builds a query for a catalog number, for the words of artist, title and label in any order, or for such words before
/// a catalog number; `None` for a text without words. Fields: musicbrainz.org/doc/MusicBrainz_API/Search#Release.
fn build_text_query(text: &str) -> Option<String> {
    // Lowercase words of letters and digits need no escaping and are never operators.
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(MAX_WORDS);
    let words = words.collect::<Vec<_>>();
    let phrase = text.trim().replace(['\\', '"'], " ");
    // The field `catno` ignores spaces and separators.
    let numbered = (1..=MAX_NUMBER_WORDS.min(words.len().saturating_sub(1))).filter_map(|count| {
        let (names, number) = words.split_at(words.len() - count);
        let is_number = number.iter().any(|word| word.contains(|c: char| c.is_ascii_digit()));
        is_number.then(|| format!(" OR ({} AND catno:\"{}\")", match_names(names), number.join(" ")))
    });
    let numbered = numbered.collect::<String>();
    (!words.is_empty()).then(|| format!("catno:\"{phrase}\" OR ({}){numbered}", match_names(&words)))
}

fn match_names(words: &[&str]) -> String {
    let fields = |word: &&str| format!("(release:{word} OR artist:{word} OR creditname:{word} OR label:{word})");
    words.iter().map(fields).collect::<Vec<_>>().join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::build_text_query;

    #[test]
    fn a_label_before_a_catalog_number_is_searched_as_such() {
        let query = build_text_query("Blue Note BST-84195").expect("a query");
        let label = |word: &str| format!("(release:{word} OR artist:{word} OR creditname:{word} OR label:{word})");
        let names = format!("{} AND {}", label("blue"), label("note"));
        assert!(query.starts_with("catno:\"Blue Note BST-84195\" OR ("), "{query}");
        assert!(query.contains(&format!(" OR ({names} AND catno:\"bst 84195\")")), "{query}");
        assert_eq!(build_text_query("nirvana nevermind").expect("a query").matches("catno:").count(), 1);
        assert_eq!(build_text_query("SHVL804").expect("a query").matches("catno:").count(), 1);
        assert!(build_text_query(" - ").is_none());
    }
}
