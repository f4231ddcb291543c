//! Whether a process owns a store, and waiting for the moment at which another one can take it over.

use std::time::Duration;

use super::error::JournalError;
use super::journal::Journal;
use super::storage::StorageReader;
use crate::location::StoreLocation;

/// Pause between two looks.
const STANDBY_INTERVAL: Duration = Duration::from_millis(500);

impl Journal {
    /// Returns whether a process, of this or of another machine, owns the store now. If none does, no job runs, whatever
    /// its last event was.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the database cannot be asked.
    pub async fn is_owned(location: &StoreLocation) -> Result<bool, JournalError> {
        match StorageReader::open(location).await? {
            StorageReader::Postgres(reader) => reader.is_owned().await,
            StorageReader::Sqlite(_) => Ok(Self::is_locked(location.data_dir())),
        }
    }

    /// Returns whether the ownership of a store can be taken now: no process has it, or the one that has it is frozen or
    /// cut off.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the database cannot be asked.
    pub async fn is_available(location: &StoreLocation) -> Result<bool, JournalError> {
        is_available(&StorageReader::open(location).await?, location).await
    }

    /// Returns when the ownership of a store can be taken. A database that is away is waited for.
    pub async fn wait_until_available(location: &StoreLocation) {
        let mut reader = None;
        loop {
            tokio::time::sleep(STANDBY_INTERVAL).await;
            let looked = async {
                let open = match reader.take() {
                    Some(open) => open,
                    None => StorageReader::open(location).await?,
                };
                let found = is_available(&open, location).await;
                reader = Some(open);
                found
            };
            match looked.await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot see whether another process runs the batches; trying again");
                }
            }
        }
    }
}

async fn is_available(reader: &StorageReader, location: &StoreLocation) -> Result<bool, JournalError> {
    match reader {
        StorageReader::Postgres(reader) => reader.is_available().await,
        StorageReader::Sqlite(_) => Ok(!Journal::is_locked(location.data_dir())),
    }
}
