//! A job without its items: its state, its item counts, and its entry in a list of jobs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumCount as _, VariantArray as _};

use super::job_spec::{JobId, JobSpec};
use super::outcome::Status;

/// State of a job. The serialized names are those of the HTTP API.
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
    /// The job is waiting in the queue.
    Pending,
    /// The list is being read or its items are being processed. If the process is killed, the job stays in this state
    /// until it is resumed.
    Running,
    /// Paused by the operator; `resume` continues it.
    Paused,
    /// Stopped by the operator, or because the operator must act first; `resume` continues it.
    Stopped,
    /// Every item has its final status.
    Completed,
    /// The run failed; `resume` continues it.
    Failed,
    /// Canceled by the operator; it cannot be resumed.
    Cancelled,
}

impl JobState {
    /// All states, in the order of a job's life.
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("there are COUNT variants");

    /// Returns the name in the API, such as `running`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// Returns true for a job that is running or waits in the queue.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }

    /// Returns true for a job whose run has ended at `ended_at`. A paused job has not ended.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Stopped | Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Returns true for a job that `resume` can continue.
    pub const fn can_resume(self) -> bool {
        matches!(self, Self::Paused | Self::Stopped | Self::Failed)
    }
}

/// Item counts of a job. `done` is the sum of `by_status`; `total - done` items are unfinished.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemCounts {
    pub total: u64,
    pub done: u64,
    /// Number of finished items by status, in the order of [`Status::ALL`].
    by_status: [u64; Status::ALL.len()],
    /// Number of items that the operator has paused. They are not done.
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

    /// Counts a change of status: an item finishes, or loses its final status because of a decision.
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

    /// Counts some items as they were `before` instead of as they are `now`.
    pub(super) fn replace_part(&mut self, now: &Self, before: &Self) {
        let replace = |count: &mut u64, now: u64, before: u64| *count = (*count + before).saturating_sub(now);
        replace(&mut self.done, now.done, before.done);
        replace(&mut self.paused, now.paused, before.paused);
        for (index, count) in self.by_status.iter_mut().enumerate() {
            replace(count, now.by_status[index], before.by_status[index]);
        }
    }

    /// Returns the number of items with a successful status.
    pub fn successful(&self) -> u64 {
        Status::ALL.into_iter().filter(|s| s.is_success()).map(|s| self.for_status(s)).sum()
    }
}

/// A job without its items, for a list of jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub spec: Option<JobSpec>,
    pub state: JobState,
    /// True for a job that the service resumes when it starts again.
    pub auto_resume: bool,
    /// Time at which processing started; `None` while the job waits in the queue for the first time.
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// True if no more items can be added.
    pub input_closed: bool,
    /// Why the job is stopped, failed, paused or canceled.
    pub why: Option<String>,
    pub counts: ItemCounts,
}
