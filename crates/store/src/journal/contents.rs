//! How much a journal holds.

use std::path::Path;

use super::database::ReadPool;
use super::error::JournalError;
use super::model::JournalContents;

/// Counts what the journal of a data directory holds, also while a process works in it. None if there is no journal.
///
/// # Errors
/// Returns [`JournalError`] if it cannot be read.
pub async fn read_journal_contents(dir: &Path) -> Result<JournalContents, JournalError> {
    ReadPool::open(dir).await?.contents().await
}
