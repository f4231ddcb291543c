//! An advisory file lock.

use std::fs::File;
use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use retry::{RetryAdvice, RetryPolicy, retry};

/// Interval between attempts to take a lock that another process holds.
const RETRY_INTERVAL: Duration = Duration::from_millis(20);

/// An exclusive advisory lock (`flock` on Unix). Dropping it releases the lock; so does the end of the process.
#[derive(Debug)]
pub struct FileLock {
    file: File,
}

/// Why a lock could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process held the lock until the timeout.
    #[error("another process holds the lock")]
    Held,
    /// The lock file cannot be created or locked.
    #[error("{}", crate::describe_io_error(.0))]
    Io(#[from] io::Error),
}

impl FileLock {
    /// Takes the lock on `path` without waiting. Creates the file and its folder if they are missing.
    ///
    /// # Errors
    /// Returns [`LockError::Held`] if another process holds the lock, and [`LockError::Io`] if the file cannot be used.
    pub fn try_acquire(path: &Path) -> Result<Self, LockError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = File::options().create(true).truncate(false).read(true).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(fs::TryLockError::WouldBlock) => Err(LockError::Held),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Takes the lock on `path`. Waits up to `timeout` while another process holds it.
    ///
    /// # Errors
    /// Returns [`LockError::Held`] after `timeout`, and [`LockError::Io`] if the file cannot be used.
    pub async fn acquire(path: &Path, timeout: Duration) -> Result<Self, LockError> {
        let advise = |error: &LockError| match error {
            LockError::Held => RetryAdvice::Retry,
            LockError::Io(_) => RetryAdvice::Stop,
        };
        let attempt = || std::future::ready(Self::try_acquire(path));
        retry(RetryPolicy::fixed(RETRY_INTERVAL).with_time_limit(timeout), advise, attempt).await
    }

    /// Returns the locked file, for reading and writing its content.
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Returns true if a process holds the lock on `path` now. A missing file is not locked. If no process holds it, it
    /// is shared for a moment, so that [`Self::try_acquire`] can fail meanwhile in another process.
    pub fn is_held(path: &Path) -> bool {
        let Ok(file) = File::open(path) else { return false };
        matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock))
    }
}
