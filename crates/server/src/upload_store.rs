//! Lists that clients have uploaded. They are stored in the data folder until their batches have ended, even across
//! restarts.
//!
//! The same list under the same name has the same path, so that a second batch over it is noticed. If the store is in a
//! database, it has a copy of each list, for another machine that takes over the batches.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use domain::job::JobState;
use domain::uploaded_list::uploaded_list_name;
use input::Source;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use store::StoreDatabaseError;
use store::journal::{Journal, JournalError};
use store::uploaded_lists::{
    UploadedLists, content_folder_name, uploaded_list_paths, uploads_folder, write_uploaded_list,
};
use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{RwLock, RwLockReadGuard};

use super::error::ApiError;
use api::error::ErrorCode;
use api::uploads::MAX_LIST_NAME_LEN;

/// Name of a list without a name.
const DEFAULT_NAME: &str = "list";

/// Size limits of uploaded lists.
#[derive(Clone, Copy, Debug)]
pub struct UploadLimits {
    /// Maximum total bytes of the lists of one request.
    pub list_bytes: u64,
    /// Maximum bytes of all stored lists.
    pub total_bytes: u64,
}

/// The uploaded lists of a data directory.
pub(super) struct UploadStore {
    dir: PathBuf,
    limits: UploadLimits,
    /// The copies in the database. `None` if there is no database or if this process does not own the store.
    copies: Option<UploadedLists>,
    /// Held from storing a list until its job is recorded, so that the list is not removed in between. Storing a list
    /// takes the read lock, a removal the write lock.
    pending: RwLock<()>,
    /// Held while the size of all lists is compared with the limit and a list is added.
    storing: Mutex<()>,
}

/// A list that is being received.
pub(super) struct UploadWriter {
    file: File,
    path: TempPath,
    digest: Sha256,
    bytes: u64,
    /// Bytes of the earlier lists in the same request.
    received_bytes: u64,
    /// Maximum bytes of all lists of the request.
    max_bytes: u64,
}

/// A received list that does not have a path yet. Dropping it deletes its file.
pub(super) struct ReceivedList {
    file: NamedTempFile,
    /// SHA-256 of the content, in hexadecimal.
    pub(super) digest: String,
    pub(super) bytes: u64,
}

impl UploadStore {
    pub(super) fn new(data_dir: &Path, limits: UploadLimits, copies: Option<UploadedLists>) -> Self {
        Self { dir: uploads_folder(data_dir), limits, copies, pending: RwLock::default(), storing: Mutex::default() }
    }

    /// Returns the maximum bytes of a request with a list, including the form around it.
    pub(super) const fn max_request_bytes(&self) -> u64 {
        self.limits.list_bytes.saturating_add(1 << 20)
    }

    /// Starts to receive a list. `received_bytes` is the size of the earlier lists in the same request.
    ///
    /// # Errors
    /// Returns an error if the folder cannot be written.
    pub(super) async fn receive(&self, received_bytes: u64) -> Result<UploadWriter, ApiError> {
        let dir = self.dir.clone();
        let create = move || {
            files::create_inner_folder(&dir)?;
            tempfile::Builder::new().prefix(".upload-").tempfile_in(&dir)
        };
        let (file, path) = files::run_blocking(create).await.map_err(|error| self.write_error(&error))?.into_parts();
        let UploadLimits { list_bytes: max_bytes, .. } = self.limits;
        Ok(UploadWriter {
            file: File::from_std(file),
            path,
            digest: Sha256::new(),
            bytes: 0,
            received_bytes,
            max_bytes,
        })
    }

    /// Prevents the removal of lists until the guard is dropped.
    pub(super) async fn delay_removal(&self) -> RwLockReadGuard<'_, ()> {
        self.pending.read().await
    }

    /// Moves a received list to its path, and returns the path. `name` may be any text; the path contains its safe
    /// characters.
    ///
    /// # Errors
    /// Returns an error if all lists together are too large, or if the folder cannot be written.
    pub(super) fn store_list(&self, list: ReceivedList, name: Option<&str>) -> Result<PathBuf, ApiError> {
        let folder = self.dir.join(&list.digest);
        let path = folder.join(name.and_then(safe_file_name).unwrap_or_else(|| DEFAULT_NAME.to_owned()));
        if path.exists() {
            return Ok(path);
        }
        let _storing = self.storing.lock();
        let stored: u64 = uploaded_list_paths(&self.dir)
            .iter()
            .map(|list| std::fs::metadata(list).map_or(0, |file| file.len()))
            .sum();
        if stored + list.bytes > self.limits.total_bytes {
            let message = format!(
                "the lists of unfinished batches take {stored} bytes, and with this one they would exceed the limit of {} \
                 (server.max_uploads_bytes): finish or cancel a batch",
                self.limits.total_bytes
            );
            return Err(ApiError::new(ErrorCode::QueueFull, message));
        }
        let persist = || {
            files::create_inner_folder(&folder)?;
            list.file.as_file().sync_all()?;
            list.file.persist(&path).map_err(|error| error.error)?;
            std::fs::File::open(&folder)?.sync_all()
        };
        persist().map_err(|error| self.write_error(&error))?;
        Ok(path)
    }

    /// Stores a copy of each list of a request in the database, if there is one.
    ///
    /// # Errors
    /// Returns an error if a list cannot be read or a copy cannot be written.
    pub(super) async fn store_copies(&self, paths: &[PathBuf]) -> Result<(), ApiError> {
        let Some(copies) = &self.copies else { return Ok(()) };
        for path in paths {
            let content = tokio::fs::read(path).await.map_err(|error| self.write_error(&error))?;
            let stored = copies.store(&path.to_string_lossy(), content).await;
            stored.map_err(|error| ApiError::unavailable(format!("the list cannot be stored: {error}")))?;
        }
        Ok(())
    }

    /// Removes lists that no unfinished batch uses, including those that a killed process left behind.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the jobs cannot be read.
    pub(super) async fn remove_unused(&self, journal: &Journal) -> Result<(), JournalError> {
        let _removal = self.pending.write().await;
        let dir = self.dir.clone();
        let found = files::run_blocking(move || Ok(uploaded_list_paths(&dir))).await;
        let mut lists = found.unwrap_or_default();
        if lists.is_empty() && self.copies.is_none() {
            return Ok(());
        }
        let used = paths_in_use(journal).await?;
        if let Some(copies) = &self.copies {
            let used: BTreeSet<String> = used.iter().map(|path| path.to_string_lossy().into_owned()).collect();
            match copies.keep_only(&used).await {
                Ok(removed) => lists.extend(removed.into_iter().filter(|list| self.is_of_other_folder(list))),
                Err(error) => {
                    tracing::warn!(%error, "cannot remove copies of uploaded lists that are no longer needed");
                }
            }
        }
        lists.retain(|list| !used.contains(list.as_path()));
        let dir = self.dir.clone();
        files::run_blocking(move || {
            remove_lists(&dir, &lists);
            Ok(())
        })
        .await
        .ok();
        Ok(())
    }

    /// Returns whether this machine may have restored a list of another data directory.
    fn is_of_other_folder(&self, list: &Path) -> bool {
        uploaded_list_name(list).is_some() && !list.starts_with(&self.dir)
    }

    fn write_error(&self, error: &io::Error) -> ApiError {
        ApiError::unavailable(format!(
            "the list cannot be stored in {}: {}",
            self.dir.display(),
            files::describe_io_error(error)
        ))
    }
}

/// Removes lists that exist. A list that cannot be removed is logged.
fn remove_lists(dir: &Path, lists: &[PathBuf]) {
    for list in lists {
        let removed = std::fs::remove_file(list);
        // Removes the folder only if it is empty.
        list.parent().filter(|parent| *parent != dir).map(std::fs::remove_dir);
        if let Err(error) = removed
            && error.kind() != io::ErrorKind::NotFound
        {
            let error = files::describe_io_error(&error);
            tracing::warn!(error, list = %list.display(), "cannot remove an uploaded list that is no longer needed");
        }
    }
}

/// An error while restoring uploaded lists from their copies in the database.
#[derive(Debug, thiserror::Error)]
pub enum RestoreUploadsError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Copies(#[from] StoreDatabaseError),
}

/// Restores lists of unfinished batches that are missing on this machine, because another machine received them, from
/// their copies in the database. If a list cannot be written, this is logged, and its batch reports that the list is
/// missing.
///
/// # Errors
/// Returns an error if the jobs or the copies cannot be read.
pub async fn restore_uploads(journal: &Journal, copies: &UploadedLists) -> Result<(), RestoreUploadsError> {
    for path in paths_in_use(journal).await? {
        if tokio::fs::try_exists(&path).await.unwrap_or_default() {
            continue;
        }
        let Some(content) = copies.find(&path.to_string_lossy()).await? else { continue };
        let target = path.clone();
        let written = files::run_blocking(move || write_uploaded_list(&target, &content)).await;
        if let Err(error) = written {
            let error = files::describe_io_error(&error);
            tracing::warn!(error, list = %path.display(), "cannot write the list that another machine has received");
        }
    }
    Ok(())
}

/// Returns the source files of all jobs that may still read their list.
async fn paths_in_use(journal: &Journal) -> Result<HashSet<PathBuf>, JournalError> {
    let mut used = HashSet::new();
    for status in journal.job_statuses().await? {
        if matches!(status.state, JobState::Completed | JobState::Cancelled) {
            continue;
        }
        let spec = journal.job_summary(&status.job).await?.spec;
        used.extend(spec.into_iter().flat_map(|spec| file_paths(&spec.source)));
    }
    Ok(used)
}

/// Returns the files of a source.
fn file_paths(source: &str) -> Vec<PathBuf> {
    let sources = match source.parse::<Source>() {
        Ok(Source::Several(sources)) => sources,
        Ok(single) => vec![single],
        Err(_) => Vec::new(),
    };
    let path = |source| if let Source::File(path) = source { Some(path) } else { None };
    sources.into_iter().filter_map(path).collect()
}

impl UploadWriter {
    /// Appends bytes to the list.
    ///
    /// # Errors
    /// Returns an error if the list becomes too large or cannot be written.
    pub(super) async fn append(&mut self, chunk: &[u8]) -> Result<(), ApiError> {
        self.bytes += chunk.len() as u64;
        if self.received_bytes.saturating_add(self.bytes) > self.max_bytes {
            let message =
                format!("the lists of a batch have at most {} bytes (server.max_upload_bytes)", self.max_bytes);
            return Err(ApiError::new(ErrorCode::TooLarge, message));
        }
        self.digest.update(chunk);
        self.file.write_all(chunk).await.map_err(|error| receive_error(&error))
    }

    /// Completes the list.
    ///
    /// # Errors
    /// Returns an error if nothing was received, or if the list cannot be written.
    pub(super) async fn finish(mut self) -> Result<ReceivedList, ApiError> {
        if self.bytes == 0 {
            return Err(ApiError::new(
                ErrorCode::NoList,
                "the list is empty: send it as the body, or as a form with a file",
            ));
        }
        self.file.flush().await.map_err(|error| receive_error(&error))?;
        let file = NamedTempFile::from_parts(self.file.into_std().await, self.path);
        let digest = content_folder_name(&self.digest.finalize());
        Ok(ReceivedList { file, digest, bytes: self.bytes })
    }
}

fn receive_error(error: &io::Error) -> ApiError {
    ApiError::unavailable(format!("the list cannot be stored: {}", files::describe_io_error(error)))
}

/// Returns the safe part of a name that a client sent: the letters, digits, spaces, `.`, `_` and `-` of its last path
/// segment. `None` if nothing is left.
pub(super) fn safe_file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_safe = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ' ');
    let name: String = last.chars().filter(is_safe).collect();
    let name: String = name.trim_matches(['.', ' ']).chars().take(MAX_LIST_NAME_LEN).collect();
    // A file name has at most 255 bytes.
    let end = name.floor_char_boundary(255);
    (end > 0).then(|| name[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use testing::runtime::{assert_leaves_task_thread, run_with_one_blocking_thread};

    use super::*;

    fn store(dir: &Path) -> UploadStore {
        UploadStore::new(dir, UploadLimits { list_bytes: 100, total_bytes: 150 }, None)
    }

    async fn received(store: &UploadStore, content: &[u8]) -> ReceivedList {
        let mut writer = store.receive(0).await.unwrap();
        writer.append(content).await.unwrap();
        writer.finish().await.unwrap()
    }

    #[test]
    fn a_name_cannot_leave_the_folder() {
        for (name, expected) in [
            ("box-15.csv", "box-15.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\lists\\Kiste 3.xlsx", "Kiste 3.xlsx"),
            ("..", ""),
            ("", ""),
            (".hidden", "hidden"),
            ("a\u{1e} b\0\n.csv", "a b.csv"),
            ("Köln.csv", "Köln.csv"),
        ] {
            assert_eq!(safe_file_name(name).unwrap_or_default(), expected, "{name:?}");
        }
        assert!(safe_file_name(&"ä".repeat(500)).is_some_and(|name| name.len() <= 255));
    }

    #[tokio::test]
    async fn the_same_list_has_the_same_path() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let first = store.store_list(received(&store, b"720642462928\n").await, Some("a.txt")).unwrap();
        assert_eq!(store.store_list(received(&store, b"720642462928\n").await, Some("a.txt")).unwrap(), first);
        assert_ne!(store.store_list(received(&store, b"720642462928\n").await, Some("b.txt")).unwrap(), first);
        assert_ne!(store.store_list(received(&store, b"093624896326\n").await, Some("a.txt")).unwrap(), first);
        assert_eq!(std::fs::read(first).unwrap(), b"720642462928\n");
    }

    #[tokio::test]
    async fn lists_have_bounds() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let mut writer = store.receive(0).await.unwrap();
        writer.append(&[b'1'; 60]).await.unwrap();
        writer.append(&[b'1'; 41]).await.unwrap_err();
        drop(writer);
        store.receive(60).await.unwrap().append(&[b'1'; 41]).await.expect_err("the lists of a request have one limit");
        store.store_list(received(&store, &[b'1'; 90]).await, None).unwrap();
        store.store_list(received(&store, &[b'2'; 61]).await, None).unwrap_err();
        store.store_list(received(&store, &[b'3'; 60]).await, None).unwrap();
        assert_eq!(uploaded_list_paths(&store.dir).len(), 2, "what was refused is removed");
        assert!(store.receive(0).await.unwrap().finish().await.is_err(), "an empty list is none");
    }

    #[test]
    fn a_list_is_received_without_blocking_the_runtime() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let list = run_with_one_blocking_thread(async {
            let mut writer = assert_leaves_task_thread(store.receive(0)).await.unwrap();
            assert_leaves_task_thread(async {
                writer.append(b"720642462928\n").await.unwrap();
                writer.finish().await.unwrap()
            })
            .await
        });
        assert_eq!(std::fs::read(store.store_list(list, None).unwrap()).unwrap(), b"720642462928\n");
    }

    /// A machine that takes over restores a list at the path of the machine that received it.
    #[tokio::test]
    async fn a_restored_list_is_removed_with_its_copy() {
        let Some(database) = testing::postgres::TestStore::in_postgres() else { return };
        let journal = testing::events::open_journal(database.location()).await;
        let copies = UploadedLists::open(database.location().database().unwrap()).await.unwrap();
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        // The folder is named by the SHA-256 digest of the content.
        let list = uploads_folder(other.path()).join("2cf24dba5fb0a30e26e83b2ac5b9e29e").join("box-15.csv");
        copies.store(&list.to_string_lossy(), b"hello".to_vec()).await.unwrap();
        let source = Source::File(list.clone()).to_string();
        let spec = domain::job_spec::JobSpec { source, ..testing::events::job_spec() };
        let job = journal.create_job(spec, jiff::Timestamp::now()).await.unwrap();
        restore_uploads(&journal, &copies).await.unwrap();
        let store = UploadStore::new(dir.path(), UploadLimits { list_bytes: 100, total_bytes: 150 }, Some(copies));
        store.remove_unused(&journal).await.unwrap();
        assert!(list.exists(), "its batch has not ended");
        journal.append_event(&job, domain::event::JobEvent::Cancelled { why: "by you".into() }).await.unwrap();
        store.remove_unused(&journal).await.unwrap();
        assert!(!list.exists() && !list.parent().unwrap().exists());
    }

    #[tokio::test]
    async fn lists_stay_until_their_batch_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let journal = testing::events::open_journal(dir.path()).await;
        let used = store.store_list(received(&store, b"720642462928\n").await, None).unwrap();
        let unused = store.store_list(received(&store, b"093624896326\n").await, None).unwrap();
        let second = store.store_list(received(&store, b"075596108621\n").await, None).unwrap();
        let source = Source::Several(vec![Source::File(used.clone()), Source::File(second.clone())]).to_string();
        let spec = domain::job_spec::JobSpec { source, ..testing::events::job_spec() };
        let job = journal.create_job(spec, jiff::Timestamp::now()).await.unwrap();
        store.remove_unused(&journal).await.unwrap();
        assert!(used.exists() && second.exists() && !unused.exists());
        journal.append_event(&job, domain::event::JobEvent::Failed { why: "a fault".into() }).await.unwrap();
        store.remove_unused(&journal).await.unwrap();
        assert!(used.exists(), "a failed batch can be resumed");
        journal.append_event(&job, domain::event::JobEvent::Cancelled { why: "by you".into() }).await.unwrap();
        store.remove_unused(&journal).await.unwrap();
        assert!(!used.exists() && !second.exists());
    }
}
