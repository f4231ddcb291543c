//! Opening a data directory, as its owner or as a reader beside the owner.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::data_dir_lock::{self, DataDirLock};
use super::error::JournalError;
use super::projections::ProjectionCache;
use super::snapshot::SnapshotStore;
use super::snapshot_writer::SnapshotWriter;
use super::store::{ReadPool, WriteConnection};
use super::writer::{self, JournalCommand};
use domain::event::{JobEvent, Seq};

/// Tasks that may wait for the writer; whoever comes then waits to be let in.
const MAX_QUEUED_COMMANDS: usize = 256;

/// The journal of a data directory. Clones are the same journal.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<JournalInner>,
}

struct JournalInner {
    store: ReadPool,
    projections: ProjectionCache,
    snapshots: SnapshotStore,
    /// The way to the one writer; `None` for reading only.
    writer: Option<mpsc::Sender<JournalCommand>>,
    head: watch::Receiver<Seq>,
}

impl Journal {
    /// Opens the directory as its owner, and makes it where it is missing.
    ///
    /// # Errors
    /// [`JournalError::Owned`] where another process has it; [`JournalError::Disk`], [`JournalError::Damaged`] or
    /// [`JournalError::Newer`] where the file cannot be used.
    pub async fn open(dir: &Path) -> Result<Self, JournalError> {
        Self::open_with_page_limit(dir, None).await
    }

    /// Opens the directory with a bound on the size of the journal, in pages of 4096 bytes; beyond it, writing
    /// fails as on a full disk. For trying out what happens then.
    ///
    /// # Errors
    /// As [`Journal::open`].
    #[doc(hidden)]
    pub async fn open_with_page_limit(dir: &Path, most_pages: Option<u32>) -> Result<Self, JournalError> {
        std::fs::create_dir_all(dir).map_err(|error| JournalError::from_io(dir, &error))?;
        let owner = DataDirLock::acquire(dir).await?;
        let pen = WriteConnection::open(dir, most_pages).await?;
        let store = ReadPool::open(dir).await?;
        let (ringer, head) = watch::channel(store.newest_seq().await?);
        let (writer, tasks) = mpsc::channel(MAX_QUEUED_COMMANDS);
        let saved = SnapshotStore::for_data_dir(dir);
        tokio::spawn(writer::run_writer(owner, pen, ringer, tasks, SnapshotWriter::new(saved.clone())));
        let inner = JournalInner {
            store,
            projections: ProjectionCache::default(),
            snapshots: saved,
            writer: Some(writer),
            head,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Opens the directory for reading, also beside its owner. A directory without a journal has no jobs.
    ///
    /// # Errors
    /// As [`Journal::open`], without [`JournalError::Owned`].
    pub async fn open_read_only(dir: &Path) -> Result<Self, JournalError> {
        let store = ReadPool::open(dir).await?;
        let (_, head) = watch::channel(store.newest_seq().await?);
        let inner = JournalInner {
            store,
            projections: ProjectionCache::default(),
            snapshots: SnapshotStore::for_data_dir(dir),
            writer: None,
            head,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether a process owns the directory now. Where none does, no job runs, whatever its last event was.
    pub fn is_locked(dir: &Path) -> bool {
        data_dir_lock::is_locked(dir)
    }

    /// Says of every job whose process ended without a word (it was killed, or the machine went down) that it broke
    /// off. For the owner, before it begins or resumes a job: whatever runs then would be its own.
    ///
    /// # Errors
    /// [`JournalError`] where the journal cannot be read or written.
    pub async fn mark_orphaned_jobs(&self) -> Result<(), JournalError> {
        for job in self.store().orphaned_jobs().await? {
            let why = "its process ended without a word: it was killed, or the machine went down".to_owned();
            self.append_event(&job, JobEvent::Failed { why }).await?;
        }
        Ok(())
    }

    /// Whether anything can be written now: something of no meaning is.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot.
    pub async fn check_writable(&self) -> Result<(), JournalError> {
        let (reply, answer) = oneshot::channel();
        self.send_command(JournalCommand::CheckWritable { reply }, answer).await
    }

    /// Lets go of the directory: what waits is written, then the lock is free and whoever follows sees the end.
    /// Writing after this answers [`JournalError::Closed`]. Without it, the last clone's end does the same a moment
    /// later.
    pub async fn close(&self) {
        let (reply, answer) = oneshot::channel::<Result<(), JournalError>>();
        // Already closed, or nothing to close: both are what was wanted.
        self.send_command(JournalCommand::Close { reply }, answer).await.ok();
    }

    /// Hands the writer a task and waits for its answer.
    pub(super) async fn send_command<T>(
        &self,
        task: JournalCommand,
        answer: oneshot::Receiver<Result<T, JournalError>>,
    ) -> Result<T, JournalError> {
        let writer = self.command_sender()?;
        writer.send(task).await.map_err(|_| JournalError::Closed)?;
        answer.await.map_err(|_| JournalError::Closed)?
    }

    pub(super) fn command_sender(&self) -> Result<&mpsc::Sender<JournalCommand>, JournalError> {
        self.inner.writer.as_ref().ok_or(JournalError::ReadOnly)
    }

    pub(super) fn store(&self) -> &ReadPool {
        &self.inner.store
    }

    pub(super) fn projections(&self) -> &ProjectionCache {
        &self.inner.projections
    }

    pub(super) fn snapshots(&self) -> &SnapshotStore {
        &self.inner.snapshots
    }

    pub(super) fn head(&self) -> &watch::Receiver<Seq> {
        &self.inner.head
    }
}
