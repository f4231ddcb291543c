//! News for whoever wants them, from any point on.
//!
//! The bell carries a number and no events: a slow reader finds every row on the disk, nothing piles up for it in
//! memory, and resuming after a crash is the same code as joining late.

use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::watch;

use super::error::JournalError;
use super::open::Journal;
use super::store::{Part, Store, Told, View};
use domain::batch::JobId;
use domain::event::{Event, Seq};

/// Events handed over at a time.
const CHUNK: usize = 256;

/// Another process' journal has no bell to hear.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

impl Journal {
    /// Rings with the number of the newest event, after it is on the disk and on the board.
    pub fn bell(&self) -> watch::Receiver<Seq> {
        self.ears().clone()
    }

    /// Events after a number, the oldest first, at most so many; of one job or of all.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be read.
    pub async fn events(&self, job: Option<&JobId>, after: Seq, at_most: usize) -> Result<Vec<Event>, JournalError> {
        self.store().events(job, Part::Whole, after, at_most).await
    }

    /// The same of one job, without what no table row shows.
    ///
    /// # Errors
    /// As [`Journal::events`].
    pub async fn rows(&self, job: &JobId, after: Seq, at_most: usize) -> Result<Vec<Event>, JournalError> {
        self.store().events(Some(job), Part::Rows, after, at_most).await
    }

    /// The numbers of a job's events after one, in order.
    ///
    /// # Errors
    /// As [`Journal::events`].
    pub async fn places(&self, job: &JobId, after: Seq) -> Result<Vec<Seq>, JournalError> {
        self.store().places(job, after).await
    }

    /// The same as text, in as much of it as is wanted.
    ///
    /// # Errors
    /// As [`Journal::events`].
    pub async fn told(
        &self,
        job: Option<&JobId>,
        view: View,
        after: Seq,
        at_most: usize,
    ) -> Result<Vec<Told>, JournalError> {
        self.store().told(job, view, after, at_most).await
    }

    /// All events after a number, those of the past first and then each as it happens, every one once and in order.
    /// It ends after an error, and when the journal is closed.
    pub fn follow(&self, job: Option<JobId>, after: Seq) -> BoxStream<'static, Result<Vec<Event>, JournalError>> {
        let bell = self.writable().is_ok().then(|| self.bell());
        let reader = Reader { store: self.store().clone(), bell, job, after };
        stream::unfold(Some(reader), |reader| async {
            let mut reader = reader?;
            match reader.next().await {
                Ok(events) if events.is_empty() => None,
                Ok(events) => Some((Ok(events), Some(reader))),
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }
}

struct Reader {
    store: Store,
    /// `None` where another process writes.
    bell: Option<watch::Receiver<Seq>>,
    job: Option<JobId>,
    after: Seq,
}

impl Reader {
    /// The next events; none at all once the journal is closed.
    async fn next(&mut self) -> Result<Vec<Event>, JournalError> {
        loop {
            // Before the look at the disk: what happens between the look and the wait must ring.
            self.bell.as_mut().map(watch::Receiver::mark_unchanged);
            let events = self.store.events(self.job.as_ref(), Part::Whole, self.after, CHUNK).await?;
            if let Some(last) = events.last() {
                self.after = last.seq;
                return Ok(events);
            }
            if !self.wait().await {
                return Ok(events);
            }
        }
    }

    /// False where nothing more can come.
    async fn wait(&mut self) -> bool {
        let Some(bell) = &mut self.bell else {
            tokio::time::sleep(LOOK_AGAIN).await;
            return true;
        };
        bell.changed().await.is_ok()
    }
}
