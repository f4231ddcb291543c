//! The types of the event store's interface. They name no database, so that every implementation can share them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::RwLock;
use serde::Serialize;
use serde_json::Value;

use super::write_faults::WriteFaults;
use domain::event::{JobEvent, Seq};
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::{JobId, JobSpec};
use domain::sku::Sku;
use domain::upc::Upc;

/// A projection of one job that the writer keeps up to date. Hold its lock for a short time, and never across an await.
pub type SharedProjection = Arc<RwLock<JobProjection>>;

/// How much of each event is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DetailLevel {
    /// What a table row shows: without the providers' releases, the tracks, the comparables and the covers not chosen,
    /// which are three quarters of the bytes. Of several candidates, a row shows the first.
    #[default]
    Rows,
    /// Everything.
    Full,
    /// Only events of the job as a whole, and those that decide how an item ended.
    Outline,
}

/// One event in the JSON form of [`domain::event::EventEnvelope`], not deserialized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent {
    pub seq: Seq,
    /// The persisted name of the event: `item`, `finished`.
    pub kind: String,
    /// True if the event ends the work on its job until a resume. A pause does not.
    pub ends_work: bool,
    pub json: String,
}

/// A job and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStatus {
    pub job: JobId,
    pub state: JobState,
    /// True for a stopped job that the service resumes when it starts.
    pub auto_resume: bool,
}

impl JobStatus {
    /// Returns the state after the last event that decides it.
    pub(super) fn from_last_event(job: JobId, event: Option<&JobEvent>) -> Self {
        let state = event.and_then(JobEvent::job_state).unwrap_or(JobState::Running);
        Self { job, state, auto_resume: matches!(event, Some(JobEvent::Stopped { auto_resume: true, .. })) }
    }
}

/// An idempotency key: a client that repeats a request under the same key gets the job of the first one, because
/// responses can be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentRequest {
    pub key: String,
    /// The request, or a digest of it.
    pub fingerprint: String,
}

/// The result of submitting a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobSubmission {
    Created(JobId),
    /// The same request was submitted under this key before.
    Duplicate(JobId),
    /// Another request was submitted under this key before.
    Conflict(JobId),
}

impl JobSubmission {
    /// Compares a request with the one that was stored under its key.
    pub(super) fn from_existing(request: &IdempotentRequest, (job, fingerprint): (JobId, String)) -> Self {
        if fingerprint == request.fingerprint { Self::Duplicate(job) } else { Self::Conflict(job) }
    }
}

/// A job to create.
pub(super) struct NewJob {
    pub(super) spec: JobSpec,
    /// Events that are written together with the submission.
    pub(super) initial_events: Vec<JobEvent>,
    pub(super) idempotent_request: Option<IdempotentRequest>,
    pub(super) now: Timestamp,
}

/// The owner of ledger entries: one seller account at one eBay environment.
///
/// eBay does not tell a program who signed in, and each authorization has another token. An account is recognized by
/// what belongs to it alone, its business policies, and gets a number from Draft Maker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerAccount {
    /// `production`, `sandbox`, or the address of a simulated eBay.
    pub environment_id: String,
    /// The account number from [`super::Journal::resolve_seller_account`]. `None` if the account is not known: then
    /// every entry of the environment counts, since a second draft would be sold twice; and an entry without an account
    /// is assigned to the first seller that claims it.
    pub account_id: Option<u64>,
}

impl SellerAccount {
    /// Returns an unknown account: no seller is signed in, or nothing identifies the seller.
    pub fn anonymous(environment_id: impl Into<String>) -> Self {
        Self { environment_id: environment_id.into(), account_id: None }
    }

    /// Returns the account number as the database has it. Accounts count from 1; 0 is an unknown account.
    pub(super) fn db_id(&self) -> i64 {
        self.account_id.unwrap_or_default().cast_signed()
    }
}

/// A claim of a SKU for a draft in a sink.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub seller: SellerAccount,
    /// The sink's name: `csv`.
    pub sink: String,
    pub sku: Sku,
    pub job: JobId,
    pub upc: Upc,
    /// What the sink needs to find the draft or to write it again.
    pub payload: Value,
    pub at: Timestamp,
}

/// The result of claiming a SKU.
#[derive(Clone, Debug, PartialEq)]
pub enum ClaimResult {
    /// The SKU was free; the entry is durable.
    Acquired,
    /// This job claimed it before a crash or a retry; the payload is the one of then.
    OwnedByThisJob(Value),
    /// An earlier job claimed it.
    OwnedByOtherJob { job: JobId, at: Timestamp, row: Value },
    /// A draft of the item exists in another sink.
    OtherSink(SinkConflict),
}

/// A draft of the item exists in another sink. All copies of an item belong to the sink of the first draft: they lie in
/// one box, and a second listing would sell them twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "already has a draft at \"{sink}\" ({job}). To create it here instead, first run `draft-maker drafts --delete {sku}`"
)]
pub struct SinkConflict {
    /// The SKU, sink and job of the existing draft.
    pub sku: Sku,
    pub sink: String,
    pub job: JobId,
}

/// An entry of the ledger of drafts.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// The position in the ledger, from 1; later entries have greater numbers.
    pub number: u64,
    pub sku: Sku,
    pub payload: Value,
}

/// A draft of an item, its destination, and the job that claimed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingDraft {
    pub upc: Upc,
    pub sku: Sku,
    /// The sink's name: `csv`.
    pub sink: String,
    pub job: JobId,
    pub at: Timestamp,
}

/// How much a journal holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JournalContents {
    #[serde(rename = "batches")]
    pub jobs: u64,
    pub events: u64,
    pub ledger_entries: u64,
    /// Bytes of what the ledger stores of each draft; part of the size of the journal.
    pub ledger_bytes: u64,
}

/// How long one attempt of the writer waits for a lock of another program. Shorter than that of readers: a stop waits
/// for the attempt to end.
const WRITE_BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// How a journal is opened; tests choose other values.
#[derive(Clone, Debug)]
pub struct JournalOptions {
    /// How long one attempt of the writer waits for a lock of another program.
    pub busy_timeout: Duration,
    /// Maximum size of the file in pages of 4096 bytes. Beyond it, writes fail as on a full disk.
    pub max_pages: Option<u32>,
    /// Faults that a test asks for.
    pub faults: Option<WriteFaults>,
}

impl Default for JournalOptions {
    fn default() -> Self {
        Self { busy_timeout: WRITE_BUSY_TIMEOUT, max_pages: None, faults: None }
    }
}
