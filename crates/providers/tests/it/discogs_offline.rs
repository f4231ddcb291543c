//! Discogs with an offline catalog: releases in the dump are not requested, and are parsed like API responses.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use catalog::{DumpFile, import_dump};
use domain::release::{Release, ReleaseId};
use pipeline::ProviderGateway;
use providers::{ALL, ConnectedProvider, DISCOGS, ReleaseCatalog, Settings, UpstreamClients};
use serde_json::json;
use store::response_cache::ResponseCache;

use super::{at, http, upc, with_key};
use testing::http_server::{Server, ok};

const DUMP: &str = r#"<releases><release id="249504" status="Accepted"><artists><artist><id>1</id><name>Rick Astley (2)</name><anv>Rick Astley*</anv><join/></artist></artists><title>Never Gonna Give You Up</title><labels><label name="RCA" catno="PB 41447" id="5"/></labels><formats><format name="Vinyl" qty="1" text=""><descriptions><description>7"</description><description>45 RPM</description></descriptions></format></formats><genres><genre>Electronic</genre><genre>Stage &amp; Screen</genre></genres><styles><style>Synth-pop</style></styles><country>UK</country><released>1987-07-00</released><tracklist><track><position/><title>Side A</title><duration/></track><track><position>A</position><title>Never Gonna Give You Up</title><duration>3:32</duration></track><track><position/><title>Medley</title><duration/><sub_tracks><track><position>B1</position><title>One</title><duration>1:00</duration></track><track><position>B2</position><title>Two</title><duration>2:00</duration><artists><artist><id>2</id><name>Band (3)</name><anv/><join>&amp;</join></artist><artist><id>3</id><name>Choir</name><anv/><join/></artist></artists></track></sub_tracks></track></tracklist><notes>Promotional copy, not for sale. Recorded in London.</notes><extraartists><artist><id>4</id><name>Composer</name><anv/><role>Music By</role></artist><artist><id>5</id><name>Mixer</name><anv/><role>Mixed By</role></artist></extraartists><identifiers><identifier type="Barcode" value="5 012394 144777" description=""/></identifiers></release></releases>"#;

/// Returns the same release as an API response, with its price.
fn api_release() -> String {
    json!({
        "id": 249_504, "status": "Accepted", "title": "Never Gonna Give You Up", "country": "UK", "released": "1987-07-00",
        "artists": [{"name": "Rick Astley (2)", "anv": "Rick Astley*", "join": ""}],
        "labels": [{"name": "RCA", "catno": "PB 41447"}],
        "formats": [{"name": "Vinyl", "qty": "1", "text": "", "descriptions": ["7\"", "45 RPM"]}],
        "genres": ["Electronic", "Stage & Screen"], "styles": ["Synth-pop"],
        "tracklist": [
            {"position": "", "type_": "heading", "title": "Side A", "duration": ""},
            {"position": "A", "type_": "track", "title": "Never Gonna Give You Up", "duration": "3:32"},
            {"position": "", "type_": "index", "title": "Medley", "duration": "", "sub_tracks": [
                {"position": "B1", "type_": "track", "title": "One", "duration": "1:00"},
                {"position": "B2", "type_": "track", "title": "Two", "duration": "2:00", "artists": [
                    {"name": "Band (3)", "anv": "", "join": "&"}, {"name": "Choir", "anv": "", "join": ""},
                ]},
            ]},
        ],
        "notes": "Promotional copy, not for sale. Recorded in London.",
        "extraartists": [
            {"name": "Composer", "anv": "", "role": "Music By"}, {"name": "Mixer", "anv": "", "role": "Mixed By"},
        ],
        "identifiers": [{"type": "Barcode", "value": "5 012394 144777", "description": ""}],
        "lowest_price": 4.5, "num_for_sale": 7,
    })
    .to_string()
}

fn import(folder: &Path, date: &str) {
    let dump = DumpFile::from_stream("-", Box::new(Cursor::new(DUMP))).with_stated_date(date.parse().ok());
    import_dump(dump, folder, &mut |_| {}).unwrap();
}

fn connect(settings: &Settings) -> ConnectedProvider {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), "2026-10-01");
    // An open catalog stays readable after its folder is deleted.
    connect_over(folder.path(), settings)
}

fn connect_over(folder: &Path, settings: &Settings) -> ConnectedProvider {
    let factory = ALL.iter().find(|factory| factory.name == DISCOGS).unwrap();
    let clients = UpstreamClients { http: &http(), ebay: None, catalog_folder: Some(folder) };
    (factory.connect)(settings, &clients).unwrap()
}

#[tokio::test]
async fn a_release_in_the_dump_equals_the_api_response_without_a_request() {
    let server = Server::start(|_| ok(&api_release())).await;
    let id = ReleaseId::new(DISCOGS, "249504");
    let discogs = connect(&at(&server.address())).catalog.unwrap();
    let code = upc("5012394144777");
    let found = discogs.search_copy(&[code]).await.remove(&code).unwrap();
    let fetched = discogs.copied_release(&id).await.unwrap();
    assert_eq!(server.requests().len(), 0);
    assert_eq!(found, std::slice::from_ref(&fetched));
    assert_eq!(fetched.source().as_str(), "discogs dump 2026-10");

    let mut from_api = super::catalogue("discogs", &server).fetch_release(&id).await.unwrap().unwrap();
    from_api.samples.clear();
    from_api.snapshot.clone_from(&fetched.snapshot);
    assert_eq!(fetched, from_api);
    let artists = fetched.tracks.iter().map(|track| track.artist.as_deref()).collect::<Vec<_>>();
    assert_eq!(artists, [None, None, Some("Band & Choir")]);
    assert_eq!(
        (fetched.credits.len(), fetched.notes.as_slice()),
        (1, ["Promotional copy, not for sale".to_owned()].as_slice())
    );
}

#[tokio::test]
async fn a_release_missing_from_the_dump_is_requested() {
    let server = Server::start(|request| {
        let is_search = request.target.contains("/database/search");
        let found = json!({"results": [{"id": 7, "title": "A - B", "barcode": ["720642442524"]}]}).to_string();
        ok(&if is_search { found } else { json!({"id": 7, "title": "B"}).to_string() })
    })
    .await;
    let discogs = connect(&with_key(at(&server.address()), "a-token")).catalog.unwrap();
    let code = upc("720642442524");
    assert!(discogs.search_copy(&[code]).await.is_empty());
    assert!(discogs.copied_release(&ReleaseId::new(DISCOGS, "7")).await.is_none());
    let found = discogs.search_upcs(&[code]).await.unwrap().remove(&code).unwrap();
    assert_eq!((found[0].id.id.as_str(), found[0].source()), ("7", DISCOGS));
    assert_eq!(discogs.fetch_release(&found[0].id).await.unwrap().unwrap().title.as_deref(), Some("B"));
    assert_eq!(server.requests().len(), 2);

    // A search is not possible without a token, so only the catalog is used.
    let without_token = connect(&at(&server.address())).catalog.unwrap();
    assert!(without_token.has_copy() && !without_token.can_search());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_later_import_is_used_by_new_jobs() {
    let server = Server::start(|_| ok(&api_release())).await;
    let folder = tempfile::tempdir().unwrap();
    let code = upc("5012394144777");
    let without = connect_over(folder.path(), &at(&server.address())).catalog.unwrap();
    assert!(!without.has_copy() && without.with_current_copy().is_none());
    import(folder.path(), "2026-09-01");
    let september = without.with_current_copy().unwrap();
    assert!(september.with_current_copy().is_none());
    import(folder.path(), "2026-10-01");
    let october = september.with_current_copy().unwrap();
    let source = async |discogs: &Arc<dyn ReleaseCatalog>| {
        discogs.search_copy(&[code]).await.remove(&code).map(|found| found[0].source().as_str().to_owned())
    };
    assert_eq!(source(&without).await, None);
    assert_eq!(source(&september).await.as_deref(), Some("discogs dump 2026-09"));
    assert_eq!(source(&october).await.as_deref(), Some("discogs dump 2026-10"));
    std::fs::remove_file(folder.path().join("discogs.catalog")).unwrap();
    assert!(!october.with_current_copy().unwrap().has_copy());
}

#[tokio::test]
async fn the_lowest_price_missing_from_the_dump_is_fetched_with_and_without_a_token() {
    let server = Server::start(|_| ok(&api_release())).await;
    let release = Release { ids: vec![ReleaseId::new(DISCOGS, "249504")], ..Release::default() };
    for settings in [at(&server.address()), with_key(at(&server.address()), "a-token")] {
        let market = connect(&settings).price_guide.unwrap().fetch_market_status(&release).await.unwrap().unwrap();
        assert!(!market.blocked_from_sale);
        assert_eq!(market.asks.iter().map(|ask| ask.price.minor).collect::<Vec<_>>(), [450]);
    }
    let without_token = connect(&at(&server.address())).price_guide.unwrap();
    assert!(!without_token.can_fetch_samples());
    assert_eq!(server.requests().len(), 2);
}

/// A batch keeps the copy with which it started, and a cached "not found" does not hide a copy imported later.
#[tokio::test]
async fn a_job_that_starts_after_an_import_reads_the_new_catalog_and_a_running_one_does_not() {
    let server = Server::start(|_| ok(r#"{"results": []}"#)).await;
    let folder = tempfile::tempdir().unwrap();
    let code = upc("5012394144777");
    let connected = connect_over(folder.path(), &with_key(at(&server.address()), "a-token"));
    let gateway = ProviderGateway::new(vec![connected], ResponseCache::open_in_memory().await.unwrap());
    let running = Arc::new(gateway).for_new_job();
    let titles = async |gateway: &ProviderGateway| {
        let found = gateway.search_upc(code, None).await.remove(0).1.unwrap();
        found.into_iter().map(|release| release.title.unwrap()).collect::<Vec<_>>()
    };
    assert!(titles(&running).await.is_empty());
    let asked = server.requests().len();
    assert_eq!(asked, 2, "both fields are searched");
    import(folder.path(), "2026-10-01");
    assert!(titles(&running).await.is_empty());
    let new = running.for_new_job();
    assert_eq!(titles(&new).await, ["Never Gonna Give You Up"]);
    assert!(Arc::ptr_eq(&new, &running.for_new_job()), "an import is detected once");
    assert_eq!(server.requests().len(), asked, "the response is cached, and after that the catalog has the release");
}

/// A response of the service is newer than the dump, and is used as long as the terms allow.
#[tokio::test]
async fn a_cached_response_of_the_service_outweighs_the_dump() {
    let server = Server::start(|request| {
        let is_search = request.target.contains("/database/search");
        let result = json!({"id": 249_504, "title": "Rick Astley - A Later Title", "barcode": ["5012394144777"]});
        let found = json!({ "results": [result] }).to_string();
        ok(&if is_search { found } else { json!({"id": 249_504, "title": "A Later Title"}).to_string() })
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let connected = connect_over(folder.path(), &with_key(at(&server.address()), "a-token"));
    let gateway = ProviderGateway::new(vec![connected], ResponseCache::open_in_memory().await.unwrap());
    let (before, id) = (Arc::new(gateway).for_new_job(), ReleaseId::new(DISCOGS, "249504"));
    let titles = async |gateway: &ProviderGateway| {
        let found = gateway.search_upc(upc("5012394144777"), None).await.remove(0).1.unwrap().remove(0);
        let fetched = gateway.fetch_release(&id).await.unwrap().unwrap();
        [found, fetched].map(|release| (release.title.clone().unwrap(), release.source()))
    };
    let answered = titles(&before).await;
    assert_eq!(answered, [("A Later Title".to_owned(), DISCOGS), ("A Later Title".to_owned(), DISCOGS)]);
    let asked = server.requests().len();
    import(folder.path(), "2026-10-01");
    let after = before.for_new_job();
    assert!(!Arc::ptr_eq(&before, &after), "the dump is in use");
    assert_eq!(titles(&after).await, answered);
    assert_eq!(server.requests().len(), asked);
}
