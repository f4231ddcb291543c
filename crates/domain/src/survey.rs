//! What a list holds, looked at before a batch is begun over it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::batch::{BadLine, JobId};
use super::upc::Upc;

/// A list that was read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Survey {
    /// Different UPCs.
    pub items: u64,
    /// Copies beyond the first of each.
    pub repeats: u64,
    /// Lines that hold something and no UPC.
    pub refused: u64,
    /// The first of those lines.
    pub first_refused: Vec<BadLine>,
    /// The first UPCs.
    #[schema(value_type = Vec<String>)]
    pub first: Vec<Upc>,
    /// How many were drafted before, by whatever way.
    pub drafted_before: u64,
    /// The drafts that were made last, the newest first.
    pub last_drafted: Vec<DraftedBefore>,
}

/// A draft of an earlier batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DraftedBefore {
    #[schema(value_type = String)]
    pub upc: Upc,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = String)]
    pub job_id: JobId,
}

/// How much a batch over the list has to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// Different UPCs.
    pub items: u64,
    /// Copies of all of them.
    pub copies: u64,
}

impl Survey {
    /// Items and all their copies.
    pub const fn amount(&self) -> Amount {
        Amount { items: self.items, copies: self.items.saturating_add(self.repeats) }
    }
}

/// How far the reading of a list has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoFar {
    /// Bytes and lines of the list; `of` is its size where that is known.
    Read { bytes: u64, of: Option<u64>, lines: u64 },
    /// Items that were looked up among the drafts of before.
    LookedUp { items: u64, of: u64 },
}

impl SoFar {
    /// In hundredths, where the end is known.
    pub fn percent(self) -> Option<u8> {
        let (done, of) = match self {
            Self::Read { bytes, of, .. } => (bytes, of?),
            Self::LookedUp { items, of } => (items, of),
        };
        // What is packed in the bucket unpacks to more than its size.
        u8::try_from(done.min(of).saturating_mul(100).checked_div(of)?).ok()
    }
}
