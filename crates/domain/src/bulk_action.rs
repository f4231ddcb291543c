//! Operator actions on several items of a job, and their results.

use serde::{Deserialize, Serialize};

use super::job_spec::JobId;
use super::upc::Upc;

/// An action on items. The serialized names are those of the HTTP API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemAction {
    /// Pause the item until it is resumed. Fails if the draft is being sent or the item has finished.
    Pause,
    /// Resume the paused item.
    Resume,
    /// Skip the item. If its draft is being sent, the item finishes first.
    Cancel,
    /// Retry an item that failed or needs review, in a new job.
    Retry,
    /// Compose the draft of a finished item again, with photos that were added later, and update the draft.
    Redraft,
}

impl ItemAction {
    /// Returns the label of an action in progress, such as `pausing`.
    pub const fn in_progress_label(self) -> &'static str {
        match self {
            Self::Pause => "pausing",
            Self::Resume => "resuming",
            Self::Cancel => "canceling",
            Self::Retry => "retrying",
            Self::Redraft => "updating",
        }
    }

    /// Returns the label of a completed action, such as `paused`.
    pub const fn completed_label(self) -> &'static str {
        match self {
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Cancel => "canceled",
            Self::Retry => "retried",
            Self::Redraft => "updated",
        }
    }
}

/// An item to which the action was not applied, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedAction {
    pub upc: Upc,
    pub why: String,
}

/// Result of an action on several items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkActionResult {
    /// Job that continues with the items: this job, or the new job of a retry.
    pub job: JobId,
    pub succeeded: Vec<Upc>,
    pub rejected: Vec<RejectedAction>,
}
