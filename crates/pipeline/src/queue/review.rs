//! Records the operator's decisions about items of a job, while the job is running or after it has ended.

use std::collections::HashSet;

use super::{JobQueue, QueueError};
use crate::batch;
use domain::event::JobEvent;
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::review::{ReviewInput, ReviewResult};
use domain::upc::Upc;

impl JobQueue {
    /// Records decisions. A running job processes their items; a completed job is queued again; a paused or stopped
    /// job processes the items when it is resumed. Records that the drafts of these items get the present photos. An edit
    /// that is undone is also undone in the later jobs that repeated it.
    ///
    /// # Errors
    /// Returns [`QueueError`] if the decisions cannot be recorded; in that case none was recorded in `job`.
    pub async fn record_decisions(
        &self,
        job: &JobId,
        answers: &[(Upc, ReviewInput)],
    ) -> Result<Vec<ReviewResult>, QueueError> {
        let repeats = batch::find_repeated_edits(&self.context().journal, job, answers).await?;
        let results = self.record_decisions_in(job, answers).await?;
        let undone = answers.iter().zip(&results).filter(|(_, result)| result.undoes_edit());
        let undone = undone.map(|((upc, _), _)| *upc).collect::<HashSet<_>>();
        for (later, upcs) in repeats {
            let upcs = upcs.into_iter().filter(|upc| undone.contains(upc));
            let answers = upcs.map(|upc| (upc, ReviewInput::undo())).collect::<Vec<_>>();
            self.record_decisions_in(&later, &answers).await?;
        }
        Ok(results)
    }

    async fn record_decisions_in(
        &self,
        job: &JobId,
        answers: &[(Upc, ReviewInput)],
    ) -> Result<Vec<ReviewResult>, QueueError> {
        // Read before the drafts are queued: they may lack a photo that is stored later.
        let upcs = answers.iter().map(|(upc, _)| *upc).collect::<Vec<_>>();
        let photos = self.context().photos.all_unattached_photos(&upcs).await?;
        let _transition = self.inner.transitions.lock().await;
        let is_running = self.inner.run_queue.is_running(job);
        let mut is_requeued = false;
        let requeue = |state: JobState, resumed_items: usize| {
            is_requeued = state == JobState::Completed && resumed_items > 0 && !is_running;
            is_requeued.then_some(JobEvent::Queued)
        };
        let results = batch::record_decisions(&self.context().journal, job, answers, requeue).await?;
        if is_requeued {
            self.enqueue(job).await;
            self.start_ready_jobs();
        }
        let resumed = upcs.into_iter().zip(&results).filter(|(_, result)| result.resumes_item());
        let resumed = resumed.map(|(upc, _)| upc).collect::<Vec<_>>();
        self.context().photos.mark_all_attached(&resumed, &photos).await;
        Ok(results)
    }

    /// Queues a completed job again if a decision was recorded too late for its run.
    pub(super) async fn requeue_decided(&self, job: &JobId) {
        let _transition = self.inner.transitions.lock().await;
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
