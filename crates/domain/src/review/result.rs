//! The result of a review answer.

use serde::{Deserialize, Serialize};

use super::super::decision::Decision;
use super::super::outcome::Status;
use super::input::FieldError;

/// One answer's end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ReviewResult {
    /// It is written down; the item goes on, or was left alone.
    Decided {
        #[schema(value_type = Object)]
        decision: Box<Decision>,
    },
    /// It said nothing; the item waits on.
    #[serde(rename = "open")]
    Unanswered,
    /// The item does not wait: it ended so, or is on its way.
    #[serde(rename = "already")]
    NotWaiting {
        /// How it ended; `null` while it is on its way.
        status: Option<Status>,
    },
    /// Fields that cannot be; the item waits on.
    #[serde(rename = "wrong")]
    Invalid { wrong: Vec<FieldError> },
    /// The job has no such item.
    #[serde(rename = "not_listed")]
    UnknownItem,
}

impl ReviewResult {
    /// True where the item goes on.
    pub fn resumes_item(&self) -> bool {
        matches!(self, Self::Decided { decision } if decision.skip_reason().is_none())
    }
}
