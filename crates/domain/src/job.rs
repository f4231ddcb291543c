//! A job as a whole: its state in the words of the HTTP API, and what a list of jobs shows of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::job_projection::{ItemCounts, JobProjection};
use super::job_spec::{JobId, JobSpec};

/// The state of a job as a whole; the words are those of the HTTP API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its turn.
    Pending,
    /// The list is being read or its items are being worked on; after a crash, until somebody resumes it.
    Running,
    /// Set aside by the operator; `resume` goes on.
    Paused,
    /// Stopped by the operator, or because he has to do something first; `resume` goes on.
    Stopped,
    /// All items are in their end states.
    Completed,
    /// The run itself broke; `resume` goes on.
    Failed,
    /// Given up by the operator; nothing follows.
    Cancelled,
}

impl JobState {
    /// In the order of a job's life.
    pub const ALL: [Self; 7] =
        [Self::Pending, Self::Running, Self::Paused, Self::Stopped, Self::Completed, Self::Failed, Self::Cancelled];

    /// As the API writes it: `running`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// True where work goes on by itself, now or when its turn comes.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }

    /// True where `resume` can go on.
    pub const fn can_resume(self) -> bool {
        matches!(self, Self::Paused | Self::Stopped | Self::Failed)
    }
}

impl std::fmt::Display for JobState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A job without its items.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub spec: Option<JobSpec>,
    pub state: JobState,
    /// True for a job that the service takes up by itself when it starts again.
    pub auto_resume: bool,
    /// When work on it began; `None` while it waits for its first turn.
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// True once no more items can come.
    pub input_closed: bool,
    /// Why it stopped, broke, or was set aside.
    pub why: Option<String>,
    pub counts: ItemCounts,
}

impl From<&JobProjection> for Job {
    fn from(projection: &JobProjection) -> Self {
        Self {
            id: projection.job.clone(),
            spec: projection.spec.clone(),
            state: projection.state,
            auto_resume: projection.auto_resume,
            started_at: projection.started_at,
            ended_at: projection.ended_at,
            input_closed: projection.input_closed,
            why: projection.why.clone(),
            counts: projection.counts.clone(),
        }
    }
}
