//! The writer task. It writes all waiting commands in one transaction with one fsync (group commit).
//!
//! ```text
//! commands ──> staged: is it valid? ─no─> rejected at once; the others of the group are not affected
//!                 │ yes
//!              INSERT … INSERT ── COMMIT ─failed─> every command of the group gets the error; projections unchanged
//!                                   │ ok
//!                               projections ── head ── replies
//! ```

use std::collections::VecDeque;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

use super::data_dir_lock::DataDirLock;
use super::error::JournalError;
use super::model::{Claim, ClaimResult, EarlierSubmission, JobSubmission, NewJob, SellerAccount, SharedProjection};
use super::pending::PendingChanges;
use super::snapshot_writer::SnapshotWriter;
use super::storage::StorageWriter;
use super::write_outcome::WriteOutcome;
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::sku::Sku;

/// Maximum commands per transaction.
const MAX_BATCH_COMMANDS: usize = 256;

pub(super) type ReplySender<T> = oneshot::Sender<Result<T, JournalError>>;

/// A request to the writer.
pub(super) enum JournalCommand {
    CreateJob { new: Box<NewJob>, reply: ReplySender<JobSubmission> },
    Append(AppendCommand),
    Claim { claim: Claim, reply: ReplySender<ClaimResult> },
    UpdateLedger { seller: SellerAccount, sink: String, entries: Vec<(Sku, Value)>, reply: ReplySender<()> },
    DeleteLedgerEntry { seller: SellerAccount, sku: Sku, reply: ReplySender<bool> },
    ResolveAccount { environment_id: String, names: Vec<String>, reply: ReplySender<u64> },
    RemoveJob { job: JobId, reply: ReplySender<bool> },
    CheckWritable { reply: ReplySender<()> },
    Close { reply: ReplySender<()> },
}

/// Events for one job, written all or none.
pub(super) struct AppendCommand {
    pub(super) projection: SharedProjection,
    pub(super) events: Vec<JobEvent>,
    pub(super) reply: ReplySender<Seq>,
}

impl JournalCommand {
    /// Replies to a command that is not executed.
    fn reject(self, error: JournalError) {
        match self {
            Self::CreateJob { reply, .. } => drop(reply.send(Err(error))),
            Self::Append(AppendCommand { reply, .. }) => drop(reply.send(Err(error))),
            Self::Claim { reply, .. } => drop(reply.send(Err(error))),
            Self::UpdateLedger { reply, .. } | Self::CheckWritable { reply } | Self::Close { reply } => {
                drop(reply.send(Err(error)));
            }
            Self::DeleteLedgerEntry { reply, .. } | Self::RemoveJob { reply, .. } => drop(reply.send(Err(error))),
            Self::ResolveAccount { reply, .. } => drop(reply.send(Err(error))),
        }
    }
}

/// Events that were handed to the writer. They are written even if this value is dropped.
#[derive(Debug)]
#[must_use = "a failure is known only after the wait"]
pub struct PendingAppend(pub(super) oneshot::Receiver<Result<Seq, JournalError>>);

impl PendingAppend {
    /// Waits until the events are on disk and in the projection, and returns the position of the last event.
    ///
    /// # Errors
    /// Returns the errors of [`super::Journal::append_event`].
    pub async fn wait(self) -> Result<Seq, JournalError> {
        self.0.await.map_err(|_| JournalError::Closed)?
    }
}

/// A reply that is sent when the transaction ends. Its argument is the position after which the transaction's
/// positions start.
type DeferredReply = Box<dyn FnOnce(Result<Seq, JournalError>) + Send>;

/// One transaction in progress.
#[derive(Default)]
struct WriteBatch {
    pending: PendingChanges,
    events: Vec<(Option<SharedProjection>, EventEnvelope)>,
    deferred_replies: Vec<DeferredReply>,
    /// Whether a command changes more than [`JournalCommand::CheckWritable`] does.
    has_changes: bool,
}

/// Executes commands until the last [`super::Journal`] is dropped or a close is requested, then releases the data
/// directory.
pub(super) async fn run_writer(
    lock: DataDirLock,
    mut connection: StorageWriter,
    head: watch::Sender<Seq>,
    mut commands: mpsc::Receiver<JournalCommand>,
    mut snapshots: SnapshotWriter,
    outcome: WriteOutcome,
) {
    let mut received = Vec::with_capacity(MAX_BATCH_COMMANDS);
    let mut closing = Vec::new();
    while closing.is_empty() && commands.recv_many(&mut received, MAX_BATCH_COMMANDS).await > 0 {
        // The callers that the last transaction answered send their next commands first, so that these share a transaction.
        tokio::task::yield_now().await;
        while received.len() < MAX_BATCH_COMMANDS
            && let Ok(command) = commands.try_recv()
        {
            received.push(command);
        }
        let mut waiting = VecDeque::new();
        for command in received.drain(..) {
            match command {
                JournalCommand::Close { reply } => closing.push(reply),
                command => waiting.push_back(command),
            }
        }
        while !waiting.is_empty() {
            let ended = write_batch(&mut connection, &head, &mut waiting, &outcome).await;
            for projection in &ended {
                snapshots.schedule_snapshot(projection);
            }
        }
    }
    drop(commands);
    snapshots.finish_all().await;
    connection.close().await;
    drop(lock);
    drop(head);
    for reply in closing {
        reply.send(Ok(())).ok();
    }
}

/// Writes the waiting commands in one transaction and returns the projections of jobs whose work ended. After a failure,
/// commands that were not reached stay for the next one.
async fn write_batch(
    connection: &mut StorageWriter,
    head: &watch::Sender<Seq>,
    waiting: &mut VecDeque<JournalCommand>,
    outcome: &WriteOutcome,
) -> Vec<SharedProjection> {
    let mut batch = WriteBatch::default();
    let written = batch.write_commands(connection, waiting).await;
    let settled = match written {
        Ok(()) => connection.commit().await,
        Err(error) => Err(error),
    };
    match &settled {
        _ if !batch.has_changes => {}
        Ok(_) => outcome.record_success(),
        Err(error) => outcome.record_failure(error),
    }
    let ended = match &settled {
        Ok(base) => batch.notify_followers(head, *base),
        Err(error) => {
            connection.roll_back().await;
            if error.is_passing_outage() {
                // The journal is closing and the store is unreachable: every further transaction would wait again.
                waiting.drain(..).for_each(|command| command.reject(error.clone()));
            }
            Vec::new()
        }
    };
    for reply in batch.deferred_replies {
        reply(settled.clone());
    }
    ended
}

impl WriteBatch {
    async fn write_commands(
        &mut self,
        connection: &mut StorageWriter,
        waiting: &mut VecDeque<JournalCommand>,
    ) -> Result<(), JournalError> {
        while let Some(command) = waiting.pop_front() {
            self.has_changes |= !matches!(command, JournalCommand::CheckWritable { .. });
            match command {
                JournalCommand::CreateJob { new, reply } => {
                    let created = self.create_job(connection, *new).await;
                    self.defer_reply(reply, created)?;
                }
                JournalCommand::Append(append) => self.append_events(connection, append).await?,
                JournalCommand::Claim { claim, reply } => {
                    let claimed = connection.claim_entry(&claim).await;
                    self.defer_reply(reply, claimed)?;
                }
                JournalCommand::UpdateLedger { seller, sink, entries, reply } => {
                    let updated = connection.update_entries(&seller, &sink, &entries).await;
                    self.defer_reply(reply, updated)?;
                }
                JournalCommand::DeleteLedgerEntry { seller, sku, reply } => {
                    let deleted = connection.delete_entry(&seller, &sku).await;
                    self.defer_reply(reply, deleted)?;
                }
                JournalCommand::ResolveAccount { environment_id, names, reply } => {
                    let account = connection.resolve_account(&environment_id, &names).await;
                    self.defer_reply(reply, account)?;
                }
                JournalCommand::RemoveJob { job, reply } => {
                    let removed = connection.delete_job(&job, truncate_to_millis(Timestamp::now())).await;
                    self.defer_reply(reply, removed)?;
                }
                JournalCommand::CheckWritable { reply } => {
                    let checked = connection.check_writable().await;
                    self.defer_reply(reply, checked)?;
                }
                JournalCommand::Close { .. } => {}
            }
        }
        Ok(())
    }

    async fn create_job(&mut self, connection: &mut StorageWriter, new: NewJob) -> Result<JobSubmission, JournalError> {
        if let Some(request) = &new.idempotent_request
            && let Some(found) = connection.find_idempotent_request(&request.key).await?
        {
            return Ok(JobSubmission::Existing(EarlierSubmission::compare(request, found)));
        }
        let at = truncate_to_millis(new.now);
        // No other command of this transaction can name the new job, so its pending changes do not matter here.
        // Invalid events are rejected before the first row is written.
        let added =
            PendingChanges::default().stage_events(&JobProjection::new(JobId::new(at, 0)), &new.initial_events)?;
        let job = connection.insert_job(at).await?;
        if let Some(request) = &new.idempotent_request {
            connection.insert_idempotent_request(request, &job).await?;
        }
        for added in added {
            connection.insert_items(&job, added.first_position, &added.items).await?;
        }
        for payload in std::iter::once(JobEvent::Submitted { spec: new.spec }).chain(new.initial_events) {
            let event = connection.insert_event(&job, at, payload).await?;
            self.events.push((None, event));
        }
        Ok(JobSubmission::Created(job))
    }

    async fn append_events(
        &mut self,
        connection: &mut StorageWriter,
        append: AppendCommand,
    ) -> Result<(), JournalError> {
        let AppendCommand { projection, events, reply } = append;
        let at = truncate_to_millis(Timestamp::now());
        let job = projection.read().job.clone();
        let written = async {
            // Unreadable items and invalid events are rejected before the first row is written.
            let changed = connection.changed_items(&job, &events).await?;
            let added = self.pending.stage_events(&projection.read(), &events)?;
            for added in added {
                connection.insert_items(&job, added.first_position, &added.items).await?;
            }
            connection.update_items(&job, &changed).await?;
            let mut last = Seq::default();
            for payload in events {
                let event = connection.insert_event(&job, at, payload).await?;
                last = event.seq;
                self.events.push((Some(projection.clone()), event));
            }
            Ok(last)
        };
        let written = written.await;
        // The caller may have dropped the receiver.
        self.defer_result(written, |result| drop(reply.send(result.map(|(base, last)| Seq(base.0 + last.0)))))
    }

    /// Queues a command's reply until the transaction ends, see [`Self::defer_result`].
    fn defer_reply<T: Send + 'static>(
        &mut self,
        reply: ReplySender<T>,
        written: Result<T, JournalError>,
    ) -> Result<(), JournalError> {
        self.defer_result(written, |result| drop(reply.send(result.map(|(_, value)| value))))
    }

    /// Passes a command's result to `send` when the transaction ends, with the position after which the transaction's
    /// positions start. An error that concerns only this command is passed at once, because such an error occurs before
    /// the command writes anything.
    ///
    /// # Errors
    /// Returns the command's error if the transaction cannot continue.
    fn defer_result<T: Send + 'static>(
        &mut self,
        written: Result<T, JournalError>,
        send: impl FnOnce(Result<(Seq, T), JournalError>) + Send + 'static,
    ) -> Result<(), JournalError> {
        match written {
            Ok(value) => {
                self.deferred_replies.push(Box::new(|settled| send(settled.map(|base| (base, value)))));
                Ok(())
            }
            Err(error) if error.is_of_one_command() => {
                send(Err(error));
                Ok(())
            }
            Err(error) => {
                let failure = error.clone();
                self.deferred_replies.push(Box::new(|settled| send(settled.and(Err(failure)))));
                Err(error)
            }
        }
    }

    /// Applies the committed events to the projections, then advances the head. Returns the projections of jobs whose
    /// work ended.
    fn notify_followers(&mut self, head: &watch::Sender<Seq>, base: Seq) -> Vec<SharedProjection> {
        let mut ended = Vec::new();
        let newest = self.events.last().map(|(_, event)| Seq(base.0 + event.seq.0));
        for (projection, mut event) in self.events.drain(..) {
            event.seq = Seq(base.0 + event.seq.0);
            let Some(projection) = projection else { continue };
            ended.extend(event.payload.ends_work().then(|| projection.clone()));
            let mut projection = projection.write();
            if let Err(invalid) = projection.apply_event(&event) {
                tracing::error!(seq = event.seq.0, %invalid, "the journal has an event that does not fit the state of its batch; the event is skipped");
            }
        }
        if let Some(newest) = newest {
            head.send_replace(newest);
        }
        ended
    }
}

/// Truncates a time to milliseconds, because the projection must equal what the database stores.
fn truncate_to_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
