//! Opening a data directory, as its owner or as a reader beside the owner.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::boards::Boards;
use super::error::JournalError;
use super::owner::{self, Owner};
use super::saved::Saved;
use super::saving::Saving;
use super::store::{Pen, Store};
use super::writer::{self, Task};
use domain::event::{Fact, Seq};

/// Tasks that may wait for the writer; whoever comes then waits to be let in.
const WAITING: usize = 256;

/// The journal of a data directory. Clones are the same journal.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    boards: Boards,
    saved: Saved,
    /// The way to the one writer; `None` for reading only.
    writer: Option<mpsc::Sender<Task>>,
    bell: watch::Receiver<Seq>,
}

impl Journal {
    /// Opens the directory as its owner, and makes it where it is missing.
    ///
    /// # Errors
    /// [`JournalError::Owned`] where another process has it; [`JournalError::Disk`], [`JournalError::Damaged`] or
    /// [`JournalError::Newer`] where the file cannot be used.
    pub async fn open(dir: &Path) -> Result<Self, JournalError> {
        Self::open_bounded(dir, None).await
    }

    /// Opens the directory with a bound on the size of the journal, in pages of 4096 bytes; beyond it, writing
    /// fails as on a full disk. For trying out what happens then.
    ///
    /// # Errors
    /// As [`Journal::open`].
    #[doc(hidden)]
    pub async fn open_bounded(dir: &Path, most_pages: Option<u32>) -> Result<Self, JournalError> {
        std::fs::create_dir_all(dir).map_err(|error| JournalError::io(dir, &error))?;
        let owner = Owner::take(dir).await?;
        let pen = Pen::open(dir, most_pages).await?;
        let store = Store::open(dir).await?;
        let (ringer, bell) = watch::channel(store.newest().await?);
        let (writer, tasks) = mpsc::channel(WAITING);
        let saved = Saved::of(dir);
        tokio::spawn(writer::work(owner, pen, ringer, tasks, Saving::into(saved.clone())));
        let inner = Inner { store, boards: Boards::default(), saved, writer: Some(writer), bell };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Opens the directory for reading, also beside its owner. A directory without a journal has no jobs.
    ///
    /// # Errors
    /// As [`Journal::open`], without [`JournalError::Owned`].
    pub async fn read_only(dir: &Path) -> Result<Self, JournalError> {
        let store = Store::open(dir).await?;
        let (_, bell) = watch::channel(store.newest().await?);
        let inner = Inner { store, boards: Boards::default(), saved: Saved::of(dir), writer: None, bell };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether a process owns the directory now. Where none does, no job runs, whatever its last event was.
    pub fn is_owned(dir: &Path) -> bool {
        owner::is_taken(dir)
    }

    /// Says of every job whose process ended without a word (it was killed, or the machine went down) that it broke
    /// off. For the owner, before it begins or resumes a job: whatever runs then would be its own.
    ///
    /// # Errors
    /// [`JournalError`] where the journal cannot be read or written.
    pub async fn note_interruptions(&self) -> Result<(), JournalError> {
        for job in self.store().jobs_without_end().await? {
            let why = "its process ended without a word: it was killed, or the machine went down".to_owned();
            self.append(&job, Fact::Broke { why }).await?;
        }
        Ok(())
    }

    /// Whether anything can be written now: something of no meaning is.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot.
    pub async fn probe(&self) -> Result<(), JournalError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Task::Probe { reply }, answer).await
    }

    /// Lets go of the directory: what waits is written, then the lock is free and whoever follows sees the end.
    /// Writing after this answers [`JournalError::Closed`]. Without it, the last clone's end does the same a moment
    /// later.
    pub async fn close(&self) {
        let (reply, answer) = oneshot::channel::<Result<(), JournalError>>();
        // Already closed, or nothing to close: both are what was wanted.
        self.ask(Task::Close { reply }, answer).await.ok();
    }

    /// Hands the writer a task and waits for its answer.
    pub(super) async fn ask<T>(
        &self,
        task: Task,
        answer: oneshot::Receiver<Result<T, JournalError>>,
    ) -> Result<T, JournalError> {
        let writer = self.writable()?;
        writer.send(task).await.map_err(|_| JournalError::Closed)?;
        answer.await.map_err(|_| JournalError::Closed)?
    }

    pub(super) fn writable(&self) -> Result<&mpsc::Sender<Task>, JournalError> {
        self.inner.writer.as_ref().ok_or(JournalError::ReadOnly)
    }

    pub(super) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(super) fn boards(&self) -> &Boards {
        &self.inner.boards
    }

    pub(super) fn saved(&self) -> &Saved {
        &self.inner.saved
    }

    pub(super) fn ears(&self) -> &watch::Receiver<Seq> {
        &self.inner.bell
    }
}
