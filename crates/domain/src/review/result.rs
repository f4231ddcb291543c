//! Result of a review decision.

use serde::{Deserialize, Serialize};

use super::super::decision::Decision;
use super::super::outcome::Status;
use super::super::sku::Sku;
use super::input::FieldError;

/// Result of a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ReviewResult {
    /// The decision was recorded. The item continues or is skipped.
    Decided {
        #[schema(value_type = Object)]
        decision: Box<Decision>,
    },
    /// The decision has no fields. The item still waits.
    #[serde(rename = "open")]
    Unanswered,
    /// The item does not wait for a decision: it is finished or in progress.
    #[serde(rename = "already")]
    NotWaiting {
        /// Final status of the item; `null` while it is in progress.
        status: Option<Status>,
    },
    /// The draft of the item was deleted, so there is nothing to edit.
    DraftDeleted {
        #[schema(value_type = String)]
        sku: Sku,
    },
    /// Some fields are invalid. The item still waits.
    #[serde(rename = "wrong")]
    Invalid { wrong: Vec<FieldError> },
    /// The job has no such item.
    #[serde(rename = "not_listed")]
    UnknownItem,
}

impl ReviewResult {
    /// Why an item whose draft was deleted is not edited, and what to do.
    pub const DRAFT_DELETED: &str = "was deleted; to draft the item again, run its list again";

    /// Returns true if the item continues.
    pub fn resumes_item(&self) -> bool {
        matches!(self, Self::Decided { decision } if decision.skip_reason().is_none() && !decision.reopens_review())
    }

    /// Returns true if the decision undoes an edit of the item.
    pub fn undoes_edit(&self) -> bool {
        matches!(self, Self::Decided { decision } if decision.is_undo() && !decision.reopens_review())
    }
}
