//! The time in which a job ran. A job can wait for days between two runs, for example for the operator's decisions.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::job::JobState;

/// Sum of the runs of a job. Empty for a job of an earlier version, until it runs again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTime {
    /// Milliseconds of the runs that have ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_ms: Option<u64>,
    /// Start of the current run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
}

impl RunTime {
    /// Records a change of the job's state. If a run was in progress, it ended at `ended_at`.
    pub(super) fn enter_state(&mut self, state: JobState, at: Timestamp, ended_at: Option<Timestamp>) {
        if let Some(time) = self.until(ended_at) {
            self.ended_ms = u64::try_from(time.as_millis()).ok();
        }
        self.since = (state == JobState::Running).then_some(at);
    }

    /// Returns the time of all runs, the current one until `end`.
    pub(super) fn until(self, end: Option<Timestamp>) -> Option<Duration> {
        let ended = self.ended_ms.map(Duration::from_millis);
        let current =
            self.since.zip(end).map(|(since, end)| Duration::try_from(end.duration_since(since)).unwrap_or_default());
        match (ended, current) {
            (None, None) => None,
            (ended, current) => Some(ended.unwrap_or_default() + current.unwrap_or_default()),
        }
    }
}
