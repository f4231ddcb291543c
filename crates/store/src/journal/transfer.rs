//! Moves a store from files into PostgreSQL or back. The journal is copied in one transaction.

use std::path::{Path, PathBuf};

use domain::event::{EventEnvelope, Seq};
use futures::stream::TryStreamExt as _;
use jiff::Timestamp;

use super::contents::read_journal_contents;
use super::data_dir_lock::DataDirLock;
use super::error::JournalError;
use super::journal::Journal;
use super::model::JournalContents;
use super::postgres::PostgresCopy;
use super::snapshot::SnapshotStore;
use super::sqlite::{DB_FILE, SqliteCopy};
use super::store_table::{EVENTS, JOBS, OTHER_FILES, OTHER_TABLES, StoreCopy, StoreTable};
use crate::location::{DatabaseUrl, StoreLocation};
use crate::rebuildable_database::with_suffix;
use crate::sqlite::SqliteError;
use crate::uploaded_lists::{uploaded_list_paths, uploads_folder, write_uploaded_list};

/// Rows per statement. An event can hold megabytes of provider releases.
const ROWS_PER_INSERT: usize = 200;

/// End of the name of a journal file that was moved, before the time.
const MOVED_SUFFIX: &str = ".moved-";

/// The result of [`copy_store`]. No process can use the folder of either store until it is dropped.
#[derive(Debug)]
pub struct CopiedStore {
    pub contents: JournalContents,
    pub lists: MovedLists,
    /// Folder of the old journal file; `None` if the old store is a database.
    old_folder: Option<PathBuf>,
    _lock: DataDirLock,
}

/// The outcome for the uploaded lists of unfinished batches.
#[derive(Clone, Debug, Default)]
pub struct MovedLists {
    pub moved: u64,
    /// Paths of the lists that could not be written on this machine, each with the reason.
    pub unwritten: Vec<(PathBuf, String)>,
}

/// Copies a store into another, empty store: batches, ledger, idempotency keys, uploaded lists of unfinished batches,
/// records of photos and result files, and eBay call counts. A list keeps its path, because its batch refers to it.
/// The old store is kept. Cached responses are not copied. The caller copies the secrets, then calls
/// [`CopiedStore::retire_old_journal`].
///
/// # Errors
/// Returns [`JournalError::Locked`] or [`JournalError::DatabaseInUse`] if a process works in one of the stores,
/// [`JournalError::NotEmpty`] if the new store has data, [`JournalError::SameStore`] if both are files or both are
/// databases, and other errors if a store cannot be read or written. On an error, the new journal stays empty; other
/// tables may have rows already, which a repeated move skips. A move that was interrupted after the journal was copied
/// is finished by another move.
pub async fn copy_store(from: &StoreLocation, to: &StoreLocation) -> Result<CopiedStore, JournalError> {
    match (from.database(), to.database()) {
        (None, Some(database)) => copy_into_database(from, to, database).await,
        (Some(database), None) => copy_into_files(from, database, to).await,
        _ => Err(JournalError::SameStore),
    }
}

impl CopiedStore {
    async fn new(
        target: &StoreLocation,
        old_folder: Option<&Path>,
        lists: MovedLists,
        lock: DataDirLock,
    ) -> Result<Self, JournalError> {
        let contents = read_journal_contents(target).await?;
        Ok(Self { contents, lists, old_folder: old_folder.map(Path::to_owned), _lock: lock })
    }

    /// Renames the old journal file, so that no process continues in it by mistake. Returns its new path; `None` if the
    /// old store is a database. This is the last step of a move: if it is interrupted before, another move finishes it.
    ///
    /// # Errors
    /// Returns [`JournalError::Disk`] or [`JournalError::DiskFull`] if the file cannot be renamed.
    pub fn retire_old_journal(&self, now: Timestamp) -> Result<Option<PathBuf>, JournalError> {
        self.old_folder.as_deref().map(|folder| rename_journal(folder, now)).transpose()
    }
}

async fn copy_into_database(
    from: &StoreLocation,
    to: &StoreLocation,
    database: &DatabaseUrl,
) -> Result<CopiedStore, JournalError> {
    let lock = DataDirLock::acquire(from.data_dir()).await?;
    check_journal_exists(from.data_dir())?;
    let mut source = SqliteCopy::open_source(from.data_dir()).await?;
    let mut target = match PostgresCopy::open_target(database).await {
        Err(JournalError::NotEmpty { .. }) if is_copied(from, to).await? => {
            source.close().await?;
            let moved = uploaded_list_paths(&uploads_folder(from.data_dir())).len() as u64;
            let lists = MovedLists { moved, unwritten: Vec::new() };
            return CopiedStore::new(to, Some(from.data_dir()), lists, lock).await;
        }
        target => target?,
    };
    for table in all_tables() {
        copy_table(table, &mut source, &mut target).await?;
    }
    for file in OTHER_FILES {
        let Some(mut other) = SqliteCopy::open_other_source(from.data_dir(), file).await? else { continue };
        for table in file.tables {
            copy_table(table, &mut other, &mut target).await?;
        }
        other.close().await?;
    }
    let lists = copy_lists_into_database(from.data_dir(), &mut target).await?;
    source.close().await?;
    target.commit().await?;
    CopiedStore::new(to, Some(from.data_dir()), lists, lock).await
}

async fn copy_into_files(
    from: &StoreLocation,
    database: &DatabaseUrl,
    to: &StoreLocation,
) -> Result<CopiedStore, JournalError> {
    let dir = to.data_dir();
    std::fs::create_dir_all(dir).map_err(|error| SqliteError::from_io(dir, &error))?;
    let lock = DataDirLock::acquire(dir).await?;
    let mut source = PostgresCopy::open_source(database).await?;
    let mut target = match SqliteCopy::open_target(dir).await {
        Err(JournalError::NotEmpty { .. }) if is_copied(from, to).await? => {
            let lists = copy_lists_into_files(&mut source).await?;
            source.close().await?;
            return CopiedStore::new(to, None, lists, lock).await;
        }
        target => target?,
    };
    // Before the journal exists, so that it is never read together with the snapshots of another one.
    remove_snapshots(to)?;
    for table in all_tables() {
        copy_table(table, &mut source, &mut target).await?;
    }
    for file in OTHER_FILES {
        let mut other = SqliteCopy::open_other_target(dir, file).await?;
        for table in file.tables {
            copy_table(table, &mut source, &mut other).await?;
        }
        other.commit_other().await?;
    }
    let lists = copy_lists_into_files(&mut source).await?;
    source.close().await?;
    target.commit().await?;
    CopiedStore::new(to, None, lists, lock).await
}

/// Returns whether the target has exactly the journal of the source: an earlier move was interrupted after copying it.
async fn is_copied(from: &StoreLocation, to: &StoreLocation) -> Result<bool, JournalError> {
    let counts = |contents: JournalContents| (contents.jobs, contents.events, contents.ledger_entries);
    if counts(read_journal_contents(from).await?) != counts(read_journal_contents(to).await?) {
        return Ok(false);
    }
    let (old, new) = (Journal::open_read_only(from).await?, Journal::open_read_only(to).await?);
    Ok(old.job_ids().await? == new.job_ids().await? && newest_event(&old).await? == newest_event(&new).await?)
}

async fn newest_event(journal: &Journal) -> Result<Vec<EventEnvelope>, JournalError> {
    let head = *journal.subscribe_head().borrow();
    journal.read_events(None, Seq(head.0.saturating_sub(1)), 1).await
}

async fn copy_lists_into_database(data_dir: &Path, target: &mut PostgresCopy) -> Result<MovedLists, JournalError> {
    let mut lists = MovedLists::default();
    for path in uploaded_list_paths(&uploads_folder(data_dir)) {
        let content = tokio::fs::read(&path).await.map_err(|error| SqliteError::from_io(&path, &error))?;
        target.insert_list(&path.to_string_lossy(), &content).await?;
        lists.moved += 1;
    }
    Ok(lists)
}

/// Writes the lists to their paths. A list that cannot be written does not stop the move, because it is still in the
/// old database.
async fn copy_lists_into_files(source: &mut PostgresCopy) -> Result<MovedLists, JournalError> {
    let mut lists = MovedLists::default();
    for path in source.list_paths().await? {
        let content = source.read_list(&path).await?;
        match write_uploaded_list(Path::new(&path), &content) {
            Ok(()) => lists.moved += 1,
            Err(error) => lists.unwritten.push((path.into(), error.to_string())),
        }
    }
    Ok(lists)
}

async fn copy_table(
    table: &StoreTable,
    source: &mut dyn StoreCopy,
    target: &mut dyn StoreCopy,
) -> Result<(), JournalError> {
    let mut chunks = source.rows(table).try_chunks(ROWS_PER_INSERT).map_err(|error| error.1);
    while let Some(rows) = chunks.try_next().await? {
        target.insert(table, rows).await?;
    }
    Ok(())
}

fn all_tables() -> impl Iterator<Item = &'static StoreTable> {
    static TABLES: [StoreTable; 2] = [JOBS, EVENTS];
    static OTHERS: [StoreTable; 5] = OTHER_TABLES;
    TABLES.iter().chain(&OTHERS)
}

/// Checks that there is a journal to move.
fn check_journal_exists(dir: &Path) -> Result<(), JournalError> {
    if dir.join(DB_FILE).exists() {
        return Ok(());
    }
    let start = format!("{DB_FILE}{MOVED_SUFFIX}");
    let files = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let newest = files
        .map(|file| file.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&start)));
    Err(match newest.max() {
        Some(file) => JournalError::MovedBefore { file },
        None => JournalError::NothingToMove { folder: dir.to_owned() },
    })
}

/// Renames the journal file and returns its new path.
fn rename_journal(dir: &Path, now: Timestamp) -> Result<PathBuf, JournalError> {
    let path = dir.join(DB_FILE);
    let renamed = with_suffix(&path, &format!("{MOVED_SUFFIX}{}", now.strftime("%Y%m%d_%H%M%S")));
    std::fs::rename(&path, &renamed).map_err(|error| SqliteError::from_io(&path, &error))?;
    for suffix in ["-wal", "-shm"] {
        std::fs::remove_file(with_suffix(&path, suffix)).ok();
    }
    Ok(renamed)
}

/// Removes the snapshots of another journal that was in the folder before.
fn remove_snapshots(location: &StoreLocation) -> Result<(), JournalError> {
    let removed = SnapshotStore::for_location(location).remove_all();
    removed.map_err(|error| SqliteError::from_io(location.data_dir(), &error).into())
}
