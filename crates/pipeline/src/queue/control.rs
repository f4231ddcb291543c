//! What the operator wishes for a job that there is.

use super::JobQueue;
use super::error::QueueError;
use super::run_queue::DequeueResult;
use crate::batch::{self, StopReason};
use crate::{hold, scan_sessions};
use domain::event::JobEvent;
use domain::job::{Job, JobState};
use domain::job_spec::JobId;
use store::journal::JournalError;

impl JobQueue {
    /// Sets a job aside that waits or runs. A run gets some seconds to end in order, and this waits for it.
    ///
    /// # Errors
    /// [`QueueError::Unfit`] where it does neither, or [`QueueError::Journal`].
    pub async fn pause(&self, job: &JobId) -> Result<Job, QueueError> {
        let one = self.inner.control_lock.lock().await;
        match self.inner.run_queue.dequeue_job(job) {
            DequeueResult::Removed => {
                let why = "paused by the operator before its turn came".to_owned();
                let paused = self.journal().append_event(job, JobEvent::Paused { why }).await;
                self.requeue_on_error(job, paused).await?;
            }
            DequeueResult::Running(running) => {
                drop(one);
                running.stop.request_stop(StopReason::Pause);
                running.ended.cancelled().await;
            }
            DequeueResult::NotFound => return Err(self.invalid_state(job, "paused").await),
        }
        let now = self.journal().job_summary(job).await?;
        if now.state == JobState::Paused { Ok(now) } else { Err(self.invalid_state(job, "paused").await) }
    }

    /// Lets a job go on that was paused, stopped or broke off, when its turn comes.
    ///
    /// # Errors
    /// As [`Queue::pause`].
    pub async fn resume(&self, job: &JobId) -> Result<Job, QueueError> {
        let _one = self.inner.control_lock.lock().await;
        if self.inner.run_queue.is_closed() {
            return Err(QueueError::Closed);
        }
        if !self.journal().job_summary(job).await?.state.can_resume() {
            return Err(self.invalid_state(job, "resumed").await);
        }
        // Its end is written down, and its run is just leaving.
        if let Some(running) = self.inner.run_queue.find_running(job) {
            running.ended.cancelled().await;
        }
        hold::release_remaining_items(self.context(), job).await?;
        self.journal().append_event(job, JobEvent::Queued).await?;
        self.enqueue(job).await;
        self.start_ready_jobs();
        Ok(self.journal().job_summary(job).await?)
    }

    /// Gives a job up: what has not ended is skipped, the result files are written, and nothing follows.
    ///
    /// # Errors
    /// As [`Queue::pause`].
    pub async fn cancel(&self, job: &JobId) -> Result<Job, QueueError> {
        loop {
            let one = self.inner.control_lock.lock().await;
            match self.inner.run_queue.dequeue_job(job) {
                DequeueResult::Removed => {
                    let given_up = batch::cancel_job(self.context(), job).await;
                    self.requeue_on_error(job, given_up).await?;
                }
                DequeueResult::Running(running) => {
                    drop(one);
                    running.stop.request_stop(StopReason::Cancel);
                    running.ended.cancelled().await;
                    let now = self.journal().job_summary(job).await?;
                    if now.state == JobState::Cancelled {
                        return Ok(now);
                    }
                    // Another wish came first.
                    continue;
                }
                DequeueResult::NotFound if self.journal().job_summary(job).await?.state.can_resume() => {
                    batch::cancel_job(self.context(), job).await?;
                }
                DequeueResult::NotFound => return Err(self.invalid_state(job, "cancelled").await),
            }
            return Ok(self.journal().job_summary(job).await?);
        }
    }

    /// A wish that could not be written down leaves a waiting job where it was.
    async fn requeue_on_error<T, E>(&self, job: &JobId, request: Result<T, E>) -> Result<T, E> {
        if request.is_err() {
            self.enqueue(job).await;
            self.start_ready_jobs();
        }
        request
    }

    /// Into the line, or beside it where the job takes scans.
    pub(super) async fn enqueue(&self, job: &JobId) {
        let takes_scans = self.journal().job_summary(job).await.is_ok_and(|job| scan_sessions::is_scan_job(&job));
        self.inner.run_queue.enqueue(job.clone(), takes_scans);
    }

    fn journal(&self) -> &store::journal::Journal {
        &self.inner.context.journal
    }

    async fn invalid_state(&self, job: &JobId, request: &'static str) -> QueueError {
        let known: Result<Job, JournalError> = self.journal().job_summary(job).await;
        match known {
            Ok(known) => QueueError::InvalidState { job: job.clone(), state: known.state, wish: request },
            Err(error) => error.into(),
        }
    }
}
