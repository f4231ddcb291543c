//! The MusicBrainz JSON dump: what is imported and found, and what is rejected.

use std::io::{Cursor, Write as _};
use std::path::Path;

use catalog::{CatalogInfo, Database, DumpFile, ImportError, MusicBrainzCatalog, import_dump, remove_catalog};
use lzma_rust2::{XzOptions, XzWriter};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::dump::gzip;

const NEVERMIND: &str = "720642442524";
const OTHER: &str = "5099902987927";

fn mbid(number: u32) -> String {
    format!("5e7b0000-9abc-4def-8123-{number:012x}")
}

/// Returns a release in the format of the dump, including unused fields.
fn release(number: u32, artist: &str, title: &str, barcode: &str) -> Value {
    json!({
        "id": mbid(number), "title": title, "barcode": barcode, "date": "1991-09-24", "country": "US",
        "status": "Official", "quality": "normal", "packaging": "Jewel Case", "disambiguation": "", "asin": null,
        "annotation": "BY-NC-SA text", "tags": [{"name": "grunge by-nc-sa", "count": 4}], "genres": [],
        "artist-credit": [{"name": artist, "joinphrase": "", "artist": {"id": mbid(9), "name": artist, "sort-name": artist}}],
        "label-info": [{"catalog-number": format!("DGCD-{number}"), "label": {"id": mbid(8), "name": "DGC"}}],
        "cover-art-archive": {"artwork": true, "front": true, "back": false, "count": 1, "darkened": false},
        "release-group": {"id": mbid(7), "primary-type": "Album", "secondary-types": []},
        "media": [{"format": "CD", "position": 1, "track-count": 1, "tracks": [
            {"id": mbid(6), "number": "1", "position": 1, "title": "One", "length": 245_000,
             "recording": {"id": mbid(5), "title": "One", "relations": [{"type": "vocal"}]}},
        ]}],
        "relations": [
            {"type": "discogs", "ended": false, "url": {"id": mbid(4), "resource": format!("https://www.discogs.com/release/{}", 100 + number)}},
            {"type": "amazon asin", "ended": false, "url": {"id": mbid(3), "resource": "https://www.amazon.com/gp/product/B000003TA4"}},
        ],
    })
}

fn lines(releases: &[Value]) -> Vec<u8> {
    releases.iter().map(Value::to_string).collect::<Vec<_>>().join("\n").into_bytes()
}

/// Returns an archive in MusicBrainz' format, without compression.
fn archive(file: &str, content: &[u8]) -> Vec<u8> {
    archive_with_schema("1\n", file, content)
}

fn archive_with_schema(number: &str, file: &str, content: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let files: [(&str, &[u8]); 4] = [
        ("TIMESTAMP", b"2026-10-03 00:10:01.123456+00\n"),
        ("COPYING", b"CC0"),
        (file, content),
        ("JSON_DUMPS_SCHEMA_NUMBER", number.as_bytes()),
    ];
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, content).unwrap();
    }
    tar.into_inner().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut out = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn import(folder: &Path, bytes: Vec<u8>) -> Result<CatalogInfo, ImportError> {
    let date = "2026-10-03".parse().ok();
    import_dump(
        DumpFile::from_stream("release.tar.xz", Box::new(Cursor::new(bytes))).with_stated_date(date),
        folder,
        &mut |_| {},
    )
}

fn open(folder: &Path) -> MusicBrainzCatalog {
    MusicBrainzCatalog::open(folder).unwrap().unwrap()
}

fn titles(folder: &Path, code: &str) -> Vec<String> {
    let found = open(folder).releases_with_barcode(code.parse().unwrap()).unwrap();
    found.into_iter().map(|release| release.title).collect()
}

#[test]
fn numbers_of_tracks_are_imported() {
    let mut with_sides = release(1, "Nirvana", "Nevermind", NEVERMIND);
    let track = |number: &str| json!({"number": number, "title": "A title", "length": 1_000});
    let numbers = ["1", "2", "A1", "03", "5"];
    with_sides["media"] = json!([
        {"format": "CD", "track-count": 5, "pregap": track("0"), "tracks": numbers.map(track)},
        {"format": "CD", "track-count": 1, "tracks": [track("1")]},
    ]);
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), lines(&[with_sides])).unwrap();
    let json = open(folder.path()).release(&mbid(1)).unwrap().unwrap().to_api_json();
    let of = |medium: usize| {
        let tracks = json["media"][medium]["tracks"].as_array().unwrap().iter();
        tracks.map(|track| track["number"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((of(0), of(1)), (numbers.map(str::to_owned).to_vec(), vec!["1".to_owned()]));
    assert_eq!(json["media"][0]["pregap"]["number"], "0");
}

#[test]
fn every_format_of_the_dump_gives_the_same_catalog() {
    let mut unlinked = release(3, "A", "Neither barcode nor link", "");
    unlinked["relations"] = json!([]);
    unlinked["barcode"] = Value::Null;
    let mut linked = release(4, "Linked", "No barcode", "");
    linked["barcode"] = Value::Null;
    let plain =
        lines(&[release(1, "Nirvana", "Nevermind", NEVERMIND), release(2, "Björk", "Début", OTHER), unlinked, linked]);
    let tar = archive("mbdump/release", &plain);
    let with_line_end = [plain.clone(), b"\n".to_vec()].concat();
    let forms = [xz(&tar), gzip(&tar), tar, xz(&plain), gzip(&plain), with_line_end, plain];
    for (form, bytes) in forms.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let info = import(folder.path(), bytes).unwrap();
        assert_eq!(
            (info.database, info.releases_in_dump, info.releases, info.barcodes),
            (Database::MusicBrainz, 4, 3, 2)
        );
        assert_eq!(
            (info.skipped.without_barcode, info.skipped.broken, info.tells_front_covers),
            (1, 0, true),
            "{form}"
        );
        assert_eq!(titles(folder.path(), NEVERMIND), ["Nevermind"]);
        let catalog = open(folder.path());
        let found =
            |query: &str| catalog.find_releases(query, 9).unwrap().into_iter().map(|r| r.title).collect::<Vec<_>>();
        assert_eq!(found("dgcd 2"), ["Début"]);
        assert_eq!(found("bjork debut"), ["Début"]);
        assert_eq!(catalog.releases_linked_to(104).unwrap()[0].title, "No barcode");
        assert_eq!(catalog.release(&mbid(1)).unwrap().unwrap().title, "Nevermind");
        assert!(catalog.release(&mbid(5)).unwrap().is_none() && catalog.releases_linked_to(5).unwrap().is_empty());
        let bytes = std::fs::read(folder.path().join("musicbrainz.catalog")).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).to_lowercase().contains("by-nc-sa"), "only CC0 data is imported");
    }
}

#[test]
fn the_archive_has_its_date_and_a_file_of_lines_needs_one() {
    let folder = tempfile::tempdir().unwrap();
    let plain = lines(&[release(1, "Nirvana", "Nevermind", NEVERMIND)]);
    let dated = |name: &str, stated: Option<&str>, bytes: &[u8]| {
        let dump = DumpFile::from_stream(name, Box::new(Cursor::new(bytes.to_vec())));
        let dump = dump.with_stated_date(stated.map(|date| date.parse().unwrap()));
        import_dump(dump, folder.path(), &mut |_| {}).map(|info| info.dump_date.to_string())
    };
    let packed = xz(&archive("mbdump/release", &plain));
    assert!(matches!(dated("-", None, &plain), Err(ImportError::UnknownDate { .. })));
    assert_eq!(dated("-", Some("2026-10-01"), &plain).unwrap(), "2026-10-01");
    assert_eq!(dated("-", None, &packed).unwrap(), "2026-10-03");
    assert_eq!(dated("-", Some("2026-10-03"), &packed).unwrap(), "2026-10-03");
    assert_eq!(dated("20261004-001001.tar.xz", Some("2026-10-04"), &packed).unwrap(), "2026-10-04", "the name counts");
    for (name, stated) in [("-", "2026-10-04"), ("20261004-001001.tar.xz", "2026-10-03"), ("20261004", "2027-01-01")] {
        let error = dated(name, Some(stated), &packed).unwrap_err();
        assert!(matches!(error, ImportError::OtherDate { .. }) && error.is_input_error(), "{name}: {error}");
    }
}

#[test]
fn a_file_that_is_not_a_dump_is_described_although_its_date_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |bytes: Vec<u8>| {
        let dump = DumpFile::from_stream("release.tar.xz", Box::new(Cursor::new(bytes)));
        import_dump(dump, folder.path(), &mut |_| {}).unwrap_err()
    };
    let page = b"<html><head><title>403 Forbidden</title></head></html>".to_vec();
    for page in [page.clone(), xz(&page)] {
        let error = refused(page);
        assert!(
            matches!(&error, ImportError::NotReleases { found, .. } if found == "it begins with <html>"),
            "{error}"
        );
    }
    assert!(matches!(refused(Vec::new()), ImportError::Empty { .. }));
    let one = lines(&[release(1, "Nirvana", "Nevermind", NEVERMIND)]);
    for packed in [xz(&xz(&one)), xz(&super::dump::gzip(&one)), super::dump::gzip(&xz(&one))] {
        let error = refused(packed);
        assert!(
            matches!(&error, ImportError::NotReleases { found, .. } if found == "it is compressed twice"),
            "{error}"
        );
    }
}

#[test]
fn the_checksum_file_of_musicbrainz_is_verified() {
    let (folder, downloads) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bytes = xz(&archive("mbdump/release", &lines(&[release(1, "Nirvana", "Nevermind", NEVERMIND)])));
    let path = downloads.path().join("release.tar.xz");
    std::fs::write(&path, &bytes).unwrap();
    let sum = hex::encode(Sha256::digest(&bytes));
    for (sum, is_right) in [("0".repeat(64), false), (sum, true)] {
        let sums = format!("{} *artist.tar.xz\n{sum} *release.tar.xz\n", "1".repeat(64));
        std::fs::write(downloads.path().join("SHA256SUMS"), sums).unwrap();
        match import_dump(DumpFile::open(&path).unwrap(), folder.path(), &mut |_| {}) {
            Ok(info) => assert!(is_right && info.checksum_verified && info.dump_date.month() == "2026-10"),
            Err(error) => assert!(!is_right && matches!(error, ImportError::WrongChecksum { .. }), "{error}"),
        }
    }
}

#[test]
fn broken_lines_are_counted_and_reported_and_do_not_affect_others() {
    let good =
        [release(1, "Nirvana", "Nevermind", NEVERMIND), release(2, "A", "Other", OTHER)].map(|line| line.to_string());
    let broken = release(3, "A", "B", NEVERMIND);
    let with = |field: &str, value: Value| {
        let mut changed = broken.clone();
        changed[field] = value;
        changed.to_string()
    };
    let table = [
        ("no JSON", "hello".to_owned()),
        ("half a line", broken.to_string()[..300].to_owned()),
        ("two lines in one", format!("{broken}{broken}")),
        ("no id", with("id", Value::Null)),
        ("another id", with("id", json!("../../etc/passwd"))),
        ("a title of another type", with("title", json!(["B"]))),
        ("a list of another type", with("media", json!("CD"))),
        ("deep nesting", format!("{{\"id\":{}1{}}}", "[".repeat(500), "]".repeat(500))),
        ("66 MB", with("annotation", json!("x".repeat(66 << 20)))),
    ];
    for (name, line) in table {
        let folder = tempfile::tempdir().unwrap();
        let info =
            import(folder.path(), [&good[0], &line, &good[1]].map(String::as_str).join("\n").into_bytes()).unwrap();
        assert_eq!(info.skipped.broken, 1, "{name}: {:?}", info.skipped);
        assert!(info.skipped.broken_examples[0].starts_with("line 2: "), "{name}: {:?}", info.skipped.broken_examples);
        assert_eq!(
            (titles(folder.path(), NEVERMIND), titles(folder.path(), OTHER)),
            (vec!["Nevermind".into()], vec!["Other".into()])
        );
    }
}

#[test]
fn null_in_place_of_a_list_is_an_empty_list() {
    let folder = tempfile::tempdir().unwrap();
    let mut line = release(1, "Nirvana", "Nevermind", NEVERMIND);
    for field in ["label-info", "media", "artist-credit", "relations"] {
        line[field] = Value::Null;
    }
    let info = import(folder.path(), lines(&[line])).unwrap();
    assert_eq!((info.releases, info.skipped.broken), (1, 0), "{:?}", info.skipped);
    assert_eq!(titles(folder.path(), NEVERMIND), ["Nevermind"]);
}

#[test]
fn the_last_of_repeated_releases_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut without = release(2, "A", "No barcode any more", "");
    without["relations"] = json!([]);
    let all = [
        release(1, "Nirvana", "Old", NEVERMIND),
        release(2, "A", "Other", OTHER),
        release(1, "Nirvana", "Nevermind", NEVERMIND),
        without,
    ];
    let info = import(folder.path(), lines(&all)).unwrap();
    assert_eq!((info.releases_in_dump, info.releases, info.barcodes, info.skipped.repeated), (2, 1, 1, 2));
    assert_eq!(titles(folder.path(), NEVERMIND), ["Nevermind"]);
    assert_eq!(titles(folder.path(), OTHER), Vec::<String>::new());
}

/// Imports a dump that must be rejected. Returns the error after checking that the catalog in use is unchanged and no
/// other file remains.
fn refusal(bytes: Vec<u8>) -> ImportError {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), lines(&[release(1, "Nirvana", "Nevermind", NEVERMIND)])).unwrap();
    let before = std::fs::read(folder.path().join("musicbrainz.catalog")).unwrap();
    let error = import(folder.path(), bytes).unwrap_err();
    assert_eq!(std::fs::read(folder.path().join("musicbrainz.catalog")).unwrap(), before, "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "the catalog and the lock: {error}");
    error
}

#[test]
fn damaged_and_other_files_are_rejected() {
    let all = (1..=60).map(|number| release(number, "A", "B", NEVERMIND)).collect::<Vec<_>>();
    let plain = lines(&all);
    let tar = archive("mbdump/release", &plain);
    let packed = xz(&tar);
    for cut in [packed.len() - 1, packed.len() - 30, packed.len() / 2, 40, 7] {
        let error = refusal(packed[..cut].to_vec());
        assert!(matches!(error, ImportError::Damaged { .. }), "xz cut at {cut}: {error}");
    }
    let mut flipped = packed.clone();
    flipped[packed.len() / 2] ^= 4;
    assert!(matches!(refusal(flipped), ImportError::Damaged { .. }));
    // The compressed file is intact, but the archive in it is truncated.
    for cut in [tar.len() / 2, 512 * 3, 5_000] {
        let error = refusal(xz(&tar[..cut]));
        assert!(!error.fix().is_empty(), "tar cut at {cut}: {error}");
    }
    assert!(matches!(refusal(plain[..plain.len() / 2].to_vec()), ImportError::Truncated { .. }));
    assert!(matches!(refusal(plain[..plain.len() - 1].to_vec()), ImportError::Truncated { .. }));
    let artist = br#"{"id":"00000001-9abc-4def-8123-000000000001","name":"Nirvana","type":"Group"}"#;
    let others = [
        ("the archive of artists", xz(&archive("mbdump/artist", artist))),
        ("lines of artists", artist.to_vec()),
        ("an archive without a dump", xz(&archive("notes.txt", b"hello"))),
        ("bzip2", b"BZh91AY&SY and more".to_vec()),
    ];
    for (name, bytes) in others {
        let error = refusal(bytes);
        assert!(matches!(error, ImportError::NotReleases { .. }), "{name}: {error}");
    }
    let many_broken = [plain, vec![b'\n'; 1], b"{}\n".repeat(101), b"{}".to_vec()].concat();
    assert!(matches!(refusal(many_broken), ImportError::TooManyBroken { broken: 102, .. }));
}

#[test]
fn another_version_of_the_format_is_rejected() {
    let one = lines(&[release(1, "Nirvana", "Nevermind", NEVERMIND)]);
    let error = refusal(xz(&archive_with_schema("2\n", "mbdump/release", &one)));
    assert!(matches!(&error, ImportError::UnknownSchema { number, .. } if number == "2"), "{error}");
    assert_eq!(error.fix(), "update Draft Maker");
}

#[test]
fn a_line_that_is_not_utf_8_is_broken() {
    let folder = tempfile::tempdir().unwrap();
    let all = [release(1, "Nirvana", "Nevermind", NEVERMIND), release(2, "A", "X\u{1}", OTHER)];
    for bytes in [lines(&all), lines(&[all[1].clone(), all[0].clone()])] {
        let place = bytes.windows(6).position(|part| part == br"\u0001").unwrap();
        let bytes = [&bytes[..place], &[0xff], &bytes[place + 6..]].concat();
        let info = import(folder.path(), bytes).unwrap();
        assert_eq!((info.releases, info.skipped.broken), (1, 1), "{:?}", info.skipped);
        assert!(info.skipped.broken_examples[0].ends_with("its text is not valid UTF-8"), "{:?}", info.skipped);
        assert_eq!((titles(folder.path(), NEVERMIND).len(), titles(folder.path(), OTHER).len()), (1, 0));
    }
}

#[test]
fn every_rejection_says_what_to_do() {
    let one = lines(&[release(1, "Nirvana", "Nevermind", NEVERMIND)]);
    let packed = xz(&archive("mbdump/release", &one));
    let mut wrong_sum = packed.clone();
    let end = wrong_sum.len() - 14;
    wrong_sum[end] ^= 1;
    let page = b"<!DOCTYPE html><html><head><title>403 Forbidden</title></head></html>";
    let mut huge = packed.clone();
    // Sets the dictionary size in the header of the first block, which requires more memory than an import may use.
    huge[12..].iter_mut().take(12).for_each(|byte| *byte |= 0x25);
    let table = [
        ("nothing", Vec::new()),
        ("blank lines", b"\n\n\n".to_vec()),
        ("zeros", vec![0; 4_096]),
        ("a page of the server", page.to_vec()),
        ("a packed page of the server", xz(page)),
        ("packed twice", xz(&packed)),
        ("a wrong index", wrong_sum),
        ("an odd header", huge),
        ("zeros instead of the end", [&packed[..packed.len() - 40], &[0; 64]].concat()),
        ("an archive of Discogs' XML", xz(&archive("mbdump/release", b"<releases></releases>"))),
        ("an archive with no line", xz(&archive("mbdump/release", b""))),
        ("half of a line", one[..one.len() / 2].to_vec()),
        ("an array of JSON", [b"[".to_vec(), one.clone(), b"]".to_vec()].concat()),
        ("UTF-16", String::from_utf8(one).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ];
    for (name, bytes) in table {
        let error = refusal(bytes);
        assert!(!error.fix().is_empty(), "{name}: {error}");
    }
}

#[test]
fn a_dump_that_was_joined_with_itself_is_imported() {
    let packed = xz(&archive("mbdump/release", &lines(&[release(1, "Nirvana", "Nevermind", NEVERMIND)])));
    let folder = tempfile::tempdir().unwrap();
    let info = import(folder.path(), [packed.clone(), packed].concat()).unwrap();
    assert_eq!((info.releases_in_dump, info.releases, info.barcodes), (1, 1, 1));
    assert_eq!(titles(folder.path(), NEVERMIND), ["Nevermind"]);
}

#[test]
fn a_smaller_dump_is_refused_and_the_databases_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let all = (1..=10).map(|number| release(number, "A", "B", NEVERMIND)).collect::<Vec<_>>();
    import(folder.path(), lines(&all)).unwrap();
    assert!(matches!(
        import(folder.path(), lines(&all[..4])),
        Err(ImportError::Shrunk { releases: 4, previous: 10, .. })
    ));
    // The same number of releases, in a format in which neither barcodes nor links are found.
    let renamed = all.iter().map(|release| {
        let text = release.to_string().replace("discogs.com/", "discogs.example/");
        text.replace(NEVERMIND, "").into_bytes()
    });
    let renamed = renamed.collect::<Vec<_>>().join(&b'\n');
    let error = import(folder.path(), renamed).unwrap_err();
    assert!(matches!(error, ImportError::FewerBarcodes { stored: 0, previous: 10, .. }), "{error}");
    assert!(!error.is_damaged_file(), "another download would be the same");
    super::dump::import(folder.path(), super::dump::releases(&[]).into_bytes()).unwrap_err();
    let discogs = super::dump::release(1, "A", "Of Discogs", "", OTHER);
    super::dump::import(folder.path(), super::dump::releases(&[discogs]).into_bytes()).unwrap();
    assert_eq!(titles(folder.path(), NEVERMIND).len(), 10);
    assert!(titles(folder.path(), OTHER).is_empty());
    // The file of one database is not accepted under the name of the other.
    assert!(remove_catalog(folder.path(), Database::MusicBrainz).unwrap());
    std::fs::copy(folder.path().join("discogs.catalog"), folder.path().join("musicbrainz.catalog")).unwrap();
    assert!(MusicBrainzCatalog::open(folder.path()).is_err());
    assert!(remove_catalog(folder.path(), Database::MusicBrainz).unwrap());
    assert!(!remove_catalog(folder.path(), Database::MusicBrainz).unwrap());
    assert!(catalog::DiscogsCatalog::open(folder.path()).unwrap().is_some());
}

/// A file from before the disambiguation of release groups was stored.
#[test]
fn a_catalog_without_names_of_groups_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = include_bytes!("../data/musicbrainz_without_group_names.catalog");
    std::fs::write(folder.path().join("musicbrainz.catalog"), bytes).unwrap();
    let release = open(folder.path()).release(&mbid(1)).unwrap().unwrap();
    let json = release.to_api_json();
    assert_eq!((json["title"].as_str(), &json["release-group"]["disambiguation"]), (Some("Weezer"), &Value::Null));
    assert_eq!(json["media"][0]["tracks"][0]["artist-credit"][1]["name"], "Band", "the field before the added one");
}
