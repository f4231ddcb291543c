//! The history of a job for the console.

use std::sync::Arc;

use parking_lot::RwLock;

use console::{ReplayPosition, ReplaySnapshot};
use store::journal::{JobHistory, JournalError};

/// Moves a history toward a position and returns the snapshot at which the move stopped.
pub(super) async fn seek_history(
    history: &mut JobHistory,
    moment: ReplayPosition,
) -> Result<ReplaySnapshot, JournalError> {
    let target = match moment {
        ReplayPosition::Latest => history.seek_to_newest().await?,
        ReplayPosition::Event(number) => history.seek_to_event(number).await?,
        ReplayPosition::Seconds { from_event, offset } => history.seek_by_time(from_event, offset).await?,
    };
    Ok(ReplaySnapshot {
        event_number: history.event_number(),
        event_count: history.event_count(),
        target,
        event: history.read_event().await?,
        projection: Arc::new(RwLock::new(history.projection().clone())),
    })
}
