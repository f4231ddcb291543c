//! Writing down what happened.

use tokio::sync::oneshot;

use super::error::JournalError;
use super::open::Journal;
use super::writer::{Append, Task};
use domain::batch::JobId;
use domain::event::{Fact, Seq};

impl Journal {
    /// Writes down one fact. It is on the disk, on the board and announced when this returns; facts that others
    /// append at the same time share the write.
    ///
    /// # Errors
    /// [`JournalError::Illegal`] for a step that cannot follow, [`JournalError::NoJob`], or why it cannot be written.
    pub async fn append(&self, job: &JobId, fact: Fact) -> Result<Seq, JournalError> {
        self.append_all(job, vec![fact]).await
    }

    /// Writes down several facts, all or none; the answer is the number of the last. No facts are no write, and
    /// the answer is the newest number that there is.
    ///
    /// # Errors
    /// As [`Journal::append`], for the first fact that does not fit.
    pub async fn append_all(&self, job: &JobId, facts: Vec<Fact>) -> Result<Seq, JournalError> {
        if facts.is_empty() {
            return Ok(*self.bell().borrow());
        }
        self.writable()?;
        let board = self.board(job).await?;
        let (reply, answer) = oneshot::channel();
        self.ask(Task::Append(Append::new(board, facts, reply)), answer).await
    }
}
