//! Types of the event store's interface. They do not depend on a database.

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

/// A job's projection that the writer keeps up to date. Hold its lock briefly, and never across an await.
pub type SharedProjection = Arc<RwLock<JobProjection>>;

/// The level of detail at which events are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DetailLevel {
    /// What a table row shows: an event without provider releases, tracks, comparables and unselected covers, which
    /// are three quarters of the bytes. Of several candidates, only the first is kept.
    #[default]
    Rows,
    /// The complete event.
    Full,
    /// Only job-level events, and item events that determine how an item ended.
    Outline,
}

/// An event in the JSON form of [`domain::event::EventEnvelope`], not deserialized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent {
    pub seq: Seq,
    /// Persisted name of the event, such as `item` or `finished`.
    pub kind: String,
    /// True if the event ends the work on its job until a resume. False for a pause.
    pub ends_work: bool,
    pub json: String,
}

/// A job and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStatus {
    pub job: JobId,
    pub state: JobState,
    /// True for a stopped job that the service resumes at startup.
    pub auto_resume: bool,
}

impl JobStatus {
    /// Returns the status after the last event that determines the state; `None` means a running job.
    pub(super) fn from_last_event(job: JobId, event: Option<&JobEvent>) -> Self {
        let state = event.and_then(JobEvent::job_state).unwrap_or(JobState::Running);
        Self { job, state, auto_resume: matches!(event, Some(JobEvent::Stopped { auto_resume: true, .. })) }
    }
}

/// An idempotency key. A client that repeats a request under the same key, for example after a lost response, gets the
/// job of the first request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentRequest {
    pub key: String,
    /// The request or a digest of it.
    pub fingerprint: String,
}

/// The result of submitting a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobSubmission {
    Created(JobId),
    /// A request was submitted earlier under this key.
    Existing(EarlierSubmission),
}

/// The job of an earlier request under the same idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EarlierSubmission {
    /// The request was the same.
    Same(JobId),
    /// The request was different.
    Different(JobId),
}

impl EarlierSubmission {
    /// Compares a request with the one stored under its key.
    pub(super) fn compare(request: &IdempotentRequest, (job, fingerprint): (JobId, String)) -> Self {
        if fingerprint == request.fingerprint { Self::Same(job) } else { Self::Different(job) }
    }
}

/// A job to create.
pub(super) struct NewJob {
    pub(super) spec: JobSpec,
    /// Events written in the same transaction as the submission.
    pub(super) initial_events: Vec<JobEvent>,
    pub(super) idempotent_request: Option<IdempotentRequest>,
    pub(super) now: Timestamp,
}

/// The owner of ledger entries: a seller account in an eBay environment.
///
/// eBay does not tell an application who signed in, and the token changes with each authorization. Draft Maker
/// recognizes an account by its business policies, which belong to it alone, and assigns it a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerAccount {
    /// `production`, `sandbox`, or the address of a simulated eBay.
    pub environment_id: String,
    /// The account number from [`super::Journal::resolve_seller_account`]; `None` if the account is unknown. In that
    /// case every entry of the environment counts, since a second draft would be sold twice, and the first seller that
    /// claims an entry without an account gets it.
    pub account_id: Option<u64>,
}

impl SellerAccount {
    /// Returns an unknown account: no seller is signed in, or the seller cannot be identified.
    pub fn anonymous(environment_id: impl Into<String>) -> Self {
        Self { environment_id: environment_id.into(), account_id: None }
    }

    /// Returns the account number as stored in the database. Accounts count from 1; 0 is an unknown account.
    pub(super) fn db_id(&self) -> i64 {
        self.account_id.unwrap_or_default().cast_signed()
    }
}

/// A claim of a SKU for a draft in a sink.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub seller: SellerAccount,
    /// Name of the sink, such as `csv`.
    pub sink: String,
    pub sku: Sku,
    pub job: JobId,
    pub upc: Upc,
    /// Data that the sink needs to find the draft or to write it again.
    pub payload: Value,
    pub at: Timestamp,
}

/// The result of claiming a SKU.
#[derive(Clone, Debug, PartialEq)]
pub enum ClaimResult {
    /// The SKU was free; the entry is durable.
    Acquired,
    /// This job claimed the SKU before a crash or a retry; contains the payload of that claim.
    OwnedByThisJob(Value),
    /// Another job claimed the SKU earlier.
    OwnedByOtherJob { job: JobId, at: Timestamp, row: Value },
    /// A draft of the item exists in another sink.
    OtherSink(SinkConflict),
}

/// A draft of the item in another sink. All copies of an item belong to the sink of the first draft: they are in one
/// box, and a second listing would sell them twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "already has a draft at \"{sink}\" ({job}). To create it here instead, first run `draft-maker drafts --delete {sku}`"
)]
pub struct SinkConflict {
    /// SKU of the existing draft; its sink and its job follow.
    pub sku: Sku,
    pub sink: String,
    pub job: JobId,
}

/// An entry of the ledger of drafts.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// Position in the ledger, from 1, ascending.
    pub number: u64,
    pub sku: Sku,
    pub payload: Value,
}

/// An item's draft with its sink and the job that claimed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingDraft {
    pub upc: Upc,
    pub sku: Sku,
    /// Name of the sink, such as `csv`.
    pub sink: String,
    pub job: JobId,
    pub at: Timestamp,
}

/// The size of a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JournalContents {
    #[serde(rename = "batches")]
    pub jobs: u64,
    pub events: u64,
    pub ledger_entries: u64,
    /// Bytes of the payloads in the ledger; included in the size of the journal.
    pub ledger_bytes: u64,
}

/// Default of [`JournalOptions::busy_timeout`]. Shorter than the timeout of readers, because a stop waits for the
/// attempt to end.
const WRITE_BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// Options for opening a journal; tests override the defaults.
#[derive(Clone, Debug)]
pub struct JournalOptions {
    /// How long one write attempt waits for another program to release its lock.
    pub busy_timeout: Duration,
    /// Maximum file size in pages of 4096 bytes. Beyond it, writes fail as on a full disk.
    pub max_pages: Option<u32>,
    /// Faults that a test injects.
    pub faults: Option<WriteFaults>,
}

impl Default for JournalOptions {
    fn default() -> Self {
        Self { busy_timeout: WRITE_BUSY_TIMEOUT, max_pages: None, faults: None }
    }
}
