//! Writes snapshots of large projections each time the work on their job ends, while the writer continues.

use std::io;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::model::SharedProjection;
use super::snapshot::SnapshotStore;
use domain::job_projection::JobProjection;

type WriteSnapshotFn = dyn Fn(&JobProjection) -> io::Result<()> + Send + Sync;

/// The snapshots that are being written.
pub(super) struct SnapshotWriter {
    write: Arc<WriteSnapshotFn>,
    in_progress: JoinSet<()>,
}

impl SnapshotWriter {
    pub(super) fn new(store: SnapshotStore) -> Self {
        Self { write: Arc::new(move |projection| store.write_snapshot(projection)), in_progress: JoinSet::new() }
    }

    /// Writes a snapshot on a blocking thread, from a copy that shares the items with the projection: no lock is held
    /// meanwhile. If it cannot be written, the projection is read from its events.
    pub(super) fn schedule_snapshot(&mut self, projection: &SharedProjection) {
        while self.in_progress.try_join_next().is_some() {}
        let projection = {
            let projection = projection.read();
            if !SnapshotStore::should_snapshot(&projection) {
                return;
            }
            projection.clone()
        };
        let write = self.write.clone();
        self.in_progress.spawn_blocking(move || {
            if let Err(error) = write(&projection) {
                let error = files::describe_io_error(&error);
                tracing::warn!(error, job = %projection.job, "cannot save the snapshot of the batch; its state is read from the events instead");
            }
        });
    }

    /// Waits for the snapshots in progress.
    pub(super) async fn finish_all(mut self) {
        while self.in_progress.join_next().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use domain::event::{EventEnvelope, JobEvent, Seq};
    use jiff::Timestamp;
    use parking_lot::{Mutex, RwLock};
    use testing::events::{items_added, matched};

    use super::*;

    fn event(number: u64, payload: JobEvent) -> EventEnvelope {
        let job = "batch_20240318_143022_0".parse().expect("a job");
        EventEnvelope { seq: Seq(number), at: Timestamp::UNIX_EPOCH, job, payload }
    }

    #[tokio::test]
    async fn a_slow_snapshot_does_not_delay_an_append() {
        let (started, is_started) = mpsc::sync_channel(1);
        let (release, is_released) = mpsc::sync_channel::<()>(1);
        let (written, is_written) = mpsc::sync_channel(1);
        let is_released = Mutex::new(is_released);
        let write = move |projection: &JobProjection| {
            started.send(()).ok();
            is_released.lock().recv().ok();
            written.send(projection.position).map_err(io::Error::other)
        };
        let mut writer = SnapshotWriter { write: Arc::new(write), in_progress: JoinSet::new() };

        let list = event(1, items_added(1..=10_000));
        let mut projection = JobProjection::new(list.job.clone());
        projection.apply_event(&list).expect("a list");
        let projection = SharedProjection::new(RwLock::new(projection));
        writer.schedule_snapshot(&projection);
        tokio::task::spawn_blocking(move || is_started.recv()).await.expect("joins").expect("the snapshot has begun");

        // Same as the writer does after a commit.
        {
            let mut live = projection.try_write().expect("the slow snapshot holds no lock");
            live.apply_event(&event(2, matched(1))).expect("applied");
        }
        release.send(()).expect("the snapshot waits");
        writer.finish_all().await;
        assert_eq!(is_written.recv(), Ok(Seq(1)), "the snapshot is what it was when the work ended");
    }
}
