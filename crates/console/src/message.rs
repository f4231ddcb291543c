//! Messages to the console: replies to effects, and events that the console did not request.

use super::backend::{
    DirectoryPage, ExportFailure, JobAction, JobSummary, ListingPreview, Location, ProjectionHandle, ReplaySnapshot,
    ResolvedAddress, SetupFact, StartError, StartOptions, UploadError, UpstreamStatus, UserMessage,
};
use super::item_edit::ItemEdit;
use super::item_photos::ItemPhoto;
use super::item_photos::PhotoCounts;
use super::row_query::RowQueryResult;
use super::scan_session::ScanReply;
use super::stage_counts::StageCounts;
use super::terminal_image::TerminalImage;
use domain::batch_estimate::BatchEstimate;
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::draft_diff::DraftDiff;
use domain::event::EventEnvelope;
use domain::item_details::ItemDetails;
use domain::job_spec::JobId;
use domain::list_preview::{ListPreview, ReadProgress};
use domain::review::{ReviewCase, ReviewResult};
use domain::upc::Upc;
use jiff::Timestamp;

/// A message. Variants that carry a `result` are replies to the effect with the same parameters.
#[expect(clippy::large_enum_variant, reason = "only a few messages exist at a time, and each is handled once")]
pub enum Message {
    LocationListed {
        location: Location,
        page_token: Option<String>,
        result: Result<DirectoryPage, UserMessage>,
    },
    AddressResolved(Result<ResolvedAddress, UserMessage>),
    /// Reply to [`super::LocationEffect::UploadFile`], with the address of the file.
    FileUploaded(Result<ResolvedAddress, UploadError>),
    /// The addresses that start with the typed text.
    AddressCompleted {
        typed: String,
        result: Result<Vec<String>, UserMessage>,
    },
    /// Progress of reading a list.
    PreviewProgress {
        source: String,
        progress: ReadProgress,
    },
    PreviewReady {
        source: String,
        result: Result<Box<ListPreview>, UserMessage>,
    },
    EstimateReady {
        options: StartOptions,
        result: Result<Box<BatchEstimate>, UserMessage>,
    },
    /// The parts of the setup, and whether each is ready.
    SetupDescribed(Vec<SetupFact>),
    JobStarted(Result<JobId, StartError>),
    JobsListed(Result<Vec<JobSummary>, UserMessage>),
    /// A batch is watched from now on.
    JobAttached {
        job: JobId,
        result: Result<ProjectionHandle, UserMessage>,
    },
    /// New events of a watched batch, which its projection already contains.
    JobEvents {
        job: JobId,
        events: Vec<EventEnvelope>,
    },
    /// Rows of a batch, filtered and sorted.
    RowsReady(RowQueryResult),
    StagesCounted {
        job: JobId,
        counts: StageCounts,
    },
    /// The stream of events of a batch ended before the batch did.
    StreamLost {
        job: JobId,
        error: UserMessage,
    },
    ItemLoaded {
        job: JobId,
        upc: Upc,
        result: Result<Box<ItemDetails>, UserMessage>,
    },
    /// The listing of an item, which arrives after its details.
    ListingLoaded {
        job: JobId,
        upc: Upc,
        result: Result<ListingPreview, UserMessage>,
    },
    /// The photos of items were changed. The text describes the changed items and the failure, if there is one. The items
    /// that were not changed remain. The edit of the others is still to be sent.
    PhotosChanged {
        job: JobId,
        remaining: Vec<Upc>,
        text: String,
        edit: Option<ItemEdit>,
    },
    /// The number of photos of each item.
    PhotosCounted(Result<PhotoCounts, UserMessage>),
    /// The seller's own photos of an item, which arrive after its details.
    PhotosListed {
        upc: Upc,
        result: Result<Vec<ItemPhoto>, UserMessage>,
    },
    /// In review, no key followed the digit with this number for a moment.
    DigitsPaused {
        job: JobId,
        sequence: u64,
    },
    /// The cursor has rested on the item long enough to load it.
    CursorIdle {
        job: JobId,
        upc: Upc,
    },
    DraftCompared {
        job: JobId,
        upc: Upc,
        result: Result<Vec<DraftDiff>, UserMessage>,
    },
    ImageLoaded {
        url: String,
        result: Result<TerminalImage, UserMessage>,
    },
    /// The cases of a batch that wait for review.
    ReviewQueueLoaded {
        job: JobId,
        result: Result<Vec<ReviewCase>, UserMessage>,
    },
    /// The number of candidates of an item after a search by the operator; `None` if nothing new was found.
    ItemSearched {
        job: JobId,
        upc: Upc,
        text: String,
        result: Result<Option<usize>, UserMessage>,
    },
    /// The result of the operator's decision.
    ReviewSubmitted {
        job: JobId,
        upc: Upc,
        result: Result<ReviewResult, UserMessage>,
    },
    /// A decision was undone. `was_sent` is true if it had already been recorded.
    ReviewUndone {
        job: JobId,
        upc: Upc,
        was_sent: bool,
    },
    /// An edit was recorded. The result contains the items that were not edited.
    ItemsEdited {
        edit: ItemEdit,
        result: Result<BulkActionResult, UserMessage>,
    },
    /// An edit was undone. `was_sent` is true if it had already been recorded, so that the drafts are updated.
    EditUndone {
        edit: ItemEdit,
        was_sent: bool,
    },
    JobChanged {
        job: JobId,
        action: JobAction,
        result: Result<JobId, UserMessage>,
    },
    /// An action was applied to items. The result contains the items for which it failed.
    BulkActionDone {
        job: JobId,
        action: ItemAction,
        result: Result<BulkActionResult, UserMessage>,
    },
    /// Rows were written to a file. The result is their number.
    RowsExported {
        path: std::path::PathBuf,
        result: Result<usize, ExportFailure>,
    },
    /// The state of a batch after one of its events.
    ReplayLoaded {
        job: JobId,
        result: Result<ReplaySnapshot, UserMessage>,
    },
    /// A reply for the scan screen.
    Scan(ScanReply),
    Upstreams(Vec<UpstreamStatus>),
    /// The process that runs the batches has not answered since this time; `None` when it answers again.
    ConnectionChanged {
        lost_since: Option<Timestamp>,
    },
    /// Batches that were interrupted before the console was opened.
    InterruptedJobs(Vec<JobSummary>),
    /// The list of batches differs from the shown one.
    JobListChanged(Vec<JobSummary>),
    /// The result files and drafts files of a batch.
    OutputFilesListed {
        job: JobId,
        paths: Vec<std::path::PathBuf>,
    },
    /// The terminal was resized, and the console was drawn at the new size.
    Resized,
    /// A notification for the operator.
    Notify(String),
}

impl Message {
    /// Returns true for replies, which the operator usually waits for after a key.
    pub(super) fn is_reply(&self) -> bool {
        !matches!(
            self,
            Self::PreviewProgress { .. }
                | Self::JobEvents { .. }
                | Self::StreamLost { .. }
                | Self::CursorIdle { .. }
                | Self::DigitsPaused { .. }
                | Self::StagesCounted { .. }
                | Self::Upstreams(_)
                | Self::ConnectionChanged { .. }
                | Self::JobListChanged(_)
                | Self::Resized
        )
    }
}
