//! Which dumps are imported or rejected, and that a rejected dump leaves the catalog in use unchanged.

use std::io::{Cursor, Read};

use catalog::{DiscogsCatalog, DumpDate, DumpFile, ImportError, RemoveCatalogError, import_dump, remove_catalog};
use sha2::{Digest as _, Sha256};

use super::dump::{gzip, import, import_dated, release, releases};

const NEVERMIND: &str = "720642442524";

fn nevermind_release() -> String {
    release(1, "Nirvana", "Nevermind", "DGCD-24425", "7 20642-44252 4")
}

fn upc(text: &str) -> domain::upc::Upc {
    text.parse().unwrap()
}

fn titles(folder: &std::path::Path, code: &str) -> Vec<String> {
    let catalog = DiscogsCatalog::open(folder).unwrap().unwrap();
    catalog.releases_with_barcode(upc(code)).unwrap().into_iter().map(|release| release.title).collect()
}

#[test]
fn a_plain_and_a_compressed_dump_give_the_same_catalog() {
    for bytes in [releases(&[nevermind_release()]).into_bytes(), gzip(releases(&[nevermind_release()]).as_bytes())] {
        let folder = tempfile::tempdir().unwrap();
        let info = import(folder.path(), bytes).unwrap();
        assert_eq!((info.releases_in_dump, info.releases, info.barcodes), (1, 1, 1));
        assert_eq!(titles(folder.path(), NEVERMIND), ["Nevermind"]);
        assert_eq!(titles(folder.path(), "5099902987927"), Vec::<String>::new());
    }
}

#[test]
fn broken_releases_are_counted_and_reported_and_do_not_stop_the_import() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = vec![nevermind_release()];
    all.push(release(2, "A", "Mismatched <b></i>", "", "5099902987927"));
    // An unclosed release ends at the next start tag.
    all.push(release(3, "A", "Cut", "", "5099902987927").replace("</release>\n", ""));
    all.push(release(4, "A & B &c", "Ampersand &amp; &unknown; &#x07;", "", "5099902987927"));
    all.push(release(0, "A", "No number", "", "5099902987927").replace(r#"id="0""#, r#"id="x""#));
    all.push("<release id=\"5\" status=\"\"><title>No barcode</title></release>".to_owned());
    all.push(release(6, "A", "Invalid barcode", "", "none"));
    let info = import(folder.path(), releases(&all).into_bytes()).unwrap();
    assert_eq!((info.skipped.broken, info.skipped.without_barcode, info.skipped.without_valid_barcode), (3, 1, 1));
    let named = info.skipped.broken_examples.join("\n");
    assert!(named.contains("release 2: ") && named.contains("release 3: its end tag is missing"), "{named}");
    assert_eq!(titles(folder.path(), NEVERMIND), ["Nevermind"]);
    assert_eq!(titles(folder.path(), "5099902987927"), ["Ampersand & &unknown;"]);
}

#[test]
fn releases_that_discogs_does_not_show_are_counted_and_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let with_status =
        |id, title, status| release(id, "A", title, "", NEVERMIND).replace(r#""Accepted""#, &format!("\"{status}\""));
    let all = [
        with_status(1, "Accepted", "Accepted"),
        with_status(2, "Of a dump since 2026", ""),
        with_status(3, "Draft", "Draft"),
        with_status(4, "Deleted", "Deleted"),
        with_status(5, "Rejected", "Rejected"),
        with_status(6, "Deleted later", "Accepted"),
        with_status(6, "Deleted later", "Deleted"),
    ];
    let info = import(folder.path(), releases(&all).into_bytes()).unwrap();
    assert_eq!((info.releases_in_dump, info.releases, info.barcodes), (6, 2, 2));
    assert_eq!((info.skipped.not_accepted, info.skipped.without_valid_barcode), (4, 0));
    assert_eq!(titles(folder.path(), NEVERMIND), ["Accepted", "Of a dump since 2026"]);
    let catalog = DiscogsCatalog::open(folder.path()).unwrap().unwrap();
    assert!(catalog.find_releases("deleted later", 5).unwrap().is_empty());
    assert!(catalog.release(6).unwrap().is_none());
}

#[test]
fn the_last_of_repeated_releases_counts() {
    let folder = tempfile::tempdir().unwrap();
    let all = [
        nevermind_release(),
        release(2, "A", "Old", "", "5099902987927"),
        release(1, "Nirvana", "Nevermind (new)", "", NEVERMIND),
        release(2, "A", "Its barcode was wrong", "", "none"),
    ];
    let info = import(folder.path(), releases(&all).into_bytes()).unwrap();
    assert_eq!((info.releases_in_dump, info.releases, info.barcodes, info.skipped.repeated), (2, 1, 1, 2));
    assert_eq!(titles(folder.path(), NEVERMIND), ["Nevermind (new)"]);
    assert_eq!(titles(folder.path(), "5099902987927"), Vec::<String>::new());
    let catalog = DiscogsCatalog::open(folder.path()).unwrap().unwrap();
    assert_eq!(catalog.release(1).unwrap().unwrap().title, "Nevermind (new)");
    assert!(catalog.find_releases("old", 5).unwrap().is_empty());
}

#[test]
fn a_dump_that_was_joined_with_itself_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let once = gzip(releases(&[nevermind_release()]).as_bytes());
    let info = import(folder.path(), [once.clone(), once].concat()).unwrap();
    assert_eq!((info.releases_in_dump, info.releases, info.barcodes), (1, 1, 1));
    assert_eq!(titles(folder.path(), NEVERMIND), ["Nevermind"]);
}

#[test]
fn a_truncated_dump_is_rejected_and_leaves_the_catalog() {
    let folder = tempfile::tempdir().unwrap();
    let whole = releases(&[nevermind_release(), release(2, "A", "B", "", "5099902987927")]);
    import(folder.path(), whole.clone().into_bytes()).unwrap();
    let before = std::fs::read(folder.path().join("discogs.catalog")).unwrap();
    let end = whole.len() - "</releases>\n".len();
    for cut in [1, 12, 13, 40, end / 2, end - 1, end, end + 5] {
        let error = import(folder.path(), whole.as_bytes()[..cut].to_vec()).unwrap_err();
        assert!(!error.to_string().is_empty());
        let bytes = gzip(whole.as_bytes());
        import(folder.path(), bytes[..bytes.len() * cut / whole.len()].to_vec()).unwrap_err();
        assert_eq!(std::fs::read(folder.path().join("discogs.catalog")).unwrap(), before, "cut at {cut}");
        assert!(!folder.path().join("discogs.catalog.part").exists());
    }
}

#[test]
fn another_dump_and_another_file_are_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let artists = "<artists><artist><id>1</id></artist></artists>".repeat(5_000);
    let error = import(folder.path(), artists.into_bytes()).unwrap_err();
    assert!(matches!(&error, ImportError::NotReleases { found, .. } if found == "it begins with <artists>"), "{error}");
    assert!(matches!(import(folder.path(), Vec::new()), Err(ImportError::Empty { .. })));
    assert!(matches!(import(folder.path(), b"hello".to_vec()), Err(ImportError::Empty { .. })));
    assert!(matches!(import(folder.path(), releases(&[]).into_bytes()), Err(ImportError::Empty { .. })));
    assert!(DiscogsCatalog::open(folder.path()).unwrap().is_none());
}

#[test]
fn a_dump_with_less_than_half_of_the_releases_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let many = (1..=10).map(|id| release(id, "A", "B", "", NEVERMIND)).collect::<Vec<_>>();
    import_dated(folder.path(), releases(&many).into_bytes(), "2026-09-01").unwrap();
    let few = releases(&many[..4]).into_bytes();
    let error = import(folder.path(), few.clone()).unwrap_err();
    assert!(matches!(error, ImportError::Shrunk { releases: 4, previous: 10, .. }), "{error}");
    assert_eq!(DiscogsCatalog::open(folder.path()).unwrap().unwrap().info().dump_date.month(), "2026-09");
    assert!(remove_catalog(folder.path(), catalog::Database::Discogs).unwrap());
    import(folder.path(), few).unwrap();
}

#[test]
fn a_dump_with_too_many_broken_releases_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let broken = (1..=101).map(|id| release(id, "A", "<b></i>", "", NEVERMIND));
    let all = broken.chain([nevermind_release()]).collect::<Vec<_>>();
    let error = import(folder.path(), releases(&all).into_bytes()).unwrap_err();
    assert!(matches!(error, ImportError::TooManyBroken { broken: 101, .. }), "{error}");
}

#[test]
fn a_first_dump_in_which_nothing_can_be_found_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let unparsable = |id| release(id, "A", "<b></i>", "", NEVERMIND);
    let unnumbered = |_| release(0, "A", "B", "", NEVERMIND).replace(r#"id="0""#, r#"id="x""#);
    let (six, mixed) = ((1..=6).map(unparsable).collect::<Vec<_>>(), (1..=3).map(unnumbered));
    let mixed = mixed.chain([unparsable(1), nevermind_release()]).collect::<Vec<_>>();
    for (all, count) in [(six, 6), (mixed, 4)] {
        let error = import(folder.path(), releases(&all).into_bytes()).unwrap_err();
        assert!(matches!(error, ImportError::TooManyBroken { broken, .. } if broken == count), "{error}");
    }
    let without = (1..=6).map(|id| release(id, "A", "B", "", "none")).collect::<Vec<_>>();
    let error = import(folder.path(), releases(&without).into_bytes()).unwrap_err();
    assert!(matches!(error, ImportError::NoBarcodes { releases: 6, .. }), "{error}");
    assert!(DiscogsCatalog::open(folder.path()).unwrap().is_none());
}

#[test]
fn the_checksum_beside_the_dump_is_verified() {
    let (folder, downloads) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = downloads.path().join("discogs_20261001_releases.xml.gz");
    let bytes = gzip(releases(&[nevermind_release()]).as_bytes());
    std::fs::write(&path, &bytes).unwrap();
    let sum = hex::encode(Sha256::digest(&bytes));
    let checksums = downloads.path().join("discogs_20261001_CHECKSUM.txt");
    let lines = [
        (format!("{sum} *"), true),
        (format!("\u{feff}{sum} *"), true),
        (format!("{}  ", "0".repeat(64)), false),
        (format!("{sum}  ./"), true),
        (format!("{}  ./", "0".repeat(64)), false),
        (format!("{sum} */srv/dumps/"), true),
    ];
    for (line, is_right) in lines {
        std::fs::write(&checksums, format!("{line}discogs_20261001_releases.xml.gz\n")).unwrap();
        match import_dump(DumpFile::open(&path).unwrap(), folder.path(), &mut |_| {}) {
            Ok(info) => assert!(is_right && info.checksum_verified && info.dump_date.month() == "2026-10"),
            Err(error) => assert!(!is_right && matches!(error, ImportError::WrongChecksum { .. }), "{error}"),
        }
    }
    assert_eq!(titles(folder.path(), NEVERMIND), ["Nevermind"]);
}

#[test]
fn a_checksum_file_that_does_not_name_the_dump_is_reported() {
    let downloads = tempfile::tempdir().unwrap();
    let path = downloads.path().join("discogs_20261001_releases.xml.gz");
    std::fs::write(&path, gzip(releases(&[nevermind_release()]).as_bytes())).unwrap();
    assert_eq!(DumpFile::open(&path).unwrap().checksum_warning(), None, "there is no checksum file");
    let checksums = downloads.path().join("discogs_20261001_CHECKSUM.txt");
    let other = format!("{} *discogs_20261001_artists.xml.gz\n", "0".repeat(64));
    for text in ["<html><body>404</body></html>", "<a> discogs_20261001_releases.xml.gz", &other] {
        std::fs::write(&checksums, text).unwrap();
        let warning = DumpFile::open(&path).unwrap().checksum_warning().unwrap();
        assert!(
            warning.contains("discogs_20261001_CHECKSUM.txt names no discogs_20261001_releases.xml.gz"),
            "{warning}"
        );
    }
}

#[test]
fn an_older_dump_is_rejected_until_the_newer_catalog_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let dump = releases(&[nevermind_release()]).into_bytes();
    import_dated(folder.path(), dump.clone(), "2026-10-01").unwrap();
    let error = import_dated(folder.path(), dump.clone(), "2026-09-01").unwrap_err();
    assert!(
        matches!(error, ImportError::Older { .. }) && error.is_input_error() && !error.is_damaged_file(),
        "{error}"
    );
    import_dated(folder.path(), dump.clone(), "2026-10-01").unwrap();
    assert!(remove_catalog(folder.path(), catalog::Database::Discogs).unwrap());
    import_dated(folder.path(), dump, "2026-09-01").unwrap();
}

#[test]
fn a_catalog_is_not_removed_during_an_import() {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), releases(&[nevermind_release()]).into_bytes()).unwrap();
    let dump = releases(&[nevermind_release(), release(2, "A", "B", "", NEVERMIND)]);
    let dump =
        DumpFile::from_stream("-", Box::new(Cursor::new(dump))).with_stated_date("2026-10-01".parse::<DumpDate>().ok());
    let mut refusals = 0;
    import_dump(dump, folder.path(), &mut |_| {
        let removed = remove_catalog(folder.path(), catalog::Database::Discogs);
        assert!(matches!(removed, Err(RemoveCatalogError::Busy)), "{removed:?}");
        refusals += 1;
    })
    .unwrap();
    assert!(refusals > 0);
    assert!(remove_catalog(folder.path(), catalog::Database::Discogs).unwrap());
}

/// A stream whose connection fails after its content.
struct FailingStream(Cursor<Vec<u8>>);

impl Read for FailingStream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::Error::other("the connection was closed")),
            count => Ok(count),
        }
    }
}

#[test]
fn a_failed_connection_is_not_a_damaged_dump() {
    let folder = tempfile::tempdir().unwrap();
    let dump = releases(&[nevermind_release()]);
    for bytes in [dump.clone().into_bytes(), gzip(dump.as_bytes())[..40].to_vec()] {
        let stream = Box::new(FailingStream(Cursor::new(bytes)));
        let dump = DumpFile::from_stream("dump", stream).with_stated_date("2026-10-01".parse::<DumpDate>().ok());
        let error = import_dump(dump, folder.path(), &mut |_| {}).unwrap_err();
        assert!(matches!(error, ImportError::Interrupted { .. }) && !error.is_input_error(), "{error}");
        assert!(error.to_string().contains("the connection was closed"), "{error}");
    }
}

#[test]
fn an_open_catalog_stays_usable_while_a_newer_one_replaces_it() {
    let folder = tempfile::tempdir().unwrap();
    import_dated(folder.path(), releases(&[nevermind_release()]).into_bytes(), "2026-09-01").unwrap();
    let september = DiscogsCatalog::open(folder.path()).unwrap().unwrap();
    import(folder.path(), releases(&[release(2, "A", "B", "", "5099902987927")]).into_bytes()).unwrap();
    assert_eq!(september.releases_with_barcode(upc(NEVERMIND)).unwrap().len(), 1);
    assert_eq!(september.info().dump_date.month(), "2026-09");
    assert_eq!(titles(folder.path(), NEVERMIND), Vec::<String>::new());
}

#[test]
fn a_damaged_catalog_is_an_error_and_not_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), releases(&[nevermind_release()]).into_bytes()).unwrap();
    let path = folder.path().join("discogs.catalog");
    let bytes = std::fs::read(&path).unwrap();
    for cut in [0, 4, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        assert!(DiscogsCatalog::open(folder.path()).is_err(), "cut at {cut}");
    }
    let mut changed = bytes.clone();
    changed[20] ^= 1;
    std::fs::write(&path, changed).unwrap();
    let catalog = DiscogsCatalog::open(folder.path()).unwrap().unwrap();
    let error = catalog.releases_with_barcode(upc(NEVERMIND)).unwrap_err().to_string();
    assert!(error.contains("catalog of Discogs is damaged") && error.contains("catalog import FILE"), "{error}");
}
