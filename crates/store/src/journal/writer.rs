//! The one writer. All that waits when it is free goes to the disk in one transaction with one fsync.
//!
//! ```text
//! tasks ──> staged: may it follow? ─no─> answered at once, the others go on
//!               │ yes
//!            insert … insert ── commit ─failed─> everybody of the group hears why; boards are untouched
//!                                  │ done
//!                               boards ── bell ── answers
//! ```

use std::collections::VecDeque;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

use super::data_dir_lock::DataDirLock;
use super::error::JournalError;
use super::ledger::{Claim, ClaimResult};
use super::pending::PendingChanges;
use super::projections::SharedProjection;
use super::seller_account::SellerAccount;
use super::snapshot_writer::SnapshotWriter;
use super::store::WriteConnection;
use super::submission::{JobSubmission, NewJob};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::sku::Sku;

/// The most tasks of one transaction.
const MAX_BATCH_COMMANDS: usize = 256;

type ReplySender<T> = oneshot::Sender<Result<T, JournalError>>;

/// What the writer can be asked for.
pub(super) enum JournalCommand {
    CreateJob { new: Box<NewJob>, reply: ReplySender<JobSubmission> },
    Append(AppendCommand),
    Claim { claim: Claim, reply: ReplySender<ClaimResult> },
    UpdateLedger { seller: SellerAccount, sink: String, entries: Vec<(Sku, Value)>, reply: ReplySender<()> },
    DeleteLedgerEntry { seller: SellerAccount, sku: Sku, reply: ReplySender<bool> },
    ResolveAccount { environment_id: String, names: Vec<String>, reply: ReplySender<u64> },
    CheckWritable { reply: ReplySender<()> },
    Close { reply: ReplySender<()> },
}

/// Facts for one job, all or none.
pub(super) struct AppendCommand {
    projection: SharedProjection,
    events: Vec<JobEvent>,
    reply: ReplySender<Seq>,
}

impl AppendCommand {
    pub(super) fn new_job(projection: SharedProjection, events: Vec<JobEvent>, reply: ReplySender<Seq>) -> Self {
        Self { projection, events, reply }
    }
}

/// What everybody of a group is told once it is known whether it is on the disk.
type DeferredReply = Box<dyn FnOnce(Result<(), JournalError>) + Send>;

/// One transaction under way.
#[derive(Default)]
struct WriteBatch {
    pending: PendingChanges,
    events: Vec<(Option<SharedProjection>, EventEnvelope)>,
    deferred_replies: Vec<DeferredReply>,
}

/// Works until the last [`super::Journal`] is gone or one asks to close; the ownership ends with it.
pub(super) async fn run_writer(
    owner: DataDirLock,
    mut pen: WriteConnection,
    head: watch::Sender<Seq>,
    mut tasks: mpsc::Receiver<JournalCommand>,
    mut saving: SnapshotWriter,
) {
    let mut arrived = Vec::with_capacity(MAX_BATCH_COMMANDS);
    let mut closing = Vec::new();
    while closing.is_empty() && tasks.recv_many(&mut arrived, MAX_BATCH_COMMANDS).await > 0 {
        let mut waiting = VecDeque::new();
        for task in arrived.drain(..) {
            match task {
                JournalCommand::Close { reply } => closing.push(reply),
                task => waiting.push_back(task),
            }
        }
        while !waiting.is_empty() {
            let ended = write_batch(&mut pen, &head, &mut waiting).await;
            for projection in ended {
                saving.schedule_snapshot(projection);
            }
        }
    }
    drop(tasks);
    saving.finish_all().await;
    pen.close().await;
    drop(owner);
    drop(head);
    for reply in closing {
        reply.send(Ok(())).ok();
    }
}

/// Writes the tasks that wait. After a failure the rest stays and makes the next group. The boards of the jobs on which
/// the work has ended with it.
async fn write_batch(
    pen: &mut WriteConnection,
    head: &watch::Sender<Seq>,
    waiting: &mut VecDeque<JournalCommand>,
) -> Vec<SharedProjection> {
    let mut group = WriteBatch::default();
    let written = group.write_commands(pen, waiting).await;
    let settled = match written {
        Ok(()) => pen.commit().await,
        Err(error) => Err(error),
    };
    let ended = if settled.is_err() {
        pen.roll_back().await;
        Vec::new()
    } else {
        group.publish(head)
    };
    for answer in group.deferred_replies {
        answer(settled.clone());
    }
    ended
}

impl WriteBatch {
    async fn write_commands(
        &mut self,
        pen: &mut WriteConnection,
        waiting: &mut VecDeque<JournalCommand>,
    ) -> Result<(), JournalError> {
        while let Some(task) = waiting.pop_front() {
            match task {
                JournalCommand::CreateJob { new, reply } => self.create_job(pen, *new, reply).await?,
                JournalCommand::Append(append) => self.append_events(pen, append).await?,
                JournalCommand::Claim { claim, reply } => self.claim_entry(pen, &claim, reply).await?,
                JournalCommand::UpdateLedger { seller, sink, entries: rows, reply } => {
                    let amended = pen.update_entries(&seller, &sink, &rows).await;
                    self.record_result(reply, amended)?;
                }
                JournalCommand::DeleteLedgerEntry { seller, sku, reply } => {
                    let struck = pen.delete_entry(&seller, &sku).await;
                    self.record_result(reply, struck)?;
                }
                JournalCommand::ResolveAccount { environment_id: ebay, names, reply } => {
                    let account = pen.resolve_account(&ebay, &names).await;
                    self.record_result(reply, account)?;
                }
                JournalCommand::CheckWritable { reply } => {
                    let probed = pen.check_writable().await;
                    self.record_result(reply, probed)?;
                }
                JournalCommand::Close { .. } => {}
            }
        }
        Ok(())
    }

    async fn create_job(
        &mut self,
        pen: &mut WriteConnection,
        new: NewJob,
        reply: ReplySender<JobSubmission>,
    ) -> Result<(), JournalError> {
        let begun = self.create_job_once(pen, new).await;
        self.record_result(reply, begun)
    }

    async fn create_job_once(&mut self, pen: &mut WriteConnection, new: NewJob) -> Result<JobSubmission, JournalError> {
        if let Some(request) = &new.idempotent_request
            && let Some(ordered) = new.existing_submission(pen.find_idempotent_request(&request.key).await?)
        {
            return Ok(ordered);
        }
        let at = truncate_to_millis(new.now);
        let job = pen.insert_job(at).await?;
        if let Some(request) = &new.idempotent_request {
            pen.insert_idempotent_request(request, &job).await?;
        }
        for added in self.pending.stage_events(&JobProjection::new(job.clone()), &new.initial_events)? {
            pen.insert_items(&job, added.first_position, &added.items).await?;
        }
        for payload in std::iter::once(JobEvent::Submitted { spec: new.spec }).chain(new.initial_events) {
            let event = pen.insert_event(&job, at, payload).await?;
            self.events.push((None, event));
        }
        Ok(JobSubmission::Created(job))
    }

    async fn append_events(&mut self, pen: &mut WriteConnection, append: AppendCommand) -> Result<(), JournalError> {
        let AppendCommand { projection, events, reply } = append;
        let at = truncate_to_millis(Timestamp::now());
        let staged = {
            let projection = projection.read();
            self.pending.stage_events(&projection, &events).map(|added| (projection.job.clone(), added))
        };
        let (job, added) = match staged {
            Ok(staged) => staged,
            Err(illegal) => {
                reply.send(Err(illegal.into())).ok();
                return Ok(());
            }
        };
        let written = async {
            for added in added {
                pen.insert_items(&job, added.first_position, &added.items).await?;
            }
            let mut last = Seq::default();
            for payload in events {
                pen.update_scanned_item(&job, &payload).await?;
                let event = pen.insert_event(&job, at, payload).await?;
                last = event.seq;
                self.events.push((Some(projection.clone()), event));
            }
            Ok(last)
        };
        let written = written.await;
        self.record_result(reply, written)
    }

    async fn claim_entry(
        &mut self,
        pen: &mut WriteConnection,
        claim: &Claim,
        reply: ReplySender<ClaimResult>,
    ) -> Result<(), JournalError> {
        let claim_result = pen.claim_entry(claim).await;
        self.record_result(reply, claim_result)
    }

    /// Notes what to tell the caller, and stops the group where the write failed.
    fn record_result<T: Send + 'static>(
        &mut self,
        reply: ReplySender<T>,
        written: Result<T, JournalError>,
    ) -> Result<(), JournalError> {
        let stop = written.as_ref().err().cloned().map_or(Ok(()), Err);
        self.defer_reply(reply, written);
        stop
    }

    /// The group's failure outweighs the task's own success. A caller that went away is no failure.
    fn defer_reply<T: Send + 'static>(&mut self, reply: ReplySender<T>, written: Result<T, JournalError>) {
        self.deferred_replies.push(Box::new(move |settled| {
            reply.send(settled.and(written)).ok();
        }));
    }

    /// What is on the disk reaches the boards, then the bell rings.
    fn publish(&mut self, head: &watch::Sender<Seq>) -> Vec<SharedProjection> {
        let mut ended = Vec::new();
        let newest = self.events.last().map(|(_, event)| event.seq);
        for (projection, event) in self.events.drain(..) {
            let Some(projection) = projection else { continue };
            ended.extend(event.payload.ends_work().then(|| projection.clone()));
            let mut projection = projection.write();
            if let Err(illegal) = projection.apply_event(&event) {
                tracing::error!(seq = event.seq.0, %illegal, "the journal took an event that its board refuses");
            }
        }
        if let Some(newest) = newest {
            head.send_replace(newest);
        }
        ended
    }
}

/// Finer than people read; and what the disk holds must equal what the board saw.
fn truncate_to_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
