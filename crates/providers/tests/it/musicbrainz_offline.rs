//! MusicBrainz with an offline catalog: a line of the dump is parsed like a response of the web service.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalog::{DumpFile, import_dump};
use domain::provider_release::ProviderRelease;
use domain::release::ReleaseId;
use providers::{ALL, DISCOGS, MUSICBRAINZ, ReleaseCatalog, UpstreamClients};
use serde_json::{Value, json};

use super::{at, http, upc};
use testing::http_server::{Server, ok};

const MBID: &str = "20b2dd9a-cee1-4767-8bc1-5b3b08cfcae5";

/// Returns a release with every field that the parser reads.
fn release() -> Value {
    json!({
        "id": MBID, "title": "無罪モラトリアム", "barcode": "4988006154230", "date": "1999-02-24", "country": "JP",
        "status": "Official", "packaging": "Jewel Case", "disambiguation": "first press",
        "text-representation": {"language": "jpn", "script": "Jpan"},
        "artist-credit": [
            {"name": "椎名林檎", "joinphrase": " & ", "artist": {"id": "a", "name": "椎名林檎", "sort-name": "Sheena, Ringo"}},
            {"name": "Orchestra", "joinphrase": "", "artist": {"id": "b", "name": "Orchestra", "sort-name": "Orchestra"}},
        ],
        "label-info": [{"catalog-number": "TOCT-24065", "label": {"id": "c", "name": "EMI"}}, {"catalog-number": null, "label": null}],
        "release-group": {"id": "d", "primary-type": "Album", "secondary-types": ["Compilation"]},
        "cover-art-archive": {"artwork": true, "front": true, "back": true, "count": 3, "darkened": false},
        "media": [
            {"format": "Hybrid SACD (CD layer)", "position": 1, "track-count": 2, "pregap": {"number": "0", "title": "Hidden", "length": 5_000},
             "tracks": [{"number": "1", "position": 1, "title": "正しい街", "length": 231_000, "artist-credit": [{"name": "Band", "joinphrase": " & "}, {"joinphrase": "", "artist": {"name": "Choir"}}]}, {"number": "2", "position": 2, "title": "歌舞伎町の女王", "length": null}]},
            {"format": "Hybrid SACD (SACD layer)", "position": 2, "track-count": 2, "tracks": []},
            {"format": null, "position": 3, "track-count": 1, "tracks": [{"number": "A1", "position": 1, "title": "Live", "length": 1}]},
        ],
        "relations": [
            {"type": "discogs", "ended": false, "url": {"id": "e", "resource": "https://www.discogs.com/release/249504"}},
            {"type": "discogs", "ended": true, "url": {"id": "f", "resource": "https://www.discogs.com/release/7"}},
            {"type": "conductor", "ended": false, "target-credit": "Saito", "artist": {"id": "g", "name": "Neko Saito", "sort-name": "Saito, Neko"}},
            {"type": "mix", "ended": false, "target-credit": "", "artist": {"id": "h", "name": "Uni Inoue", "sort-name": "Inoue, Uni"}},
        ],
    })
}

fn connect(folder: Option<&Path>, server: &Server) -> Arc<dyn ReleaseCatalog> {
    let factory = ALL.iter().find(|factory| factory.name == MUSICBRAINZ).unwrap();
    let clients = UpstreamClients { http: &http(), ebay: None, catalog_folder: folder };
    (factory.connect)(&at(&server.address()), &clients).unwrap().catalog.unwrap()
}

fn import(folder: &Path, lines: &[String]) {
    let date = "2026-10-01".parse().ok();
    let dump = DumpFile::from_stream("-", Box::new(Cursor::new(lines.join("\n")))).with_stated_date(date);
    import_dump(dump, folder, &mut |_| {}).unwrap();
}

/// Returns the release as read from the offline copy and from the web service.
async fn from_copy_and_service(json: &Value) -> (ProviderRelease, ProviderRelease) {
    let answer = json.to_string();
    let line = answer.clone();
    let server = Server::start(move |_| ok(&answer)).await;
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), &[line]);
    let id = ReleaseId::new(MUSICBRAINZ, json["id"].as_str().unwrap());
    let copied = connect(Some(folder.path()), &server).copied_release(&id).await.unwrap();
    assert_eq!(server.requests().len(), 0);
    let fetched = connect(None, &server).fetch_release(&id).await.unwrap().unwrap();
    (copied, fetched)
}

#[tokio::test]
async fn a_line_of_the_dump_equals_the_response_of_the_service() {
    let (copied, fetched) = from_copy_and_service(&release()).await;
    assert_eq!(copied.source().as_str(), "musicbrainz dump 2026-10");
    assert_eq!(ProviderRelease { snapshot: None, ..copied.clone() }, fetched);
    assert_eq!((copied.has_front_cover, copied.tracks.len(), copied.links.len()), (Some(true), 4, 1));
    assert!(copied.credits.len() == 1 && copied.latin_artist.is_some(), "{copied:?}");
    let artists = copied.tracks.iter().filter_map(|track| track.artist.as_deref()).collect::<Vec<_>>();
    assert_eq!(artists, ["Band & Choir"]);
}

/// The service names an album that has the name of its artist in the release group.
#[tokio::test]
async fn the_name_of_a_release_group_is_in_the_copy() {
    let mut weezer = release();
    weezer["title"] = json!("Weezer");
    weezer["artist-credit"] = json!([{"name": "Weezer", "joinphrase": "", "artist": {"id": "a", "name": "Weezer"}}]);
    for (group, expected) in
        [(json!("Green Album"), "Weezer (Green Album)"), (json!(""), "Weezer"), (Value::Null, "Weezer")]
    {
        weezer["release-group"]["disambiguation"] = group;
        let (copied, fetched) = from_copy_and_service(&weezer).await;
        assert_eq!(copied.title.as_deref(), Some(expected));
        assert_eq!(ProviderRelease { snapshot: None, ..copied }, fetched);
    }
}

/// Compares recorded responses of the web service. Skipped if there are none.
#[tokio::test]
async fn recorded_responses_are_equal_when_read_from_a_dump() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/musicbrainz");
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is absent", folder.display());
        return;
    };
    let mut compared = 0;
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    for path in paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let Ok(mut json) = serde_json::from_slice::<Value>(&std::fs::read(&path).unwrap()) else { continue };
        if !(json["id"].is_string() && json["media"].is_array() && json["title"].is_string()) {
            continue;
        }
        // A dump contains only releases with a barcode; the other fields are compared here.
        json["barcode"] = json!(json["barcode"].as_str().filter(|code| !code.is_empty()).unwrap_or("720642442524"));
        let (copied, fetched) = from_copy_and_service(&json).await;
        let has_front_cover = fetched.has_front_cover.filter(|has| *has);
        let copied_front = copied.has_front_cover.filter(|has| *has);
        assert_eq!(copied_front, has_front_cover, "{}", path.display());
        let without = |release: ProviderRelease| ProviderRelease { snapshot: None, has_front_cover: None, ..release };
        assert_eq!(without(copied), without(fetched), "{}", path.display());
        compared += 1;
    }
    assert!(compared >= 20, "{compared}");
}

#[tokio::test]
async fn the_copy_has_searches_and_links_but_covers_only_if_known() {
    let server = Server::start(|_| ok("{}")).await;
    let folder = tempfile::tempdir().unwrap();
    let mut no_barcode = release();
    no_barcode["id"] = json!("11111111-cee1-4767-8bc1-5b3b08cfcae5");
    no_barcode["barcode"] = Value::Null;
    no_barcode["relations"] =
        json!([{"type": "discogs", "url": {"resource": "https://www.discogs.com/release/55-Title"}}]);
    let mut no_cover = release();
    no_cover["id"] = json!("22222222-cee1-4767-8bc1-5b3b08cfcae5");
    no_cover["barcode"] = json!("720642442524");
    no_cover["cover-art-archive"]["front"] = json!(false);
    import(folder.path(), &[release(), no_barcode.clone(), no_cover.clone()].map(|json| json.to_string()));
    let copy = connect(Some(folder.path()), &server);
    let code = upc("4988006154230");
    let found = copy.search_copy(&[code, upc("5099902987927")]).await;
    assert_eq!((found.len(), found[&code][0].id.id.as_str()), (1, MBID));
    let ids = ["249504", "55", "7"].map(|id| ReleaseId::new(DISCOGS, id));
    let links = copy.find_links_in_copy(&ids).await;
    assert_eq!(links[&ids[1]], [ReleaseId::new(MUSICBRAINZ, "11111111-cee1-4767-8bc1-5b3b08cfcae5")]);
    assert!(links.contains_key(&ids[0]) && !links.contains_key(&ids[2]), "an ended link does not count: {links:?}");
    let cover = async |folder: &Path| {
        let code = upc("720642442524");
        connect(Some(folder), &server).search_copy(&[code]).await[&code][0].has_front_cover
    };
    assert_eq!(cover(folder.path()).await, Some(false));
    let without_flags = tempfile::tempdir().unwrap();
    import(without_flags.path(), &[no_cover.to_string()]);
    assert_eq!(
        cover(without_flags.path()).await,
        None,
        "no release of this dump has a front cover, so the dump has no cover data"
    );
    assert_eq!(server.requests().len(), 0);
}
