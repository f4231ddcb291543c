//! Damaged and unusual dumps: what is imported, and what is rejected.

use catalog::{DiscogsCatalog, ImportError};

use super::dump::{gzip, import, release, releases};

const NEVERMIND: &str = "720642442524";
const OTHER: &str = "5099902987927";

fn nevermind_release() -> String {
    release(1, "Nirvana", "Nevermind", "DGCD-24425", NEVERMIND)
}

/// Imports a dump. Returns its number of releases, its number of broken releases, and the titles under both barcodes.
fn imported(bytes: Vec<u8>) -> (u64, u64, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let info = import(folder.path(), bytes).unwrap();
    let catalog = DiscogsCatalog::open(folder.path()).unwrap().unwrap();
    let found = [NEVERMIND, OTHER].map(|code| catalog.releases_with_barcode(code.parse().unwrap()).unwrap());
    let titles = found.into_iter().flatten().map(|release| release.title).collect();
    (info.releases_in_dump, info.skipped.broken, titles)
}

fn refusal(bytes: Vec<u8>) -> ImportError {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), releases(&[nevermind_release()]).into_bytes()).unwrap();
    let before = std::fs::read(folder.path().join("discogs.catalog")).unwrap();
    let error = import(folder.path(), bytes).unwrap_err();
    assert_eq!(std::fs::read(folder.path().join("discogs.catalog")).unwrap(), before, "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "the catalog and the lock: {error}");
    error
}

/// Counts of an import (releases, broken records), and the titles that can be found.
type ImportedDump = (u64, u64, Vec<String>);

#[test]
fn odd_dumps_are_imported() {
    let other = release(2, "A", "B", "", OTHER);
    let whole = releases(&[nevermind_release(), other.clone()]);
    let both = |title: &str| (2, 0, vec!["Nevermind".to_owned(), title.to_owned()]);
    let with = |from: &str, to: &str| releases(&[nevermind_release(), other.replace(from, to)]).into_bytes();
    let title = "<title>B</title>";
    let table: [(&str, Vec<u8>, ImportedDump); 10] = [
        ("a byte order mark", format!("\u{feff}{whole}").into_bytes(), both("B")),
        ("an XML declaration", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{whole}").into_bytes(), both("B")),
        ("line ends of Windows", whole.replace('\n', "\r\n").into_bytes(), both("B")),
        ("one line", whole.replace('\n', " ").into_bytes(), both("B")),
        ("no root element", [nevermind_release(), other.clone()].concat().into_bytes(), both("B")),
        ("CDATA", with(title, "<title><![CDATA[B <b> & c]]></title>"), both("B <b> & c")),
        ("a comment", with(title, "<!-- <release id=\"9\"> in a comment --><title>B</title>"), both("B")),
        ("two titles", with(title, "<title>B</title><title>C</title>"), both("B")),
        ("several gzip members", [gzip(&whole.as_bytes()[..50]), gzip(&whole.as_bytes()[50..])].concat(), both("B")),
        ("an unknown element", with(title, "<new><deep>1</deep></new><title>B</title>"), both("B")),
    ];
    for (name, bytes, expected) in table {
        // A start tag in a comment looks like a release without an end; only the text that the comment hides is
        // broken.
        if name == "a comment" {
            let (seen, broken, titles) = imported(bytes);
            assert_eq!((seen, titles[0].as_str()), (2, "Nevermind"), "{name}: {broken} {titles:?}");
            continue;
        }
        assert_eq!(imported(bytes), expected, "{name}");
    }
}

#[test]
fn broken_releases_do_not_affect_their_neighbors() {
    let broken = |xml: String| releases(&[nevermind_release(), xml, release(3, "A", "C", "", OTHER)]).into_bytes();
    let plain = release(2, "A", "B", "", NEVERMIND);
    let deep = format!("<title>{}{}</title>", "<a>".repeat(100), "</a>".repeat(100));
    let table = [
        ("elements inside each other", broken(plain.replace("<title>B</title>", &deep))),
        ("a negative id", broken(plain.replace("id=\"2\"", "id=\"-2\""))),
        ("an id that is too large", broken(plain.replace("id=\"2\"", "id=\"99999999999999999999\""))),
        ("an id of zero", broken(plain.replace("id=\"2\"", "id=\"0\""))),
        ("an unclosed attribute", broken(plain.replace("catno=\"", "catno=\"<\"<"))),
        ("17 MB of notes", broken(plain.replace("<notes>", &format!("<notes>{}", "x".repeat(17 << 20))))),
        ("no title end", broken(plain.replace("</title>", ""))),
        ("NULs", broken(plain.replace("<title>B</title>", &format!("<title>B</title>{}", "\0".repeat(512))))),
    ];
    for (name, bytes) in table {
        let (_, count, titles) = imported(bytes);
        assert_eq!((count, titles), (1, vec!["Nevermind".to_owned(), "C".to_owned()]), "{name}");
    }
    let mut invalid = broken(plain.replace("<title>B</title>", "<title>B\u{1}</title>"));
    let place = invalid.iter().position(|byte| *byte == 1).unwrap();
    invalid[place] = 0xff;
    let (_, broken, titles) = imported(invalid);
    assert_eq!((broken, titles), (1, ["Nevermind", "C"].map(str::to_owned).to_vec()), "invalid UTF-8");
}

#[test]
fn a_file_that_is_not_text_is_named_as_such() {
    // First bytes of a file in the format of `lzma`.
    let error = refusal(b"]\0\0\x80\0\xff\xff\xff\xff<\xba\xd0\xff".to_vec());
    assert!(matches!(&error, ImportError::NotReleases { found, .. } if found == "it is not a text file"), "{error}");
}

#[test]
fn damaged_files_are_rejected() {
    let whole = releases(&[nevermind_release(), release(2, "A", "B", "", OTHER)]);
    let packed = gzip(whole.as_bytes());
    let mut flipped = packed.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    let mut wrong_sum = packed.clone();
    let end = wrong_sum.len() - 6;
    wrong_sum[end] ^= 1;
    let zeros = vec![0; 4_096];
    let table = [
        ("a flipped bit", flipped),
        ("a wrong checksum of gzip", wrong_sum),
        ("zeros behind the end", [packed.clone(), zeros.clone()].concat()),
        ("zeros instead of the end", [packed[..packed.len() - 20].to_vec(), zeros.clone()].concat()),
        ("only zeros", zeros),
        ("a page of the server", b"<!DOCTYPE html><html><head><title>403 Forbidden</title></head></html>".to_vec()),
        ("a compressed page of the server", gzip(b"<html><body>Just a moment...</body></html>")),
        ("masters", gzip(b"<masters><master id=\"1\"><title>A</title></master></masters>")),
        ("xz", [&[0xfd, b'7', b'z', b'X', b'Z', 0][..], &[7; 900][..]].concat()),
        ("compressed twice", gzip(&packed)),
        ("UTF-16", whole.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("the second half", whole.as_bytes()[whole.len() / 2..].to_vec()),
    ];
    for (name, bytes) in table {
        let error = refusal(bytes);
        assert!(!error.fix().is_empty(), "{name}: {error}");
    }
}
