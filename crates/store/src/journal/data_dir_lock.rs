//! One process owns a data directory: two would draft the same item twice.
//!
//! The kernel holds the lock on `owner.lock` and drops it when the process ends, `kill -9` included, so no stale
//! lock is ever in the way. The number inside is for the message only.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use super::error::JournalError;

const LOCK_FILE: &str = "owner.lock";

/// An owner that is just ending gets this long, so that a restart right after a stop needs no second try.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(25);

/// The ownership of a data directory, until dropped.
pub(super) struct DataDirLock {
    _locked: File,
}

impl DataDirLock {
    /// Takes the directory.
    ///
    /// # Errors
    /// [`JournalError::Owned`] where another process has it, [`JournalError::Disk`] where the file cannot be made.
    pub(super) async fn acquire(dir: &Path) -> Result<Self, JournalError> {
        let mut tries = LOCK_TIMEOUT.as_millis() / LOCK_RETRY_INTERVAL.as_millis();
        loop {
            match try_acquire(dir) {
                Err(JournalError::Locked { .. }) if tries > 0 => tries -= 1,
                decided => return decided,
            }
            tokio::time::sleep(LOCK_RETRY_INTERVAL).await;
        }
    }
}

/// Whether a process owns the directory now.
pub(super) fn is_locked(dir: &Path) -> bool {
    let Ok(file) = File::open(dir.join(LOCK_FILE)) else { return false };
    // Shared, so that two who only ask are not in each other's way.
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

fn try_acquire(dir: &Path) -> Result<DataDirLock, JournalError> {
    let path = dir.join(LOCK_FILE);
    let disk = |error| JournalError::from_io(&path, &error);
    let options = File::options().read(true).write(true).create(true).truncate(false).to_owned();
    let mut file = options.open(&path).map_err(disk)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(JournalError::Locked { pid: read_pid(&mut file), path: dir.into() });
        }
        Err(TryLockError::Error(error)) => return Err(disk(error)),
    }
    let sign = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())
    };
    sign(&mut file).map_err(disk)?;
    Ok(DataDirLock { _locked: file })
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
