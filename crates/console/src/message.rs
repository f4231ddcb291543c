//! What the console hears: answers to what it asked, and what happens by itself.

use super::backend::{
    DirectoryPage, Gauge, JobAction, JobSummary, ListingPreview, Location, ProjectionHandle, ReplaySnapshot,
    ResolvedAddress, StartError, StartOptions, UploadError, UserMessage,
};
use super::bulk_actions::ExportFailure;
use super::row_query::RowQueryResult;
use super::scan_session::ScanReply;
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

/// One piece of news.
#[expect(clippy::large_enum_variant, reason = "few are on their way at a time, and each is looked at once")]
pub enum Message {
    LocationListed {
        location: Location,
        page_token: Option<String>,
        result: Result<DirectoryPage, UserMessage>,
    },
    AddressResolved(Result<ResolvedAddress, UserMessage>),
    /// A file of this machine is in a bucket, and where.
    FileUploaded(Result<ResolvedAddress, UploadError>),
    /// What a typed address can become.
    AddressCompleted {
        typed: String,
        result: Result<Vec<String>, UserMessage>,
    },
    /// How far the reading of a list has come.
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
    JobStarted(Result<JobId, StartError>),
    JobsListed(Result<Vec<JobSummary>, UserMessage>),
    /// A batch is being watched from now on.
    JobAttached {
        job: JobId,
        result: Result<ProjectionHandle, UserMessage>,
    },
    /// Something happened in a batch that is watched; its board knows it already.
    JobEvents {
        job: JobId,
        events: Vec<EventEnvelope>,
    },
    /// Rows of a batch in the order that was wanted.
    RowsReady(RowQueryResult),
    /// The news of a batch ended before the batch did.
    StreamLost {
        job: JobId,
        error: UserMessage,
    },
    ItemLoaded {
        job: JobId,
        upc: Upc,
        result: Result<Box<ItemDetails>, UserMessage>,
    },
    /// The listing of an item that was opened.
    ListingLoaded {
        job: JobId,
        upc: Upc,
        result: Result<ListingPreview, UserMessage>,
    },
    /// The cursor has rested on the item.
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
    /// What waits for a person in a batch.
    ReviewQueueLoaded {
        job: JobId,
        result: Result<Vec<ReviewCase>, UserMessage>,
    },
    /// What became of a person's answer.
    ReviewSubmitted {
        job: JobId,
        upc: Upc,
        result: Result<ReviewResult, UserMessage>,
    },
    JobChanged {
        job: JobId,
        action: JobAction,
        result: Result<JobId, UserMessage>,
    },
    /// Something was done to items, as far as it could be.
    BulkActionDone {
        job: JobId,
        action: ItemAction,
        result: Result<BulkActionResult, UserMessage>,
    },
    /// So many rows are in a file.
    RowsExported {
        path: std::path::PathBuf,
        result: Result<usize, ExportFailure>,
    },
    /// A batch as it was.
    ReplayLoaded {
        job: JobId,
        result: Result<ReplaySnapshot, UserMessage>,
    },
    /// For the scanner's screen.
    Scan(ScanReply),
    Upstreams(Vec<Gauge>),
    /// The screen was drawn at another size.
    Resized,
    /// A word for the operator.
    Notify(String),
}

impl Message {
    /// True for what answers a question, most of which a key has asked: it is waited for. The rest happens by itself.
    pub(super) fn is_reply(&self) -> bool {
        !matches!(
            self,
            Self::PreviewProgress { .. }
                | Self::JobEvents { .. }
                | Self::StreamLost { .. }
                | Self::CursorIdle { .. }
                | Self::Upstreams(_)
                | Self::Resized
        )
    }
}
