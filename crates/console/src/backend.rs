//! The interface between the console and the backend that runs the batches: this process, or a running service.
//!
//! [`Backend`] runs batches; [`DataSource`] reads lists and stored data, which the console does itself in both cases.

use parking_lot::RwLock;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use jiff::Timestamp;

use super::item_photos::{ItemPhoto, PhotoChange};
pub use super::location::{DirectoryEntry, DirectoryEntryKind, DirectoryPage, Location, ResolvedAddress};
use domain::batch_estimate::{BatchEstimate, ConflictingJob};
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::condition::Condition;
use domain::draft_diff::DraftDiff;
use domain::event::{EventEnvelope, Seq};
use domain::item_details::ItemDetails;
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::{Copies, JobId, JobSpec};
use domain::list_options::ListOptions;
use domain::list_preview::{ListPreview, ReadProgress, Workload};
use domain::review::{ReviewCase, ReviewInput, ReviewResult};
use domain::scan::ScanInput;
use domain::sink::SinkKind;
use domain::site::Site;
use domain::upc::Upc;
pub use domain::upstream_status::UpstreamStatus;
pub use pipeline::ListingPreview;

/// Error text for the operator: what happened, why, and what to do.
pub type UserMessage = String;

/// Maximum number of review cases that are loaded at a time. More are loaded when these are decided.
pub const MAX_REVIEW_CASES: usize = 200;

/// A projection that the backend keeps up to date. Hold its lock only briefly.
pub type ProjectionHandle = Arc<RwLock<JobProjection>>;

/// Returns the eBay site for which a batch creates drafts.
pub(super) fn listing_site(projection: &ProjectionHandle) -> Site {
    projection.read().spec.as_ref().map(|spec| spec.site).unwrap_or_default()
}

/// Callback with the progress of reading a list.
pub type PreviewProgressFn<'a> = &'a (dyn Fn(ReadProgress) + Send + Sync);

/// Options for starting a batch. `None` means the value from the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one line of the dialog")]
pub struct StartOptions {
    pub source: String,
    pub test_mode: bool,
    pub create_drafts: bool,
    /// Whether every item waits for review before its draft is created.
    pub review_all: bool,
    pub condition: Option<Condition>,
    pub sink: Option<SinkKind>,
    pub copies: Option<Copies>,
    /// How the list is read, and whether the batch starts even if its list has far more copies than rows.
    pub list: ListOptions,
    /// Whether the batch starts even if another batch over the same list is in progress.
    pub force: bool,
}

impl StartOptions {
    /// Returns the options for a list, with the values of the settings.
    pub fn for_source(source: String) -> Self {
        Self {
            source,
            test_mode: false,
            create_drafts: true,
            review_all: false,
            condition: None,
            sink: None,
            copies: None,
            list: ListOptions::default(),
            force: false,
        }
    }
}

/// Why a batch was not started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// A batch over the same list is in progress.
    #[error("{}", .0.summary())]
    AlreadyInProgress(ConflictingJob),
    #[error("{0}")]
    Other(UserMessage),
}

/// Why a file was not uploaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// An object with this name already exists and is unchanged.
    #[error("{target} already exists; it is unchanged")]
    AlreadyExists {
        /// `gs://bucket/object`
        target: String,
        /// Size of the existing object in bytes.
        size: u64,
        updated: Option<Timestamp>,
        /// Generation of the existing object. A confirmed upload replaces only this generation.
        generation: i64,
    },
    #[error("{0}")]
    Other(UserMessage),
}

impl From<UserMessage> for UploadError {
    fn from(message: UserMessage) -> Self {
        Self::Other(message)
    }
}

/// Why scans were not accepted by their batch, or why no batch was started for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanSendError {
    /// The service did not answer. The console keeps the scans and sends them later.
    Unreachable(UserMessage),
    /// The batch accepts no more scans, or no batch can be started: the same request would be rejected again.
    Rejected(UserMessage),
}

/// Why rows were not exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportFailure {
    pub message: UserMessage,
    /// True if another file has this name.
    pub already_exists: bool,
}

/// One part of the setup, as `draft-maker doctor` describes it without sending a request to any service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupFact {
    /// Name of the part, such as `discogs`.
    pub name: String,
    /// True if the operator does not have to do anything about it.
    pub is_ready: bool,
    /// What was found, and what to do.
    pub text: String,
}

/// A batch in the list of batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSummary {
    pub job: JobId,
    pub source: String,
    pub state: JobState,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub total: u64,
    pub done: u64,
    pub successful: u64,
}

/// An action on a whole batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobAction {
    Pause,
    Resume,
    Cancel,
    /// Starts a new batch over the items that failed.
    Retry,
}

impl JobAction {
    /// Returns the action in progress, such as `pausing`.
    pub(super) const fn progress_label(self) -> &'static str {
        match self {
            Self::Pause => "pausing",
            Self::Resume => "resuming",
            Self::Cancel => "canceling",
            Self::Retry => "starting a batch of the failed items of",
        }
    }

    /// Describes the completed action. For a retry, `job` is the new batch.
    pub(super) fn completed_summary(self, job: &JobId) -> String {
        match self {
            Self::Pause => format!("{job} is paused"),
            Self::Resume => format!("{job} is resumed"),
            Self::Cancel => format!("{job} is canceled"),
            Self::Retry => format!("{job} retries the failed items"),
        }
    }

    /// Returns the verb for a sentence: `pause`.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
            Self::Retry => "retry",
        }
    }
}

/// A position in the events of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayPosition {
    /// The newest event.
    Latest,
    /// The event with this number, from 1. A number out of range selects the first or the last event.
    Event(u64),
    /// `offset` seconds after an event; before it if `offset` is negative.
    Seconds { from_event: u64, offset: i64 },
}

/// The state of a batch after one of its events.
#[derive(Clone)]
pub struct ReplaySnapshot {
    /// Number of the event in the batch, from 1.
    pub event_number: u64,
    /// Number of events of the batch.
    pub event_count: u64,
    /// Number of the event to which the request leads. If it is another one, this state lies on the way to it.
    pub target: u64,
    pub event: EventEnvelope,
    /// The projection after that event.
    pub projection: ProjectionHandle,
}

/// A subscription to a batch: its projection and the stream of new events.
pub struct JobSubscription {
    pub projection: ProjectionHandle,
    pub events: BoxStream<'static, Result<Vec<EventEnvelope>, UserMessage>>,
}

/// Access to lists, their locations, and stored data about batches. The console reads and writes them directly.
pub trait DataSource: Send + Sync {
    /// Returns one page of the entries of a location.
    ///
    /// # Errors
    /// Returns [`UserMessage`], as all methods of this trait do, or an error that contains one.
    fn list_location<'a>(
        &'a self,
        location: &'a Location,
        page: Option<String>,
    ) -> BoxFuture<'a, Result<DirectoryPage, UserMessage>>;

    /// Resolves a typed address to a location or a list.
    fn resolve_address<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<ResolvedAddress, UserMessage>>;

    /// Adds or removes a bookmark. Returns the message for the operator.
    fn toggle_bookmark<'a>(&'a self, location: &'a Location) -> BoxFuture<'a, Result<String, UserMessage>>;

    /// Returns the addresses that start with `typed`.
    fn complete_address<'a>(&'a self, typed: &'a str) -> BoxFuture<'a, Result<Vec<String>, UserMessage>>;

    /// Uploads a file to a bucket: under a new name, or over the generation `over`, which the operator confirmed.
    /// Returns the address of the object.
    fn upload_file<'a>(
        &'a self,
        file: &'a str,
        to: &'a str,
        over: Option<i64>,
    ) -> BoxFuture<'a, Result<ResolvedAddress, UploadError>>;

    /// Returns all batches, newest first.
    fn list_jobs(&self) -> BoxFuture<'_, Result<Vec<JobSummary>, UserMessage>>;

    /// Returns which parts are set up. Sends no request to any service.
    fn describe_setup(&self) -> BoxFuture<'_, Result<Vec<SetupFact>, UserMessage>>;

    /// Returns true if a batch has events after a position.
    fn has_events_after<'a>(&'a self, job: &'a JobId, position: Seq) -> BoxFuture<'a, Result<bool, UserMessage>>;

    /// Returns the result files and drafts files of a batch.
    fn list_output_files<'a>(&'a self, job: &'a JobId) -> BoxFuture<'a, Result<Vec<PathBuf>, UserMessage>>;

    /// Returns all stored details of an item.
    fn load_item<'a>(&'a self, job: &'a JobId, upc: Upc) -> BoxFuture<'a, Result<ItemDetails, UserMessage>>;

    /// Returns the listing of an item, composed from its stored details.
    fn load_listing<'a>(&'a self, job: &'a JobId, upc: Upc) -> BoxFuture<'a, Result<ListingPreview, UserMessage>>;

    /// Returns the number of the seller's own photos of each item. Items without photos are omitted.
    fn count_photos(&self) -> BoxFuture<'_, Result<HashMap<Upc, u32>, UserMessage>>;

    /// Returns the seller's own photos of an item, in order.
    fn list_photos(&self, upc: Upc) -> BoxFuture<'_, Result<Vec<ItemPhoto>, UserMessage>>;

    /// Changes the photos of an item, and uploads new ones. The item's draft gets them when it is next composed.
    /// Returns the new number of photos.
    fn change_photos<'a>(&'a self, upc: Upc, change: &'a PhotoChange) -> BoxFuture<'a, Result<usize, UserMessage>>;

    /// Returns the bytes of an image.
    fn load_image<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<Bytes, UserMessage>>;

    /// Returns the first [`MAX_REVIEW_CASES`] cases that wait for review.
    fn load_review_queue<'a>(&'a self, job: &'a JobId) -> BoxFuture<'a, Result<Vec<ReviewCase>, UserMessage>>;

    /// Returns the state of a batch after one of its events, and that event; if that event is far away, a state on the way
    /// to it. `live` is the current state, if the console shows it.
    fn replay_at<'a>(
        &'a self,
        job: &'a JobId,
        position: ReplayPosition,
        live: Option<ProjectionHandle>,
    ) -> BoxFuture<'a, Result<ReplaySnapshot, UserMessage>>;

    /// Returns the batch that accepts scans; `None` if there is none.
    fn active_scan_job(&self) -> BoxFuture<'_, Result<Option<JobId>, UserMessage>>;

    /// Returns the current settings for a batch that accepts scans.
    ///
    /// # Errors
    /// Returns a message if a setting is invalid.
    fn describe_scan_job(&self) -> Result<JobSpec, UserMessage>;

    /// Writes a new file or object, and never replaces an existing one. Returns its address.
    fn create_file<'a>(&'a self, to: &'a str, text: String) -> BoxFuture<'a, Result<String, UserMessage>>;
}

/// The backend that runs the batches.
pub trait Backend: Send + Sync {
    /// Returns the name for the header, such as `this console` or `the service at 127.0.0.1:8080`.
    fn name(&self) -> String;

    /// Returns true if running batches stop when the console exits.
    fn stops_on_exit(&self) -> bool;

    /// Returns the access to lists and stored data.
    fn data_source(&self) -> &dyn DataSource;

    /// Reads a list and returns its content. Writes nothing, and is cancel-safe.
    ///
    /// # Errors
    /// Returns [`UserMessage`], as all methods of this trait do, or an error that contains one.
    fn preview_list<'a>(
        &'a self,
        source: &'a str,
        list: &'a ListOptions,
        on_progress: PreviewProgressFn<'a>,
    ) -> BoxFuture<'a, Result<ListPreview, UserMessage>>;

    /// Estimates a batch with this amount of work.
    fn estimate_batch<'a>(
        &'a self,
        options: &'a StartOptions,
        amount: Workload,
    ) -> BoxFuture<'a, Result<BatchEstimate, UserMessage>>;

    /// Starts or queues a batch.
    fn start_job<'a>(&'a self, options: &'a StartOptions) -> BoxFuture<'a, Result<JobId, StartError>>;

    /// Subscribes to the events of a batch.
    fn subscribe_to_job<'a>(&'a self, job: &'a JobId) -> BoxFuture<'a, Result<JobSubscription, UserMessage>>;

    /// Compares the drafts of an item at eBay with what Draft Maker sent. Uses calls of the daily quota.
    fn compare_draft<'a>(&'a self, job: &'a JobId, upc: Upc) -> BoxFuture<'a, Result<Vec<DraftDiff>, UserMessage>>;

    /// Searches for an item in review with a text of the operator. Returns the new number of candidates; `None` if
    /// nothing new was found.
    fn search_for_item<'a>(
        &'a self,
        job: &'a JobId,
        upc: Upc,
        text: &'a str,
    ) -> BoxFuture<'a, Result<Option<usize>, UserMessage>>;

    /// Submits the operator's decisions about items, or edits of their drafts. Returns the result of each, in order.
    fn submit_reviews<'a>(
        &'a self,
        job: &'a JobId,
        answers: &'a [(Upc, ReviewInput)],
    ) -> BoxFuture<'a, Result<Vec<ReviewResult>, UserMessage>>;

    /// Applies an action to a batch. Returns the batch that continues, which is a new one after a retry.
    fn change_job<'a>(&'a self, job: &'a JobId, action: JobAction) -> BoxFuture<'a, Result<JobId, UserMessage>>;

    /// Applies an action to items of a batch. Returns the result of each item.
    fn apply_item_action<'a>(
        &'a self,
        job: &'a JobId,
        action: ItemAction,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<BulkActionResult, UserMessage>>;

    /// Starts a batch that accepts scans. `key` is its idempotency key: the same key never starts a second batch.
    fn start_scan_job<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<JobId, ScanSendError>>;

    /// Sends scans to a batch. The key of each scan is its idempotency key.
    fn send_scans<'a>(&'a self, job: &'a JobId, scans: &'a [ScanInput]) -> BoxFuture<'a, Result<(), ScanSendError>>;

    /// Undoes a scan. Returns the message for the operator.
    fn undo_scan<'a>(&'a self, job: &'a JobId, key: &'a str) -> BoxFuture<'a, Result<String, UserMessage>>;

    /// Closes the list of a batch, which then accepts no more scans.
    fn close_scan_job<'a>(&'a self, job: &'a JobId) -> BoxFuture<'a, Result<(), UserMessage>>;

    /// Returns the state of each upstream service, or an error if the process that runs the batches does not answer.
    fn upstream_statuses(&self) -> BoxFuture<'_, Result<Vec<UpstreamStatus>, UserMessage>>;

    /// Returns the interrupted batches, which [`Self::resume_interrupted`] continues.
    fn interrupted_jobs(&self) -> BoxFuture<'_, Result<Vec<JobSummary>, UserMessage>>;

    /// Continues the interrupted batches.
    fn resume_interrupted(&self) -> BoxFuture<'_, Result<(), UserMessage>>;

    /// Stops the batches of this process in an orderly way, so that they can be resumed.
    fn shutdown(&self) -> BoxFuture<'_, ()>;
}
