//! Finds the releases that MusicBrainz links to Discogs pages, many in one request.

use std::collections::HashMap;

use super::super::lenient_json::LenientJson;
use super::parse::{MUSICBRAINZ, parse_discogs_url};
use domain::release::ReleaseId;
use upstream::UpstreamRequest;

/// Builds `url?resource=https://www.discogs.com/release/1&resource=…` (musicbrainz.org/doc/MusicBrainz_API, "url (by
/// text)").
pub(super) fn build_request(ids: &[ReleaseId]) -> UpstreamRequest {
    let request = UpstreamRequest::for_path(["url"]).query("inc", "release-rels").query("fmt", "json");
    let pages = ids.iter().filter_map(|id| id.provider.release_page(&id.id));
    pages.fold(request, |request, page| request.query("resource", page))
}

/// Parses the response: one URL, or a list `urls` of several. Only links to one of `ids` are returned.
pub(super) fn parse_links(body: LenientJson<'_>, ids: &[ReleaseId]) -> HashMap<ReleaseId, Vec<ReleaseId>> {
    let mut found: HashMap<ReleaseId, Vec<ReleaseId>> = HashMap::new();
    let is_single = body.field("resource").is_present();
    for url in body.field("urls").elements().chain(is_single.then_some(body)) {
        let Some(id) = url.field("resource").web_address().and_then(|url| parse_discogs_url(&url)) else { continue };
        if !ids.contains(&id) {
            continue;
        }
        let links = found.entry(id).or_default();
        for release in url.field("relations").elements().filter_map(parse_relation) {
            if !links.contains(&release) {
                links.push(release);
            }
        }
    }
    found
}

fn parse_relation(relation: LenientJson<'_>) -> Option<ReleaseId> {
    let is_link =
        relation.field("type").text().as_deref() == Some("discogs") && relation.field("ended").boolean() != Some(true);
    let id = relation.field("release").field("id").id().filter(|_| is_link)?;
    Some(ReleaseId::new(MUSICBRAINZ, id))
}
