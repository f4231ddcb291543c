//! What the console asks of whoever runs the batches: this process itself, or a service that it has joined.

use parking_lot::RwLock;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use jiff::Timestamp;

use super::scan_session::ScanSendError;
use domain::batch_estimate::{BatchEstimate, ConflictingJob};
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::condition::Condition;
use domain::draft_diff::DraftDiff;
use domain::event::EventEnvelope;
use domain::item_details::ItemDetails;
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::{Copies, JobId};
use domain::list_preview::{ListPreview, ReadProgress, Workload};
use domain::review::{ReviewCase, ReviewInput, ReviewResult};
use domain::scan::ScanInput;
use domain::sink::SinkKind;
use domain::upc::Upc;
pub use domain::upstream_status::UpstreamStatus as Gauge;
pub use pipeline::ListingPreview;

/// Why something was not done, in words that tell the operator what to do.
pub type UserMessage = String;

/// Cases that are held at a time, each with all that is known of its candidates; those behind come as they are decided.
pub const MAX_REVIEW_CASES: usize = 200;

/// A board that somebody keeps up to date. Its lock is held for a moment only.
pub type ProjectionHandle = Arc<RwLock<JobProjection>>;

/// Where lists are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// Names in a bucket that begin with `prefix`, which is empty or ends with `/`.
    Bucket { bucket: String, prefix: String },
    /// A folder of this machine.
    Folder(PathBuf),
    /// Where one begins: bookmarks, the buckets of the project, folders, what was looked at last.
    Bookmarks,
}

/// What an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolvedAddress {
    Location(Location),
    /// A list, as a batch takes it.
    List(String),
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bucket { bucket, prefix } => write!(f, "gs://{bucket}/{prefix}"),
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Bookmarks => f.write_str("places"),
        }
    }
}

/// One line of a spot: a folder in it, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Its own name, without the spot's.
    pub name: String,
    pub kind: DirectoryEntryKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryEntryKind {
    Folder(Location),
    /// Something that may be a list.
    File {
        /// As a batch takes it: `gs://bucket/object` or a path.
        source: String,
        /// In bytes.
        size: u64,
        updated: Option<Timestamp>,
        /// `STANDARD` and so on; empty on this machine.
        storage_class: String,
    },
}

/// A page of a spot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryPage {
    pub entries: Vec<DirectoryEntry>,
    /// What to ask the next page with.
    pub next_page_token: Option<String>,
    /// What could not be listed, and what to do about it.
    pub warning: Option<String>,
}

/// Hears how far the reading of a list has come.
pub type PreviewProgressFn<'a> = &'a (dyn Fn(ReadProgress) + Send + Sync);

/// A batch that the operator wants. What he leaves open is as the settings have it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one line of the dialog")]
pub struct StartOptions {
    pub source: String,
    pub test_mode: bool,
    pub create_drafts: bool,
    /// Every item waits for a person before its draft is made.
    pub review_all: bool,
    pub condition: Option<Condition>,
    pub sink: Option<SinkKind>,
    pub copies: Option<Copies>,
    /// Also where a batch over the same list is under way.
    pub force: bool,
}

impl StartOptions {
    /// A batch over a list, as the settings have it.
    pub const fn for_source(source: String) -> Self {
        Self {
            source,
            test_mode: false,
            create_drafts: true,
            review_all: false,
            condition: None,
            sink: None,
            copies: None,
            force: false,
        }
    }
}

/// Why a batch was not started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    #[error("{}", .0.summary())]
    AlreadyInProgress(ConflictingJob),
    #[error("{0}")]
    Other(UserMessage),
}

/// Why a file was not put into a bucket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// An object of this name is there, and was left as it is.
    #[error("{target} is there already, and was left as it is")]
    AlreadyExists {
        /// `gs://bucket/object`
        target: String,
        /// In bytes.
        size: u64,
        updated: Option<Timestamp>,
        /// What would be overwritten, and nothing else.
        generation: i64,
    },
    #[error("{0}")]
    Other(UserMessage),
}

impl From<UserMessage> for UploadError {
    fn from(why: UserMessage) -> Self {
        Self::Other(why)
    }
}

/// One line of the list of batches.
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

/// What can be done to a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobAction {
    Pause,
    Resume,
    Cancel,
    /// A new batch over what failed.
    Retry,
}

impl JobAction {
    /// `pause`, in a sentence.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "go on with",
            Self::Cancel => "cancel",
            Self::Retry => "retry",
        }
    }
}

/// A place among the events of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayPosition {
    /// The newest event.
    Latest,
    /// The event of this number in the batch, from 1; those that there are not are the first or the last.
    Event(u64),
    /// So many seconds after this event, or before it.
    Seconds { from_event: u64, offset: i64 },
}

/// A batch as it was.
#[derive(Clone)]
pub struct ReplaySnapshot {
    /// The number of the event in the batch, from 1.
    pub event_number: u64,
    /// How many events there are.
    pub event_count: u64,
    pub event: EventEnvelope,
    /// After that event.
    pub projection: ProjectionHandle,
}

/// A batch that is watched: its board, and what happens from now on.
pub struct JobSubscription {
    pub projection: ProjectionHandle,
    pub events: BoxStream<'static, Result<Vec<EventEnvelope>, UserMessage>>,
}

/// Lists, where they are, and what is known of batches: looked up and put down by the console itself.
#[async_trait]
pub trait DataSource: Send + Sync {
    /// A page of a spot.
    ///
    /// # Errors
    /// [`Trouble`], as for all of these.
    async fn list_location(&self, location: &Location, page: Option<String>) -> Result<DirectoryPage, UserMessage>;

    /// What an address that was typed leads to.
    async fn resolve_address(&self, address: &str) -> Result<ResolvedAddress, UserMessage>;

    /// Puts a bookmark, or takes it away; what to tell the operator.
    async fn toggle_bookmark(&self, location: &Location) -> Result<String, UserMessage>;

    /// What an address that is being typed can become, each of them whole.
    async fn complete_address(&self, typed: &str) -> Result<Vec<String>, UserMessage>;

    /// Puts a file of this machine into a bucket: under a name that is not there yet, or over exactly the generation that
    /// the operator was shown. Where it is now.
    async fn upload_file(&self, file: &str, to: &str, over: Option<i64>) -> Result<ResolvedAddress, UploadError>;

    /// The batches, the newest first.
    async fn list_jobs(&self) -> Result<Vec<JobSummary>, UserMessage>;

    /// All that is known of one item.
    async fn load_item(&self, job: &JobId, upc: Upc) -> Result<ItemDetails, UserMessage>;

    /// The listing of an item, composed of what is known of it now.
    async fn load_listing(&self, job: &JobId, upc: Upc) -> Result<ListingPreview, UserMessage>;

    /// The bytes of a picture.
    async fn load_image(&self, address: &str) -> Result<Bytes, UserMessage>;

    /// What waits for a person, the first [`MOST_WAITING`] of it.
    async fn load_review_queue(&self, job: &JobId) -> Result<Vec<ReviewCase>, UserMessage>;

    /// A batch as it was after one of its events, and that event.
    async fn replay_at(&self, job: &JobId, moment: ReplayPosition) -> Result<ReplaySnapshot, UserMessage>;

    /// The batch that takes scans now, where one does.
    async fn active_scan_job(&self) -> Result<Option<JobId>, UserMessage>;

    /// Writes a new file or object, and never over one that is there; where it is.
    async fn create_file(&self, to: &str, text: String) -> Result<String, UserMessage>;
}

/// Whoever runs the batches.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Who that is, for the head of the screen: `this console`, `the service at 127.0.0.1:8080`.
    fn name(&self) -> String;

    /// True where what runs stops when the console leaves.
    fn stops_on_exit(&self) -> bool;

    /// Lists and records, which are the same whoever runs the batches.
    fn data_source(&self) -> &dyn DataSource;

    /// What a list holds. Nothing is written, and it may be dropped at any time.
    ///
    /// # Errors
    /// [`Trouble`], or what holds one, as for all of these.
    async fn preview_list(&self, source: &str, hears: PreviewProgressFn<'_>) -> Result<ListPreview, UserMessage>;

    /// What a batch over so much would do.
    async fn estimate_batch(&self, options: &StartOptions, amount: Workload) -> Result<BatchEstimate, UserMessage>;

    /// Starts a batch, or queues it.
    async fn start_job(&self, options: &StartOptions) -> Result<JobId, StartError>;

    /// Joins a batch.
    async fn subscribe_to_job(&self, job: &JobId) -> Result<JobSubscription, UserMessage>;

    /// What eBay holds of an item's drafts, against what was sent. It costs calls of the day's.
    async fn compare_draft(&self, job: &JobId, upc: Upc) -> Result<Vec<DraftDiff>, UserMessage>;

    /// A person's answer about an item, and what becomes of it.
    async fn submit_review(&self, job: &JobId, upc: Upc, answer: &ReviewInput) -> Result<ReviewResult, UserMessage>;

    /// Changes a batch; the one that goes on is returned, which for a retry is a new one.
    async fn change_job(&self, job: &JobId, change: JobAction) -> Result<JobId, UserMessage>;

    /// Does something to some items of a batch, with an answer for each.
    async fn apply_item_action(
        &self,
        job: &JobId,
        act: ItemAction,
        upcs: &[Upc],
    ) -> Result<BulkActionResult, UserMessage>;

    /// Begins a batch that takes scans; `key` begins it once, however often it is asked for.
    async fn start_scan_job(&self, key: &str) -> Result<JobId, ScanSendError>;

    /// Hands scans over, each once by its key.
    async fn send_scans(&self, job: &JobId, scans: &[ScanInput]) -> Result<(), ScanSendError>;

    /// Takes a scan back; what came of it, in words.
    async fn undo_scan(&self, job: &JobId, key: &str) -> Result<String, UserMessage>;

    /// Closes the list of a batch that takes scans.
    async fn close_scan_job(&self, job: &JobId) -> Result<(), UserMessage>;

    /// The upstreams.
    async fn upstream_statuses(&self) -> Vec<Gauge>;

    /// The console leaves: what it runs itself is stopped in order, and can be resumed.
    async fn shutdown(&self);
}
