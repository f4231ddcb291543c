//! Lock that makes one process the owner of a data folder: two processes would draft the same item twice.
//!
//! The kernel holds the lock on `owner.lock` and releases it when the process ends, even after `kill -9`, so a lock is
//! never stale. The process ID in the file is only for the error message.

use std::io::{self, Seek, Write};
use std::path::Path;
use std::time::Duration;

use files::{FileLock, LockError};

use super::error::JournalError;
use crate::sqlite::SqliteError;

const OWNER_LOCK_FILE: &str = "owner.lock";

/// How long to wait for an owner that is shutting down, so that a restart right after a stop succeeds.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);

/// Ownership of a data directory, held until dropped.
#[derive(Debug)]
pub struct DataDirLock {
    _lock: FileLock,
}

impl DataDirLock {
    /// Acquires ownership of the directory.
    ///
    /// # Errors
    /// Returns [`JournalError::Locked`] if another process owns the directory, and [`JournalError::Disk`] if the lock file cannot be
    /// created.
    pub async fn acquire(dir: &Path) -> Result<Self, JournalError> {
        let path = dir.join(OWNER_LOCK_FILE);
        let io_error = |error: io::Error| JournalError::from(SqliteError::from_io(&path, &error));
        match FileLock::acquire(&path, LOCK_TIMEOUT).await {
            Ok(lock) => {
                write_pid(&lock).map_err(io_error)?;
                Ok(Self { _lock: lock })
            }
            Err(LockError::Held) => Err(JournalError::Locked { pid: read_pid(&path), path: dir.into() }),
            Err(LockError::Io(error)) => Err(io_error(error)),
        }
    }
}

/// Returns whether any process owns the directory.
pub(super) fn is_locked(dir: &Path) -> bool {
    FileLock::is_held(&dir.join(OWNER_LOCK_FILE))
}

fn write_pid(lock: &FileLock) -> io::Result<()> {
    let mut file = lock.file();
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn read_pid(path: &Path) -> Option<u32> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}
