//! When boards are saved: each time the work on a large job ends, while the writer goes on.

use tokio::task::JoinSet;

use super::projections::SharedProjection;
use super::snapshot::SnapshotStore;

/// Boards that are being saved.
pub(super) struct SnapshotWriter {
    store: SnapshotStore,
    in_progress: JoinSet<()>,
}

impl SnapshotWriter {
    pub(super) fn new(store: SnapshotStore) -> Self {
        Self { store, in_progress: JoinSet::new() }
    }

    /// Saves a board in a thread of its own. One that cannot be saved is read from its events, as it was before.
    pub(super) fn schedule_snapshot(&mut self, projection: SharedProjection) {
        while self.in_progress.try_join_next().is_some() {}
        if !SnapshotStore::should_snapshot(&projection.read()) {
            return;
        }
        let saved = self.store.clone();
        self.in_progress.spawn_blocking(move || {
            let projection = projection.read();
            if let Err(error) = saved.write_snapshot(&projection) {
                tracing::warn!(%error, job = %projection.job, "the board could not be saved: it will be read from its events");
            }
        });
    }

    /// Waits for those that are under way.
    pub(super) async fn finish_all(mut self) {
        while self.in_progress.join_next().await.is_some() {}
    }
}
