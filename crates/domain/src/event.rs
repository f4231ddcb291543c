//! What happened, in the order in which it did. Everything that the program shows is folded from these.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::appraisal::Appraisal;
use super::artwork::Artwork;
use super::batch::{BadLine, JobId, Listed, Order};
use super::decision::Decision;
use super::listing::Missing;
use super::matching::Verdict;
use super::outcome::Outcome;
use super::sku::Sku;
use super::upc::Upc;

/// The place of an event in the journal, from 1; later events have greater numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// One thing that happened to a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub seq: Seq,
    pub at: Timestamp,
    pub job: JobId,
    #[serde(flatten)]
    pub fact: Fact,
}

/// What happened to the job as a whole, or to one of its items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Fact {
    /// The batch was ordered. The first event of every job.
    Ordered { order: Order },
    /// UPCs of the list became items. A long list comes in many of these.
    Taken { items: Vec<Listed> },
    /// Lines that are not taken.
    Refused { lines: Vec<BadLine> },
    /// So many more lines that are not taken: after some thousands of them they are counted and not kept.
    FurtherRefused { lines: u64 },
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
    TakenBack { key: String, upc: Upc, copies: u32 },
    /// The list was read to its end; no items come after this.
    ListRead,
    /// The job waits for its turn.
    Queued,
    /// Its turn came for the first time.
    Started,
    /// A process took the job up again after a stop or a crash.
    Resumed,
    /// Items wait for a market or a price guide that is closed; the run goes on with them by itself.
    Parked {
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
        goes_on: bool,
    },
    /// The operator set it aside; a restart of the service leaves it so.
    Paused { why: String },
    /// The operator gave it up: what had not ended is skipped, and nothing follows.
    Cancelled { why: String },
    /// Every item is in its end state and the result files are written.
    Finished,
    /// The run itself broke; unfinished items wait for `resume`.
    Broke { why: String },
    /// Something happened to an item.
    Item {
        upc: Upc,
        #[serde(flatten)]
        step: Step,
    },
}

impl Fact {
    /// A stop after which somebody has to resume the job.
    pub const fn stopped(why: String) -> Self {
        Self::Stopped { why, goes_on: false }
    }

    /// True for what ends the work on a job, if only for a while.
    pub const fn ends_work(&self) -> bool {
        matches!(
            self,
            Self::Finished | Self::Stopped { .. } | Self::Paused { .. } | Self::Cancelled { .. } | Self::Broke { .. }
        )
    }
}

/// What happened to one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// The providers' entries were weighed.
    Identified {
        verdict: Verdict,
        /// Providers that could not answer, each with its own words; the verdict stands without them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<String>,
    },
    /// A price was found, or the lack of one.
    Appraised {
        appraisal: Appraisal,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<String>,
    },
    /// A cover was found, or the lack of one.
    Illustrated {
        artwork: Artwork,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<String>,
    },
    /// The listing lacks something that a person must give.
    Lacking { missing: Vec<Missing> },
    /// The next thing to leave this program is the draft with this SKU.
    Drafting { sku: Sku, title: String },
    /// The operator set it aside: no step follows until it is let go, or given up.
    Held,
    /// The operator let it go on.
    Released,
    /// The item is in its end state.
    Done { outcome: Outcome },
    /// It was scanned again after it had ended: it is worked on once more, with the copies that there are now.
    Again,
    /// A person decided about an item that waited for him; it goes on, or ends at once where it is left alone.
    Decided { decision: Decision },
}

impl Step {
    /// As the events and the log name it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Identified { .. } => "identified",
            Self::Appraised { .. } => "appraised",
            Self::Illustrated { .. } => "illustrated",
            Self::Lacking { .. } => "lacking",
            Self::Drafting { .. } => "drafting",
            Self::Held => "held",
            Self::Decided { .. } => "decided",
            Self::Released => "released",
            Self::Again => "again",
            Self::Done { .. } => "done",
        }
    }

    /// What there is to say of it, in the words of whoever said it: who could not answer, why it ended so.
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Identified { without, .. } | Self::Appraised { without, .. } | Self::Illustrated { without, .. } => {
                without.clone()
            }
            Self::Lacking { missing } => missing.iter().map(ToString::to_string).collect(),
            Self::Drafting { sku, .. } => vec![sku.to_string()],
            Self::Held | Self::Released | Self::Again => Vec::new(),
            Self::Decided { decision } => vec![decision.words()],
            Self::Done { outcome } => {
                std::iter::once(outcome.status.to_string()).chain(outcome.words().map(str::to_owned)).collect()
            }
        }
    }
}
