//! Why an order or a wish was not obeyed.

use crate::batch::BatchError;
use domain::job::JobState;
use domain::job_spec::JobId;
use store::journal::JournalError;

/// Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("{job} is {state} over the same list; wait for it, cancel it, or send \"force\": true")]
    DuplicateSource { job: JobId, state: JobState },
    #[error("this key was used for another order, {0}; take a new one")]
    IdempotencyConflict(JobId),
    #[error("{job} is {state}: it cannot be {wish}")]
    InvalidState { job: JobId, state: JobState, wish: &'static str },
    #[error("{0} has no items that ended so; there is nothing to try again")]
    NothingToRetry(JobId),
    #[error("the service is ending and takes no more orders")]
    Closed,
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Batch(#[from] BatchError),
}
