//! Pauses, resumes and cancels a job.

use super::run_queue::{CancellationGuard, DequeueResult, RunHandle, WaitingPlace};
use super::{JobQueue, QueueError};
use crate::batch::{self, StopReason};
use crate::scan_sessions;
use domain::event::JobEvent;
use domain::job::{Job, JobState};
use domain::job_spec::JobId;

impl JobQueue {
    /// Pauses a job that waits or runs. A running job gets some seconds to stop, and this waits for it.
    ///
    /// # Errors
    /// Returns [`QueueError::InvalidState`] if the job neither waits nor runs, or [`QueueError::Journal`].
    pub async fn pause(&self, job: &JobId) -> Result<Job, QueueError> {
        let transition = self.inner.transitions.lock().await;
        match self.inner.run_queue.dequeue(job) {
            DequeueResult::Removed(place) => {
                let why = "paused by you before its turn".to_owned();
                let paused = self.journal().append_event(job, JobEvent::Paused { why }).await;
                self.put_back_on_error(job, place, paused)?;
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

    /// Queues a job again that was paused, has stopped or has failed.
    ///
    /// # Errors
    /// As [`JobQueue::pause`], and [`QueueError::Closed`].
    pub async fn resume(&self, job: &JobId) -> Result<Job, QueueError> {
        loop {
            let transition = self.inner.transitions.lock().await;
            if self.inner.run_queue.is_closed() {
                return Err(QueueError::Closed);
            }
            let state = self.journal().job_summary(job).await?.state;
            // It waited when the process before ended, and nobody has resumed it since.
            if state == JobState::Pending && !self.inner.run_queue.is_known(job) {
                self.enqueue(job).await;
                self.start_ready_jobs();
                return Ok(self.journal().job_summary(job).await?);
            }
            if !state.can_resume() {
                return Err(self.invalid_state(job, "resumed").await);
            }
            let Some(busy) = self.inner.run_queue.find_busy(job) else {
                batch::resume_paused_items(self.context(), job).await?;
                self.journal().append_event(job, JobEvent::Queued).await?;
                self.enqueue(job).await;
                self.start_ready_jobs();
                return Ok(self.journal().job_summary(job).await?);
            };
            // Its last event is recorded and its run is about to leave the queue, or it is being cancelled.
            drop(transition);
            check_not_blocked(&busy)?;
            busy.ended.cancelled().await;
        }
    }

    /// Cancels a job: unfinished items are skipped, the result files are written, and the job cannot be resumed.
    ///
    /// # Errors
    /// As [`JobQueue::pause`], and [`QueueError::Batch`] if the result files cannot be written. A waiting job then keeps
    /// its place in the queue.
    pub async fn cancel(&self, job: &JobId) -> Result<Job, QueueError> {
        loop {
            let transition = self.inner.transitions.lock().await;
            let (place, guard) = match self.inner.run_queue.dequeue(job) {
                DequeueResult::Removed(place) => (Some(place), self.inner.run_queue.start_cancellation(job)),
                DequeueResult::NotFound if self.journal().job_summary(job).await?.state.can_resume() => {
                    (None, self.inner.run_queue.start_cancellation(job))
                }
                DequeueResult::NotFound => return Err(self.invalid_state(job, "cancelled").await),
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
            // The result files of a large job take long; until then, the guard alone keeps other transitions of this job away.
            drop(transition);
            self.cancel_idle_job(job, place, guard).await?;
            return Ok(self.journal().job_summary(job).await?);
        }
    }

    async fn cancel_idle_job(
        &self,
        job: &JobId,
        place: Option<WaitingPlace>,
        guard: CancellationGuard,
    ) -> Result<(), QueueError> {
        let cancelled = batch::cancel_job(self.context(), job).await;
        let cancelled = match place {
            Some(place) => self.put_back_on_error(job, place, cancelled),
            None => cancelled,
        };
        drop(guard);
        Ok(cancelled.map(drop)?)
    }

    /// Puts a waiting job back in its place if it could not be changed.
    fn put_back_on_error<T, E>(&self, job: &JobId, place: WaitingPlace, changed: Result<T, E>) -> Result<T, E> {
        if changed.is_err() {
            self.inner.run_queue.put_back(job.clone(), place);
            self.start_ready_jobs();
        }
        changed
    }

    /// Appends a job to the queue; a scan session to those that start at once.
    pub(super) async fn enqueue(&self, job: &JobId) {
        let is_scan_job = self.journal().job_summary(job).await.is_ok_and(|job| scan_sessions::is_scan_job(&job));
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

/// Fails if the job waits for a journal that cannot be written: nothing about the job can change before that.
fn check_not_blocked(running: &RunHandle) -> Result<(), QueueError> {
    running.blocked_by.lock().clone().map_or(Ok(()), |error| Err(error.into()))
}
