//! Counts the jobs, events and ledger entries of a journal, for statistics.

use super::error::JournalError;
use super::model::JournalContents;
use super::storage::StorageReader;
use crate::location::StoreLocation;

/// Counts the contents of a store's journal. Another process may be working in the store.
///
/// # Errors
/// Returns [`JournalError`] if the journal cannot be read.
pub async fn read_journal_contents(location: &StoreLocation) -> Result<JournalContents, JournalError> {
    StorageReader::open(location).await?.count_contents().await
}

/// Returns the size of a PostgreSQL store in bytes; `None` if the store is in files.
///
/// # Errors
/// Returns [`JournalError`] if the database cannot be queried.
pub async fn read_database_bytes(location: &StoreLocation) -> Result<Option<u64>, JournalError> {
    match StorageReader::open(location).await? {
        StorageReader::Sqlite(_) => Ok(None),
        StorageReader::Postgres(reader) => reader.database_bytes().await.map(Some),
    }
}
