//! What a person decides about items of a job, while it runs or after it has ended.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Queue;
use super::error::QueueError;
use crate::batch;
use domain::batch::JobId;
use domain::event::Fact;
use domain::job::JobState;
use domain::review::{Answer, Became};
use domain::upc::Upc;

impl Queue {
    /// Writes decisions down. A run that is under way takes their items on; a job that had ended waits for its turn
    /// once more; one that is set aside goes on with them when it is resumed.
    ///
    /// # Errors
    /// [`QueueError`] where nothing can be written down; then nothing was.
    pub async fn decide(&self, job: &JobId, answers: &[(Upc, Answer)]) -> Result<Vec<Became>, QueueError> {
        let _one = self.inner.reopening.lock().await;
        let (works, reopened) = (self.works(), AtomicBool::new(false));
        let runs = self.inner.line.running(job).is_some();
        let reopen = |state: JobState, going_on: usize| {
            let again = state == JobState::Completed && going_on > 0 && !runs;
            reopened.store(again, Ordering::Relaxed);
            again.then_some(Fact::Queued)
        };
        let became = batch::decide(&works.journal, job, answers, works.rules.pricing.currency, reopen).await?;
        if reopened.load(Ordering::Relaxed) {
            self.line_up(job).await;
            self.call_the_next();
        }
        Ok(became)
    }

    /// A run that has just ended may not have seen what was decided in its last moment.
    pub(super) async fn take_up_decided(&self, job: &JobId) {
        let _one = self.inner.reopening.lock().await;
        let Ok(board) = self.works().journal.board(job).await else { return };
        let is_left = {
            let board = board.read().unwrap_or_else(PoisonError::into_inner);
            board.state == JobState::Completed && !board.decided.is_empty()
        };
        if is_left && self.works().journal.append(job, Fact::Queued).await.is_ok() {
            self.line_up(job).await;
        }
    }
}
