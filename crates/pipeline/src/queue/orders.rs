//! New jobs: over a list, or over what failed of an earlier one.

use std::sync::PoisonError;

use jiff::Timestamp;

use super::Queue;
use super::error::QueueError;
use domain::batch::{JobId, Listed, Order};
use domain::event::Fact;
use domain::job::JobState;
use domain::outcome::Status;
use domain::upc::Upc;
use store::journal::{Ordered, Request};

/// Items of one event, as for lists that are read.
const CHUNK: usize = 1_000;

/// The job that an order led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub job: JobId,
    /// False where the same was ordered before under the same key.
    pub is_new: bool,
}

impl Queue {
    /// The job that was ordered under this key before.
    ///
    /// # Errors
    /// [`QueueError::KeyUsed`] where it was used for another order.
    pub async fn known(&self, request: Option<&Request>) -> Result<Option<JobId>, QueueError> {
        let Some(request) = request else { return Ok(None) };
        match self.inner.works.journal.ordered(request).await? {
            Some(Ordered::Otherwise(job)) => Err(QueueError::KeyUsed(job)),
            Some(Ordered::New(job) | Ordered::Before(job)) => Ok(Some(job)),
            None => Ok(None),
        }
    }

    /// Orders a job over the list at `order.source`. Two jobs over one list at a time are most likely one too many, so
    /// that has to be wanted: `force`.
    ///
    /// # Errors
    /// [`QueueError::SameList`], [`QueueError::KeyUsed`], or why nothing can be written down.
    pub async fn submit(&self, order: Order, force: bool, request: Option<Request>) -> Result<Submitted, QueueError> {
        let _one = self.inner.deciding.lock().await;
        if let Some(job) = self.known(request.as_ref()).await? {
            return Ok(Submitted { job, is_new: false });
        }
        if !force {
            self.none_over(|other| other.source == order.source).await?;
        }
        self.write_down(order, vec![Fact::Queued], request).await
    }

    /// Orders a new job over those items of an ended one that ended in one of `statuses`.
    ///
    /// # Errors
    /// [`QueueError::Unfit`] while the job goes on, [`QueueError::NothingToRetry`], and as [`Queue::submit`].
    pub async fn retry(
        &self,
        job: &JobId,
        statuses: &[Status],
        request: Option<Request>,
    ) -> Result<Submitted, QueueError> {
        let _one = self.inner.deciding.lock().await;
        if let Some(job) = self.known(request.as_ref()).await? {
            return Ok(Submitted { job, is_new: false });
        }
        let items = self.ended_as(job, statuses).await?;
        self.again(job, items, request).await
    }

    /// The same over exactly these items.
    ///
    /// # Errors
    /// As [`Queue::retry`].
    pub(super) async fn retry_of(
        &self,
        job: &JobId,
        upcs: &[Upc],
        request: Option<Request>,
    ) -> Result<Submitted, QueueError> {
        let _one = self.inner.deciding.lock().await;
        if let Some(job) = self.known(request.as_ref()).await? {
            return Ok(Submitted { job, is_new: false });
        }
        let items = self.inner.works.journal.listed(job, upcs).await?;
        self.again(job, items, request).await
    }

    async fn again(&self, job: &JobId, items: Vec<Listed>, request: Option<Request>) -> Result<Submitted, QueueError> {
        let old = self.inner.works.journal.job(job).await?;
        let unfit = || QueueError::Unfit { job: job.clone(), state: old.state, wish: "tried again" };
        if old.state.is_live() || old.state == JobState::Paused {
            return Err(unfit());
        }
        let order = old.order.clone().ok_or_else(unfit)?;
        self.none_over(|other| other.retry_of.as_ref() == Some(job)).await?;
        if items.is_empty() {
            return Err(QueueError::NothingToRetry(job.clone()));
        }
        let taken = items.chunks(CHUNK).map(|items| Fact::Taken { items: items.to_vec() });
        let then = taken.chain([Fact::ListRead, Fact::Queued]).collect();
        self.write_down(Order { retry_of: Some(job.clone()), limit: None, ..order }, then, request).await
    }

    async fn write_down(
        &self,
        order: Order,
        then: Vec<Fact>,
        request: Option<Request>,
    ) -> Result<Submitted, QueueError> {
        if self.inner.line.is_closed() {
            return Err(QueueError::Closed);
        }
        let takes_scans = order.takes_scans();
        match self.inner.works.journal.order(order, then, request, Timestamp::now()).await? {
            Ordered::New(job) => {
                self.inner.line.join_its(job.clone(), takes_scans);
                self.call_the_next();
                Ok(Submitted { job, is_new: true })
            }
            Ordered::Before(job) => Ok(Submitted { job, is_new: false }),
            Ordered::Otherwise(job) => Err(QueueError::KeyUsed(job)),
        }
    }

    /// No job that waits, runs or is set aside has an order like this.
    async fn none_over(&self, is_alike: impl Fn(&Order) -> bool) -> Result<(), QueueError> {
        match self.one_over(is_alike).await? {
            Some((job, state)) => Err(QueueError::SameList { job, state }),
            None => Ok(()),
        }
    }

    /// The job that waits, runs or is set aside and has an order like this.
    pub(super) async fn one_over(
        &self,
        is_alike: impl Fn(&Order) -> bool,
    ) -> Result<Option<(JobId, JobState)>, QueueError> {
        let journal = &self.inner.works.journal;
        for standing in journal.standings().await? {
            let state = standing.state;
            if !(state.is_live() || state == JobState::Paused) {
                continue;
            }
            if journal.job(&standing.job).await?.order.is_some_and(|order| is_alike(&order)) {
                return Ok(Some((standing.job, state)));
            }
        }
        Ok(None)
    }

    /// What the list said of the items that ended so.
    async fn ended_as(&self, job: &JobId, statuses: &[Status]) -> Result<Vec<Listed>, QueueError> {
        let journal = &self.inner.works.journal;
        let board = journal.board(job).await?;
        let upcs = {
            let board = board.read().unwrap_or_else(PoisonError::into_inner);
            let ended = board.items().iter().filter(|item| item.status.is_some_and(|s| statuses.contains(&s)));
            ended.map(|item| item.upc).collect::<Vec<_>>()
        };
        Ok(journal.listed(job, &upcs).await?)
    }
}
