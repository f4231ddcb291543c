//! Checks whether a process owns a store, and waits until this process can take it over.

use std::time::Duration;

use super::error::JournalError;
use super::journal::Journal;
use super::storage::StorageReader;
use crate::location::StoreLocation;

/// Interval between two checks.
const STANDBY_INTERVAL: Duration = Duration::from_millis(500);

impl Journal {
    /// Returns whether a process, on this or another machine, owns the store. If not, no job is running, whatever its
    /// last event says.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the database cannot be queried.
    pub async fn is_owned(location: &StoreLocation) -> Result<bool, JournalError> {
        match StorageReader::open(location).await? {
            StorageReader::Postgres(reader) => reader.is_owned().await,
            StorageReader::Sqlite(_) => Ok(Self::is_locked(location.data_dir())),
        }
    }

    /// Returns whether ownership of a store can be acquired: no process owns the store, or the owner is frozen or cut
    /// off from the network.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the database cannot be queried.
    pub async fn is_available(location: &StoreLocation) -> Result<bool, JournalError> {
        is_available(&StorageReader::open(location).await?, location).await
    }

    /// Returns whether a process that is not frozen or cut off owns the store of this journal. A file counts as owned.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the database cannot be queried.
    pub async fn has_active_owner(&self) -> Result<bool, JournalError> {
        match self.reader() {
            StorageReader::Postgres(reader) => Ok(!reader.is_available().await?),
            StorageReader::Sqlite(_) => Ok(true),
        }
    }

    /// Waits until ownership of a store can be acquired, also while the database is unreachable.
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
