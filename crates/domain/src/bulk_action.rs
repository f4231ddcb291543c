//! Actions of the operator on several items of a job, and the result for each.

use serde::{Deserialize, Serialize};

use super::job_spec::JobId;
use super::upc::Upc;

/// An action on items; the words are those of the HTTP API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemAction {
    /// Pause until resumed. An item whose draft is being sent, or that has finished, cannot be paused.
    Pause,
    /// Resume a paused item.
    Resume,
    /// Skip. An item whose draft is being sent finishes first.
    Cancel,
    /// Retry in a new job an item that failed or needs review.
    Retry,
    /// Compose the draft of a finished item again, with photos that came later, and update it.
    Redraft,
}

impl ItemAction {
    /// Returns the label of the running action: `pausing`.
    pub const fn in_progress_label(self) -> &'static str {
        match self {
            Self::Pause => "pausing",
            Self::Resume => "resuming",
            Self::Cancel => "cancelling",
            Self::Retry => "retrying",
            Self::Redraft => "updating",
        }
    }

    /// Returns the label of the completed action: `paused`.
    pub const fn completed_label(self) -> &'static str {
        match self {
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Cancel => "cancelled",
            Self::Retry => "retried",
            Self::Redraft => "updated",
        }
    }
}

/// An item that the action was not applied to, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedAction {
    pub upc: Upc,
    pub why: String,
}

/// Result of an action on several items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkActionResult {
    /// The job that continues with the items: the same, or the new one of a retry.
    pub job: JobId,
    pub succeeded: Vec<Upc>,
    pub rejected: Vec<RejectedAction>,
}
