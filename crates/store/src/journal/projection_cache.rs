//! In-memory projections: each job in use is replayed once from its events, and then kept up to date by the writer.
//!
//! Invariant: a pending append keeps its projection alive (`Arc`), so the projection of a job with a pending append is
//! always in the cache, and a replay never races the writer.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use super::model::SharedProjection;
use domain::event::Seq;
use domain::job::{Job, JobState};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;

/// Maximum number of cached summaries, a few hundred bytes each.
const MAX_CACHED_SUMMARIES: usize = 5_000;

#[derive(Default)]
pub(super) struct ProjectionCache {
    resident: Mutex<HashMap<JobId, SharedProjection>>,
    /// Summaries of jobs that are not resident, with the position of each job's last event.
    summaries: Mutex<HashMap<JobId, (Seq, Job)>>,
    /// Held during a load, so that two callers do not replay the same job.
    pub(super) load_lock: tokio::sync::Mutex<()>,
}

impl ProjectionCache {
    pub(super) fn get_resident(&self, job: &JobId) -> Option<SharedProjection> {
        self.resident.lock().get(job).cloned()
    }

    /// Returns the cached summary of a job whose last event is `last`.
    pub(super) fn cached_summary(&self, job: &JobId, last: Seq) -> Option<Job> {
        let summaries = self.summaries.lock();
        summaries.get(job).filter(|(seq, _)| *seq == last).map(|(_, job)| job.clone())
    }

    pub(super) fn cache_summary(&self, last: Seq, job: Job) {
        let mut summaries = self.summaries.lock();
        if summaries.len() >= MAX_CACHED_SUMMARIES {
            summaries.clear();
        }
        summaries.insert(job.id.clone(), (last, job));
    }

    /// Drops all cached data of a job.
    pub(super) fn forget(&self, job: &JobId) {
        self.resident.lock().remove(job);
        self.summaries.lock().remove(job);
    }

    /// Caches a projection. Evicts the projections of jobs that are not running and that no caller holds, so that a
    /// service that runs for months does not keep every job that was ever shown.
    pub(super) fn insert_and_evict(&self, projection: JobProjection) -> SharedProjection {
        let job = projection.job.clone();
        let shared = Arc::new(RwLock::new(projection));
        let mut resident = self.resident.lock();
        resident.retain(|_, projection| Arc::strong_count(projection) > 1 || is_running(projection));
        resident.insert(job, Arc::clone(&shared));
        shared
    }
}

fn is_running(projection: &SharedProjection) -> bool {
    projection.read().state == JobState::Running
}
