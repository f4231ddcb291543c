//! What an operator does to some items of a job, and what came of it for each.

use serde::{Deserialize, Serialize};

use super::job_spec::JobId;
use super::upc::Upc;

/// What is done to each of them; the words are those of the HTTP API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemAction {
    /// Set aside until it is let go. What is on its way to the market, or has ended, cannot be.
    Pause,
    /// Let go on.
    Resume,
    /// Skipped. What is on its way to the market is left to end.
    Cancel,
    /// Tried again in a new job, where it failed or needs a review.
    Retry,
}

impl ItemAction {
    /// What is being done, for the operator: `pausing`.
    pub const fn in_progress_label(self) -> &'static str {
        match self {
            Self::Pause => "pausing",
            Self::Resume => "letting go",
            Self::Cancel => "cancelling",
            Self::Retry => "retrying",
        }
    }

    /// What was done: `paused`.
    pub const fn completed_label(self) -> &'static str {
        match self {
            Self::Pause => "paused",
            Self::Resume => "let go",
            Self::Cancel => "cancelled",
            Self::Retry => "tried again",
        }
    }
}

/// An item to which it was not done, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedAction {
    pub upc: Upc,
    pub why: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkActionResult {
    /// The job that goes on with the items: the same, or the new one of a retry.
    pub job: JobId,
    pub succeeded: Vec<Upc>,
    pub rejected: Vec<RejectedAction>,
}
