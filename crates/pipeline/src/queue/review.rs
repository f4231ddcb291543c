//! What a person decides about items of a job, while it runs or after it has ended.

use std::sync::atomic::{AtomicBool, Ordering};

use super::JobQueue;
use super::error::QueueError;
use crate::batch;
use domain::event::JobEvent;
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::review::{ReviewInput, ReviewResult};
use domain::upc::Upc;

impl JobQueue {
    /// Writes decisions down. A run that is under way takes their items on; a job that had ended waits for its turn
    /// once more; one that is set aside goes on with them when it is resumed.
    ///
    /// # Errors
    /// [`QueueError`] where nothing can be written down; then nothing was.
    pub async fn record_decisions(
        &self,
        job: &JobId,
        answers: &[(Upc, ReviewInput)],
    ) -> Result<Vec<ReviewResult>, QueueError> {
        let _one = self.inner.review_lock.lock().await;
        let (context, reopened) = (self.context(), AtomicBool::new(false));
        let runs = self.inner.run_queue.find_running(job).is_some();
        let reopen = |state: JobState, going_on: usize| {
            let again = state == JobState::Completed && going_on > 0 && !runs;
            reopened.store(again, Ordering::Relaxed);
            again.then_some(JobEvent::Queued)
        };
        let result =
            batch::record_decisions(&context.journal, job, answers, context.policies.pricing.currency, reopen).await?;
        if reopened.load(Ordering::Relaxed) {
            self.enqueue(job).await;
            self.start_ready_jobs();
        }
        Ok(result)
    }

    /// A run that has just ended may not have seen what was decided in its last moment.
    pub(super) async fn requeue_decided(&self, job: &JobId) {
        let _one = self.inner.review_lock.lock().await;
        let Ok(projection) = self.context().journal.projection(job).await else { return };
        let is_left = {
            let projection = projection.read();
            projection.state == JobState::Completed && !projection.decided_upcs.is_empty()
        };
        if is_left && self.context().journal.append_event(job, JobEvent::Queued).await.is_ok() {
            self.enqueue(job).await;
        }
    }
}
