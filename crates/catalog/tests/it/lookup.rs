//! Lookups by barcode, catalog number and words, and the JSON of the Discogs API.

use catalog::{DiscogsCatalog, DiscogsRecord, TrackRecord};

use super::dump::{import, release, releases};

fn open(all: &[String]) -> (tempfile::TempDir, DiscogsCatalog) {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), releases(all).into_bytes()).unwrap();
    let catalog = DiscogsCatalog::open(folder.path()).unwrap().unwrap();
    (folder, catalog)
}

fn ids(catalog: &DiscogsCatalog, query: &str) -> Vec<u64> {
    catalog.find_releases(query, 10).unwrap().into_iter().map(|release| release.id).collect()
}

#[test]
fn releases_are_found_by_typed_queries() {
    let (_folder, catalog) = open(&[
        release(1, "Nirvana (2)", "Nevermind", "DGCD-24425", "720642442524"),
        release(2, "Björk", "Début", "TPLP 31", "5016958997823"),
        release(3, "Nirvana", "In Utero", "DGCD-24607", "720642460726"),
    ]);
    assert_eq!(ids(&catalog, "0 720642 442524"), [1]);
    assert_eq!(ids(&catalog, "dgcd 24425"), [1]);
    assert_eq!(ids(&catalog, "DGCD24607"), [3]);
    assert_eq!(ids(&catalog, "bjork debut"), [2]);
    assert_eq!(ids(&catalog, "nirvana"), [1, 3]);
    assert_eq!(ids(&catalog, "UTERO, Nirvana"), [3]);
    assert_eq!(ids(&catalog, "nirvana debut"), Vec::<u64>::new());
    assert_eq!(ids(&catalog, "nirvana and utero"), [3], "a title may have & instead");
    assert_eq!(ids(&catalog, "nirvana dgcd 24425"), [1], "artist and catalog number");
    assert_eq!(ids(&catalog, "DGCD-24607 nirvana"), [3]);
    assert_eq!(ids(&catalog, "A Label DGCD 24425"), [1], "label and catalog number");
    assert_eq!(ids(&catalog, "dgcd-24607 a label nirvana"), [3]);
    assert_eq!(ids(&catalog, "Other Label DGCD 24425"), Vec::<u64>::new());
    assert_eq!(ids(&catalog, "bjork dgcd 24425"), Vec::<u64>::new());
    assert_eq!(ids(&catalog, " - "), Vec::<u64>::new());
}

/// Files from before records were compressed, and from before index blocks had a checksum.
#[test]
fn catalogs_of_earlier_versions_are_read() {
    let earlier: [&[u8]; 2] = [
        include_bytes!("../data/discogs_uncompressed.catalog"),
        include_bytes!("../data/discogs_unchecked_index.catalog"),
    ];
    for bytes in earlier {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("discogs.catalog"), bytes).unwrap();
        let catalog = DiscogsCatalog::open(folder.path()).unwrap().unwrap();
        assert_eq!(ids(&catalog, "720642442524"), [1]);
        let release = catalog.release(1).unwrap().unwrap();
        assert_eq!((release.title.as_str(), release.tracks.len()), ("Nevermind", 1));
    }
}

/// A barcode with several pressings needs review. If damage hid one of them, the other would be drafted.
#[test]
fn damage_is_an_error_and_never_hides_a_release() {
    let code = "720642442524";
    let (folder, _) =
        open(&[release(1, "Nirvana", "Nevermind", "A 1", code), release(2, "Nirvana", "Nevermind", "A 2", code)]);
    let path = folder.path().join("discogs.catalog");
    let intact = std::fs::read(&path).unwrap();
    for place in 0..intact.len() {
        let mut damaged = intact.clone();
        damaged[place] ^= 1 << (place % 8);
        std::fs::write(&path, damaged).unwrap();
        let Ok(catalog) = DiscogsCatalog::open(folder.path()) else { continue };
        let found = catalog.unwrap().releases_with_barcode(code.parse().unwrap());
        assert!(found.is_err() || found.is_ok_and(|found| found.len() == 2), "byte {place} of {}", intact.len());
    }
}

/// More releases than fit into one index block, under one key and under many keys.
#[test]
fn all_of_many_releases_are_found() {
    let code = |id: u64| {
        let digits = format!("{:011}", 10_000_000_000 + id);
        (0..10).map(|check| format!("{digits}{check}")).find(|code| code.parse::<domain::upc::Upc>().is_ok()).unwrap()
    };
    let mut all = (1..=2_000).map(|id| release(id, "Many", "Album", &format!("C {id}"), &code(id))).collect::<Vec<_>>();
    all.extend((2_001..=2_700).map(|id| release(id, "Same", "Code", "S 1", "720642442524")));
    let (_folder, catalog) = open(&all);
    for id in 1..=2_000 {
        let found = catalog.releases_with_barcode(code(id).parse().unwrap()).unwrap();
        assert!(catalog.has_barcode_in_index(code(id).parse().unwrap()).unwrap());
        assert_eq!(found.iter().map(|release| release.id).collect::<Vec<_>>(), [id]);
        assert_eq!(ids(&catalog, &format!("c-{id}")), [id]);
        assert_eq!(catalog.release(id).unwrap().unwrap().id, id);
    }
    assert_eq!(catalog.releases_with_barcode("720642442524".parse().unwrap()).unwrap().len(), 700);
    assert!(!catalog.has_barcode_in_index(code(2_701).parse().unwrap()).unwrap());
    assert!(catalog.release(9_999).unwrap().is_none());
}

#[test]
fn a_record_that_compresses_unusually_well_is_read() {
    let title = "la ".repeat(100_000).trim_end().to_owned();
    let (_folder, catalog) =
        open(&[release(1, "Long", &title, "L 1", "720642442524"), release(2, "A", "B", "L 2", "")]);
    let found = catalog.releases_with_barcode("720642442524".parse().unwrap()).unwrap();
    assert_eq!(found[0].title, title);
}

#[test]
fn headings_are_tracks_without_position_and_duration() {
    let track = |position: &str, title: &str, sub_tracks| TrackRecord {
        position: position.into(),
        title: title.into(),
        duration: String::new(),
        sub_tracks,
    };
    let kinds = |tracks: Vec<TrackRecord>| {
        let json = DiscogsRecord { tracks, ..DiscogsRecord::default() }.to_api_json();
        let kind = |track: &serde_json::Value| track["type_"].as_str().unwrap().to_owned();
        json["tracklist"].as_array().unwrap().iter().map(kind).collect::<Vec<_>>()
    };
    let index = track("", "Suite", vec![track("2a", "I", Vec::new())]);
    let mixed = vec![track("", "Side A", Vec::new()), track("1", "One", Vec::new()), index];
    assert_eq!(kinds(mixed), ["heading", "track", "index"]);
    assert_eq!(kinds(vec![track("", "One", Vec::new()), track("", "Two", Vec::new())]), ["track", "track"]);
}
