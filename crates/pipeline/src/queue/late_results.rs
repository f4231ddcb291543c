//! Writes result files that could not be written when their batch ended, for example because the disk was full.

use super::JobQueue;
use crate::batch::{self, BatchError};
use domain::event::JobEvent;
use domain::job::JobState;
use domain::job_spec::JobId;
use store::journal::JournalError;

impl JobQueue {
    /// Writes the result files of every batch that has failed because they could not be written, and completes the batch.
    /// Returns false if the files of one still cannot be written.
    pub async fn write_late_results(&self) -> bool {
        let jobs = match self.context().results.unwritten_jobs().await {
            Ok(jobs) => jobs,
            Err(error) => {
                tracing::warn!(%error, "cannot read which result files are not written");
                return false;
            }
        };
        let mut is_done = true;
        for job in jobs {
            match self.write_late_results_of(&job).await {
                Ok(()) => {}
                Err(error) => {
                    tracing::debug!(%job, %error, "the result files cannot be written yet");
                    is_done = false;
                }
            }
        }
        is_done
    }

    async fn write_late_results_of(&self, job: &JobId) -> Result<(), BatchError> {
        let context = self.context();
        let summary = match context.journal.job_summary(job).await {
            Err(JournalError::UnknownJob(_)) => {
                context.results.forget_job(job).await;
                return Ok(());
            }
            summary => summary?,
        };
        if summary.state.is_active() {
            // Its run writes the files at its end.
            return Ok(());
        }
        if let Some(spec) = summary.spec.filter(|_| summary.state == JobState::Failed) {
            batch::prepare_output_folder(&context.results, &spec).await?;
            Box::pin(batch::rewrite_output_files(context, job, &spec, JobState::Completed)).await?;
            if !self.complete_failed(job).await? {
                return Ok(());
            }
            tracing::info!(%job, "the result files are written now");
        }
        context.results.forget_job(job).await;
        Ok(())
    }

    /// Records that a batch has completed that had failed, unless it was resumed or changed meanwhile.
    async fn complete_failed(&self, job: &JobId) -> Result<bool, JournalError> {
        let _transition = self.inner.transitions.lock().await;
        let journal = &self.context().journal;
        let is_failed = journal.job_summary(job).await?.state == JobState::Failed;
        if !is_failed || self.inner.run_queue.is_known(job) {
            return Ok(false);
        }
        journal.append_events(job, vec![JobEvent::Resumed, JobEvent::Completed]).await?;
        Ok(true)
    }
}
