//! A job as a whole: its state in the words of the HTTP API, its counts, and what a list of jobs shows.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumCount as _, VariantArray as _};

use super::job_spec::{JobId, JobSpec};
use super::outcome::Status;

/// The state of a job as a whole; the words are those of the HTTP API.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumCount,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum JobState {
    /// The job waits in the queue.
    Pending,
    /// The list is being read or its items are being processed. A job whose process was killed stays in this state
    /// until it is resumed.
    Running,
    /// Paused by the operator; `resume` continues it.
    Paused,
    /// Stopped by the operator, or because the operator has to do something first; `resume` continues it.
    Stopped,
    /// Every item has its final status.
    Completed,
    /// The run itself failed; `resume` continues it.
    Failed,
    /// Canceled by the operator; nothing follows.
    Cancelled,
}

impl JobState {
    /// Every state, in the order of a job's life.
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("there are COUNT variants");

    /// Returns the word of the API: `running`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// True for a job that runs or will run when its turn comes.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }

    /// True for a job whose run is over; `ended_at` says when. A paused job has not ended.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Stopped | Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// True for a job that `resume` can continue.
    pub const fn can_resume(self) -> bool {
        matches!(self, Self::Paused | Self::Stopped | Self::Failed)
    }
}

/// Counts of a job's items. They add up: `done` is the sum of `by_status`, and `total - done` items are unfinished.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemCounts {
    pub total: u64,
    pub done: u64,
    /// Finished items by status, in the order of [`Status::ALL`].
    by_status: [u64; Status::ALL.len()],
    /// Items that the operator paused; they are not done.
    #[serde(default)]
    #[serde(rename = "held")]
    pub paused: u64,
    /// Number of rejected lines.
    #[serde(rename = "refused_lines")]
    pub rejected_lines: u64,
}

impl ItemCounts {
    /// Returns the number of items with this status.
    pub fn for_status(&self, status: Status) -> u64 {
        self.by_status[status as usize]
    }

    /// Counts an item that gets a final status, or loses one because the operator decided about it.
    pub(super) fn change_status(&mut self, before: Option<Status>, after: Option<Status>) {
        if let Some(status) = before {
            self.done -= 1;
            self.by_status[status as usize] -= 1;
        }
        if let Some(status) = after {
            self.done += 1;
            self.by_status[status as usize] += 1;
        }
    }

    /// Returns the number of items that ended as the operator wanted.
    pub fn successful(&self) -> u64 {
        Status::ALL.into_iter().filter(|s| s.is_success()).map(|s| self.for_status(s)).sum()
    }
}

/// A job without its items, as a list of jobs shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub spec: Option<JobSpec>,
    pub state: JobState,
    /// True for a job that the service resumes when it starts again.
    pub auto_resume: bool,
    /// When processing began; `None` while the job waits for its first turn.
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// True once no more items can be added.
    pub input_closed: bool,
    /// Why the job stopped, failed or was paused.
    pub why: Option<String>,
    pub counts: ItemCounts,
}
