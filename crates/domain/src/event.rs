//! What happened, in the order in which it did. Everything that the program shows is folded from these.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::artwork::Artwork;
use super::decision::Decision;
use super::job_spec::{InputItem, JobId, JobSpec, RejectedLine};
use super::listing::MissingField;
use super::matching::Verdict;
use super::outcome::ItemOutcome;
use super::pricing::PriceEstimate;
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JobEvent {
    /// The batch was ordered. The first event of every job.
    #[serde(rename = "ordered")]
    Submitted {
        #[serde(rename = "order")]
        spec: JobSpec,
    },
    /// UPCs of the list became items. A long list comes in many of these.
    #[serde(rename = "taken")]
    ItemsAdded { items: Vec<InputItem> },
    /// Lines that are not taken.
    #[serde(rename = "refused")]
    LinesRejected { lines: Vec<RejectedLine> },
    /// So many more lines that are not taken: after some thousands of them they are counted and not kept.
    #[serde(rename = "further_refused")]
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
    ScanRetracted { key: String, upc: Upc, copies: u32 },
    /// The list was read to its end; no items come after this.
    #[serde(rename = "list_read")]
    InputClosed,
    /// The job waits for its turn.
    Queued,
    /// Its turn came for the first time.
    Started,
    /// A process took the job up again after a stop or a crash.
    Resumed,
    /// Items wait for a market or a price guide that is closed; the run goes on with them by itself.
    #[serde(rename = "parked")]
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
    Completed,
    /// The run itself broke; unfinished items wait for `resume`.
    #[serde(rename = "broke")]
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

    /// True for what ends the work on a job, if only for a while.
    pub const fn ends_work(&self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Stopped { .. } | Self::Paused { .. } | Self::Cancelled { .. } | Self::Failed { .. }
        )
    }
}

/// What happened to one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum ItemEvent {
    /// The providers' entries were weighed.
    Identified {
        verdict: Verdict,
        /// Providers that could not answer, each with its own words; the verdict stands without them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[serde(rename = "without")]
        unavailable_providers: Vec<String>,
    },
    /// A price was found, or the lack of one.
    #[serde(rename = "appraised")]
    Priced {
        #[serde(rename = "appraisal")]
        price_estimate: PriceEstimate,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[serde(rename = "without")]
        unavailable_providers: Vec<String>,
    },
    /// A cover was found, or the lack of one.
    #[serde(rename = "illustrated")]
    CoverChosen {
        artwork: Artwork,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[serde(rename = "without")]
        unavailable_providers: Vec<String>,
    },
    /// The listing lacks something that a person must give.
    #[serde(rename = "lacking")]
    MissingData { missing: Vec<MissingField> },
    /// The next thing to leave this program is the draft with this SKU.
    #[serde(rename = "drafting")]
    DraftStarted { sku: Sku, title: String },
    /// The operator set it aside: no step follows until it is let go, or given up.
    #[serde(rename = "held")]
    Paused,
    /// The operator let it go on.
    #[serde(rename = "released")]
    Resumed,
    /// The item is in its end state.
    #[serde(rename = "done")]
    Finished { outcome: ItemOutcome },
    /// It was scanned again after it had ended: it is worked on once more, with the copies that there are now.
    #[serde(rename = "again")]
    Requeued,
    /// A person decided about an item that waited for him; it goes on, or ends at once where it is left alone.
    #[serde(rename = "decided")]
    ReviewDecided { decision: Decision },
}

impl ItemEvent {
    /// As the events and the log name it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Identified { .. } => "identified",
            Self::Priced { .. } => "appraised",
            Self::CoverChosen { .. } => "illustrated",
            Self::MissingData { .. } => "lacking",
            Self::DraftStarted { .. } => "drafting",
            Self::Paused => "held",
            Self::ReviewDecided { .. } => "decided",
            Self::Resumed => "released",
            Self::Requeued => "again",
            Self::Finished { .. } => "done",
        }
    }

    /// What there is to say of it, in the words of whoever said it: who could not answer, why it ended so.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::Identified { unavailable_providers: without, .. }
            | Self::Priced { unavailable_providers: without, .. }
            | Self::CoverChosen { unavailable_providers: without, .. } => without.clone(),
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
