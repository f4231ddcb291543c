//! When boards are saved: each time the work on a large job ends, while the writer goes on.

use std::sync::PoisonError;

use tokio::task::JoinSet;

use super::boards::SharedBoard;
use super::saved::Saved;

/// Boards that are being saved.
pub(super) struct Saving {
    saved: Saved,
    under_way: JoinSet<()>,
}

impl Saving {
    pub(super) fn into(saved: Saved) -> Self {
        Self { saved, under_way: JoinSet::new() }
    }

    /// Saves a board in a thread of its own. One that cannot be saved is read from its events, as it was before.
    pub(super) fn begin(&mut self, board: SharedBoard) {
        while self.under_way.try_join_next().is_some() {}
        if !Saved::is_worth_it(&board.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let saved = self.saved.clone();
        self.under_way.spawn_blocking(move || {
            let board = board.read().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = saved.save(&board) {
                tracing::warn!(%error, job = %board.job, "the board could not be saved: it will be read from its events");
            }
        });
    }

    /// Waits for those that are under way.
    pub(super) async fn finish(mut self) {
        while self.under_way.join_next().await.is_some() {}
    }
}
