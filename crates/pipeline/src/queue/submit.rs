//! Submits jobs for a list or for items of an earlier job.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{JobQueue, QueueError};
use crate::batch::ITEMS_PER_EVENT;
use domain::event::JobEvent;
use domain::job::JobState;
use domain::job_spec::{InputItem, JobId, JobSpec};
use domain::lot::lot_key;
use domain::outcome::Status;
use domain::upc::Upc;
use store::journal::{EarlierSubmission, IdempotentRequest, JobSubmission};

/// The job created for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmittedJob {
    pub job: JobId,
    /// False if an earlier request with the same idempotency key created the job.
    pub is_new: bool,
}

/// What happens to a job whose list is that of another unfinished job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameListPolicy {
    /// It is refused, because it is most likely a mistake.
    Refuse,
    Accept,
}

impl SameListPolicy {
    /// Returns the policy of a request with the option `force`.
    pub const fn from_force(force: bool) -> Self {
        if force { Self::Accept } else { Self::Refuse }
    }
}

impl JobQueue {
    /// Returns the job of an earlier request with the same idempotency key; `None` if there is none.
    ///
    /// # Errors
    /// Returns [`QueueError::IdempotencyConflict`] if the key was used for a different request.
    pub async fn find_submitted(&self, request: Option<&IdempotentRequest>) -> Result<Option<JobId>, QueueError> {
        let Some(request) = request else { return Ok(None) };
        match self.inner.context.journal.find_submission(request).await? {
            Some(EarlierSubmission::Different(job)) => Err(QueueError::IdempotencyConflict(job)),
            Some(EarlierSubmission::Same(job)) => Ok(Some(job)),
            None => Ok(None),
        }
    }

    /// Submits a job for the list at `spec.source`. `same_list` tells whether another unfinished job may have the same
    /// list.
    ///
    /// # Errors
    /// Returns [`QueueError::DuplicateSource`], [`QueueError::IdempotencyConflict`], [`QueueError::Full`],
    /// [`QueueError::Closed`], or [`QueueError::Journal`] if the job cannot be recorded.
    pub async fn submit(
        &self,
        spec: JobSpec,
        same_list: SameListPolicy,
        request: Option<IdempotentRequest>,
    ) -> Result<SubmittedJob, QueueError> {
        let _transition = self.inner.transitions.lock().await;
        if let Some(job) = self.find_submitted(request.as_ref()).await? {
            return Ok(SubmittedJob { job, is_new: false });
        }
        if same_list == SameListPolicy::Refuse {
            self.ensure_unique(|other| other.source == spec.source).await?;
        }
        self.create_job(spec, vec![JobEvent::Queued], request).await
    }

    /// Submits a new job for those items of an ended job that have one of `statuses`.
    ///
    /// # Errors
    /// Returns [`QueueError::InvalidState`] if the job has not ended, [`QueueError::NothingToRetry`],
    /// [`QueueError::Unready`] if the settings have changed so that no draft can be created, and the errors
    /// of [`JobQueue::submit`].
    pub async fn retry(
        &self,
        job: &JobId,
        statuses: &[Status],
        request: Option<IdempotentRequest>,
    ) -> Result<SubmittedJob, QueueError> {
        let _transition = self.inner.transitions.lock().await;
        if let Some(job) = self.find_submitted(request.as_ref()).await? {
            return Ok(SubmittedJob { job, is_new: false });
        }
        let items = self.items_with_status(job, statuses).await?;
        self.submit_retry(job, items, request).await
    }

    /// Does the same as [`JobQueue::retry`] for exactly these items.
    ///
    /// # Errors
    /// Returns the errors of [`JobQueue::retry`].
    pub(super) async fn retry_selected(
        &self,
        job: &JobId,
        upcs: &[Upc],
        request: Option<IdempotentRequest>,
    ) -> Result<SubmittedJob, QueueError> {
        let _transition = self.inner.transitions.lock().await;
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
        let invalid_state = || QueueError::InvalidState { job: job.clone(), state: old.state, action: "retried" };
        if old.state.is_active() || old.state == JobState::Paused {
            return Err(invalid_state());
        }
        let spec = old.spec.clone().ok_or_else(invalid_state)?;
        let items = self.with_whole_lots(job, items).await?;
        self.ensure_unique(|other| other.retry_of.as_ref() == Some(job)).await?;
        if items.is_empty() {
            return Err(QueueError::NothingToRetry(job.clone()));
        }
        self.check_account(&spec)?;
        self.check_condition(&spec, items.iter().any(InputItem::states_condition))?;
        let added = items.chunks(ITEMS_PER_EVENT).map(|items| JobEvent::ItemsAdded { items: items.to_vec() });
        let then = added.chain([JobEvent::InputClosed, JobEvent::Queued]).collect();
        self.create_job(JobSpec { retry_of: Some(job.clone()), limit: None, ..spec }, then, request).await
    }

    /// Adds the other items of the items' lots, because a lot is drafted only as a whole.
    async fn with_whole_lots(&self, job: &JobId, items: Vec<InputItem>) -> Result<Vec<InputItem>, QueueError> {
        let keys_of =
            |item: &InputItem| item.lots().into_iter().flatten().map(|name| lot_key(&name)).collect::<Vec<_>>();
        let keys = items.iter().flat_map(keys_of).collect::<HashSet<_>>();
        if keys.is_empty() {
            return Ok(items);
        }
        let journal = &self.inner.context.journal;
        let upcs = journal.projection(job).await?.read().items().iter().map(|item| item.upc).collect::<Vec<_>>();
        let chosen = items.iter().map(|item| item.upc).collect::<HashSet<_>>();
        let mut whole = Vec::new();
        for chunk in upcs.chunks(ITEMS_PER_EVENT) {
            let listed = journal.input_items(job, chunk).await?.into_iter();
            whole.extend(
                listed.filter(|item| chosen.contains(&item.upc) || keys_of(item).iter().any(|key| keys.contains(key))),
            );
        }
        Ok(whole)
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
        let is_scan_job = spec.is_scan_session();
        let max = self.inner.limits.waiting;
        if !is_scan_job && self.inner.run_queue.waiting_count() >= max {
            return Err(QueueError::Full(max));
        }
        match self.inner.context.journal.submit_job(spec, then, request, Timestamp::now()).await? {
            JobSubmission::Created(job) => {
                self.inner.run_queue.enqueue(job.clone(), is_scan_job);
                self.start_ready_jobs();
                Ok(SubmittedJob { job, is_new: true })
            }
            JobSubmission::Existing(EarlierSubmission::Same(job)) => Ok(SubmittedJob { job, is_new: false }),
            JobSubmission::Existing(EarlierSubmission::Different(job)) => Err(QueueError::IdempotencyConflict(job)),
        }
    }

    /// Returns an error if an unfinished job matches.
    async fn ensure_unique(&self, matches: impl Fn(&JobSpec) -> bool) -> Result<(), QueueError> {
        match self.find_active_job(matches).await? {
            Some((job, state)) => Err(QueueError::DuplicateSource { job, state }),
            None => Ok(()),
        }
    }

    /// Returns a waiting, running or paused job whose settings match; `None` if there is none.
    pub(super) async fn find_active_job(
        &self,
        matches: impl Fn(&JobSpec) -> bool,
    ) -> Result<Option<(JobId, JobState)>, QueueError> {
        let journal = &self.inner.context.journal;
        for status in journal.job_statuses().await? {
            let state = status.state;
            if !(state.is_active() || state == JobState::Paused) {
                continue;
            }
            if journal.job_summary(&status.job).await?.spec.is_some_and(|spec| matches(&spec)) {
                return Ok(Some((status.job, state)));
            }
        }
        Ok(None)
    }

    /// Returns the list entries of items that have one of `statuses`.
    async fn items_with_status(&self, job: &JobId, statuses: &[Status]) -> Result<Vec<InputItem>, QueueError> {
        let journal = &self.inner.context.journal;
        let projection = journal.projection(job).await?;
        let upcs = {
            let projection = projection.read();
            let matching = projection.items().iter().filter(|item| item.status.is_some_and(|s| statuses.contains(&s)));
            matching.map(|item| item.upc).collect::<Vec<_>>()
        };
        Ok(journal.input_items(job, &upcs).await?)
    }
}
