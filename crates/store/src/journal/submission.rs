//! Ordering a job: its name, its order and what is known of it already, written down at once.

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::error::JournalError;
use super::open::Journal;
use super::writer::JournalCommand;
use domain::event::JobEvent;
use domain::job_spec::{JobId, JobSpec};

/// A key under which a client orders a job once, however often it asks: answers get lost on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentRequest {
    pub key: String,
    /// What it asks for, or a digest of it.
    pub fingerprint: String,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobSubmission {
    Created(JobId),
    /// The same was ordered under this key before.
    Duplicate(JobId),
    /// Something else was ordered under this key before.
    Conflict(JobId),
}

impl JobSubmission {
    fn from_existing(request: &IdempotentRequest, (job, asked): (JobId, String)) -> Self {
        if asked == request.fingerprint { Self::Duplicate(job) } else { Self::Conflict(job) }
    }
}

/// An order on its way to the writer.
pub(super) struct NewJob {
    pub(super) spec: JobSpec,
    /// What follows at once.
    pub(super) initial_events: Vec<JobEvent>,
    pub(super) idempotent_request: Option<IdempotentRequest>,
    pub(super) now: Timestamp,
}

impl NewJob {
    /// What the key of this order was used for before.
    pub(super) fn existing_submission(&self, found: Option<(JobId, String)>) -> Option<JobSubmission> {
        self.idempotent_request.as_ref().zip(found).map(|(request, found)| JobSubmission::from_existing(request, found))
    }
}

impl Journal {
    /// Begins a job: picks the first free name for the second of `now` and writes down what was ordered.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written.
    pub async fn create_job(&self, spec: JobSpec, now: Timestamp) -> Result<JobId, JournalError> {
        let new = NewJob { spec, initial_events: Vec::new(), idempotent_request: None, now };
        Ok(match self.write_new_job(new).await? {
            JobSubmission::Created(job) | JobSubmission::Duplicate(job) | JobSubmission::Conflict(job) => job,
        })
    }

    /// The same together with the facts that follow at once, all or nothing; and once for a key.
    ///
    /// # Errors
    /// As [`Journal::begin`].
    pub async fn submit_job(
        &self,
        spec: JobSpec,
        then: Vec<JobEvent>,
        request: Option<IdempotentRequest>,
        now: Timestamp,
    ) -> Result<JobSubmission, JournalError> {
        self.write_new_job(NewJob { spec, initial_events: then, idempotent_request: request, now }).await
    }

    async fn write_new_job(&self, new: NewJob) -> Result<JobSubmission, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.send_command(JournalCommand::CreateJob { new: Box::new(new), reply }, answer).await
    }

    /// What was ordered under the key of `request` before.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read.
    pub async fn find_submission(&self, request: &IdempotentRequest) -> Result<Option<JobSubmission>, JournalError> {
        Ok(self
            .store()
            .find_idempotent_request(&request.key)
            .await?
            .map(|found| JobSubmission::from_existing(request, found)))
    }
}
