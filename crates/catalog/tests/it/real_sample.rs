//! Imports 1,000 releases of a real dump. Skipped if the sample is missing.

use std::path::{Path, PathBuf};

use catalog::{DiscogsCatalog, DumpFile, import_dump};

fn sample() -> Option<PathBuf> {
    let from_workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = from_workspace.join("../shared/fixtures/discogs-dump/discogs_20200806_releases.xml.gz");
    if !path.exists() {
        eprintln!("skipped: {} is absent", path.display());
    }
    path.exists().then_some(path)
}

#[test]
fn every_release_with_a_valid_barcode_is_in_the_catalog() {
    let Some(path) = sample() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut last = None;
    let dump = DumpFile::open(&path).unwrap();
    let info = import_dump(dump, folder.path(), &mut |progress| last = Some(progress)).unwrap();
    assert_eq!((info.dump_date.month().as_str(), info.releases_in_dump, info.skipped.broken), ("2020-08", 1_000, 0));
    assert_eq!(info.releases, 250, "{info:?}");
    assert_eq!(last.unwrap().bytes_read, last.unwrap().size.unwrap());
    let catalog = DiscogsCatalog::open(folder.path()).unwrap().unwrap();
    let bytes = catalog.file_bytes();
    assert!(bytes <= 550 * info.releases, "{bytes} bytes for {} releases", info.releases);
}
