//! What happened, in the order in which it did. Everything that the program shows is folded from these.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

use super::artwork::Artwork;
use super::decision::Decision;
use super::job::JobState;
use super::job_spec::{InputItem, JobId, JobSpec, RejectedLine};
use super::listing::MissingField;
use super::matching::Verdict;
use super::outcome::ItemOutcome;
use super::pricing::PriceEstimate;
use super::provider::ProviderFailure;
use super::sku::Sku;
use super::upc::Upc;

/// The place of an event in the journal, from 1; later events have greater numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// One thing that happened to a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventEnvelope {
    pub seq: Seq,
    pub at: Timestamp,
    pub job: JobId,
    #[serde(flatten)]
    pub payload: JobEvent,
}

/// What happened to the job as a whole, or to one of its items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::EnumDiscriminants)]
#[serde(tag = "event", rename_all = "snake_case")]
#[strum_discriminants(
    name(JobEventKind),
    doc = "Kind of a [`JobEvent`], without its data.",
    derive(strum::IntoStaticStr, strum::VariantArray),
    strum(serialize_all = "snake_case", const_into_str)
)]
pub enum JobEvent {
    /// The batch was ordered. The first event of every job.
    #[serde(rename = "ordered")]
    #[strum_discriminants(strum(serialize = "ordered"))]
    Submitted {
        #[serde(rename = "order")]
        spec: JobSpec,
    },
    /// UPCs of the list became items. A long list comes in many of these.
    #[serde(rename = "taken")]
    #[strum_discriminants(strum(serialize = "taken"))]
    ItemsAdded { items: Vec<InputItem> },
    /// Lines that are not taken.
    #[serde(rename = "refused")]
    #[strum_discriminants(strum(serialize = "refused"))]
    LinesRejected { lines: Vec<RejectedLine> },
    /// So many more lines that are not taken: after some thousands of them they are counted and not kept.
    #[serde(rename = "further_refused")]
    #[strum_discriminants(strum(serialize = "further_refused"))]
    MoreLinesRejected { lines: u64 },
    /// A scan came into a batch that takes them while it runs.
    Scanned {
        /// What tells it from the other scans of the batch.
        key: String,
        /// `None` where it holds no barcode; the refused line beside it says why.
        upc: Option<Upc>,
        /// The copies of the UPC that there are with it: more than one is a repeat.
        copies: u32,
        /// Its number among the scans of the batch, from 1.
        line: u32,
    },
    /// A scan was taken back; so many copies are left, and without any the item is skipped.
    #[serde(rename = "taken_back")]
    #[strum_discriminants(strum(serialize = "taken_back"))]
    ScanRetracted { key: String, upc: Upc, copies: u32 },
    /// The list was read to its end; no items come after this.
    #[serde(rename = "list_read")]
    #[strum_discriminants(strum(serialize = "list_read"))]
    InputClosed,
    /// The job waits for its turn.
    Queued,
    /// Its turn came for the first time.
    Started,
    /// A process took the job up again after a stop or a crash.
    Resumed,
    /// Items wait for a market or a price guide that is closed; the run goes on with them by itself.
    #[serde(rename = "parked")]
    #[strum_discriminants(strum(serialize = "parked"))]
    Deferred {
        items: u64,
        until: Timestamp,
        /// Its own words.
        why: String,
    },
    /// The operator asked for a stop; unfinished items wait for `resume`.
    Stopped {
        why: String,
        /// True where the service ended, and takes the job up by itself when it starts again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[serde(rename = "goes_on")]
        auto_resume: bool,
        /// True if paused items are all that is left: resuming one of them resumes the job. Events of earlier versions
        /// lack it; see [`JobProjection::waits_for_paused_items`](super::job_projection::JobProjection).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        only_paused_items_left: bool,
    },
    /// The operator set it aside; a restart of the service leaves it so.
    Paused { why: String },
    /// The operator gave it up: what had not ended is skipped, and nothing follows.
    Cancelled { why: String },
    /// Every item is in its end state and the result files are written.
    #[serde(rename = "finished")]
    #[strum_discriminants(strum(serialize = "finished"))]
    Completed,
    /// The run itself broke; unfinished items wait for `resume`.
    #[serde(rename = "broke")]
    #[strum_discriminants(strum(serialize = "broke"))]
    Failed { why: String },
    /// Something happened to an item.
    Item {
        upc: Upc,
        #[serde(flatten)]
        item_event: ItemEvent,
    },
}

impl JobEvent {
    /// A stop after which the operator has to resume the job.
    pub const fn manual_stop(why: String) -> Self {
        Self::Stopped { why, auto_resume: false, only_paused_items_left: false }
    }

    /// A stop after which the service resumes the job when it starts again.
    pub const fn interruption(why: String) -> Self {
        Self::Stopped { why, auto_resume: true, only_paused_items_left: false }
    }

    /// A stop because paused items are all that is left.
    pub const fn paused_items_stop(why: String) -> Self {
        Self::Stopped { why, auto_resume: false, only_paused_items_left: true }
    }

    /// Returns the state that the job enters with this event; `None` if the event does not change it.
    pub fn job_state(&self) -> Option<JobState> {
        JobEventKind::from(self).job_state()
    }

    /// True for an event that ends the work on a job, for good or until the job is resumed.
    pub fn ends_work(&self) -> bool {
        self.job_state().is_some_and(|state| !state.is_active())
    }
}

impl JobEventKind {
    /// Returns the state that a job enters with an event of this kind; `None` if such an event does not change it.
    ///
    /// This is the only place that knows which event leads to which state. A job that is new and has had no such event
    /// is running.
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
            | Self::InputClosed
            | Self::Deferred
            | Self::Item => None,
        }
    }

    /// Returns the word of the journal's `event` field: `finished`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// Returns the kinds of events that change a job's state.
    pub fn of_state_changes() -> impl Iterator<Item = Self> {
        Self::VARIANTS.iter().copied().filter(|kind| kind.job_state().is_some())
    }
}

/// What happened to one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(tag = "step", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum ItemEvent {
    /// The providers' entries were weighed.
    Identified {
        verdict: Verdict,
        /// Providers that could not answer, each with its own words; the verdict stands without them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[serde(rename = "without")]
        unavailable_providers: Vec<ProviderFailure>,
    },
    /// A price was found, or the lack of one.
    #[serde(rename = "appraised")]
    #[strum(serialize = "appraised")]
    Priced {
        #[serde(rename = "appraisal")]
        price_estimate: PriceEstimate,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[serde(rename = "without")]
        unavailable_providers: Vec<ProviderFailure>,
    },
    /// A cover was found, or the lack of one.
    #[serde(rename = "illustrated")]
    #[strum(serialize = "illustrated")]
    CoverChosen {
        artwork: Artwork,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[serde(rename = "without")]
        unavailable_providers: Vec<ProviderFailure>,
    },
    /// The listing lacks something that a person must give.
    #[serde(rename = "lacking")]
    #[strum(serialize = "lacking")]
    MissingData { missing: Vec<MissingField> },
    /// The next thing to leave this program is the draft with this SKU.
    #[serde(rename = "drafting")]
    #[strum(serialize = "drafting")]
    DraftStarted { sku: Sku, title: String },
    /// The operator set it aside: no step follows until it is let go, or given up.
    #[serde(rename = "held")]
    #[strum(serialize = "held")]
    Paused,
    /// The operator let it go on.
    #[serde(rename = "released")]
    #[strum(serialize = "released")]
    Resumed,
    /// The item is in its end state.
    #[serde(rename = "done")]
    #[strum(serialize = "done")]
    Finished { outcome: ItemOutcome },
    /// It was scanned again after it had ended: it is worked on once more, with the copies that there are now.
    #[serde(rename = "again")]
    #[strum(serialize = "again")]
    Requeued,
    /// A person decided about an item that waited for him; it goes on, or ends at once where it is left alone.
    #[serde(rename = "decided")]
    #[strum(serialize = "decided")]
    ReviewDecided { decision: Decision },
}

impl ItemEvent {
    /// As the events and the log name it.
    pub const fn name(&self) -> &'static str {
        self.into_str()
    }

    /// What there is to say of it, in the words of whoever said it: who could not answer, why it ended so.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::Identified { unavailable_providers: without, .. }
            | Self::Priced { unavailable_providers: without, .. }
            | Self::CoverChosen { unavailable_providers: without, .. } => {
                without.iter().map(ToString::to_string).collect()
            }
            Self::MissingData { missing } => missing.iter().map(ToString::to_string).collect(),
            Self::DraftStarted { sku, .. } => vec![sku.to_string()],
            Self::Paused | Self::Resumed | Self::Requeued => Vec::new(),
            Self::ReviewDecided { decision } => vec![decision.summary()],
            Self::Finished { outcome } => {
                std::iter::once(outcome.status.to_string()).chain(outcome.message().map(str::to_owned)).collect()
            }
        }
    }
}
