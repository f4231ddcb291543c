//! Events of jobs and items. Everything that Draft Maker displays is a projection of these events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::artwork::Artwork;
use super::decision::Decision;
use super::job::JobState;
use super::job_spec::{InputItem, JobId, JobSpec, RejectedLine};
use super::list_reading::ListReading;
use super::listing::MissingField;
use super::matching::Verdict;
use super::outcome::ItemOutcome;
use super::pricing::{GroupPrice, PriceEstimate};
use super::provider::ProviderFailure;
use super::seller_data::SellerData;
use super::sku::Sku;
use super::upc::Upc;

/// Position of an event in the journal, from 1. Later events have greater positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// An event of a job with its position and time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventEnvelope {
    pub seq: Seq,
    pub at: Timestamp,
    pub job: JobId,
    #[serde(flatten)]
    pub payload: JobEvent,
}

/// An event of a job, or of one of its items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::EnumDiscriminants)]
#[serde(tag = "event", rename_all = "snake_case")]
#[strum_discriminants(
    name(JobEventKind),
    doc = "Kind of a [`JobEvent`], without its data.",
    derive(strum::IntoStaticStr, strum::VariantArray),
    strum(serialize_all = "snake_case", const_into_str)
)]
pub enum JobEvent {
    /// The batch was submitted. This is the first event of every job.
    #[serde(rename = "ordered")]
    #[strum_discriminants(strum(serialize = "ordered"))]
    Submitted {
        #[serde(rename = "order")]
        spec: JobSpec,
    },
    /// The list was read. Describes its columns, its counts and the skipped lines.
    #[serde(rename = "list_described")]
    #[strum_discriminants(strum(serialize = "list_described"))]
    InputDescribed { reading: ListReading },
    /// UPCs from the list were added as items. A long list needs several of these events.
    #[serde(rename = "taken")]
    #[strum_discriminants(strum(serialize = "taken"))]
    ItemsAdded { items: Vec<InputItem> },
    /// Lines of the list were rejected.
    #[serde(rename = "refused")]
    #[strum_discriminants(strum(serialize = "refused"))]
    LinesRejected { lines: Vec<RejectedLine> },
    /// More lines were rejected. After several thousand, rejected lines are counted but not stored.
    #[serde(rename = "further_refused")]
    #[strum_discriminants(strum(serialize = "further_refused"))]
    MoreLinesRejected { lines: u64 },
    /// A scan was added to a batch that accepts scans.
    Scanned {
        /// Idempotency key of the scan within the batch.
        key: String,
        /// `None` if the scan is not a barcode. The rejected line that is recorded with the scan says why.
        upc: Option<Upc>,
        /// Number of copies of the UPC, including this scan. More than one means a repeated scan.
        copies: u32,
        /// Line of the scan in the input, or number of the scan in the batch, from 1.
        line: u32,
        /// Grades, parts and location that the operator stated for this copy.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seller: Option<Box<SellerData>>,
        /// True if the scan replaces the last one, whose terms were wrong.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        corrects: bool,
    },
    /// A scan was undone. `copies` are left; if none are left, the item is skipped.
    #[serde(rename = "taken_back")]
    #[strum_discriminants(strum(serialize = "taken_back"))]
    ScanRetracted {
        key: String,
        upc: Upc,
        copies: u32,
        /// Line of the scan, as in [`Self::Scanned`]; `None` in events of earlier versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
    },
    /// The list was read completely; no more items are added.
    #[serde(rename = "list_read")]
    #[strum_discriminants(strum(serialize = "list_read"))]
    InputClosed,
    /// The job is waiting in the queue.
    Queued,
    /// The job started for the first time.
    Started,
    /// A process continued the job after a stop or a crash.
    Resumed,
    /// Items were deferred until a rate limit or quota resets. The run continues with them then.
    #[serde(rename = "parked")]
    #[strum_discriminants(strum(serialize = "parked"))]
    Deferred {
        items: u64,
        until: Timestamp,
        /// The service's own message.
        why: String,
    },
    /// The run stopped. Unfinished items wait for `resume`.
    Stopped {
        why: String,
        /// True if the service shut down. It resumes the job when it starts again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[serde(rename = "goes_on")]
        auto_resume: bool,
        /// True if only paused items are left. Resuming one of them resumes the job. Missing in events of earlier
        /// versions; see [`JobProjection::waits_for_paused_items`](super::job_projection::JobProjection).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        only_paused_items_left: bool,
        /// Time of the last event of a process that was killed; the next process records this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ended_at: Option<Timestamp>,
    },
    /// The operator paused the job. It stays paused when the service restarts.
    Paused { why: String },
    /// The operator canceled the job. Unfinished items are skipped, and no further events follow.
    Cancelled { why: String },
    /// Every item has its final status, and the result files are written.
    #[serde(rename = "finished")]
    #[strum_discriminants(strum(serialize = "finished"))]
    Completed,
    /// The run failed. Unfinished items wait for `resume`.
    #[serde(rename = "broke")]
    #[strum_discriminants(strum(serialize = "broke"))]
    Failed { why: String },
    /// An event of one item.
    Item {
        upc: Upc,
        #[serde(flatten)]
        item_event: ItemEvent,
    },
}

impl JobEvent {
    /// Reason for the end of a job whose process ended without recording an event.
    pub const KILLED_REASON: &str = "the process ended unexpectedly: it was killed, or the machine stopped";

    /// Returns a stop after which the operator must resume the job.
    pub const fn manual_stop(why: String) -> Self {
        Self::Stopped { why, auto_resume: false, only_paused_items_left: false, ended_at: None }
    }

    /// Returns a stop after which the service resumes the job when it starts again.
    pub const fn interruption(why: String) -> Self {
        Self::Stopped { why, auto_resume: true, only_paused_items_left: false, ended_at: None }
    }

    /// Returns the stop of a job whose process was killed and recorded its last event at `ended_at`.
    pub fn killed(ended_at: Option<Timestamp>) -> Self {
        let why = Self::KILLED_REASON.to_owned();
        Self::Stopped { why, auto_resume: true, only_paused_items_left: false, ended_at }
    }

    /// Returns a stop because only paused items are left.
    pub const fn paused_items_stop(why: String) -> Self {
        Self::Stopped { why, auto_resume: false, only_paused_items_left: true, ended_at: None }
    }

    /// Returns the state that the job enters with this event; `None` if the event does not change it.
    pub fn job_state(&self) -> Option<JobState> {
        JobEventKind::from(self).job_state()
    }

    /// Returns true if the event ends the work on a job, finally or until it is resumed.
    pub fn ends_work(&self) -> bool {
        self.job_state().is_some_and(|state| !state.is_active())
    }
}

impl JobEventKind {
    /// Returns the state that a job enters with an event of this kind; `None` if such an event does not change it.
    ///
    /// This is the only place that maps events to states. A new job without such an event is running.
    pub const fn job_state(self) -> Option<JobState> {
        match self {
            Self::Queued => Some(JobState::Pending),
            Self::Started | Self::Resumed => Some(JobState::Running),
            Self::Stopped => Some(JobState::Stopped),
            Self::Paused => Some(JobState::Paused),
            Self::Cancelled => Some(JobState::Cancelled),
            Self::Completed => Some(JobState::Completed),
            Self::Failed => Some(JobState::Failed),
            Self::Submitted
            | Self::ItemsAdded
            | Self::LinesRejected
            | Self::MoreLinesRejected
            | Self::Scanned
            | Self::ScanRetracted
            | Self::InputDescribed { .. }
            | Self::InputClosed
            | Self::Deferred
            | Self::Item => None,
        }
    }

    /// Returns the value of the journal's `event` field, such as `finished`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// An event of one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(tag = "step", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum ItemEvent {
    /// The releases of the providers were compared.
    Identified {
        verdict: Verdict,
        /// Providers that failed; the verdict was reached without them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[serde(rename = "without")]
        unavailable_providers: Vec<ProviderFailure>,
    },
    /// A price was estimated, or no price was found.
    #[serde(rename = "appraised")]
    #[strum(serialize = "appraised")]
    Priced {
        #[serde(rename = "appraisal")]
        price_estimate: PriceEstimate,
        /// Prices of copies that the list describes differently from the first copies.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        group_prices: Vec<GroupPrice>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[serde(rename = "without")]
        unavailable_providers: Vec<ProviderFailure>,
    },
    /// A cover was chosen, or no cover was found.
    #[serde(rename = "illustrated")]
    #[strum(serialize = "illustrated")]
    CoverChosen {
        artwork: Artwork,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[serde(rename = "without")]
        unavailable_providers: Vec<ProviderFailure>,
    },
    /// The listing is missing data that the operator must supply.
    #[serde(rename = "lacking")]
    #[strum(serialize = "lacking")]
    MissingData { missing: Vec<MissingField> },
    /// The draft with this SKU is about to be sent to the destination.
    #[serde(rename = "drafting")]
    #[strum(serialize = "drafting")]
    DraftStarted { sku: Sku, title: String },
    /// The operator paused the item. No step follows until it is resumed or canceled.
    #[serde(rename = "held")]
    #[strum(serialize = "held")]
    Paused,
    /// The operator resumed the item.
    #[serde(rename = "released")]
    #[strum(serialize = "released")]
    Resumed,
    /// The item has its final status.
    #[serde(rename = "done")]
    #[strum(serialize = "done")]
    Finished { outcome: ItemOutcome },
    /// The item was scanned again after it had finished. It is processed again with the current number of copies.
    #[serde(rename = "again")]
    #[strum(serialize = "again")]
    Requeued,
    /// The operator corrected what was stated about a scanned copy. The item is processed again, with a new price and
    /// cover.
    Redescribed,
    /// The operator decided about the item in review. It continues, or ends at once if it is skipped.
    #[serde(rename = "decided")]
    #[strum(serialize = "decided")]
    ReviewDecided { decision: Decision },
}

impl ItemEvent {
    /// Returns the value of the journal's `step` field, such as `identified`. The log uses it too.
    pub const fn name(&self) -> &'static str {
        self.into_str()
    }

    /// Returns messages about the event: failed providers, missing data, or the final status with its reason.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::Identified { unavailable_providers: without, .. }
            | Self::Priced { unavailable_providers: without, .. }
            | Self::CoverChosen { unavailable_providers: without, .. } => {
                without.iter().map(ToString::to_string).collect()
            }
            Self::MissingData { missing } => missing.iter().map(ToString::to_string).collect(),
            Self::DraftStarted { sku, .. } => vec![sku.to_string()],
            Self::Paused | Self::Resumed | Self::Requeued | Self::Redescribed => Vec::new(),
            Self::ReviewDecided { decision } => vec![decision.summary()],
            Self::Finished { outcome } => {
                std::iter::once(outcome.status.to_string()).chain(outcome.message().map(str::to_owned)).collect()
            }
        }
    }
}
