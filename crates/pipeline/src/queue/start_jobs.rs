//! Starts jobs when their turn comes, and cleans up after their runs.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tracing::Instrument;

use super::JobQueue;
use super::run_queue::RunHandle;
use crate::batch;
use domain::event::JobEvent;
use domain::job_spec::JobId;

impl JobQueue {
    /// Starts every job whose turn it is.
    pub(super) fn start_ready_jobs(&self) {
        while let Some((job, running)) = self.inner.run_queue.start_next(self.inner.max_running_jobs) {
            let span = tracing::error_span!("job", %job);
            self.inner.run_tasks.spawn(self.clone().run_job(job, running).instrument(span));
        }
    }

    async fn run_job(self, job: JobId, running: RunHandle) {
        let run = batch::run_job(&self.inner.context, &job, &running.stop);
        match AssertUnwindSafe(run).catch_unwind().await {
            Ok(Ok(files)) => tracing::info!(files = files.paths.len(), "the run ended"),
            Ok(Err(error)) => tracing::warn!(%error, "the run broke off"),
            Err(_) => self.record_panic(&job).await,
        }
        self.inner.run_queue.remove_finished(&job);
        if let Err(error) = Box::pin(self.resume_if_released(&job)).await {
            tracing::warn!(%error, %job, "what was let go while the run ended waits for `resume`");
        }
        self.requeue_decided(&job).await;
        self.start_ready_jobs();
    }

    /// Records that Draft Maker itself failed; the other jobs continue.
    async fn record_panic(&self, job: &JobId) {
        let why = "a fault in Draft Maker itself; standard error and the log have it".to_owned();
        if let Err(error) = self.inner.context.journal.append_event(job, JobEvent::Failed { why }).await {
            tracing::error!(%error, "the journal cannot say why the run broke off");
        }
    }
}
