//! Writes snapshots of large projections when the work on a job ends, while the writer continues: one of the newest
//! state, and one of an earlier state for the history.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::model::SharedProjection;
use super::snapshot::{SnapshotKind, SnapshotStore};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;

/// Events between two copies of a running job's projection. A step back in the history applies at most twice as many.
const EVENTS_BETWEEN_COPIES: u64 = 10_000;

type WriteSnapshotFn = dyn Fn(&JobProjection, SnapshotKind) -> io::Result<()> + Send + Sync;

/// The last two copies of a running job's projection. They share unchanged items.
struct RecentCopies {
    before: Option<JobProjection>,
    last: JobProjection,
}

/// Keeps recent copies and writes snapshots in the background.
pub(super) struct SnapshotWriter {
    write: Arc<WriteSnapshotFn>,
    recent: HashMap<JobId, RecentCopies>,
    in_progress: JoinSet<()>,
}

impl SnapshotWriter {
    pub(super) fn new(store: SnapshotStore) -> Self {
        let write = move |projection: &JobProjection, kind| store.write_snapshot(projection, kind);
        Self { write: Arc::new(write), recent: HashMap::new(), in_progress: JoinSet::new() }
    }

    /// Copies a large projection if it has advanced by [`EVENTS_BETWEEN_COPIES`] events.
    pub(super) fn keep_copy(&mut self, projection: &SharedProjection) {
        let projection = projection.read();
        if !SnapshotStore::should_snapshot(&projection) {
            return;
        }
        match self.recent.get_mut(&projection.job) {
            None => {
                let copies = RecentCopies { before: None, last: projection.clone() };
                self.recent.insert(projection.job.clone(), copies);
            }
            Some(copies) if projection.position.0 >= copies.last.position.0 + EVENTS_BETWEEN_COPIES => {
                copies.before = Some(std::mem::replace(&mut copies.last, projection.clone()));
            }
            Some(_) => {}
        }
    }

    /// Writes a snapshot on a blocking thread from a copy that shares its items with the projection, so no lock is
    /// held. If writing fails, the projection will be replayed from its events.
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
        let earlier = self.recent.remove(&projection.job).map(|copies| copies.before.unwrap_or(copies.last));
        let earlier = earlier.filter(|earlier| earlier.position < projection.position);
        self.in_progress.spawn_blocking(move || {
            let earlier = earlier.map_or(Ok(()), |earlier| write(&earlier, SnapshotKind::Earlier));
            if let Err(error) = earlier.and_then(|()| write(&projection, SnapshotKind::Newest)) {
                tracing::warn!(%error, job = %projection.job, "cannot save the state; it will be read from the events");
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
        let write = move |projection: &JobProjection, _| {
            started.send(()).ok();
            is_released.lock().recv().ok();
            written.send(projection.position).map_err(io::Error::other)
        };
        let mut writer = SnapshotWriter { write: Arc::new(write), recent: HashMap::new(), in_progress: JoinSet::new() };

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
