//! Writing down what happened.

use tokio::sync::oneshot;

use super::error::JournalError;
use super::open::Journal;
use super::writer::{AppendCommand, JournalCommand};
use domain::event::{JobEvent, Seq};
use domain::job_spec::JobId;

impl Journal {
    /// Writes down one fact. It is on the disk, on the board and announced when this returns; facts that others
    /// append at the same time share the write.
    ///
    /// # Errors
    /// [`JournalError::Illegal`] for a step that cannot follow, [`JournalError::NoJob`], or why it cannot be written.
    pub async fn append_event(&self, job: &JobId, event: JobEvent) -> Result<Seq, JournalError> {
        self.append_events(job, vec![event]).await
    }

    /// Writes down several facts, all or none; the answer is the number of the last. No facts are no write, and
    /// the answer is the newest number that there is.
    ///
    /// # Errors
    /// As [`Journal::append`], for the first fact that does not fit.
    pub async fn append_events(&self, job: &JobId, events: Vec<JobEvent>) -> Result<Seq, JournalError> {
        if events.is_empty() {
            return Ok(*self.subscribe_head().borrow());
        }
        self.command_sender()?;
        let projection = self.projection(job).await?;
        let (reply, answer) = oneshot::channel();
        self.send_command(JournalCommand::Append(AppendCommand::new_job(projection, events, reply)), answer).await
    }
}
