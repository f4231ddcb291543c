//! Opens the queue when a process starts, and recovers the unfinished jobs: a service resumes them immediately, the
//! console when the operator asks for it.

use super::run_queue::RunQueue;
use super::{JobQueue, JobQueueInner, QueueLimits};
use crate::app_context::AppContext;
use crate::scan_sessions::{self, ScanSessions};
use domain::event::JobEvent;
use domain::job::{Job, JobState};
use domain::job_spec::JobId;
use store::journal::{Journal, JournalError};

impl JobQueue {
    /// Opens the queue with the unfinished jobs of the journal, and starts as many as the limits allow. Jobs that were
    /// running go first, in their previous order.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal cannot be read or written.
    pub async fn open_and_recover(context: AppContext, limits: QueueLimits) -> Result<Self, JournalError> {
        let queue = Self::open(context, limits).await?;
        queue.resume_interrupted().await?;
        Ok(queue)
    }

    /// Opens the queue without starting jobs: interrupted jobs wait for [`Self::resume_interrupted`].
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal cannot be read or written.
    pub async fn open(context: AppContext, limits: QueueLimits) -> Result<Self, JournalError> {
        context.journal.mark_killed_jobs().await?;
        let (mut interrupted, mut waiting) = (Vec::new(), Vec::new());
        for status in context.journal.job_statuses().await?.into_iter().rev() {
            match status.state {
                JobState::Stopped if status.auto_resume => interrupted.push(status.job),
                JobState::Pending => waiting.push(status.job),
                _ => {}
            }
        }
        interrupted.extend(waiting);
        Ok(Self::with_interrupted(context, limits, interrupted))
    }

    /// Opens a queue on a journal that another process writes. The queue shows jobs but does not run them.
    pub fn for_reading(context: AppContext, limits: QueueLimits) -> Self {
        Self::with_interrupted(context, limits, Vec::new())
    }

    fn with_interrupted(context: AppContext, limits: QueueLimits, interrupted: Vec<JobId>) -> Self {
        let inner = JobQueueInner {
            scan_sessions: ScanSessions::new(context.journal.clone()),
            context,
            limits,
            transitions: <_>::default(),
            run_queue: RunQueue::default(),
            run_tasks: <_>::default(),
            interrupted: interrupted.into(),
        };
        Self { inner: inner.into() }
    }

    /// Returns the jobs that were running or waiting when their process ended, in the order in which they will be
    /// resumed. Jobs that were resumed or changed in the meantime are omitted.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal cannot be read.
    pub async fn interrupted_jobs(&self) -> Result<Vec<Job>, JournalError> {
        let known = self.inner.interrupted.lock().clone();
        let mut jobs = Vec::new();
        for job in known {
            let job = self.inner.context.journal.job_summary(&job).await?;
            let is_waiting = matches!(job.state, JobState::Stopped | JobState::Pending);
            let is_busy = self.inner.run_queue.is_known(&job.id);
            jobs.extend((is_waiting && !is_busy).then_some(job));
        }
        Ok(jobs)
    }

    /// Queues the interrupted jobs again and starts as many as the limits allow.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal cannot be read or written.
    pub async fn resume_interrupted(&self) -> Result<(), JournalError> {
        self.resume_interrupted_if(|_| true).await
    }

    /// Does the same as [`Self::resume_interrupted`], but only for scan sessions.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal cannot be read or written.
    pub async fn resume_interrupted_scans(&self) -> Result<(), JournalError> {
        self.resume_interrupted_if(scan_sessions::is_scan_job).await
    }

    async fn resume_interrupted_if(&self, is_wanted: impl Fn(&Job) -> bool) -> Result<(), JournalError> {
        let transition = self.inner.transitions.lock().await;
        for job in self.interrupted_jobs().await?.into_iter().filter(|job| is_wanted(job)) {
            if job.state == JobState::Stopped {
                self.inner.context.journal.append_event(&job.id, JobEvent::Queued).await?;
            }
            self.enqueue(&job.id).await;
        }
        drop(transition);
        log_resumed_jobs(&self.inner.context.journal).await?;
        self.start_ready_jobs();
        Ok(())
    }
}

async fn log_resumed_jobs(journal: &Journal) -> Result<(), JournalError> {
    for status in journal.job_statuses().await?.into_iter().filter(|status| status.state.is_active()) {
        tracing::info!(job = %status.job, "resuming the batch");
    }
    Ok(())
}
