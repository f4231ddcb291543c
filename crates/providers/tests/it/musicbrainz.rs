//! MusicBrainz over a socket: many barcodes in one search, pages, merged releases, and errors.

use domain::provider_release::Completeness;
use domain::release::ReleaseId;
use providers::{DISCOGS, MUSICBRAINZ, ProviderError};
use serde_json::{Value, json};

use super::{asked_for, catalogue, upc};
use testing::http_server::{Server, ok, response};

const OLD: &str = "11111111-1111-4111-8111-111111111111";
const NEW: &str = "22222222-2222-4222-8222-222222222222";

fn pressing(id: &str, barcode: &str) -> Value {
    json!({"id": id, "title": "Nevermind", "barcode": barcode, "score": "100"})
}

#[tokio::test]
async fn many_barcodes_in_both_notations_are_one_request_without_near_misses() {
    let found = json!({"count": 3, "offset": 0, "releases": [
        pressing("a", "720642442524"), pressing("b", "0720642442524"), pressing("c", "724384260958"),
    ]});
    let server = Server::start(move |_| ok(&found.to_string())).await;
    let musicbrainz = catalogue("musicbrainz", &server);
    let (nevermind_release, unknown) = (upc("720642442524"), upc("5012394144777"));

    let provider_releases = musicbrainz.search_upcs(&[nevermind_release, unknown]).await.unwrap();

    let ids = provider_releases[&nevermind_release].iter().map(|release| release.id.id.as_str()).collect::<Vec<_>>();
    assert_eq!((ids, provider_releases[&nevermind_release][0].completeness), (vec!["a", "b"], Completeness::Summary));
    assert_eq!(provider_releases.get(&unknown).map_or(0, Vec::len), 0);
    let targets = server.targets();
    assert_eq!(targets.len(), 1, "{targets:?}");
    let query = asked_for(&targets[0], "query").unwrap();
    assert_eq!(query, "barcode:(720642442524 OR 0720642442524 OR 5012394144777)");
    assert_eq!(asked_for(&targets[0], "fmt").as_deref(), Some("json"));
    assert_eq!(asked_for(&targets[0], "limit").as_deref(), Some("100"));
}

#[tokio::test]
async fn further_pages_are_fetched() {
    let server = Server::start(|asked| {
        let page = if asked.target.contains("offset=100") {
            json!({"count": 101, "offset": 100, "releases": [pressing("last", "720642442524")]})
        } else {
            let full = (0..100).map(|n| pressing(&format!("r{n}"), "0720642442524")).collect::<Vec<_>>();
            json!({"count": 101, "offset": 0, "releases": full})
        };
        ok(&page.to_string())
    });
    let server = server.await;
    let provider_releases = catalogue("musicbrainz", &server).search_upcs(&[upc("720642442524")]).await.unwrap();
    assert_eq!(provider_releases[&upc("720642442524")].len(), 101);
    assert_eq!(server.targets().len(), 2);
}

#[tokio::test]
async fn a_merged_release_is_found_under_its_new_id() {
    let server = Server::start(|asked| {
        if asked.target.contains(OLD) {
            // As recorded: the redirect has the body of its target and leads to plain http.
            response(301, &[("Location", &format!("/release/{NEW}?fmt=json"))], &pressing(NEW, "").to_string())
        } else {
            ok(&pressing(NEW, "720642442524").to_string())
        }
    });
    let server = server.await;
    let provider_release =
        catalogue("musicbrainz", &server).fetch_release(&ReleaseId::new(MUSICBRAINZ, OLD)).await.unwrap().unwrap();
    assert_eq!((provider_release.id.id.as_str(), provider_release.completeness), (NEW, Completeness::Full));
    let asked = server.targets();
    assert!(asked[0].starts_with(&format!("/release/{OLD}?inc=")), "{asked:?}");
    let wanted = asked_for(&asked[0], "inc").unwrap();
    assert!(!wanted.contains("tags") && !wanted.contains("genres"), "their license excludes commercial use: {wanted}");
}

#[tokio::test]
async fn a_deleted_release_is_not_found() {
    let server = Server::start(|_| response(404, &[], r#"{"error":"Not Found"}"#)).await;
    let found = catalogue("musicbrainz", &server).fetch_release(&ReleaseId::new(MUSICBRAINZ, OLD)).await.unwrap();
    assert_eq!(found, None);
}

#[tokio::test]
async fn a_busy_service_is_retried_and_its_error_page_is_not_a_result() {
    let busy = "<html><head><title>503 Service Temporarily Unavailable</title></head></html>";
    let server = Server::start(move |asked| match asked.number {
        0 => response(503, &[], busy),
        _ => ok(&json!({"count": 1, "releases": [pressing("a", "720642442524")]}).to_string()),
    });
    let server = server.await;
    let provider_releases = catalogue("musicbrainz", &server).search_upcs(&[upc("720642442524")]).await.unwrap();
    assert_eq!((provider_releases[&upc("720642442524")].len(), server.targets().len()), (1, 2));

    let server = Server::start(move |_| response(503, &[], busy)).await;
    let error = catalogue("musicbrainz", &server).search_upcs(&[upc("720642442524")]).await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("503 Service Temporarily Unavailable"), "{error}");
}

#[tokio::test]
async fn an_unexpected_response_is_an_error_and_never_not_found() {
    for other in
        ["<html><title>Maintenance</title></html>", "{}", "[]", r#"{"error":"x"}"#, r#"{"releases":null}"#, "", "{"]
    {
        let server = Server::start(move |_| ok(other)).await;
        let musicbrainz = catalogue("musicbrainz", &server);
        let search = musicbrainz.search_upcs(&[upc("720642442524")]).await;
        assert!(matches!(search, Err(ProviderError::InvalidResponse { .. })), "{other}: {search:?}");
        let detail = musicbrainz.fetch_release(&ReleaseId::new(MUSICBRAINZ, OLD)).await;
        assert!(matches!(detail, Err(ProviderError::InvalidResponse { .. })), "{other}: {detail:?}");
    }
}

/// Buyers tell albums that are named after their artist apart by another name.
#[tokio::test]
async fn an_album_that_is_named_after_its_artist_has_the_name_that_buyers_use() {
    for (title, group, of_release, expected) in [
        ("Weezer", "Green Album", "", "Weezer (Green Album)"),
        ("Weezer", "", "the green album", "Weezer (Green Album)"),
        ("Weezer", "“The Black Album”", "", "Weezer (Black Album)"),
        ("Weezer", "Melt", "", "Weezer (Melt)"),
        ("Weezer", "", "Melt", "Weezer"),
        ("Weezer", "Debut", "", "Weezer"),
        ("Weezer", "debut album", "", "Weezer"),
        ("Weezer", "1994 album", "", "Weezer"),
        ("Pinkerton", "Green Album", "", "Pinkerton"),
    ] {
        let release = json!({
            "id": NEW, "title": title, "disambiguation": of_release, "release-group": {"disambiguation": group},
            "artist-credit": [{"name": "Weezer", "joinphrase": ""}], "media": [{"format": "CD", "track-count": 1}],
        });
        let server = Server::start(move |_| ok(&release.to_string())).await;
        let found = catalogue("musicbrainz", &server).fetch_release(&ReleaseId::new(MUSICBRAINZ, NEW)).await;
        assert_eq!(found.unwrap().unwrap().title.as_deref(), Some(expected), "{group} {of_release}");
    }
}

#[tokio::test]
async fn an_invalid_query_is_not_retried() {
    let server = Server::start(|_| response(400, &[], r#"{"error":"foobar is not a valid inc parameter"}"#)).await;
    let error = catalogue("musicbrainz", &server).fetch_release(&ReleaseId::new(MUSICBRAINZ, OLD)).await.unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("not a valid inc"), "{error}");
    assert_eq!(server.targets().len(), 1);
}

#[tokio::test]
async fn links_to_many_discogs_releases_are_found_in_one_request() {
    let url = |discogs: u64, mbid: &str| {
        json!({"id": mbid, "resource": format!("https://www.discogs.com/release/{discogs}"), "relations": [
            {"type": "discogs", "target-type": "release", "ended": false, "release": {"id": mbid, "title": "A"}},
            {"type": "discogs", "target-type": "release", "ended": true, "release": {"id": "ended", "title": "A"}},
            {"type": "other databases", "target-type": "release", "ended": false, "release": {"id": "other", "title": "A"}},
        ]})
    };
    let one = url(1, "a").to_string();
    let several = json!({"url-count": 2, "urls": [url(1, "a"), url(2, "b"), url(99, "not-asked-for")]}).to_string();
    let server = Server::start(move |request| match request.target.matches("resource=").count() {
        1 if request.target.contains("404") => response(404, &[], r#"{"error": "Not Found"}"#),
        1 => ok(&one),
        _ => ok(&several),
    })
    .await;
    let musicbrainz = catalogue("musicbrainz", &server);
    assert_eq!(musicbrainz.linked_provider(), Some(DISCOGS));
    let links = async |ids: &[&str]| {
        let ids = ids.iter().map(|id| ReleaseId::new(DISCOGS, *id)).collect::<Vec<_>>();
        let found = musicbrainz.find_links(&ids).await.unwrap();
        let of = |id: &ReleaseId| found.get(id).into_iter().flatten().map(|link| link.id.clone()).collect::<Vec<_>>();
        ids.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(links(&["1", "2", "3"]).await, [vec!["a".to_owned()], vec!["b".to_owned()], Vec::new()]);
    assert_eq!(links(&["1"]).await, [["a"]]);
    assert_eq!(links(&["404"]).await, [Vec::<String>::new()]);
    assert_eq!(server.requests().len(), 3);
    let target = &server.targets()[0];
    assert!(
        target.starts_with("/url?") && target.contains("resource=https%3A%2F%2Fwww.discogs.com%2Frelease%2F2"),
        "{target}"
    );
}
