//! One process owns a data directory: two would draft the same item twice.
//!
//! The kernel holds the lock on `owner.lock` and drops it when the process ends, `kill -9` included, so no stale
//! lock is ever in the way. The number inside is for the message only.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use super::error::JournalError;

const FILE: &str = "owner.lock";

/// An owner that is just ending gets this long, so that a restart right after a stop needs no second try.
const PATIENCE: Duration = Duration::from_millis(500);
const BETWEEN_TRIES: Duration = Duration::from_millis(25);

/// The ownership of a data directory, until dropped.
pub(super) struct Owner {
    _locked: File,
}

impl Owner {
    /// Takes the directory.
    ///
    /// # Errors
    /// [`JournalError::Owned`] where another process has it, [`JournalError::Disk`] where the file cannot be made.
    pub(super) async fn take(dir: &Path) -> Result<Self, JournalError> {
        let mut tries = PATIENCE.as_millis() / BETWEEN_TRIES.as_millis();
        loop {
            match try_take(dir) {
                Err(JournalError::Owned { .. }) if tries > 0 => tries -= 1,
                decided => return decided,
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
    }
}

/// Whether a process owns the directory now.
pub(super) fn is_taken(dir: &Path) -> bool {
    let Ok(file) = File::open(dir.join(FILE)) else { return false };
    // Shared, so that two who only ask are not in each other's way.
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

fn try_take(dir: &Path) -> Result<Owner, JournalError> {
    let path = dir.join(FILE);
    let disk = |error| JournalError::io(&path, &error);
    let options = File::options().read(true).write(true).create(true).truncate(false).to_owned();
    let mut file = options.open(&path).map_err(disk)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(JournalError::Owned { pid: pid_in(&mut file), path: dir.into() }),
        Err(TryLockError::Error(error)) => return Err(disk(error)),
    }
    let sign = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())
    };
    sign(&mut file).map_err(disk)?;
    Ok(Owner { _locked: file })
}

fn pid_in(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
