//! Ordering a job: its name, its order and what is known of it already, written down at once.

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::error::JournalError;
use super::open::Journal;
use super::writer::Task;
use domain::batch::{JobId, Order};
use domain::event::Fact;

/// A key under which a client orders a job once, however often it asks: answers get lost on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub key: String,
    /// What it asks for, or a digest of it.
    pub asked: String,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ordered {
    New(JobId),
    /// The same was ordered under this key before.
    Before(JobId),
    /// Something else was ordered under this key before.
    Otherwise(JobId),
}

impl Ordered {
    fn before(request: &Request, (job, asked): (JobId, String)) -> Self {
        if asked == request.asked { Self::Before(job) } else { Self::Otherwise(job) }
    }
}

/// An order on its way to the writer.
pub(super) struct NewJob {
    pub(super) order: Order,
    /// What follows at once.
    pub(super) then: Vec<Fact>,
    pub(super) request: Option<Request>,
    pub(super) now: Timestamp,
}

impl NewJob {
    /// What the key of this order was used for before.
    pub(super) fn known(&self, found: Option<(JobId, String)>) -> Option<Ordered> {
        self.request.as_ref().zip(found).map(|(request, found)| Ordered::before(request, found))
    }
}

impl Journal {
    /// Begins a job: picks the first free name for the second of `now` and writes down what was ordered.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written.
    pub async fn begin(&self, order: Order, now: Timestamp) -> Result<JobId, JournalError> {
        let new = NewJob { order, then: Vec::new(), request: None, now };
        Ok(match self.write_order(new).await? {
            Ordered::New(job) | Ordered::Before(job) | Ordered::Otherwise(job) => job,
        })
    }

    /// The same together with the facts that follow at once, all or nothing; and once for a key.
    ///
    /// # Errors
    /// As [`Journal::begin`].
    pub async fn order(
        &self,
        order: Order,
        then: Vec<Fact>,
        request: Option<Request>,
        now: Timestamp,
    ) -> Result<Ordered, JournalError> {
        self.write_order(NewJob { order, then, request, now }).await
    }

    async fn write_order(&self, new: NewJob) -> Result<Ordered, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Task::Begin { new: Box::new(new), reply }, answer).await
    }

    /// What was ordered under the key of `request` before.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read.
    pub async fn ordered(&self, request: &Request) -> Result<Option<Ordered>, JournalError> {
        Ok(self.store().request(&request.key).await?.map(|found| Ordered::before(request, found)))
    }
}
