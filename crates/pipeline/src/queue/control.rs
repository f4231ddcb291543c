//! Pauses, resumes and cancels jobs.

use super::run_queue::{CancellationGuard, DequeueResult, RunHandle, WaitingPosition};
use super::{JobQueue, QueueError};
use crate::batch::{self, StopReason};
use crate::scan_sessions;
use domain::event::JobEvent;
use domain::job::{Job, JobState};
use domain::job_spec::JobId;

impl JobQueue {
    /// Pauses a waiting or running job. Waits until a running job has stopped, which takes a few seconds.
    ///
    /// # Errors
    /// Returns [`QueueError::InvalidState`] if the job is neither waiting nor running, or [`QueueError::Journal`].
    pub async fn pause(&self, job: &JobId) -> Result<Job, QueueError> {
        let transition = self.inner.transitions.lock().await;
        match self.inner.run_queue.dequeue(job) {
            DequeueResult::Removed(position) => {
                let why = "paused by you before its turn".to_owned();
                let paused = self.journal().append_event(job, JobEvent::Paused { why }).await;
                self.put_back_on_error(job, position, paused)?;
            }
            DequeueResult::Busy(running) => {
                drop(transition);
                check_not_blocked(&running)?;
                running.stop.request_stop(StopReason::Pause);
                running.ended.cancelled().await;
            }
            DequeueResult::NotFound => return Err(self.invalid_state(job, "paused").await),
        }
        let now = self.journal().job_summary(job).await?;
        if now.state == JobState::Paused { Ok(now) } else { Err(self.invalid_state(job, "paused").await) }
    }

    /// Queues a paused, stopped or failed job again.
    ///
    /// # Errors
    /// Returns the errors of [`JobQueue::pause`], and [`QueueError::Closed`].
    pub async fn resume(&self, job: &JobId) -> Result<Job, QueueError> {
        let _transition = self.lock_idle(job, JobState::can_resume).await?;
        if self.inner.run_queue.is_closed() {
            return Err(QueueError::Closed);
        }
        let state = self.journal().job_summary(job).await?.state;
        // If it is unknown, the job was waiting when the previous process ended, and has not been resumed since.
        if state != JobState::Pending || self.inner.run_queue.is_known(job) {
            if !state.can_resume() {
                return Err(self.invalid_state(job, "resumed").await);
            }
            batch::resume_paused_items(self.context(), job).await?;
            self.journal().append_event(job, JobEvent::Queued).await?;
        }
        self.enqueue(job).await;
        self.start_ready_jobs();
        Ok(self.journal().job_summary(job).await?)
    }

    /// Prevents transitions of all jobs until the guard is dropped. If the job has a state that allows the transition,
    /// waits first until it is idle, because a job that is queued twice would run twice at the same time.
    ///
    /// # Errors
    /// Returns [`QueueError::Journal`] if the journal cannot be read, or if the run waits for it.
    pub(super) async fn lock_idle(
        &self,
        job: &JobId,
        is_allowed: impl Fn(JobState) -> bool,
    ) -> Result<tokio::sync::MutexGuard<'_, ()>, QueueError> {
        loop {
            let transition = self.inner.transitions.lock().await;
            let Some(busy) = self.inner.run_queue.find_busy(job) else { return Ok(transition) };
            if !is_allowed(self.journal().job_summary(job).await?.state) {
                return Ok(transition);
            }
            // Its last event is recorded and its run is about to leave the queue, or the job is being canceled.
            drop(transition);
            check_not_blocked(&busy)?;
            busy.ended.cancelled().await;
        }
    }

    /// Cancels a job: skips its unfinished items and writes the result files. A canceled job cannot be resumed.
    ///
    /// # Errors
    /// Returns the errors of [`JobQueue::pause`], and [`QueueError::Batch`] if the result files cannot be written. In
    /// that case a waiting job keeps its place in the queue.
    pub async fn cancel(&self, job: &JobId) -> Result<Job, QueueError> {
        loop {
            let transition = self.inner.transitions.lock().await;
            let (position, guard) = match self.inner.run_queue.dequeue(job) {
                DequeueResult::Removed(position) => (Some(position), self.inner.run_queue.start_cancellation(job)),
                DequeueResult::NotFound if self.journal().job_summary(job).await?.state.can_resume() => {
                    (None, self.inner.run_queue.start_cancellation(job))
                }
                DequeueResult::NotFound => return Err(self.invalid_state(job, "canceled").await),
                DequeueResult::Busy(busy) => {
                    drop(transition);
                    check_not_blocked(&busy)?;
                    busy.stop.request_stop(StopReason::Cancel);
                    busy.ended.cancelled().await;
                    let now = self.journal().job_summary(job).await?;
                    if now.state == JobState::Cancelled {
                        return Ok(now);
                    }
                    // Another request to stop came first.
                    continue;
                }
            };
            // Writing the result files of a large job takes long. The guard alone blocks other transitions of the job
            // until then.
            drop(transition);
            self.cancel_idle_job(job, position, guard).await?;
            return Ok(self.journal().job_summary(job).await?);
        }
    }

    async fn cancel_idle_job(
        &self,
        job: &JobId,
        position: Option<WaitingPosition>,
        guard: CancellationGuard,
    ) -> Result<(), QueueError> {
        let cancelled = batch::cancel_job(self.context(), job).await;
        let cancelled = match position {
            Some(position) => self.put_back_on_error(job, position, cancelled),
            None => cancelled,
        };
        drop(guard);
        Ok(cancelled.map(drop)?)
    }

    /// Puts a waiting job back in its place if it could not be changed.
    fn put_back_on_error<T, E>(&self, job: &JobId, position: WaitingPosition, changed: Result<T, E>) -> Result<T, E> {
        if changed.is_err() {
            self.inner.run_queue.put_back(job.clone(), position);
            self.start_ready_jobs();
        }
        changed
    }

    /// Appends a job to the queue. A scan session starts immediately instead.
    pub(super) async fn enqueue(&self, job: &JobId) {
        let is_scan_job = self.journal().job_summary(job).await.is_ok_and(|job| scan_sessions::is_scan_job(&job));
        self.inner.interrupted.lock().retain(|interrupted| interrupted != job);
        self.inner.run_queue.enqueue(job.clone(), is_scan_job);
    }

    fn journal(&self) -> &store::journal::Journal {
        &self.inner.context.journal
    }

    async fn invalid_state(&self, job: &JobId, action: &'static str) -> QueueError {
        match self.journal().job_summary(job).await {
            Ok(known) => QueueError::InvalidState { job: job.clone(), state: known.state, action },
            Err(error) => error.into(),
        }
    }
}

/// Returns an error if the job waits for a journal that cannot be written: until then, nothing about the job can
/// change.
fn check_not_blocked(running: &RunHandle) -> Result<(), QueueError> {
    running.blocked_by.lock().clone().map_or(Ok(()), |error| Err(error.into()))
}
