//! What a process finds when it begins to serve: jobs that ran are taken up again, and those that waited wait on.

use super::run_queue::RunQueue;
use super::{JobQueue, JobQueueInner};
use crate::app_context::AppContext;
use crate::scan_sessions;
use domain::event::JobEvent;
use domain::job::JobState;
use store::journal::{Journal, JournalError};

/// What is written of a job that ran when its process ended.
const KILLED_REASON: &str = "its process ended without a word: it was killed, or the machine went down";

impl JobQueue {
    /// Opens the queue over what the journal knows. Those that ran go first, in their old order.
    ///
    /// # Errors
    /// [`JournalError`] where the journal cannot be read or written.
    pub async fn open_and_recover(context: AppContext, at_once: usize) -> Result<Self, JournalError> {
        let line = RunQueue::default();
        let mut waited = Vec::new();
        for standing in context.journal.job_statuses().await?.into_iter().rev() {
            let job = standing.job;
            let takes_scans =
                async || Ok::<_, JournalError>(scan_sessions::is_scan_job(&context.journal.job_summary(&job).await?));
            match standing.state {
                JobState::Running => {
                    let ended = JobEvent::Stopped { why: KILLED_REASON.to_owned(), auto_resume: true };
                    context.journal.append_events(&job, vec![ended, JobEvent::Queued]).await?;
                    line.enqueue(job.clone(), takes_scans().await?);
                }
                JobState::Stopped if standing.auto_resume => {
                    context.journal.append_event(&job, JobEvent::Queued).await?;
                    line.enqueue(job.clone(), takes_scans().await?);
                }
                JobState::Pending => waited.push((job.clone(), takes_scans().await?)),
                _ => {}
            }
        }
        for (job, takes_scans) in waited {
            line.enqueue(job, takes_scans);
        }
        let inner = JobQueueInner {
            scan_sessions: scan_sessions::ScanSessions::new(context.journal.clone()),
            context,
            max_running_jobs: at_once.max(1),
            control_lock: <_>::default(),
            review_lock: <_>::default(),
            run_queue: line,
            run_tasks: <_>::default(),
        };
        let queue = Self { inner: inner.into() };
        log_resumed_jobs(&queue.inner.context.journal).await?;
        queue.start_ready_jobs();
        Ok(queue)
    }
}

/// For the log: what goes on.
async fn log_resumed_jobs(journal: &Journal) -> Result<(), JournalError> {
    for standing in journal.job_statuses().await?.into_iter().filter(|standing| standing.state.is_active()) {
        tracing::info!(job = %standing.job, "a job of before goes on");
    }
    Ok(())
}
