//! The boards in memory: each job that is used, folded once from its events and kept up to date by the writer.
//!
//! No append can be under way for a job whose board is not held: an append holds the board it was checked
//! against. So a replay from the disk never races the writer.

use parking_lot::{Mutex, MutexGuard, RwLock};
use std::collections::HashMap;
use std::sync::Arc;

use super::error::JournalError;
use super::open::Journal;
use super::store::{DetailLevel, ReadPool};
use domain::event::{JobEvent, Seq};
use domain::job::{Job, JobState};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;

/// A board that the writer keeps up to date. Hold its lock shortly and never across an await.
pub type SharedProjection = Arc<RwLock<JobProjection>>;

/// Events read at a time; one may hold ten thousand bytes of providers' entries.
const EVENTS_PER_READ: usize = 512;

/// Jobs of which the outcome is remembered, a few hundred bytes each.
const MAX_CACHED_SUMMARIES: usize = 5_000;

/// A job and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStatus {
    pub job: JobId,
    pub state: JobState,
    /// True for a stopped job that the service takes up by itself.
    pub auto_resume: bool,
}

impl JobStatus {
    /// Where the last deciding fact leads.
    fn from_last_event(job: JobId, event: Option<&JobEvent>) -> Self {
        let state = match event {
            Some(JobEvent::Queued) => JobState::Pending,
            Some(JobEvent::Stopped { .. }) => JobState::Stopped,
            Some(JobEvent::Paused { .. }) => JobState::Paused,
            Some(JobEvent::Cancelled { .. }) => JobState::Cancelled,
            Some(JobEvent::Completed) => JobState::Completed,
            Some(JobEvent::Failed { .. }) => JobState::Failed,
            _ => JobState::Running,
        };
        Self { job, state, auto_resume: matches!(event, Some(JobEvent::Stopped { auto_resume: true, .. })) }
    }
}

#[derive(Default)]
pub(super) struct ProjectionCache {
    resident: Mutex<HashMap<JobId, SharedProjection>>,
    /// Jobs that are not held, as they were at their last event.
    summaries: Mutex<HashMap<JobId, (Seq, Job)>>,
    /// One load at a time: two callers of the same job must not fold it twice.
    load_lock: tokio::sync::Mutex<()>,
}

impl ProjectionCache {
    fn lock_resident(&self) -> MutexGuard<'_, HashMap<JobId, SharedProjection>> {
        self.resident.lock()
    }

    fn get_resident(&self, job: &JobId) -> Option<SharedProjection> {
        self.lock_resident().get(job).cloned()
    }

    fn cached_summary(&self, job: &JobId, last: Seq) -> Option<Job> {
        let known = self.summaries.lock();
        known.get(job).filter(|(seq, _)| *seq == last).map(|(_, job)| job.clone())
    }

    fn cache_summary(&self, last: Seq, job: Job) {
        let mut known = self.summaries.lock();
        if known.len() >= MAX_CACHED_SUMMARIES {
            known.clear();
        }
        known.insert(job.id.clone(), (last, job));
    }

    /// Holds a board, and lets go of those of ended jobs that nobody else holds: a process that serves for months
    /// must not gather every job that anybody ever looked at.
    fn insert_and_evict(&self, projection: JobProjection) -> SharedProjection {
        let job = projection.job.clone();
        let shared = Arc::new(RwLock::new(projection));
        let mut held = self.lock_resident();
        held.retain(|_, projection| Arc::strong_count(projection) > 1 || is_running(projection));
        held.insert(job, Arc::clone(&shared));
        shared
    }
}

fn is_running(projection: &SharedProjection) -> bool {
    projection.read().state == JobState::Running
}

impl Journal {
    /// The board of a job, in step with the journal. In a journal opened for reading only it is the state of now
    /// and does not move.
    ///
    /// # Errors
    /// [`JournalError::NoJob`] where nothing is known of the job, or why the events cannot be read.
    pub async fn projection(&self, job: &JobId) -> Result<SharedProjection, JournalError> {
        if self.command_sender().is_err() {
            return Ok(Arc::new(RwLock::new(self.load_projection(job).await?)));
        }
        if let Some(board) = self.projections().get_resident(job) {
            return Ok(board);
        }
        let _one_at_a_time = self.projections().load_lock.lock().await;
        if let Some(board) = self.projections().get_resident(job) {
            return Ok(board);
        }
        Ok(self.projections().insert_and_evict(self.load_projection(job).await?))
    }

    /// The board of a job: the saved one, where there is one, and all that happened since.
    async fn load_projection(&self, job: &JobId) -> Result<JobProjection, JournalError> {
        let (saved, wanted) = (self.snapshots().clone(), job.clone());
        let saved = tokio::task::spawn_blocking(move || saved.read_snapshot(&wanted)).await.ok().flatten();
        match saved {
            Some(projection) if self.contains_snapshot(&projection).await? => {
                match catch_up(self.store(), projection, DetailLevel::Rows).await {
                    Ok(projection) => Ok(projection),
                    Err(error) => {
                        tracing::warn!(%error, %job, "the saved board does not go on as the events do: all of them are read");
                        replay_events(self.store(), job, DetailLevel::Rows).await
                    }
                }
            }
            _ => replay_events(self.store(), job, DetailLevel::Rows).await,
        }
    }

    /// Whether the last event of a saved board stands in this journal, and not in another one that was here before.
    async fn contains_snapshot(&self, projection: &JobProjection) -> Result<bool, JournalError> {
        let before = Seq(projection.position.0.saturating_sub(1));
        let found = self.store().read_events(Some(&projection.job), DetailLevel::Rows, before, 1).await?;
        Ok(found
            .first()
            .is_some_and(|event| event.seq == projection.position && Some(event.at) == projection.last_event_at))
    }

    /// A job's state and counts without what its rows show (artist, title, price): for lists of jobs, where a
    /// job of a million items must not cost the reading of all its providers' answers.
    ///
    /// # Errors
    /// As [`Journal::board`].
    pub async fn outline_projection(&self, job: &JobId) -> Result<JobProjection, JournalError> {
        replay_events(self.store(), job, DetailLevel::Outline).await
    }

    /// The same without the items, from what is held of it: for lists that are asked for again and again.
    ///
    /// # Errors
    /// As [`Journal::board`].
    pub async fn job_summary(&self, job: &JobId) -> Result<Job, JournalError> {
        if let Some(projection) = self.projections().get_resident(job) {
            return Ok(Job::from(&*projection.read()));
        }
        let last = self.store().last_seq_for_job(job).await?.ok_or_else(|| JournalError::UnknownJob(job.clone()))?;
        if let Some(known) = self.projections().cached_summary(job, last) {
            return Ok(known);
        }
        let found = Job::from(&self.outline_projection(job).await?);
        self.projections().cache_summary(last, found.clone());
        Ok(found)
    }

    /// All jobs and how they stand, the newest first.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be read.
    pub async fn job_statuses(&self) -> Result<Vec<JobStatus>, JournalError> {
        let standings = self.store().last_state_events().await?;
        Ok(standings.into_iter().map(|(job, event)| JobStatus::from_last_event(job, event.as_ref())).collect())
    }

    /// All jobs, the newest first.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be read.
    pub async fn job_ids(&self) -> Result<Vec<JobId>, JournalError> {
        self.store().job_ids().await
    }
}

async fn replay_events(store: &ReadPool, job: &JobId, part: DetailLevel) -> Result<JobProjection, JournalError> {
    let projection = catch_up(store, JobProjection::new(job.clone()), part).await?;
    if projection.position == Seq::default() { Err(JournalError::UnknownJob(job.clone())) } else { Ok(projection) }
}

/// Folds in what happened after the board's last event.
async fn catch_up(
    store: &ReadPool,
    mut projection: JobProjection,
    part: DetailLevel,
) -> Result<JobProjection, JournalError> {
    loop {
        let events = store.read_events(Some(&projection.job), part, projection.position, EVENTS_PER_READ).await?;
        if events.is_empty() {
            return Ok(projection);
        }
        for event in &events {
            projection.apply_event(event)?;
        }
    }
}
