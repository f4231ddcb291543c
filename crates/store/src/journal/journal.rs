//! The write half of the event store's interface: opens and closes the store, and writes to it. `read.rs` is the read
//! half.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

use super::data_dir_lock::{self, DataDirLock};
use super::error::JournalError;
use super::input_list::{remaining_events, split_into_writes};
use super::model::{
    Claim, ClaimResult, EarlierSubmission, IdempotentRequest, JobSubmission, JournalOptions, NewJob, SellerAccount,
};
use super::projection_cache::ProjectionCache;
use super::snapshot::SnapshotStore;
use super::snapshot_writer::SnapshotWriter;
use super::storage::{StorageReader, StorageWriter};
use super::write_outcome::WriteOutcome;
use super::writer::{self, AppendCommand, JournalCommand, PendingAppend, ReplySender};
use crate::location::StoreLocation;
use domain::event::{JobEvent, Seq};
use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use domain::sku::Sku;

/// Maximum commands queued for the writer. Further callers wait for a free slot.
const MAX_QUEUED_COMMANDS: usize = 256;

/// How long [`Journal::check_writable`] waits for the writer, for example while another program locks the file.
const CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// Interval for polling the newest position of a journal that another process writes.
const FOLLOW_INTERVAL: Duration = Duration::from_millis(200);

/// The event store. Clones share it.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<JournalInner>,
}

struct JournalInner {
    reader: StorageReader,
    projections: ProjectionCache,
    snapshots: SnapshotStore,
    access: JournalAccess,
    head: watch::Receiver<Seq>,
    is_closing: Arc<AtomicBool>,
}

/// What this process may do with the journal.
enum JournalAccess {
    /// Writes it. The head advances.
    Owner {
        writer: mpsc::Sender<JournalCommand>,
        /// Becomes true when another process takes over the store; `None` if that cannot happen.
        is_lost: Option<watch::Receiver<bool>>,
        outcome: WriteOutcome,
    },
    /// Reads what another process writes. The head advances.
    Follower {
        /// Lock on this machine's folder.
        _lock: DataDirLock,
    },
    /// Reads what was written before it was opened.
    ReadOnly,
}

impl Drop for JournalInner {
    fn drop(&mut self) {
        self.is_closing.store(true, Ordering::Relaxed);
    }
}

/// Opens and closes the store.
impl Journal {
    /// Opens the store as its owner. Creates its directory and tables if they do not exist.
    ///
    /// # Errors
    /// Returns [`JournalError::Locked`] or [`JournalError::DatabaseInUse`] if another process owns it;
    /// [`JournalError::Disk`], [`JournalError::Damaged`] or [`JournalError::SchemaTooNew`] if the file cannot be used;
    /// [`JournalError::DatabaseUnreachable`], [`JournalError::Database`] or [`JournalError::DatabaseTooNew`] if the
    /// database cannot be used.
    pub fn open(location: impl Into<StoreLocation>) -> BoxFuture<'static, Result<Self, JournalError>> {
        // Boxed so that the writer is compiled once here, and not in every crate that awaits this future.
        Box::pin(Self::open_and_spawn_writer(location.into(), JournalOptions::default()))
    }

    /// Opens the store with options.
    ///
    /// # Errors
    /// Returns the errors of [`Journal::open`].
    #[cfg(feature = "test-support")]
    pub async fn open_with(location: impl Into<StoreLocation>, options: JournalOptions) -> Result<Self, JournalError> {
        Self::open_and_spawn_writer(location.into(), options).await
    }

    async fn open_and_spawn_writer(location: StoreLocation, options: JournalOptions) -> Result<Self, JournalError> {
        let dir = location.data_dir();
        std::fs::create_dir_all(dir).map_err(|error| crate::SqliteError::from_io(dir, &error))?;
        let lock = DataDirLock::acquire(dir).await?;
        let is_closing = Arc::new(AtomicBool::new(false));
        let connection = StorageWriter::open(&location, &options, is_closing.clone()).await?;
        let reader = StorageReader::open(&location).await?;
        let (head_sender, head) = watch::channel(reader.newest_seq().await?);
        let (writer, commands) = mpsc::channel(MAX_QUEUED_COMMANDS);
        let snapshots = SnapshotStore::for_location(&location);
        let snapshot_writer = SnapshotWriter::new(snapshots.clone());
        let is_lost = connection.ownership_lost();
        let outcome = WriteOutcome::default();
        tokio::spawn(writer::run_writer(lock, connection, head_sender, commands, snapshot_writer, outcome.clone()));
        let parts = JournalInner {
            reader,
            projections: ProjectionCache::default(),
            snapshots,
            access: JournalAccess::Owner { writer, is_lost, outcome },
            head,
            is_closing,
        };
        Ok(Self { inner: Arc::new(parts) })
    }

    /// Opens the store for reading, even while another process owns it. A directory without a journal has no jobs.
    ///
    /// # Errors
    /// Returns the errors of [`Journal::open`] except those about another owner.
    pub async fn open_read_only(location: impl Into<StoreLocation>) -> Result<Self, JournalError> {
        let location = location.into();
        let reader = StorageReader::open(&location).await?;
        let (_, head) = watch::channel(reader.newest_seq().await?);
        Ok(Self::for_reading(reader, &location, head, JournalAccess::ReadOnly))
    }

    /// Opens a store that another process writes, for reading, and follows it: the head advances with each commit.
    /// Locks the folder on this machine.
    ///
    /// # Errors
    /// Returns [`JournalError::Locked`] if another process on this machine uses the folder, and the errors of
    /// [`Journal::open_read_only`].
    pub async fn follow(location: &StoreLocation) -> Result<Self, JournalError> {
        let dir = location.data_dir();
        std::fs::create_dir_all(dir).map_err(|error| crate::SqliteError::from_io(dir, &error))?;
        let lock = DataDirLock::acquire(dir).await?;
        let reader = StorageReader::open(location).await?;
        let (sender, head) = watch::channel(reader.newest_seq().await?);
        tokio::spawn(follow_head(reader.clone(), sender));
        Ok(Self::for_reading(reader, location, head, JournalAccess::Follower { _lock: lock }))
    }

    fn for_reading(
        reader: StorageReader,
        location: &StoreLocation,
        head: watch::Receiver<Seq>,
        access: JournalAccess,
    ) -> Self {
        let inner = JournalInner {
            reader,
            projections: ProjectionCache::default(),
            snapshots: SnapshotStore::for_location(location),
            access,
            head,
            is_closing: Arc::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Waits until another process has taken over the store. Never returns if that cannot happen.
    pub async fn wait_until_lost(&self) {
        if let JournalAccess::Owner { is_lost: Some(is_lost), .. } = &self.inner.access
            && is_lost.clone().wait_for(|is_lost| *is_lost).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }

    /// Returns whether a process on this machine owns the directory.
    pub fn is_locked(dir: &Path) -> bool {
        data_dir_lock::is_locked(dir)
    }

    /// Returns whether this journal is open for writing.
    pub(super) fn is_writable(&self) -> bool {
        matches!(self.inner.access, JournalAccess::Owner { .. })
    }

    /// Checks that the journal can be written at this moment.
    ///
    /// # Errors
    /// Returns [`JournalError::Busy`] if another program locks the file for ten seconds, and other errors if the
    /// journal is not writable.
    pub async fn check_writable(&self) -> Result<(), JournalError> {
        let check = self.send_command(|reply| JournalCommand::CheckWritable { reply });
        tokio::time::timeout(CHECK_TIMEOUT, check).await.unwrap_or_else(|_| {
            let message = format!("no answer for {} s", CHECK_TIMEOUT.as_secs());
            Err(JournalError::Busy { path: self.inner.reader.description().into(), message })
        })
    }

    /// Returns why the last change was not written, if that was within the last minute. A smaller write, such as that of
    /// [`Self::check_writable`], may succeed nevertheless.
    pub fn recent_write_error(&self) -> Option<JournalError> {
        match &self.inner.access {
            JournalAccess::Owner { outcome, .. } => outcome.recent_error(),
            JournalAccess::Follower { .. } | JournalAccess::ReadOnly => None,
        }
    }

    /// Writes the queued commands, then releases the directory; subscriptions end. Later writes return
    /// [`JournalError::Closed`]. Dropping the last clone does the same shortly afterwards.
    pub async fn close(&self) {
        self.inner.is_closing.store(true, Ordering::Relaxed);
        // An error means that the journal is already closed or is read-only.
        self.send_command(|reply| JournalCommand::Close { reply }).await.ok();
    }

    fn writer(&self) -> Result<&mpsc::Sender<JournalCommand>, JournalError> {
        match &self.inner.access {
            JournalAccess::Owner { writer, .. } => Ok(writer),
            JournalAccess::Follower { .. } | JournalAccess::ReadOnly => Err(JournalError::ReadOnly),
        }
    }

    /// Sends a command to the writer and waits for the reply.
    async fn send_command<T>(&self, command: impl FnOnce(ReplySender<T>) -> JournalCommand) -> Result<T, JournalError> {
        let writer = self.writer()?;
        let (reply, answer) = oneshot::channel();
        writer.send(command(reply)).await.map_err(|_| JournalError::Closed)?;
        answer.await.map_err(|_| JournalError::Closed)?
    }

    pub(super) fn reader(&self) -> &StorageReader {
        &self.inner.reader
    }

    pub(super) fn projections(&self) -> &ProjectionCache {
        &self.inner.projections
    }

    pub(super) fn snapshots(&self) -> &SnapshotStore {
        &self.inner.snapshots
    }

    /// Returns whether the head advances when events are written.
    pub(super) fn is_head_live(&self) -> bool {
        !matches!(self.inner.access, JournalAccess::ReadOnly)
    }

    pub(super) fn head(&self) -> &watch::Receiver<Seq> {
        &self.inner.head
    }
}

/// Polls the newest position and sends it when it has changed, until all receivers are dropped.
async fn follow_head(reader: StorageReader, head: watch::Sender<Seq>) {
    while !head.is_closed() {
        tokio::time::sleep(FOLLOW_INTERVAL).await;
        match reader.newest_seq().await {
            Ok(newest) => {
                head.send_if_modified(|head| {
                    let is_newer = newest > *head;
                    *head = newest.max(*head);
                    is_newer
                });
            }
            Err(error) => tracing::warn!(%error, "cannot follow the events; trying again"),
        }
    }
}

/// Writes jobs and events.
impl Journal {
    /// Creates a job under the first free ID for the second of `now`.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the job cannot be written.
    pub async fn create_job(&self, spec: JobSpec, now: Timestamp) -> Result<JobId, JournalError> {
        Ok(match self.submit_job(spec, Vec::new(), None, now).await? {
            JobSubmission::Created(job)
            | JobSubmission::Existing(EarlierSubmission::Same(job) | EarlierSubmission::Different(job)) => job,
        })
    }

    /// Creates a job together with its first events, all or nothing. For an idempotency key, creates at most one job.
    ///
    /// # Errors
    /// Returns [`JournalError::InvalidTransition`] if an event is not valid in the job's state, and other errors if
    /// the job cannot be written.
    pub async fn submit_job(
        &self,
        spec: JobSpec,
        initial_events: Vec<JobEvent>,
        request: Option<IdempotentRequest>,
        now: Timestamp,
    ) -> Result<JobSubmission, JournalError> {
        let new = Box::new(NewJob { spec, initial_events, idempotent_request: request, now });
        self.send_command(|reply| JournalCommand::CreateJob { new, reply }).await
    }

    /// Appends one event. When this returns, the event is on disk and in the projection, and subscribers are notified.
    /// Concurrent callers share the disk write.
    ///
    /// # Errors
    /// Returns [`JournalError::InvalidTransition`] if the event is not valid in the job's state,
    /// [`JournalError::UnknownJob`], and other errors if the event cannot be written.
    pub async fn append_event(&self, job: &JobId, event: JobEvent) -> Result<Seq, JournalError> {
        self.append_events(job, vec![event]).await
    }

    /// Appends several events, all or none, and returns the position of the last. If `events` is empty, returns the
    /// newest position and writes nothing.
    ///
    /// # Errors
    /// Returns the errors of [`Journal::append_event`] for the first event that fails.
    pub async fn append_events(&self, job: &JobId, events: Vec<JobEvent>) -> Result<Seq, JournalError> {
        if events.is_empty() {
            return Ok(*self.head().borrow());
        }
        self.enqueue_events(job, events).await?.wait().await
    }

    /// Hands events to the writer like [`Journal::append_events`], but does not wait for the disk. Events of one
    /// caller are written in the order of the calls.
    ///
    /// # Errors
    /// Returns [`JournalError::ReadOnly`], [`JournalError::UnknownJob`] and [`JournalError::Closed`] immediately.
    /// [`PendingAppend::wait`] returns the other errors of [`Journal::append_event`].
    pub async fn enqueue_events(&self, job: &JobId, events: Vec<JobEvent>) -> Result<PendingAppend, JournalError> {
        let writer = self.writer()?;
        let projection = self.projection(job).await?;
        let (reply, written) = oneshot::channel();
        let append = JournalCommand::Append(AppendCommand { projection, events, reply });
        writer.send(append).await.map_err(|_| JournalError::Closed)?;
        Ok(PendingAppend(written))
    }

    /// Appends the input list of a job: the events up to [`JobEvent::InputClosed`]. A long list takes several
    /// transactions, so that other commands can be written in between.
    ///
    /// After a crash in between, the list is not closed and no item has been processed. The caller reads and appends
    /// the list again; the recorded part is skipped.
    ///
    /// # Errors
    /// Returns [`JournalError::InputChanged`] if the recorded part is not the beginning of this list, and the errors of
    /// [`Journal::append_events`].
    pub async fn append_input(&self, job: &JobId, events: Vec<JobEvent>) -> Result<Seq, JournalError> {
        let events = {
            let projection = self.projection(job).await?;
            let projection = projection.read();
            remaining_events(&projection, events).ok_or_else(|| JournalError::InputChanged(job.clone()))?
        };
        let mut last = *self.head().borrow();
        for events in split_into_writes(events) {
            last = self.append_events(job, events).await?;
        }
        Ok(last)
    }

    /// Removes an ended job with its events. Its ledger entries stay. Returns false, and keeps the job, if the job has
    /// the newest event of the store.
    ///
    /// The caller must ensure that no task works on the job or changes it.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the removal cannot be written.
    pub async fn remove_job(&self, job: &JobId) -> Result<bool, JournalError> {
        let removed = self.send_command(|reply| JournalCommand::RemoveJob { job: job.clone(), reply }).await?;
        if removed {
            self.projections().forget(job);
            self.snapshots().remove_snapshot(job);
        }
        Ok(removed)
    }

    /// Records that every running job was interrupted. Only the owner of the jobs may call this, before it starts or
    /// resumes one: their process was killed, or its machine stopped, so it recorded no end.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal cannot be read or written.
    pub async fn mark_killed_jobs(&self) -> Result<(), JournalError> {
        // Oldest first.
        for status in self.job_statuses().await?.into_iter().rev().filter(|status| status.state == JobState::Running) {
            let job = status.job;
            let last = self.reader().last_seq_for_job(&job).await?.unwrap_or_default();
            // The time is not worth an error: a damaged event is reported when it is needed.
            let ended_at = self.reader().event_time(&job, last).await.ok();
            self.append_event(&job, JobEvent::killed(ended_at)).await?;
        }
        Ok(())
    }
}

/// Writes the ledger of drafts: which SKU has a draft in which sink, and from which job. The ledger outlives jobs and
/// guarantees at most one draft per item and seller, even for a sink that cannot be queried, such as a CSV file.
impl Journal {
    /// Claims a SKU for a draft. The first claim wins, even if it is repeated. The claim is durable when this returns.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the claim cannot be written. Claiming again is safe.
    pub async fn claim_ledger_entry(&self, claim: &Claim) -> Result<ClaimResult, JournalError> {
        self.send_command(|reply| JournalCommand::Claim { claim: claim.clone(), reply }).await
    }

    /// Replaces the payloads of entries, all or none. Durable when this returns. SKUs without an entry are skipped.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the payloads cannot be written.
    pub async fn update_ledger_entries(
        &self,
        seller: &SellerAccount,
        sink: &str,
        entries: Vec<(Sku, Value)>,
    ) -> Result<(), JournalError> {
        let (seller, sink) = (seller.clone(), sink.to_owned());
        self.send_command(|reply| JournalCommand::UpdateLedger { seller, sink, entries, reply }).await
    }

    /// Deletes the entries of a SKU in all sinks and returns whether there were any.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the entries cannot be deleted.
    pub async fn delete_ledger_entry(&self, seller: &SellerAccount, sku: &Sku) -> Result<bool, JournalError> {
        let (seller, sku) = (seller.clone(), sku.clone());
        self.send_command(|reply| JournalCommand::DeleteLedgerEntry { seller, sku, reply }).await
    }

    /// Returns the account that owns any of the names, or a new account, and assigns all names to it. Names of several
    /// accounts show that the accounts are the same seller: the accounts and their ledger entries are merged.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the account cannot be written.
    pub async fn resolve_seller_account(&self, environment_id: &str, names: Vec<String>) -> Result<u64, JournalError> {
        let environment_id = environment_id.to_owned();
        self.send_command(|reply| JournalCommand::ResolveAccount { environment_id, names, reply }).await
    }
}
