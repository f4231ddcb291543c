//! The reasons why an item did not become a draft.

use jiff::Timestamp;

use sinks::SinkError;
use store::journal::JournalError;

/// The reason why the steps of an item ended early.
pub(super) enum ItemError {
    /// The operator has to decide.
    NeedsReview(String),
    /// A step failed, or the sink rejected the draft.
    Failed(String),
    /// The item is intentionally not drafted, because it has a draft at another destination.
    Skipped(String),
    /// The sink accepts no drafts at the moment, or a price guide answers only after a stated time. If `until` is
    /// `None`, the operator has to act first.
    Deferred { until: Option<Timestamp>, why: String },
    /// A step cannot be recorded; the whole run stops.
    Fatal(JournalError),
}

impl From<JournalError> for ItemError {
    fn from(error: JournalError) -> Self {
        Self::Fatal(error)
    }
}

impl From<SinkError> for ItemError {
    fn from(error: SinkError) -> Self {
        match error {
            error @ SinkError::Indeterminate { .. } => Self::Failed(error.to_string()),
            SinkError::Unavailable { sink, why, until } => Self::Deferred { until, why: format!("{sink}: {why}") },
        }
    }
}
