//! The Cover Art Archive over a socket: redirects, image sizes from the first bytes, and covers of other releases.

use domain::artwork::{ArtworkRules, Cover, CoverLicense};
use domain::matching::Match;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::{Release, ReleaseId};
use pipeline::{FoundCover, ProviderGateway};
use providers::{CoverSource, DISCOGS, MUSICBRAINZ, ProviderError};
use serde_json::{Value, json};
use std::sync::Arc;
use store::response_cache::ResponseCache;

use super::{at, connect};
use testing::http_server::{ScriptedResponse, Server, ok, response, response_bytes};

const ID: &str = "76df3287-6cda-33eb-8e9a-044b5e15ffdd";
const OTHER: &str = "d5cdb7fd-c7e9-460a-9549-8a369655cc52";

fn gallery(server: &Server) -> Arc<dyn CoverSource> {
    connect("coverartarchive", &at(&server.address())).cover_source.unwrap()
}

/// Returns the covers with their sizes, if they can be measured.
async fn measured(server: &Server) -> Vec<Cover> {
    let gallery = gallery(server);
    assert!(gallery.can_measure());
    let mut covers = gallery.fetch_covers(&pressing()).await.unwrap().unwrap();
    for cover in covers.iter_mut().filter(|cover| cover.is_front) {
        assert_eq!(cover.size, None, "the index has no sizes");
        cover.size = gallery.measure_cover(cover).await.unwrap_or_default();
    }
    covers
}

fn pressing() -> Release {
    Release { ids: vec![ReleaseId::new(DISCOGS, "1"), ReleaseId::new(MUSICBRAINZ, ID)], ..Release::default() }
}

fn index(of: &str, images: &[Value]) -> String {
    json!({"release": format!("https://musicbrainz.org/release/{of}"), "images": images}).to_string()
}

/// Returns an image in the older index format: ID as text, and no thumbnail of 1200 pixels.
fn old_front(host: &str, name: &str) -> Value {
    json!({"id": "829521842", "front": true, "types": ["Front"], "image": format!("{host}/{name}.jpg"),
           "thumbnails": {"large": format!("{host}/{name}-500.jpg"), "small": format!("{host}/{name}-250.jpg")}})
}

/// Returns the header of a PNG, which contains the size.
fn png(width: u32, height: u32) -> Vec<u8> {
    let head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
    [&head[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0], &[0; 64]].concat()
}

/// Returns a JPEG whose size follows a preview and a color profile of `before` bytes.
fn jpeg(before: usize, width: u16, height: u16) -> Vec<u8> {
    let mut body = vec![0xff, 0xd8];
    for _ in 0..before / 65_000 {
        body.extend([0xff, 0xe2]);
        body.extend(65_000_u16.to_be_bytes());
        body.extend(vec![0; 64_998]);
    }
    body.extend([0xff, 0xc0, 0, 17, 8]);
    body.extend(height.to_be_bytes());
    body.extend(width.to_be_bytes());
    body.extend([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
    body.extend(vec![0; 600_000]);
    body
}

#[tokio::test]
async fn the_front_is_found_after_two_redirects_and_measured() {
    let archive = Server::start(|asked| match asked.target.as_str() {
        "/index.json" => {
            let host = format!("http://{}", asked.header("host").unwrap());
            let back = json!({"id": 1, "front": false, "types": ["Back"], "image": format!("{host}/back.jpg")});
            let front = json!({"id": 2, "front": true, "types": ["Front", "Panel"], "image": format!("{host}/f.jpg"),
                               "thumbnails": {"1200": format!("{host}/f-1200.jpg"), "500": format!("{host}/f-500.jpg")}});
            ok(&index(ID, &[back, front]))
        }
        _ => ScriptedResponse::Bytes(response_bytes(200, &[], &png(1200, 1183))),
    });
    let archive = archive.await;
    let to = format!("{}/index.json", archive.address());
    let server = Server::start(move |_| response(307, &[("Location", &to)], "")).await;

    let covers = measured(&server).await;

    assert_eq!(covers.len(), 2);
    assert!(covers[0].is_front && !covers[1].is_front, "fronts come first");
    assert!(covers[0].url.ends_with("/f-1200.jpg"), "{}", covers[0].url);
    assert_eq!((covers[0].size, covers[1].size), (Some((1200, 1183)), None));
    assert_eq!(covers[0].belongs_to, Some(ReleaseId::new(MUSICBRAINZ, ID)));
    assert_eq!(covers[0].license, CoverLicense::SellersRisk);
    assert_eq!(server.targets(), [format!("/release/{ID}")]);
}

#[tokio::test]
async fn an_image_with_a_late_size_is_read_further_once() {
    let server = Server::start(|asked| match asked.target.as_str() {
        "/deep-500.jpg" => ScriptedResponse::Bytes(response_bytes(200, &[], &jpeg(200_000, 500, 497))),
        "/deeper-500.jpg" => ScriptedResponse::Bytes(response_bytes(200, &[], &jpeg(900_000, 500, 497))),
        _ => {
            let host = format!("http://{}", asked.header("host").unwrap());
            ok(&index(ID, &[old_front(&host, "deep"), old_front(&host, "deeper")]))
        }
    });
    let server = server.await;
    let covers = measured(&server).await;
    assert_eq!((covers[0].size, covers[1].size), (Some((500, 497)), None));
    assert_eq!(server.targets().len(), 5, "the index, and two requests per image");
}

#[tokio::test]
async fn other_files_than_images_have_no_size() {
    let server = Server::start(|asked| match asked.target.as_str() {
        "/pdf-500.jpg" => ok("%PDF-1.7\n%\u{e2}\u{e3}"),
        "/gone-500.jpg" => response(404, &[], "gone"),
        _ => {
            let host = format!("http://{}", asked.header("host").unwrap());
            let foreign = old_front("https://elsewhere.example", "x");
            let local = json!({"id": 3, "front": true, "image": "file:///etc/passwd"});
            ok(&index(ID, &[old_front(&host, "pdf"), old_front(&host, "gone"), foreign, local]))
        }
    });
    let server = server.await;
    let covers = measured(&server).await;
    assert_eq!(covers.len(), 3, "an invalid address is not a cover");
    assert!(covers.iter().all(|cover| cover.size.is_none()));
}

#[tokio::test]
async fn a_stalled_image_is_not_a_final_result() {
    let server = Server::start(|asked| match asked.target.as_str() {
        "/good-500.jpg" => ScriptedResponse::Bytes(response_bytes(200, &[], &png(500, 500))),
        "/sick-500.jpg" => response(500, &[], "sick"),
        _ => {
            let host = format!("http://{}", asked.header("host").unwrap());
            ok(&index(ID, &[old_front(&host, "sick"), old_front(&host, "good")]))
        }
    });
    let server = server.await;
    let covers = measured(&server).await;
    assert_eq!((covers[0].size, covers[1].size), (None, Some((500, 500))));

    // A cover cached without its size could never be chosen.
    let error = gallery(&server).measure_cover(&covers[0]).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

#[tokio::test]
async fn an_index_of_another_release_is_detected() {
    let server = Server::start(|_| ok(&index(OTHER, &[old_front("https://elsewhere.example", "x")]))).await;
    let covers = gallery(&server).fetch_covers(&pressing()).await.unwrap().unwrap();
    assert_eq!(covers[0].belongs_to, Some(ReleaseId::new(MUSICBRAINZ, OTHER)));
}

#[tokio::test]
async fn plain_http_of_the_archive_becomes_https() {
    let old = old_front("http://coverartarchive.org/release/x", "829521842");
    let bare = json!({"id": 2, "types": ["Front"], "image": "http://ia600203.us.archive.org/8/x.jpg"});
    let own = json!({"id": 3, "front": false, "image": "http://127.0.0.1:9/x.jpg"});
    let body = serde_json::from_str(&index(ID, &[old, bare, own])).unwrap();
    let covers = providers::test_support::parse_cover_index(&body);
    let urls = covers.iter().map(|cover| cover.url.as_str()).collect::<Vec<_>>();
    assert_eq!(
        urls,
        [
            "https://coverartarchive.org/release/x/829521842-500.jpg",
            "https://ia600203.us.archive.org/8/x.jpg",
            "http://127.0.0.1:9/x.jpg"
        ]
    );
    assert!(covers[1].is_front, "the type marks it as a front if the flag does not");
}

#[tokio::test]
async fn missing_wrong_and_unknown_covers_are_distinguished() {
    let page = "<!doctype html><title>404 Not Found</title>No cover art found for release";
    let server = Server::start(move |_| response(404, &[], page)).await;
    assert_eq!(gallery(&server).fetch_covers(&pressing()).await.unwrap(), None);

    let server = Server::start(|_| response(400, &[], "<html><title>400 Bad Request</title>invalid MBID")).await;
    let error = gallery(&server).fetch_covers(&pressing()).await.unwrap_err();
    assert!(matches!(error, ProviderError::Refused { .. }) && !error.is_transient(), "{error}");

    for other in ["<html></html>", "{}", r#"{"images":null}"#] {
        let server = Server::start(move |_| ok(other)).await;
        let error = gallery(&server).fetch_covers(&pressing()).await.unwrap_err();
        assert!(matches!(error, ProviderError::InvalidResponse { .. }), "{other}: {error}");
    }

    let server = Server::start(|_| ok("{}")).await;
    assert_eq!(gallery(&server).fetch_covers(&Release::default()).await.unwrap(), None);
    assert_eq!(server.targets().len(), 0, "without a MusicBrainz ID there is nothing to request");
}

#[tokio::test]
async fn the_archive_is_not_queried_if_musicbrainz_has_no_front() {
    let server = Server::start(|_| ok("{}")).await;
    let gallery = gallery(&server);
    let known = |front| {
        let release = ProviderRelease::new(ReleaseId::new(MUSICBRAINZ, ID), Completeness::Full);
        [ProviderRelease { has_front_cover: front, ..release }]
    };
    assert!(gallery.has_no_cover_for(&known(Some(false))));
    assert!(!gallery.has_no_cover_for(&known(Some(true))));
    assert!(!gallery.has_no_cover_for(&known(None)));
}

/// Through the provider gateway: which cover is chosen, which sources failed, and what is requested again later.
#[tokio::test]
async fn a_stalled_image_does_not_cost_the_cover_and_is_requested_again() {
    let server = Server::start(|asked| match asked.target.as_str() {
        "/good-500.jpg" => ScriptedResponse::Bytes(response_bytes(200, &[], &png(500, 500))),
        "/sick-500.jpg" | "/sicker-500.jpg" => response(500, &[], "sick"),
        target => {
            let host = format!("http://{}", asked.header("host").unwrap());
            let other = if target.ends_with(ID) { "good" } else { "sicker" };
            let of = target.rsplit('/').next().unwrap();
            ok(&index(of, &[old_front(&host, "sick"), old_front(&host, other)]))
        }
    });
    let server = server.await;
    let answers = ResponseCache::open_in_memory().await.unwrap();
    let gateway = ProviderGateway::new(vec![connect("coverartarchive", &at(&server.address()))], answers);
    let found = |id: &str| {
        let release = Release { ids: vec![ReleaseId::new(MUSICBRAINZ, id)], ..Release::default() };
        let entries = vec![ProviderRelease::new(ReleaseId::new(MUSICBRAINZ, id), Completeness::Full)];
        Match { release, entries, score: 1.0, reasons: Vec::new() }
    };
    let rules = ArtworkRules { allow_loopback: true, ..ArtworkRules::default() };

    let FoundCover { artwork, errors, .. } = gateway.find_cover(&found(ID), &rules, None).await;
    let chosen = artwork.chosen.as_ref().unwrap_or_else(|| panic!("{:?} {errors:?}", artwork.candidates));
    assert!(chosen.url.ends_with("/good-500.jpg"));
    assert!(errors.is_empty());
    let before = server.targets();
    let found_again = gateway.find_cover(&found(ID), &rules, None).await;
    assert!(found_again.artwork.chosen.is_some());
    let again = server.targets().split_off(before.len());
    assert!(!again.is_empty() && again.iter().all(|target| target == "/sick-500.jpg"), "{again:?}");

    let FoundCover { artwork, errors, .. } = gateway.find_cover(&found(OTHER), &rules, None).await;
    assert!(artwork.chosen.is_none());
    assert_eq!(errors.len(), 1, "no cover could be measured, so it is unknown whether there is one");
}
