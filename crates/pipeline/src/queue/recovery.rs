//! Opens the queue when the service starts: jobs that ran are resumed, and those that waited keep waiting.

use super::run_queue::RunQueue;
use super::{JobQueue, JobQueueInner};
use crate::app_context::AppContext;
use crate::scan_sessions::{self, ScanSessions};
use domain::event::JobEvent;
use domain::job::JobState;
use store::journal::{Journal, JournalError};

/// Recorded for a job that ran when its process ended.
const KILLED_REASON: &str = "its process ended without a word: it was killed, or the machine went down";

impl JobQueue {
    /// Opens the queue with the unfinished jobs of the journal, and starts up to `max_running_jobs` of them. Jobs that
    /// ran go first, in their old order.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal cannot be read or written.
    pub async fn open_and_recover(context: AppContext, max_running_jobs: usize) -> Result<Self, JournalError> {
        let run_queue = RunQueue::default();
        let mut waiting = Vec::new();
        for status in context.journal.job_statuses().await?.into_iter().rev() {
            let job = status.job;
            let is_scan_job =
                async || Ok::<_, JournalError>(scan_sessions::is_scan_job(&context.journal.job_summary(&job).await?));
            match status.state {
                JobState::Running => {
                    let killed = JobEvent::interruption(KILLED_REASON.to_owned());
                    context.journal.append_events(&job, vec![killed, JobEvent::Queued]).await?;
                    run_queue.enqueue(job.clone(), is_scan_job().await?);
                }
                JobState::Stopped if status.auto_resume => {
                    context.journal.append_event(&job, JobEvent::Queued).await?;
                    run_queue.enqueue(job.clone(), is_scan_job().await?);
                }
                JobState::Pending => waiting.push((job.clone(), is_scan_job().await?)),
                _ => {}
            }
        }
        for (job, is_scan_job) in waiting {
            run_queue.enqueue(job, is_scan_job);
        }
        let inner = JobQueueInner {
            scan_sessions: ScanSessions::new(context.journal.clone()),
            context,
            max_running_jobs: max_running_jobs.max(1),
            transitions: <_>::default(),
            run_queue,
            run_tasks: <_>::default(),
        };
        let queue = Self { inner: inner.into() };
        log_resumed_jobs(&queue.inner.context.journal).await?;
        queue.start_ready_jobs();
        Ok(queue)
    }
}

async fn log_resumed_jobs(journal: &Journal) -> Result<(), JournalError> {
    for status in journal.job_statuses().await?.into_iter().filter(|status| status.state.is_active()) {
        tracing::info!(job = %status.job, "resuming a job");
    }
    Ok(())
}
