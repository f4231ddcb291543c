//! File locks and atomic writes in a real temporary folder.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Write as _;
use std::time::Duration;

use draft_maker_files::{AtomicFile, CreateError, FileLock, LockError, write_atomic, write_atomic_private};

#[tokio::test]
async fn a_lock_is_exclusive_until_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/owner.lock");
    assert!(!FileLock::is_held(&path), "a missing file is not locked");
    let lock = FileLock::try_acquire(&path).unwrap();
    assert!(FileLock::is_held(&path));
    assert!(matches!(FileLock::try_acquire(&path), Err(LockError::Held)));
    let waited = FileLock::acquire(&path, Duration::from_millis(1)).await;
    assert!(matches!(waited, Err(LockError::Held)), "the timeout expires");
    let (second, ()) = tokio::join!(FileLock::acquire(&path, Duration::from_mins(1)), async { drop(lock) });
    assert!(second.is_ok(), "a released lock can be acquired");
}

#[test]
fn a_write_replaces_the_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b.json");
    write_atomic(&path, b"a long first content").unwrap();
    write_atomic(&path, b"short").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"short");
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no temporary file stays");
}

#[cfg(unix)]
#[test]
fn a_private_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.json");
    write_atomic_private(&path, b"{}").unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_unfinished_file_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = AtomicFile::create_in(folder.path(), ".list_", ".part").unwrap();
    file.write_all(b"half").unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the temporary file");
    drop(file);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_name_conflict_returns_the_content() {
    let folder = tempfile::tempdir().unwrap();
    let (taken, free) = (folder.path().join("list.csv"), folder.path().join("list_2.csv"));
    std::fs::write(&taken, "of another run").unwrap();
    let mut file = AtomicFile::create_in(folder.path(), ".list_", ".part").unwrap();
    file.write_all(b"ours").unwrap();
    let Err(CreateError::AlreadyExists(file)) = file.finish().unwrap().create(&taken) else { panic!("created") };
    file.create(&free).unwrap();
    assert_eq!(
        (std::fs::read(&taken).unwrap(), std::fs::read(&free).unwrap()),
        (b"of another run".into(), b"ours".into())
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file stays");
}
