//! What a process finds when it begins to serve: jobs that ran are taken up again, and those that waited wait on.

use super::line::Line;
use super::{Inner, Queue};
use crate::scans;
use crate::works::Works;
use domain::event::Fact;
use domain::job::JobState;
use store::journal::{Journal, JournalError};

/// What is written of a job that ran when its process ended.
const KILLED: &str = "its process ended without a word: it was killed, or the machine went down";

impl Queue {
    /// Opens the queue over what the journal knows. Those that ran go first, in their old order.
    ///
    /// # Errors
    /// [`JournalError`] where the journal cannot be read or written.
    pub async fn open(works: Works, at_once: usize) -> Result<Self, JournalError> {
        let line = Line::default();
        let mut waited = Vec::new();
        for standing in works.journal.standings().await?.into_iter().rev() {
            let job = standing.job;
            let takes_scans = async || Ok::<_, JournalError>(scans::takes_scans(&works.journal.job(&job).await?));
            match standing.state {
                JobState::Running => {
                    let ended = Fact::Stopped { why: KILLED.to_owned(), goes_on: true };
                    works.journal.append_all(&job, vec![ended, Fact::Queued]).await?;
                    line.join_its(job.clone(), takes_scans().await?);
                }
                JobState::Stopped if standing.goes_on => {
                    works.journal.append(&job, Fact::Queued).await?;
                    line.join_its(job.clone(), takes_scans().await?);
                }
                JobState::Pending => waited.push((job.clone(), takes_scans().await?)),
                _ => {}
            }
        }
        for (job, takes_scans) in waited {
            line.join_its(job, takes_scans);
        }
        let inner = Inner {
            scans: scans::Desk::new(works.journal.clone()),
            works,
            at_once: at_once.max(1),
            deciding: <_>::default(),
            reopening: <_>::default(),
            line,
            runs: <_>::default(),
        };
        let queue = Self { inner: inner.into() };
        tell(&queue.inner.works.journal).await?;
        queue.call_the_next();
        Ok(queue)
    }
}

/// For the log: what goes on.
async fn tell(journal: &Journal) -> Result<(), JournalError> {
    for standing in journal.standings().await?.into_iter().filter(|standing| standing.state.is_live()) {
        tracing::info!(job = %standing.job, "a job of before goes on");
    }
    Ok(())
}
