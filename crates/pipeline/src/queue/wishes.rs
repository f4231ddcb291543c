//! What the operator wishes for a job that there is.

use super::Queue;
use super::error::QueueError;
use super::line::Place;
use crate::batch::{self, Wish};
use crate::{held, scans};
use domain::batch::JobId;
use domain::event::Fact;
use domain::job::{Job, JobState};
use store::journal::JournalError;

impl Queue {
    /// Sets a job aside that waits or runs. A run gets some seconds to end in order, and this waits for it.
    ///
    /// # Errors
    /// [`QueueError::Unfit`] where it does neither, or [`QueueError::Journal`].
    pub async fn pause(&self, job: &JobId) -> Result<Job, QueueError> {
        let one = self.inner.deciding.lock().await;
        match self.inner.line.leave(job) {
            Place::Left => {
                let why = "paused by the operator before its turn came".to_owned();
                let paused = self.journal().append(job, Fact::Paused { why }).await;
                self.or_back_into_line(job, paused).await?;
            }
            Place::Running(running) => {
                drop(one);
                running.stop.ask(Wish::Pause);
                running.over.cancelled().await;
            }
            Place::Nowhere => return Err(self.unfit(job, "paused").await),
        }
        let now = self.journal().job(job).await?;
        if now.state == JobState::Paused { Ok(now) } else { Err(self.unfit(job, "paused").await) }
    }

    /// Lets a job go on that was paused, stopped or broke off, when its turn comes.
    ///
    /// # Errors
    /// As [`Queue::pause`].
    pub async fn resume(&self, job: &JobId) -> Result<Job, QueueError> {
        let _one = self.inner.deciding.lock().await;
        if self.inner.line.is_closed() {
            return Err(QueueError::Closed);
        }
        if !self.journal().job(job).await?.state.can_go_on() {
            return Err(self.unfit(job, "resumed").await);
        }
        // Its end is written down, and its run is just leaving.
        if let Some(running) = self.inner.line.running(job) {
            running.over.cancelled().await;
        }
        held::let_the_last_go(self.works(), job).await?;
        self.journal().append(job, Fact::Queued).await?;
        self.line_up(job).await;
        self.call_the_next();
        Ok(self.journal().job(job).await?)
    }

    /// Gives a job up: what has not ended is skipped, the result files are written, and nothing follows.
    ///
    /// # Errors
    /// As [`Queue::pause`].
    pub async fn cancel(&self, job: &JobId) -> Result<Job, QueueError> {
        loop {
            let one = self.inner.deciding.lock().await;
            match self.inner.line.leave(job) {
                Place::Left => {
                    let given_up = batch::give_up(self.works(), job).await;
                    self.or_back_into_line(job, given_up).await?;
                }
                Place::Running(running) => {
                    drop(one);
                    running.stop.ask(Wish::Cancel);
                    running.over.cancelled().await;
                    let now = self.journal().job(job).await?;
                    if now.state == JobState::Cancelled {
                        return Ok(now);
                    }
                    // Another wish came first.
                    continue;
                }
                Place::Nowhere if self.journal().job(job).await?.state.can_go_on() => {
                    batch::give_up(self.works(), job).await?;
                }
                Place::Nowhere => return Err(self.unfit(job, "cancelled").await),
            }
            return Ok(self.journal().job(job).await?);
        }
    }

    /// A wish that could not be written down leaves a waiting job where it was.
    async fn or_back_into_line<T, E>(&self, job: &JobId, wish: Result<T, E>) -> Result<T, E> {
        if wish.is_err() {
            self.line_up(job).await;
            self.call_the_next();
        }
        wish
    }

    /// Into the line, or beside it where the job takes scans.
    pub(super) async fn line_up(&self, job: &JobId) {
        let takes_scans = self.journal().job(job).await.is_ok_and(|job| scans::takes_scans(&job));
        self.inner.line.join_its(job.clone(), takes_scans);
    }

    fn journal(&self) -> &store::journal::Journal {
        &self.inner.works.journal
    }

    async fn unfit(&self, job: &JobId, wish: &'static str) -> QueueError {
        let known: Result<Job, JournalError> = self.journal().job(job).await;
        match known {
            Ok(known) => QueueError::Unfit { job: job.clone(), state: known.state, wish },
            Err(error) => error.into(),
        }
    }
}
