//! How much a journal holds.

use super::error::JournalError;
use super::model::JournalContents;
use super::storage::StorageReader;
use crate::location::StoreLocation;

/// Counts what the journal of a store holds, also while a process works in it.
///
/// # Errors
/// Returns [`JournalError`] if it cannot be read.
pub async fn read_journal_contents(location: &StoreLocation) -> Result<JournalContents, JournalError> {
    StorageReader::open(location).await?.contents().await
}

/// Returns the bytes that a PostgreSQL database uses; `None` if the store is in files.
///
/// # Errors
/// Returns [`JournalError`] if the database cannot be asked.
pub async fn read_database_bytes(location: &StoreLocation) -> Result<Option<u64>, JournalError> {
    match StorageReader::open(location).await? {
        StorageReader::Sqlite(_) => Ok(None),
        StorageReader::Postgres(reader) => reader.database_bytes().await.map(Some),
    }
}
