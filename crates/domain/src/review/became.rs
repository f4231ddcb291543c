//! What became of an answer, for whoever gave it.

use serde::{Deserialize, Serialize};

use super::super::decision::Decision;
use super::super::outcome::Status;
use super::answer::Wrong;

/// One answer's end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Became {
    /// It is written down; the item goes on, or was left alone.
    Decided {
        #[schema(value_type = Object)]
        decision: Box<Decision>,
    },
    /// It said nothing; the item waits on.
    Open,
    /// The item does not wait: it ended so, or is on its way.
    Already {
        /// How it ended; `null` while it is on its way.
        status: Option<Status>,
    },
    /// Fields that cannot be; the item waits on.
    Wrong { wrong: Vec<Wrong> },
    /// The job has no such item.
    NotListed,
}

impl Became {
    /// True where the item goes on.
    pub fn goes_on(&self) -> bool {
        matches!(self, Self::Decided { decision } if decision.leaves_alone().is_none())
    }
}
