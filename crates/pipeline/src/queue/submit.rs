//! New jobs: over a list, or over what failed of an earlier one.

use jiff::Timestamp;

use super::JobQueue;
use super::error::QueueError;
use domain::event::JobEvent;
use domain::job::JobState;
use domain::job_spec::{InputItem, JobId, JobSpec};
use domain::outcome::Status;
use domain::upc::Upc;
use store::journal::{IdempotentRequest, JobSubmission};

/// Items of one event, as for lists that are read.
const ITEMS_PER_EVENT: usize = 1_000;

/// The job that an order led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmittedJob {
    pub job: JobId,
    /// False where the same was ordered before under the same key.
    pub is_new: bool,
}

impl JobQueue {
    /// The job that was ordered under this key before.
    ///
    /// # Errors
    /// [`QueueError::KeyUsed`] where it was used for another order.
    pub async fn find_submitted(&self, request: Option<&IdempotentRequest>) -> Result<Option<JobId>, QueueError> {
        let Some(request) = request else { return Ok(None) };
        match self.inner.context.journal.find_submission(request).await? {
            Some(JobSubmission::Conflict(job)) => Err(QueueError::IdempotencyConflict(job)),
            Some(JobSubmission::Created(job) | JobSubmission::Duplicate(job)) => Ok(Some(job)),
            None => Ok(None),
        }
    }

    /// Orders a job over the list at `order.source`. Two jobs over one list at a time are most likely one too many, so
    /// that has to be wanted: `force`.
    ///
    /// # Errors
    /// [`QueueError::SameList`], [`QueueError::KeyUsed`], or why nothing can be written down.
    pub async fn submit(
        &self,
        spec: JobSpec,
        force: bool,
        request: Option<IdempotentRequest>,
    ) -> Result<SubmittedJob, QueueError> {
        let _one = self.inner.control_lock.lock().await;
        if let Some(job) = self.find_submitted(request.as_ref()).await? {
            return Ok(SubmittedJob { job, is_new: false });
        }
        if !force {
            self.ensure_unique(|other| other.source == spec.source).await?;
        }
        self.create_job(spec, vec![JobEvent::Queued], request).await
    }

    /// Orders a new job over those items of an ended one that ended in one of `statuses`.
    ///
    /// # Errors
    /// [`QueueError::Unfit`] while the job goes on, [`QueueError::NothingToRetry`], and as [`Queue::submit`].
    pub async fn retry(
        &self,
        job: &JobId,
        statuses: &[Status],
        request: Option<IdempotentRequest>,
    ) -> Result<SubmittedJob, QueueError> {
        let _one = self.inner.control_lock.lock().await;
        if let Some(job) = self.find_submitted(request.as_ref()).await? {
            return Ok(SubmittedJob { job, is_new: false });
        }
        let items = self.items_with_status(job, statuses).await?;
        self.submit_retry(job, items, request).await
    }

    /// The same over exactly these items.
    ///
    /// # Errors
    /// As [`Queue::retry`].
    pub(super) async fn retry_selected(
        &self,
        job: &JobId,
        upcs: &[Upc],
        request: Option<IdempotentRequest>,
    ) -> Result<SubmittedJob, QueueError> {
        let _one = self.inner.control_lock.lock().await;
        if let Some(job) = self.find_submitted(request.as_ref()).await? {
            return Ok(SubmittedJob { job, is_new: false });
        }
        let items = self.inner.context.journal.input_items(job, upcs).await?;
        self.submit_retry(job, items, request).await
    }

    async fn submit_retry(
        &self,
        job: &JobId,
        items: Vec<InputItem>,
        request: Option<IdempotentRequest>,
    ) -> Result<SubmittedJob, QueueError> {
        let old = self.inner.context.journal.job_summary(job).await?;
        let unfit = || QueueError::InvalidState { job: job.clone(), state: old.state, wish: "tried again" };
        if old.state.is_active() || old.state == JobState::Paused {
            return Err(unfit());
        }
        let spec = old.spec.clone().ok_or_else(unfit)?;
        self.ensure_unique(|other| other.retry_of.as_ref() == Some(job)).await?;
        if items.is_empty() {
            return Err(QueueError::NothingToRetry(job.clone()));
        }
        let taken = items.chunks(ITEMS_PER_EVENT).map(|items| JobEvent::ItemsAdded { items: items.to_vec() });
        let then = taken.chain([JobEvent::InputClosed, JobEvent::Queued]).collect();
        self.create_job(JobSpec { retry_of: Some(job.clone()), limit: None, ..spec }, then, request).await
    }

    async fn create_job(
        &self,
        spec: JobSpec,
        then: Vec<JobEvent>,
        request: Option<IdempotentRequest>,
    ) -> Result<SubmittedJob, QueueError> {
        if self.inner.run_queue.is_closed() {
            return Err(QueueError::Closed);
        }
        let takes_scans = spec.is_scan_session();
        match self.inner.context.journal.submit_job(spec, then, request, Timestamp::now()).await? {
            JobSubmission::Created(job) => {
                self.inner.run_queue.enqueue(job.clone(), takes_scans);
                self.start_ready_jobs();
                Ok(SubmittedJob { job, is_new: true })
            }
            JobSubmission::Duplicate(job) => Ok(SubmittedJob { job, is_new: false }),
            JobSubmission::Conflict(job) => Err(QueueError::IdempotencyConflict(job)),
        }
    }

    /// No job that waits, runs or is set aside has an order like this.
    async fn ensure_unique(&self, is_alike: impl Fn(&JobSpec) -> bool) -> Result<(), QueueError> {
        match self.find_active_job(is_alike).await? {
            Some((job, state)) => Err(QueueError::DuplicateSource { job, state }),
            None => Ok(()),
        }
    }

    /// The job that waits, runs or is set aside and has an order like this.
    pub(super) async fn find_active_job(
        &self,
        is_alike: impl Fn(&JobSpec) -> bool,
    ) -> Result<Option<(JobId, JobState)>, QueueError> {
        let journal = &self.inner.context.journal;
        for standing in journal.job_statuses().await? {
            let state = standing.state;
            if !(state.is_active() || state == JobState::Paused) {
                continue;
            }
            if journal.job_summary(&standing.job).await?.spec.is_some_and(|spec| is_alike(&spec)) {
                return Ok(Some((standing.job, state)));
            }
        }
        Ok(None)
    }

    /// What the list said of the items that ended so.
    async fn items_with_status(&self, job: &JobId, statuses: &[Status]) -> Result<Vec<InputItem>, QueueError> {
        let journal = &self.inner.context.journal;
        let projection = journal.projection(job).await?;
        let upcs = {
            let projection = projection.read();
            let ended = projection.items().iter().filter(|item| item.status.is_some_and(|s| statuses.contains(&s)));
            ended.map(|item| item.upc).collect::<Vec<_>>()
        };
        Ok(journal.input_items(job, &upcs).await?)
    }
}
