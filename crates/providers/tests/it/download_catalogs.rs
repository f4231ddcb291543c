//! Deezer and iTunes over a socket: supporting evidence from download catalogs.

use domain::artwork::CoverLicense;
use providers::ProviderError;
use serde_json::json;

use super::{asked_for, catalogue, upc};
use testing::http_server::{Server, ok, response};

fn discovery(code: &str) -> String {
    json!({
        "id": "302127", "title": "Discovery", "upc": code, "nb_tracks": 14, "label": "Parlophone (France)",
        "release_date": "2001-03-07", "cover_xl": "https://cdn-images.dzcdn.net/images/cover/x/1000x1000.jpg",
        "contributors": [{"name": "Daft Punk", "role": "Main"}, {"name": "Somebody", "role": "Featured"}],
        "tracks": {"data": [{"title": "One More Time", "duration": "320"}, {"title": 7}, {"title": null}]},
    })
    .to_string()
}

#[tokio::test]
async fn deezer_is_searched_by_twelve_digits_and_the_response_verified() {
    let server = Server::start(|_| ok(&discovery("724384960650"))).await;
    let deezer = catalogue("deezer", &server);
    let found = deezer.search_upcs(&[upc("0724384960650")]).await.unwrap();
    let [album] = &found[&upc("724384960650")][..] else { panic!("{found:?}") };
    assert_eq!(album.artist.as_ref().unwrap().to_string(), "Daft Punk");
    let tracks = album.tracks.iter().map(|track| (track.title.as_str(), track.length_ms)).collect::<Vec<_>>();
    assert_eq!(tracks, [("One More Time", Some(320_000)), ("7", None)]);
    assert_eq!((&album.date, &album.format, album.labels.len()), (&None, &None, 0), "the values of a download");
    assert!(album.covers.iter().all(|cover| cover.license == CoverLicense::PreviewOnly));
    assert_eq!(server.targets(), ["/album/upc:724384960650"]);

    let other = Server::start(|_| ok(&discovery("5012394144777"))).await;
    let found = catalogue("deezer", &other).search_upcs(&[upc("724384960650")]).await.unwrap();
    assert_eq!(found.values().map(Vec::len).sum::<usize>(), 0);
}

#[tokio::test]
async fn errors_of_deezer_have_status_200() {
    let none = Server::start(|_| ok(r#"{"error":{"type":"DataException","message":"no data","code":800}}"#)).await;
    let found = catalogue("deezer", &none).search_upcs(&[upc("724384960650")]).await.unwrap();
    assert_eq!(found.values().map(Vec::len).sum::<usize>(), 0);

    for other in
        [r#"{"error":{"type":"OAuthException","message":"no token","code":200}}"#, r#"{"error":"x"}"#, "{}", "[]"]
    {
        let server = Server::start(move |_| ok(other)).await;
        let error = catalogue("deezer", &server).search_upcs(&[upc("724384960650")]).await.unwrap_err();
        assert!(matches!(error, ProviderError::InvalidResponse { .. }), "{other}: {error}");
    }
}

#[tokio::test]
async fn the_quota_of_deezer_is_waited_for() {
    let server = Server::start(|asked| match asked.number {
        0 => ok(r#"{"error":{"type":"Exception","message":"Quota limit exceeded","code":4}}"#),
        _ => ok(&discovery("724384960650")),
    });
    let server = server.await;
    let found = catalogue("deezer", &server).search_upcs(&[upc("724384960650")]).await.unwrap();
    assert_eq!(found[&upc("724384960650")].len(), 1);
    let asked = server.requests();
    assert!(asked[1].at.duration_since(asked[0].at) >= std::time::Duration::from_secs(5), "its window is 5 seconds");
}

fn ummagumma(picture: &str) -> String {
    let album = json!({"wrapperType": "collection", "collectionType": "Album", "collectionId": 704_274_439,
        "artistName": "Pink Floyd", "collectionName": "Ummagumma", "trackCount": 12, "collectionPrice": -1.0,
        "primaryGenreName": "Rock", "releaseDate": "1969-10-25T07:00:00Z", "artworkUrl100": picture});
    let track = |kind: &str, id: u64, name: &str| {
        json!({"wrapperType": "track", "kind": kind, "collectionId": id, "trackName": name, "trackNumber": 1,
               "discNumber": 2, "discCount": 2, "trackTimeMillis": 813_000})
    };
    let rows = [
        album,
        track("song", 704_274_439, "Sysyphus"),
        track("music-video", 704_274_439, "A film"),
        track("song", 5, "Of another album"),
    ];
    // As recorded: leading newlines, and a content type other than JSON.
    format!("\n\n\n{}", json!({"resultCount": rows.len(), "results": rows}))
}

#[tokio::test]
async fn an_itunes_result_has_a_barcode_only_in_its_image_address() {
    let body = ummagumma("https://is1-ssl.mzstatic.com/image/thumb/Music/v4/c0/74/825646493166.jpg/100x100bb.jpg");
    let server =
        Server::start(move |_| response(200, &[("Content-Type", "text/javascript; charset=utf-8")], &body)).await;
    let found = catalogue("itunes", &server).search_upcs(&[upc("825646493166")]).await.unwrap();
    let [album] = &found[&upc("825646493166")][..] else { panic!("{found:?}") };
    assert_eq!((album.title.as_deref(), &album.barcodes[..]), (Some("Ummagumma"), &[upc("825646493166")][..]));
    let tracks = album.tracks.iter().map(|t| (t.position.as_str(), t.title.as_str())).collect::<Vec<_>>();
    assert_eq!(tracks, [("2-1", "Sysyphus")]);
    assert_eq!((&album.date, album.samples.len(), album.covers[0].license), (&None, 0, CoverLicense::PreviewOnly));
    let target = &server.targets()[0];
    assert!(target.starts_with("/lookup?"), "{target}");
    assert_eq!(asked_for(target, "upc").as_deref(), Some("825646493166"));

    let body = ummagumma("https://is1-ssl.mzstatic.com/image/thumb/Music/v4/c0/74/source/100x100bb.jpg");
    let server = Server::start(move |_| ok(&body)).await;
    let found = catalogue("itunes", &server).search_upcs(&[upc("825646493166")]).await.unwrap();
    assert_eq!(found[&upc("825646493166")][0].barcodes, []);
}

#[tokio::test]
async fn itunes_without_results_or_with_errors() {
    let none = Server::start(|_| ok("\n{\"resultCount\":0,\"results\":[]}")).await;
    let found = catalogue("itunes", &none).search_upcs(&[upc("825646493166")]).await.unwrap();
    assert_eq!(found.values().map(Vec::len).sum::<usize>(), 0);

    let locked = Server::start(|_| response(403, &[], "")).await;
    let error = catalogue("itunes", &locked).search_upcs(&[upc("825646493166")]).await.unwrap_err();
    assert!(matches!(error, ProviderError::Http { .. }) && error.is_transient(), "{error}");

    for other in ["{}", "[]", "", "<html></html>"] {
        let server = Server::start(move |_| ok(other)).await;
        let error = catalogue("itunes", &server).search_upcs(&[upc("825646493166")]).await.unwrap_err();
        assert!(matches!(error, ProviderError::InvalidResponse { .. }), "{other}: {error}");
    }
}

#[tokio::test]
async fn search_results_of_both_are_complete() {
    let server = Server::start(|_| ok("{}")).await;
    for name in ["deezer", "itunes"] {
        let catalogue = catalogue(name, &server);
        assert!(catalogue.can_search() && catalogue.batch_size() == 1);
    }
}
