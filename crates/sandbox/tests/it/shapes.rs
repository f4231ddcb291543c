//! Compares every kind of response with recorded ones: no key may be invented or missing.
//!
//! The recordings are stored outside the repository. Without them, the tests print a line and compare nothing.

use std::path::Path;

use sandbox::SandboxRelease;
use serde_json::Value;

use super::asking::{SandboxClient, unlimited};
use super::shape::Shape;
use testing::recordings;

/// The data that the program requests from MusicBrainz.
const INCLUDE: &str = "artist-credits+labels+recordings+media+release-groups+url-rels+artist-rels";

/// One recorded response.
struct Recorded {
    service: String,
    status: u16,
    /// Whether its keys are unchanged. An edited response still shows the types.
    whole: bool,
    body: Value,
}

fn recordings() -> Option<Vec<Recorded>> {
    let folder = recordings::folder()?;
    let usable = recordings::index(&folder).into_iter().filter(|row| row.len() > 8 && !is_made_up(&row[8]));
    Some(usable.filter_map(|row| read(&folder, &row)).collect())
}

/// Returns whether the description of a recording says that the service never sent the body in this form.
fn is_made_up(how: &str) -> bool {
    ["normalised", "hand-made", "API docs", "RECONSTRUCTED"].iter().any(|mark| how.contains(mark))
}

fn read(folder: &Path, row: &[String]) -> Option<Recorded> {
    let bytes = std::fs::read(folder.join(&row[0])).unwrap_or_else(|error| panic!("{}: {error}", row[0]));
    let body = serde_json::from_slice(bytes.trim_ascii_start()).ok()?;
    let is_fragment = row.get(9).is_some_and(|note| note.contains("fragment"));
    let whole = !row[8].contains("edited") && !is_fragment;
    Some(Recorded { service: row[1].clone(), status: row[3].parse().unwrap_or(200), whole, body })
}

/// Returns the shape of a kind of response. The required keys come from the unedited recordings, the types from all of
/// them.
fn real(recordings: &[Recorded], service: &str, is_of_kind: impl Fn(&Value) -> bool) -> Shape {
    let of_kind = |recorded: &&Recorded| recorded.service == service && is_of_kind(&recorded.body);
    let (whole, edited): (Vec<_>, Vec<_>) = recordings.iter().filter(of_kind).partition(|recorded| recorded.whole);
    assert!(!whole.is_empty(), "no recording of this kind at {service}");
    let mut shape = Shape::from_bodies(whole.iter().map(|recorded| &recorded.body));
    shape.adopt_types(&Shape::from_bodies(edited.iter().map(|recorded| &recorded.body)));
    shape
}

fn has(keys: &'static [&'static str]) -> impl Fn(&Value) -> bool {
    move |body| keys.iter().all(|key| body.get(key).is_some())
}

fn assert_alike(kind: &str, ours: &Shape, real: &Shape) {
    let (invented, lacking) = (ours.invented(real), ours.lacking(real));
    assert!(invented.is_empty() && lacking.is_empty(), "{kind}\nnever real: {invented:#?}\nalways real: {lacking:#?}");
}

/// Requests every release for which `path` returns a path, and collects the responses.
async fn ours(visit: &SandboxClient, path: impl Fn(&SandboxRelease) -> Option<String>) -> Vec<Value> {
    let mut answers = Vec::new();
    for path in visit.sandbox.catalog().releases().iter().filter_map(path) {
        answers.push(visit.json(&path).await);
    }
    assert!(answers.len() > 60, "only {} answers", answers.len());
    answers
}

fn on_musicbrainz(release: &SandboxRelease) -> bool {
    !release.mbid.is_empty()
}

fn discogs_id(release: &SandboxRelease) -> Option<u64> {
    release.discogs.as_ref().map(|side| side.id)
}

#[tokio::test]
async fn a_search_at_musicbrainz_has_the_real_shape() {
    let Some(recordings) = recordings() else { return };
    let visit = SandboxClient::to(unlimited()).await;
    let path = |release: &SandboxRelease| {
        let upc = release.upc().filter(|_| on_musicbrainz(release))?;
        Some(format!("/musicbrainz/ws/2/release?query=barcode:({upc}%20OR%20{})&fmt=json", upc.ean13()))
    };
    let mut real = real(&recordings, "musicbrainz", has(&["created", "releases"]));
    // Some searches have a join phrase; the recordings only have credits of one artist.
    real.may_be(".releases[].artist-credit[].joinphrase", "text");
    // A search omits unknown fields; no recording happens to have a catalog number without a label.
    real.may_miss(".releases[].label-info[].label");
    assert_alike("search", &Shape::from_bodies(&ours(&visit, path).await), &real);
}

#[tokio::test]
async fn a_lookup_at_musicbrainz_has_the_real_shape() {
    let Some(recordings) = recordings() else { return };
    let visit = SandboxClient::to(unlimited()).await;
    let path = |release: &SandboxRelease| {
        let asked = format!("/musicbrainz/ws/2/release/{}?inc={INCLUDE}&fmt=json", release.mbid);
        on_musicbrainz(release).then_some(asked)
    };
    let mut real = real(&recordings, "musicbrainz", has(&["id", "title", "quality"]));
    // The documentation says that the length of a track, the country of a release and the type of its group may be
    // unknown.
    real.may_be(".media[].tracks[].length", "null");
    real.may_be(".media[].tracks[].recording.length", "null");
    real.may_be(".country", "null");
    real.may_be(".release-events[].area", "null");
    let ours = ours(&visit, path).await;
    assert_alike("lookup", &Shape::from_bodies(&ours), &real);
    let included = ["artist-credit", "label-info", "media", "release-group", "relations"];
    assert!(ours.iter().all(|answer| included.iter().all(|key| answer.get(key).is_some())));
}

#[tokio::test]
async fn an_index_of_covers_has_the_real_shape() {
    let Some(recordings) = recordings() else { return };
    let visit = SandboxClient::to(unlimited()).await;
    let path = |release: &SandboxRelease| {
        let has_one = on_musicbrainz(release) && release.cover != "none";
        has_one.then(|| format!("/archive/items/mbid-{}/index.json", release.mbid))
    };
    let real = real(&recordings, "coverartarchive", has(&["images"]));
    assert_alike("index", &Shape::from_bodies(&ours(&visit, path).await), &real);
}

#[tokio::test]
async fn a_search_at_discogs_has_the_real_shape() {
    let Some(recordings) = recordings() else { return };
    let visit = SandboxClient::to(unlimited()).await;
    let path = |release: &SandboxRelease| {
        let upc = release.upc().filter(|_| release.discogs.is_some())?;
        Some(format!("/discogs/database/search?type=release&barcode={upc}&per_page=50"))
    };
    let mut real = real(&recordings, "discogs", has(&["pagination", "results"]));
    real.may_be(".results[].formats[].text", "text");
    let mut ours = Shape::from_bodies(&ours(&visit, path).await);
    ours.add("", &visit.json("/discogs/database/search?type=release&barcode=036000291452").await);
    assert_alike("search", &ours, &real);
}

#[tokio::test]
async fn a_release_at_discogs_has_the_real_shape() {
    let Some(recordings) = recordings() else { return };
    let visit = SandboxClient::to(unlimited()).await;
    let mut real = real(&recordings, "discogs", |body| has(&["tracklist", "formats"])(body));
    // The documentation says that an unknown value is null.
    real.may_be(".released", "null");
    let path = |release: &SandboxRelease| Some(format!("/discogs/releases/{}?curr_abbr=USD", discogs_id(release)?));
    assert_alike("release", &Shape::from_bodies(&ours(&visit, path).await), &real);
}

#[tokio::test]
async fn market_prices_at_discogs_have_the_real_shape() {
    let Some(recordings) = recordings() else { return };
    let visit = SandboxClient::to(unlimited()).await;
    let is_stats =
        |body: &Value| has(&["num_for_sale", "lowest_price", "blocked_from_sale"])(body) && body["id"].is_null();
    let mut stats = real(&recordings, "discogs", is_stats);
    // The documentation says that "lowest_price" is null if nothing is for sale.
    stats.may_be(".lowest_price", "null");
    let path =
        |release: &SandboxRelease| Some(format!("/discogs/marketplace/stats/{}?curr_abbr=USD", discogs_id(release)?));
    assert_alike("stats", &Shape::from_bodies(&ours(&visit, path).await), &stats);

    let path =
        |release: &SandboxRelease| Some(format!("/discogs/marketplace/price_suggestions/{}", discogs_id(release)?));
    let graded = ours(&visit, path).await;
    let priced = graded.iter().filter(|answer| answer.as_object().is_some_and(|grades| !grades.is_empty()));
    let real = real(&recordings, "discogs", has(&["Mint (M)"]));
    assert_alike("price suggestions", &Shape::from_bodies(priced), &real);
    assert!(graded.iter().any(|answer| *answer == serde_json::json!({})), "one release has no data");
    let without = recordings.iter().filter(|recorded| recorded.service == "discogs");
    assert!(without.into_iter().any(|recorded| recorded.body == serde_json::json!({})), "as the real service responds");
}

#[tokio::test]
async fn an_album_at_deezer_has_the_real_shape() {
    let Some(recordings) = recordings() else { return };
    let visit = SandboxClient::to(unlimited()).await;
    let path = |release: &SandboxRelease| {
        let upc = release.upc().filter(|_| on_musicbrainz(release))?;
        Some(format!("/deezer/album/upc:{upc}"))
    };
    let real = real(&recordings, "deezer", has(&["upc", "tracks", "artist"]));
    assert_alike("album", &Shape::from_bodies(&ours(&visit, path).await), &real);
}

#[tokio::test]
async fn a_lookup_at_itunes_has_the_real_shape() {
    let Some(recordings) = recordings() else { return };
    let visit = SandboxClient::to(unlimited()).await;
    let path = |release: &SandboxRelease| {
        let upc = release.upc().filter(|_| on_musicbrainz(release))?;
        Some(format!("/itunes/lookup?upc={upc}&entity=song&limit=200"))
    };
    let ours = ours(&visit, path).await;
    let recorded = recordings.iter().filter(|recorded| recorded.service == "itunes").map(|recorded| &recorded.body);
    let recorded = recorded.collect::<Vec<_>>();
    for kind in ["collection", "track"] {
        let of_kind = |row: &&Value| row["wrapperType"] == kind;
        let real = recorded.iter().flat_map(|body| rows(body)).filter(of_kind);
        let ours = ours.iter().flat_map(rows).filter(of_kind);
        assert_alike(kind, &Shape::from_bodies(ours), &Shape::from_bodies(real));
    }
    let envelope = |body: &Value| serde_json::json!({"resultCount": body["resultCount"], "results": body["results"].as_array().map(|_| [0; 0])});
    assert_alike(
        "reply",
        &Shape::from_bodies(&ours.iter().map(envelope).collect::<Vec<_>>()),
        &Shape::from_bodies(&recorded.iter().map(|body| envelope(body)).collect::<Vec<_>>()),
    );
}

fn rows(body: &Value) -> impl Iterator<Item = &Value> {
    body["results"].as_array().into_iter().flatten()
}

#[tokio::test]
async fn errors_have_the_real_shape() {
    let Some(recordings) = recordings() else { return };
    let visit = SandboxClient::to(unlimited()).await;
    let refused = |service: &'static str, key: &'static str| {
        let of_service = recordings.iter().filter(move |recorded| recorded.service == service);
        let refused = of_service.filter(move |recorded| recorded.status >= 400 || recorded.body["error"].is_object());
        Shape::from_bodies(refused.map(|recorded| &recorded.body).filter(move |body| body.get(key).is_some()))
    };
    let unknown = [
        ("musicbrainz", "error", "/musicbrainz/ws/2/release/00000000-0000-4000-8000-00000000dead?fmt=json", 404),
        ("musicbrainz", "error", "/musicbrainz/ws/2/release/no-mbid?fmt=json", 400),
        ("musicbrainz", "error", "/musicbrainz/ws/2/release/d5cdb7fd-c7e9-460a-9549-8a369655cc52?inc=covers", 400),
        ("discogs", "message", "/discogs/releases/1", 404),
        ("discogs", "message", "/discogs/marketplace/stats/1", 404),
        ("deezer", "error", "/deezer/album/upc:036000291452", 200),
    ];
    for (service, key, path, status) in unknown {
        let answer = visit.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert_alike(path, &Shape::from_bodies(&[answer.json()]), &refused(service, key));
    }
}
